"""Agreement worked out ahead, one prompt at a time."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0010_imported_for_a_study"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgreementStore",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("refreshed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_agreement_store"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PromptAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audiences", models.PositiveSmallIntegerField()),
                ("fingerprint", models.BigIntegerField()),
                ("k", models.PositiveSmallIntegerField()),
                ("num_labelers", models.PositiveIntegerField()),
                ("last_submitted_at", models.DateTimeField()),
                ("fewest_labelers", models.PositiveIntegerField()),
                ("most_labelers", models.PositiveIntegerField()),
                ("comparisons", models.FloatField()),
                ("same", models.FloatField()),
                ("half_points", models.FloatField()),
                ("strict_comparisons", models.FloatField()),
                ("strict_same", models.FloatField()),
                ("pairs", models.FloatField()),
                ("share_of_pair", models.FloatField()),
                ("judgments", models.FloatField()),
                ("mode_points", models.FloatField()),
                ("coincidences", models.FloatField()),
                ("second_and_tied", models.FloatField()),
                ("tied_and_first", models.FloatField()),
                ("second_and_first", models.FloatField()),
                ("bound_comparisons", models.FloatField()),
                ("bound_same", models.FloatField()),
                ("second", models.FloatField()),
                ("tied", models.FloatField()),
                ("first", models.FloatField()),
                ("length_contests", models.FloatField()),
                ("longer_preferred", models.FloatField()),
                (
                    "instructions",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="labeling.instructionversion",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="labeling.project",
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="labeling.prompt",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LabelerMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("second_second", models.FloatField()),
                ("second_tied", models.FloatField()),
                ("second_first", models.FloatField()),
                ("tied_second", models.FloatField()),
                ("tied_tied", models.FloatField()),
                ("tied_first", models.FloatField()),
                ("first_second", models.FloatField()),
                ("first_tied", models.FloatField()),
                ("first_first", models.FloatField()),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings",
                        to="labeling.promptagreement",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="promptagreement",
            constraint=models.UniqueConstraint(
                fields=("project", "prompt", "audiences"), name="one_row_per_audience"
            ),
        ),
        migrations.AddConstraint(
            model_name="labelermeeting",
            constraint=models.UniqueConstraint(
                fields=("agreement", "a", "b"), name="one_meeting_of_two"
            ),
        ),
    ]
