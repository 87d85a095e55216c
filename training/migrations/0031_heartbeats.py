from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0030_freezings"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="heartbeat_at",
            field=models.DateTimeField(null=True),
        ),
    ]
