"""What a model's folder says of itself, also of the models that are there already.

A folder that lies in a bucket alone is not fetched for this: its traits stay unknown, and a run
that reads it is checked by its trainer as before.
"""

from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from training.services.model_traits import traits_of


def read_those_on_this_machine(apps, _schema_editor):
    for version in apps.get_model("training", "ModelVersion").objects.all():
        traits = traits_of(Path(settings.ARTIFACT_ROOT) / version.artifact_id)
        for name, value in asdict(traits).items():
            setattr(version, name, value)
        version.save(update_fields=list(asdict(traits)))


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0023_new_runs_are_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="architecture",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="context_tokens",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="vocabulary_size",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="vocabulary_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.RunPython(read_those_on_this_machine, migrations.RunPython.noop),
    ]
