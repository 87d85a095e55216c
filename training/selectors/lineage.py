"""From a model back to the human judgments it learned from, and from a judgment forward (R53).

Both walks are one recursive query each, so their cost does not grow with the depth of the tree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from labeling.errors import NotAccessible
from labeling.models import Ranking
from training.ml.glossary.automatic_evaluations import EVALUATION_ROLES
from training.models import (
    HeldOutPrompt,
    LabelsBehind,
    ModelVersion,
    Run,
    RunInput,
    Snapshot,
    SnapshotDemonstration,
    SnapshotRanking,
)
from training.selectors.model_versions import model_versions

RANKING_IDS_SHOWN = 50
LABEL_FIELDS = (
    "num_rankings",
    "num_demonstrations",
    "num_labelers",
    "first_at",
    "last_at",
    "ranking_ids",
)

# The model itself and every model that it was made from, through any role but those that automatic
# evaluations read: these taught it nothing.
ANCESTOR = """
WITH RECURSIVE ancestor(id) AS (
    SELECT %(start)s::uuid
    UNION
    SELECT input.model_version_id
    FROM ancestor
    JOIN training_modelversion version ON version.id = ancestor.id
    JOIN training_runinput input ON input.run_id = version.run_id
    WHERE input.model_version_id IS NOT NULL AND NOT starts_with(input.role, 'evaluation_')
)
"""
ANCESTORS = " ".join((ANCESTOR, "SELECT id FROM ancestor"))

# Every label in any snapshot that the model or an ancestor of it read, each once: how many, whose,
# when, and the first of the rankings. The snapshots are walked by the index of their links.
BEHIND = """
frozen(id) AS (
    SELECT DISTINCT input.snapshot_id
    FROM ancestor
    JOIN training_modelversion version ON version.id = ancestor.id
    JOIN training_runinput input ON input.run_id = version.run_id
    WHERE input.snapshot_id IS NOT NULL
),
behind AS MATERIALIZED (
    SELECT ranking.id, ranking.labeler_id, ranking.submitted_at, true AS is_ranking
    FROM (
        SELECT DISTINCT link.ranking_id AS id
        FROM frozen JOIN training_snapshotranking link ON link.snapshot_id = frozen.id
    ) AS used JOIN labeling_ranking ranking USING (id)
    UNION ALL
    SELECT demonstration.id, demonstration.labeler_id, demonstration.submitted_at, false
    FROM (
        SELECT DISTINCT link.demonstration_id AS id
        FROM frozen JOIN training_snapshotdemonstration link ON link.snapshot_id = frozen.id
    ) AS used JOIN labeling_demonstration demonstration USING (id)
)
SELECT
    count(*) FILTER (WHERE is_ranking),
    count(*) FILTER (WHERE NOT is_ranking),
    count(DISTINCT labeler_id),
    min(submitted_at),
    max(submitted_at),
    ARRAY(
        SELECT id FROM behind WHERE is_ranking ORDER BY submitted_at, id LIMIT %(shown)s
    )
