"""manage.py export_snapshot SNAPSHOT FOLDER [--files NAME ...] [--gzip] [--csv] [--parquet]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import NotAccessible, Refused
from training.exporters.twins import CSV, PARQUET
from training.exporters.writing import OtherExportError
from training.selectors.snapshots import access_snapshot
from training.services.exports import check_export, export_whole


class Command(BaseCommand):
    help = "Write a snapshot as files that other tools load; run again, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("snapshot", type=UUID)
        parser.add_argument(
            "folder",
            type=Path,
            help="made where it is not there, else empty, or holds this export cut off",
        )
        parser.add_argument(
            "--files", nargs="+", default=[], help="all that there are unless named"
        )
        parser.add_argument("--gzip", action="store_true", help="compress the lines")
        parser.add_argument("--csv", action="store_true", help="for spreadsheets, beside the lines")
        parser.add_argument(
            "--parquet", action="store_true", help="beside the lines; needs pyarrow"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        forms = [form for form in (CSV, PARQUET) if options[form]]
        try:
            snapshot = access_snapshot(options["snapshot"])
            check_export(snapshot, options["files"], forms)
        except NotAccessible as error:
            raise CommandError("There is no such snapshot.") from error
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        try:
            num_records = export_whole(
                snapshot,
                folder,
                files=options["files"],
                forms=forms,
                is_compressed=options["gzip"],
            )
        except OtherExportError as error:
            raise CommandError(f"{error} Name another folder, or empty this one.") from error
        self.stdout.write(f"{num_records} records in {folder}")
