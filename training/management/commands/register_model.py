"""manage.py register_model PATH --name NAME --licence TEXT --source TEXT"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import Refused
from training.services.model_versions import Origin, register_base_model


class Command(BaseCommand):
    help = "File a local Hugging Face folder (safetensors only) as a base model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--name", required=True)
        parser.add_argument("--licence", required=True)
        parser.add_argument("--source", required=True, help="who made it, and where it is from")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one JSON line; the same folder under the same name is registered once."""
        try:
            version = register_base_model(
                # Not resolved: a link is refused, whoever gives it.
                path=options["path"].absolute(),
                name=options["name"],
                origin=Origin(licence=options["licence"], source=options["source"]),
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            json.dumps({"id": str(version.pk), "name": version.name, "sha256": version.artifact_id})
        )