FROM behind
"""
LABELS_BEHIND = ",".join((ANCESTOR, BEHIND))

# Every model made from a snapshot that holds the ranking, and every model made from those.
TOUCHED_BY_RANKING = """
WITH RECURSIVE touched(id) AS (
    SELECT version.id
    FROM training_snapshotranking link
    JOIN training_runinput input ON input.snapshot_id = link.snapshot_id
    JOIN training_modelversion version ON version.run_id = input.run_id
    WHERE link.ranking_id = %(start)s
    UNION
    SELECT version.id
    FROM touched
    JOIN training_runinput input ON input.model_version_id = touched.id
    JOIN training_modelversion version ON version.run_id = input.run_id
    WHERE NOT starts_with(input.role, 'evaluation_')
)
SELECT id FROM touched
"""


# What labels of a kind are linked by, where their prompt stands, and the stage that they teach.
TAUGHT_BY: Mapping[Snapshot.Kind, tuple[Any, str, str]] = {
    Snapshot.Kind.RM: (SnapshotRanking, "ranking__task__prompt", Run.Stage.REWARD_MODEL),
    Snapshot.Kind.SFT: (SnapshotDemonstration, "demonstration__prompt", Run.Stage.SFT),
}


@dataclass(frozen=True)
class Parent:
    role: str
    model_version: ModelVersion


@dataclass(frozen=True)
class UsedSnapshot:
    """A snapshot, the role it played, and the model that was made with it."""

    role: str
    snapshot: Snapshot
    used_for: ModelVersion


@dataclass(frozen=True)
class Labels:
    """The human judgments behind a model, each counted once however often it was used."""

    num_rankings: int
    num_demonstrations: int
    num_labelers: int
    first_at: datetime | None
    last_at: datetime | None
    ranking_ids: list[UUID]


@dataclass(frozen=True)
class Lineage:
    parents: list[Parent]
    snapshots: list[UsedSnapshot]
    labels: Labels


@dataclass(frozen=True)
class Descent:
    """What a ranking has touched."""

    snapshots: list[Snapshot]
    model_versions: list[ModelVersion]


def lineage_of(version: ModelVersion) -> Lineage:
    """Three queries, however deep the tree is; four where its labels were not counted before."""
    ancestors = ancestors_of(version.pk)
    inputs = (
        RunInput.objects.filter(run__output_model_version__in=ancestors)
        .exclude(role__in=EVALUATION_ROLES)
        .select_related(
            "model_version",
            "snapshot",
            "run__output_model_version",
        )
        .order_by("run__created_at", "role")
    )
    parents, used = [], []
    for one in inputs:
        maker = one.run.output_model_version
        if one.snapshot is not None:
            used.append(UsedSnapshot(one.role, one.snapshot, maker))
        elif one.model_version is not None and maker.pk == version.pk:
            parents.append(Parent(one.role, one.model_version))
    return Lineage(parents=parents, snapshots=used, labels=labels_behind(version.pk))


def code_that_made(version: ModelVersion) -> str | None:
    """What the attempt ran that the model is of, although an upgrade came after the request; the
    code of the request where the attempt is older than such notes. None for a base model.

    One query.
    """
    if version.run is None:
        return None
    # No attempt comes behind the one that succeeded.
    noted = version.run.attempts.order_by("-number").values_list("code_revision", flat=True)
    return noted.first() or version.run.code_revision


def labels_behind(version_id: UUID) -> Labels:
    """Every human judgment that the model learned from, through any ancestor.

    One query; two for a model that was made before they were counted once.
    """
    kept = LabelsBehind.objects.filter(model_version=version_id).values_list(*LABEL_FIELDS)
    found = kept.first()
    return count_labels_behind(version_id) if found is None else Labels(*found)


def count_labels_behind(version_id: UUID) -> Labels:
    """The same from the snapshots themselves. One query, of seconds for a million rankings."""
    with connection.cursor() as cursor:
        cursor.execute(LABELS_BEHIND, {"start": version_id, "shown": RANKING_IDS_SHOWN})
        return Labels(*cursor.fetchone())


def num_learned_and_held_out(version: ModelVersion, snapshot: Snapshot) -> int:
    """How many of the prompts that this snapshot holds out taught the model, or one that it was
    made from, by labels of the snapshot's kind (RM11).

    Prompt by prompt, as each snapshot was frozen. Two queries.
    """
    links, prompt, stage = TAUGHT_BY[Snapshot.Kind(snapshot.kind)]
    held_out = HeldOutPrompt.objects.filter(snapshot=snapshot).values("prompt")
    was_held_out = HeldOutPrompt.objects.filter(
        snapshot=OuterRef("snapshot"), prompt=OuterRef(prompt)
    )
    # A reward model reads demonstrations too, to be centred on them: that teaches nothing.
    learned = links.objects.filter(
        ~Exists(was_held_out),
        snapshot__consumers__run__stage=stage,
        snapshot__consumers__run__output_model_version__in=ancestors_of(version.pk),
        **{f"{prompt}__in": held_out},
    )
    return int(learned.aggregate(num=Count(prompt, distinct=True))["num"])


def descent_of_ranking(ranking_id: UUID) -> Descent:
    """Four queries. Raises: NotAccessible when there is no such ranking."""
    if not Ranking.objects.filter(pk=ranking_id).exists():
        raise NotAccessible
    touched = _ids(TOUCHED_BY_RANKING, ranking_id)
    return Descent(
        snapshots=list(
            Snapshot.objects.filter(ranking_links__ranking=ranking_id)
            .select_related("artifact", "created_by")
            .order_by("created_at")
        ),
        model_versions=list(model_versions().filter(pk__in=touched).order_by("created_at")),
    )


def ancestors_of(version_id: UUID) -> list[UUID]:
    """The model version itself and all that it was made from. One query."""
    return _ids(ANCESTORS, version_id)


def _ids(query: str, start: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"start": start})
        return [row[0] for row in cursor.fetchall()]
