"""manage.py import_judgments FORMAT FILE [--dry-run] [--dataset NAME] [--choose NAME=VALUE]"""

import zlib
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.counting_words import are, count_of
from labeling.errors import Refused
from labeling.importers.formats import FORMATS
from labeling.importers.other_formats import read_as
from labeling.importers.plain_files import plain
from labeling.importers.records import Choices, DataFormat
from labeling.services.import_counts import RowOutcome
from labeling.services.imported_tasks import Target
from labeling.services.judgment_import_jobs import BAD_DATASET_NAME, DATASET_NAME
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments


class Command(BaseCommand):
    help = "Import judgments made elsewhere; every row that is not stored is reported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "\n".join(described(FORMATS.values()))
        parser.add_argument("format", choices=sorted(FORMATS))
        parser.add_argument("file", type=Path, help="as it was published, gzipped or not")
        parser.add_argument("--dry-run", action="store_true", help="report, and store nothing")
        parser.add_argument("--dataset", help="what to call the data set; default FORMAT")
        parser.add_argument("--project", help='name of the project; default "Imported: DATASET"')
        parser.add_argument(
            "--study", action="store_true", help="for the figures only: nothing of it ever trains"
        )
        parser.add_argument(
            "--choose",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="decide what the file does not say; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        known = FORMATS[options["format"]]
        dataset = options["dataset"] or known.name
        if not DATASET_NAME.fullmatch(dataset):
            raise CommandError(BAD_DATASET_NAME)
        choices = choices_for(known, options["choose"])
        try:
            with path.open("rb") as file:
                report = import_judgments(
                    read_as(known, plain(file), choices),
                    target=Target(
                        dataset,
                        options["project"] or f"Imported: {dataset}",
                        is_study=options["study"],
                    ),
                    dry_run=options["dry_run"],
                    on_progress=self.show_progress,
                )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror or error}.") from error
        except (EOFError, zlib.error) as error:
            raise CommandError(f"Cannot read {path}: {error}.") from error
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.show(report, known)

    def show_progress(self, report: JudgmentImportReport) -> None:
        self.stdout.write(
            f"{count_of(report.num_read, 'row')} read, {report.num_judgments} judgments so far"
        )

    def show(self, report: JudgmentImportReport, known: DataFormat) -> None:
        verb = "would store" if report.dry_run else "stored"
        if report.dry_run:
            for task in report.stored:
                self.stdout.write(
                    f"{known.row} {task.line}: would store task {task.identity}: "
                    f"K = {task.k}, {task.num_judgments} judgments"
                )
        for said, rows in (
            ("note", report.notes),
            ("skipped", report.skipped),
            ("left out", report.left_out),
        ):
            for row in rows:
                self.stdout.write(f"{known.row} {row.line}: {said}: {row.reason}")
        for error in report.errors:
            place = f" {error.field}:" if error.field else ""
            where = f"{known.row} {error.line}" if error.line else "the file"
            self.stdout.write(f"{where}: error:{place} {error.message}")
        for place, num_rows in sorted(report.not_kept.items()):
            self.stdout.write(f"not kept: {place}, of {count_of(num_rows, 'row')}")
        self.show_numbers(report, verb)

    def show_numbers(self, report: JudgmentImportReport, verb: str) -> None:
        num = report.rows.by_outcome()
        num_broken = num[RowOutcome.BROKEN]
        self.stdout.write(
            f"read {count_of(report.num_read, 'row')} of the file: "
            f"{num[RowOutcome.STORED]:,} {verb}, {num[RowOutcome.SKIPPED]:,} with nothing new, "
            f"{num[RowOutcome.LEFT_OUT]:,} left out, {num_broken:,} broken"
        )
        self.stdout.write(
            f"{verb} {report.num_tasks} tasks with "
            f"{report.num_prompts} new prompts, {report.num_completions} new completions, "
            f"{report.num_labelers} new labelers, {report.num_judgments} judgments and "
            f"{report.num_demonstrations} demonstrations"
        )
        if report.errors and not num_broken:
            raise CommandError("The file cannot be read; what is wrong with it is said above.")
        if report.errors:
            raise CommandError(
                f"{count_of(num_broken, 'row')} {are(num_broken)} broken; the good ones were kept."
            )


def described(formats: Iterable[DataFormat]) -> Iterator[str]:
    known_formats = tuple(formats)
    yield "what a file of each format holds:"
    for known in known_formats:
        yield f"  {known.name}: {known.about}"
    yield "what a format leaves to --choose:"
    for known in known_formats:
        for choice in known.choices:
            allowed = f" ({', '.join(choice.allowed)})" if choice.allowed else ""
            default = f"; {choice.default} unless chosen" if choice.default else ""
            yield f"  {known.name}: {choice.name}: {choice.help}{allowed}{default}"


def choices_for(known: DataFormat, given: Sequence[str]) -> Choices:
    pairs = [text.partition("=") for text in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise CommandError(f"--choose takes NAME=VALUE, not {wrong[0]!r}.")
    try:
        return known.choices_of({name: value for name, _, value in pairs})
    except ValueError as error:
        raise CommandError(str(error)) from error
