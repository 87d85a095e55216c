from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0034_steps_of_an_attempt"),
    ]

    operations = [
        migrations.AddField(
            model_name="runattempt",
            name="code_revision",
            # A worker of the release before starts attempts without it.
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
    ]
