"""An import of prompts says whether its file was exported here, and from which split."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0022_circles"),
    ]

    operations = [
        migrations.AddField(
            model_name="promptimport",
            name="format",
            field=models.CharField(
                choices=[
                    ("rows", "Rows"),
                    ("exported_train", "Exported Train"),
                    ("exported_validation", "Exported Validation"),
                ],
                default="rows",
                max_length=24,
            ),
        ),
    ]
