"""What a labeler did last is found without reading all that they ever did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("labeling", "0007_toxicity_judgments")]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["labeler", "-opened_at", "-id"], name="labeler_history"),
        ),
    ]
