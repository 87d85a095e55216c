"""manage.py api_token EMAIL: a token for a script, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import Refused
from labeling.models import ApiToken
from labeling.selectors.people import person_with_email
from labeling.services.tokens import make_token


class Command(BaseCommand):
    help = "Print a new API token of an existing account. It is never readable again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument(
            "--scopes", nargs="+", choices=ApiToken.Scope.values, default=ApiToken.Scope.values
        )
        parser.add_argument("--days", type=int, default=1, help="until it expires")

    def handle(self, *_args: Any, **options: Any) -> None:
        owner = person_with_email(options["email"])
        if owner is None or not owner.is_active:
            raise CommandError(f"There is no active account with the address {options['email']}.")
        if options["days"] < 1:
            raise CommandError("--days must be at least 1.")
        try:
            _, secret = make_token(
                owner=owner,
                requested_by=owner,
                name=options["name"],
                scopes=options["scopes"],
                expires_in_days=options["days"],
            )
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(secret)
