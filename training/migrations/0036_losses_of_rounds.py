from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0035_attempt_code_revision"),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="num_lost",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="standingrewardmodel",
            name="num_lost",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
