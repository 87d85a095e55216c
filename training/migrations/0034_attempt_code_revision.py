from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0033_export_losses"),
    ]

    operations = [
        migrations.AddField(
            model_name="runattempt",
            name="code_revision",
            # A worker of the release before starts attempts without it.
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
    ]
