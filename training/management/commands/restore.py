"""manage.py restore FOLDER --drop DATABASE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from training.services.backups import BackupError, restore


class Command(BaseCommand):
    help = "Drop this installation's database and restore a backup in its place."
    # There may be no database that could be looked at.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: the folder with database.dump")
        parser.add_argument(
            "--drop", required=True, metavar="DATABASE", help="the name of the database that goes"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        if options["drop"] != name:
            raise CommandError(f"DATABASE_URL names {name}: nothing is done.")
        try:
            restored = restore(options["folder"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{name} holds {restored.num_tables} tables with {restored.num_rows} rows again, every"
            f" one as it was saved, and {restored.num_artifacts} artifacts."
        )
