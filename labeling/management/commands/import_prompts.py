"""manage.py import_prompts FILE [--dry-run] [--exported-split train|validation]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.counting_words import are, count_of
from labeling.services.prompts import import_prompts


class Command(BaseCommand):
    help = "Import prompts from a JSON Lines file; every row that is not stored is reported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report, and store nothing")
        parser.add_argument(
            "--exported-split",
            choices=["train", "validation"],
            help="the file is the prompts.jsonl of this split of an export; its prompts stay in it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as lines:
                report = import_prompts(
                    lines,
                    submitted_by=None,
                    dry_run=options["dry_run"],
                    exported_split=options["exported_split"],
                )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        for skipped in report.skipped:
            self.stdout.write(f"line {skipped.line}: skipped: {skipped.reason}")
        for note in report.notes:
            self.stdout.write(f"line {note.line}: {note.reason}")
        for row_error in report.errors:
            place = f" {row_error.field}:" if row_error.field else ""
            self.stdout.write(f"line {row_error.line}: error:{place} {row_error.message}")
        verb = "would store" if report.dry_run else "stored"
        num_broken = len({row_error.line for row_error in report.errors})
        self.stdout.write(
            f"read {report.num_read}, {verb} {report.num_stored}, "
            f"skipped {len(report.skipped)}, broken {num_broken}"
        )
        if report.errors:
            raise CommandError(
                f"{count_of(num_broken, 'row')} {are(num_broken)} broken; the good ones were kept."
            )
