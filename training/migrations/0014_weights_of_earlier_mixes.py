"""Completions of a mix carry the weight of their policy, those of earlier runs as well (R85).

What each policy counted stands in the run's specification, as training.jobs.sampling now writes it
beside every completion.
"""

from django.db import migrations

FILL_IN_WEIGHTS = """
WITH mixed AS (
    SELECT run.id::text AS run, input.model_version_id::text AS model,
           (run.spec -> 'weights' ->> input.role)::numeric AS own,
           (SELECT sum(value::numeric) FROM jsonb_each_text(run.spec -> 'weights')) AS total
    FROM training_run run JOIN training_runinput input ON input.run_id = run.id
    WHERE run.stage = 'sampling' AND run.spec -> 'weights' ? input.role
)
UPDATE labeling_completion AS completion
SET sampling = completion.sampling
    || jsonb_build_object('weight', round(mixed.own / mixed.total, 4)::double precision)
FROM mixed
WHERE completion.sampling ->> 'run' = mixed.run
  AND completion.sampling ->> 'model_version' = mixed.model
  AND NOT completion.sampling ? 'weight'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0004_prompt_split"),
        ("training", "0013_held_out_prompts"),
    ]

    operations = [migrations.RunSQL(FILL_IN_WEIGHTS, migrations.RunSQL.noop)]
