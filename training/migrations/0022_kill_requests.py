from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0021_compressed_exports"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="kill_requested_at",
            field=models.DateTimeField(null=True),
        ),
    ]
