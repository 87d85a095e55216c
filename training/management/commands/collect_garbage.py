"""manage.py collect_garbage [--dry-run] [--keep-failed-days 30]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from training.runner.disk_space import gigabytes
from training.runner.garbage import collect_garbage


class Command(BaseCommand):
    help = (
        "Remove artifacts that no row names and what ended runs left in this machine's run folder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--keep-failed-days", type=int, default=30, metavar="DAYS")

    def handle(self, *_args: Any, **options: Any) -> None:
        collected = collect_garbage(
            keep_failed_days=options["keep_failed_days"], is_dry_run=options["dry_run"]
        )
        for sha256 in collected.artifacts:
            self.stdout.write(f"artifact {sha256}")
        for run_id in collected.run_folders:
            self.stdout.write(f"run folder {run_id}")
        verb = "would be" if options["dry_run"] else "were"
        self.stdout.write(f"{gigabytes(collected.num_bytes)} {verb} freed.")
