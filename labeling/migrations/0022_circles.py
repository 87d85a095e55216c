"""Threes of completions that go round; the figures are worked out anew by the next refresh."""

from django.db import migrations, models

# All of it is derived, and what stands there knows no threes.
FORGET = (
    "TRUNCATE labeling_promptagreement, labeling_labelermeeting, labeling_labelerday,"
    " labeling_agreementstore, labeling_judgedprompts"
)


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0021_entropy"),
    ]

    operations = [
        migrations.RunSQL(FORGET, FORGET),
        migrations.AddField(
            model_name="promptagreement",
            name="threes",
            field=models.FloatField(default=0.0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="promptagreement",
            name="circles",
            field=models.FloatField(default=0.0),
            preserve_default=False,
        ),
    ]
