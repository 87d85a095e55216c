"""Which prompts a model has already learned from, by its lineage and not by its name (R36)."""

from collections.abc import Collection

from django.db import connection

from labeling.models import CompletionSource
from training.models import ModelVersion

# From each source to its model, to all that this model was made from (through any role but those
# that automatic evaluations read), to every snapshot any of them read, to the keys of the prompts
# in there. The key is the one prompts are capped and split by, so that another prompt of the same
# customer counts as seen too.
SEEN_KEYS = """
WITH RECURSIVE ancestor(source_id, id) AS (
    SELECT completion_source_id, id FROM training_modelversion
    WHERE completion_source_id = ANY(%s)
    UNION
    SELECT ancestor.source_id, input.model_version_id
    FROM ancestor
    JOIN training_modelversion version ON version.id = ancestor.id
    JOIN training_runinput input ON input.run_id = version.run_id
    WHERE input.model_version_id IS NOT NULL AND NOT starts_with(input.role, 'evaluation_')
),
frozen(source_id, snapshot_id) AS (
    SELECT DISTINCT ancestor.source_id, input.snapshot_id
    FROM ancestor
    JOIN training_modelversion version ON version.id = ancestor.id
    JOIN training_runinput input ON input.run_id = version.run_id
    WHERE input.snapshot_id IS NOT NULL
),
seen(source_id, prompt_id) AS (
    SELECT frozen.source_id, link.prompt_id
    FROM frozen JOIN training_snapshotprompt link USING (snapshot_id)
    UNION
    SELECT frozen.source_id, task.prompt_id
    FROM frozen
    JOIN training_snapshotranking link USING (snapshot_id)
    JOIN labeling_ranking ranking ON ranking.id = link.ranking_id
    JOIN labeling_task task ON task.id = ranking.task_id
    UNION
    SELECT frozen.source_id, demonstration.prompt_id
    FROM frozen
    JOIN training_snapshotdemonstration link USING (snapshot_id)
    JOIN labeling_demonstration demonstration ON demonstration.id = link.demonstration_id
)
SELECT coalesce(nullif(organization_key, ''), nullif(user_key, ''), text_sha256) AS key,
    array_agg(DISTINCT seen.source_id ORDER BY seen.source_id)
FROM seen JOIN labeling_prompt prompt ON prompt.id = seen.prompt_id
GROUP BY key
"""


def keys_seen_in_training(source_ids: Collection[int]) -> dict[str, tuple[int, ...]]:
    """Every key with the sources whose model has learned from a prompt of it. One query.

    The validation part of a snapshot counts as well: epochs and checkpoints are chosen by it.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEEN_KEYS, [list(source_ids)])
        return {key: tuple(sources) for key, sources in cursor.fetchall()}


def sources_without_lineage(source_ids: Collection[int]) -> list[CompletionSource]:
    """Those that no model version here stands behind: what they learned from is unknown."""
    return list(
        CompletionSource.objects.filter(pk__in=source_ids, model_version__isnull=True).order_by(
            "name"
        )
    )


def default_baseline() -> CompletionSource | None:
    """What an evaluation compares with unless told otherwise (R34).

    The newest supervised model that has written completions; None while there is none.
    """
    newest = (
        ModelVersion.objects.filter(
            kind=ModelVersion.Kind.SFT, completion_source__completions__isnull=False
        )
        .select_related("completion_source")
        .order_by("-created_at", "-pk")
        .first()
    )
    return None if newest is None else newest.completion_source
