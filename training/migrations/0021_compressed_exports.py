from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0020_processes_of_a_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="is_compressed",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
