"""manage.py backup FOLDER [--rehearse]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from training.services.backups import BackupError, back_up, rehearse


class Command(BaseCommand):
    help = "Write the database, its checksums and the artifacts into a new folder below FOLDER."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where all backups lie")
        parser.add_argument(
            "--rehearse",
            action="store_true",
            help="restore it into a database of its own, compare every table, and drop that again",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            made = back_up(options["folder"])
            if options["rehearse"]:
                rehearse(made.folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        said = " and restored for a test, every table the same" if options["rehearse"] else ""
        self.stdout.write(
            f"{made.folder}: {made.num_tables} tables with {made.num_rows} rows and"
            f" {made.num_artifacts} artifacts saved{said}."
        )
