"""How divided labelers are on each pair; the figures are worked out anew by the next refresh."""

from django.db import migrations, models

# All of it is derived, and what stands there knows no entropy.
FORGET = (
    "TRUNCATE labeling_promptagreement, labeling_labelermeeting, labeling_labelerday,"
    " labeling_agreementstore, labeling_judgedprompts"
)


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0020_judged_prompts"),
    ]

    operations = [
        migrations.RunSQL(FORGET, FORGET),
        migrations.AddField(
            model_name="promptagreement",
            name="entropy",
            field=models.FloatField(default=0.0),
            preserve_default=False,
        ),
    ]
