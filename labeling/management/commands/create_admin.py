"""manage.py create_admin EMAIL --name NAME: the first account of an installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from labeling.errors import Refused
from labeling.models import Role
from labeling.services.people import open_account
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path


class Command(BaseCommand):
    help = "Open an admin account and print a one-time link that signs it in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="the name that others see")
        parser.add_argument("--base-url", default="", help="printed in front of the path")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            admin = open_account(
                email=options["email"], display_name=options["name"], role=Role.ADMIN
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refused as refused:
            raise CommandError(f"{refused.message} See manage.py sign_in_link.") from refused
        _, secret = make_sign_in_link(admin)
        self.stdout.write(options["base_url"].rstrip("/") + sign_in_path(secret))
