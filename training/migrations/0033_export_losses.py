from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0032_round_freezing_asked_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="num_lost",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
