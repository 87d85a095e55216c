"""A late answer whose slot is gone is kept in a state of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0002_integrity"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assignment",
            name="held_slots_name_their_labeler",
        ),
        migrations.AlterField(
            model_name="assignment",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("leased", "Leased"),
                    ("submitted", "Submitted"),
                    ("expired", "Expired"),
                    ("skipped", "Skipped"),
                    ("retired", "Retired"),
                    ("surplus", "Surplus"),
                ],
                default="open",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("labeler__isnull", True), ("state__in", ["open", "retired"])),
                    ("state", "retired"),
                    models.Q(
                        ("labeler__isnull", False),
                        ("state__in", ["leased", "submitted", "expired", "skipped", "surplus"]),
                    ),
                    _connector="OR",
                ),
                name="held_slots_name_their_labeler",
            ),
        ),
    ]
