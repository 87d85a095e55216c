"""manage.py import_judgments ukp|pandalm FILE [--dry-run] [--project NAME]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import Refused
from labeling.importers.judgments import JudgmentFormat
from labeling.importers.pandalm import PANDALM
from labeling.importers.ukp_kwise import UKP
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments

FORMATS: Final = {known.name: known for known in (UKP, PANDALM)}


class Command(BaseCommand):
    help = "Import judgments made elsewhere; every row that is not stored is reported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=sorted(FORMATS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report, and store nothing")
        parser.add_argument("--project", help='name of the project; default "Imported: FORMAT"')

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        known = FORMATS[options["format"]]
        try:
            with path.open("rb") as file:
                report = import_judgments(
                    known.read(file),
                    dataset=known.name,
                    project_name=options["project"] or f"Imported: {known.name}",
                    dry_run=options["dry_run"],
                    on_progress=self.show_progress,
                )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.show(report, known)

    def show_progress(self, report: JudgmentImportReport) -> None:
        self.stdout.write(f"{report.num_read} read, {report.num_judgments} judgments so far")

    def show(self, report: JudgmentImportReport, known: JudgmentFormat) -> None:
        verb = "would store" if report.dry_run else "stored"
        if report.dry_run:
            for task in report.stored:
                self.stdout.write(
                    f"{known.row} {task.line}: would store task {task.identity}: "
                    f"K = {task.k}, {task.num_judgments} judgments"
                )
        for note in report.notes:
            self.stdout.write(f"{known.row} {note.line}: note: {note.reason}")
        for skipped in report.skipped:
            self.stdout.write(f"{known.row} {skipped.line}: skipped: {skipped.reason}")
        for error in report.errors:
            place = f" {error.field}:" if error.field else ""
            self.stdout.write(f"{known.row} {error.line}: error:{place} {error.message}")
        num_broken = len({error.line for error in report.errors})
        self.stdout.write(
            f"read {report.num_read}, {verb} {len(report.stored)} tasks with "
            f"{report.num_prompts} new prompts, {report.num_completions} new completions, "
            f"{report.num_labelers} new labelers and {report.num_judgments} judgments; "
            f"skipped {len(report.skipped)}, broken {num_broken}"
        )
        if report.errors:
            raise CommandError(f"{num_broken} rows are broken; the good ones were kept.")
