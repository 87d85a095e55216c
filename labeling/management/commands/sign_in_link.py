"""manage.py sign_in_link EMAIL: for somebody who cannot get in any more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import Refused
from labeling.selectors.people import person_with_email
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path


class Command(BaseCommand):
    help = "Print a one-time link that signs an existing account in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--base-url", default="", help="printed in front of the path")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_with_email(options["email"])
        if person is None:
            raise CommandError(f"There is no account with the address {options['email']}.")
        try:
            _, secret = make_sign_in_link(person)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(options["base_url"].rstrip("/") + sign_in_path(secret))
