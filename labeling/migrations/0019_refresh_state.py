from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("labeling", "0018_late_answers")]

    operations = [
        migrations.AddField(
            model_name="agreementstore",
            name="requested_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="agreementstore",
            name="started_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="agreementstore",
            name="num_changed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="agreementstore",
            name="num_done",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="agreementstore",
            name="failed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="agreementstore",
            name="failure",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
