from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0033_export_losses"),
    ]

    operations = [
        migrations.AddField(
            model_name="runattempt",
            name="first_new_step",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runattempt",
            name="stepped_at",
            field=models.DateTimeField(null=True),
        ),
    ]
