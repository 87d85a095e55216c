"""Which prompts each snapshot of rankings holds out, stored from now on when it is frozen (RM11).

What older snapshots hold out follows from their rule, as training.selectors.snapshot_splits has it:
a prompt's own split, or the share of keys that was asked for.
"""

import django.db.models.deletion
from django.db import migrations, models

HELD_OUT_BEFORE = """
INSERT INTO training_heldoutprompt (snapshot_id, prompt_id)
SELECT DISTINCT link.snapshot_id, prompt.id
FROM training_snapshotranking link
JOIN training_snapshot snapshot ON snapshot.id = link.snapshot_id
JOIN labeling_ranking ranking ON ranking.id = link.ranking_id
JOIN labeling_task task ON task.id = ranking.task_id
JOIN labeling_prompt prompt ON prompt.id = task.prompt_id
CROSS JOIN LATERAL (
    SELECT sha256(convert_to(
        coalesce(nullif(organization_key, ''), nullif(user_key, ''), text_sha256), 'UTF8'
    )) AS digest
) AS hashed
WHERE prompt.split = 'validation'
   OR get_byte(digest, 0) * 256 + get_byte(digest, 1)
      < coalesce((snapshot.query ->> 'validation_share')::double precision, 0) * 65536
"""


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0004_prompt_split"),
        ("training", "0012_standing_reward_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldOutPrompt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_out_links",
                        to="labeling.prompt",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_out_links",
                        to="training.snapshot",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="heldoutprompt",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "prompt"), name="prompt_held_out_once_in_snapshot"
            ),
        ),
        migrations.RunSQL(HELD_OUT_BEFORE, migrations.RunSQL.noop),
    ]
