"""Which prompts each snapshot of demonstrations holds out, as 0013 has it for rankings (RM11)."""

from django.db import migrations

HELD_OUT_BEFORE = """
INSERT INTO training_heldoutprompt (snapshot_id, prompt_id)
SELECT DISTINCT link.snapshot_id, prompt.id
FROM training_snapshotdemonstration link
JOIN training_snapshot snapshot ON snapshot.id = link.snapshot_id
JOIN labeling_demonstration demonstration ON demonstration.id = link.demonstration_id
JOIN labeling_prompt prompt ON prompt.id = demonstration.prompt_id
CROSS JOIN LATERAL (
    SELECT sha256(convert_to(
        coalesce(nullif(organization_key, ''), nullif(user_key, ''), prompt.text_sha256), 'UTF8'
    )) AS digest
) AS hashed
WHERE prompt.split = 'validation'
   OR get_byte(digest, 0) * 256 + get_byte(digest, 1)
      < coalesce((snapshot.query ->> 'validation_share')::double precision, 0) * 65536
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0014_weights_of_earlier_mixes")]

    operations = [migrations.RunSQL(HELD_OUT_BEFORE, migrations.RunSQL.noop)]
