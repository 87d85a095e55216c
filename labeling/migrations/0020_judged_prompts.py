"""The rankings of prompts beside their figures; both are worked out anew by the next refresh."""

import django.db.models.deletion
from django.db import migrations, models

# All of it is derived, and what stands there has no rankings beside it.
FORGET = (
    "TRUNCATE labeling_promptagreement, labeling_labelermeeting, labeling_labelerday,"
    " labeling_agreementstore"
)


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0019_refresh_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="JudgedPrompts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("columns", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(FORGET, FORGET),
        migrations.AddField(
            model_name="promptagreement",
            name="judged",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="agreements",
                to="labeling.judgedprompts",
            ),
        ),
        migrations.AlterField(
            model_name="promptagreement",
            name="judged",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="agreements",
                to="labeling.judgedprompts",
            ),
        ),
    ]
