"""Judgments imported for the figures only, with ratings on the scales they came with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0009_prompt_import_sightings"),
    ]

    operations = [
        migrations.AddField(
            model_name="rankedcompletion",
            name="axes",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="project",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("training", "Training"),
                    ("evaluation", "Evaluation"),
                    ("screening", "Screening"),
                    ("study", "Study"),
                ],
                default="training",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="prompt",
            name="standing",
            field=models.CharField(
                choices=[("accepted", "Accepted"), ("over_cap", "Over Cap"), ("study", "Study")],
                default="accepted",
                max_length=16,
            ),
        ),
    ]
