"""Which prompts are kept for evaluation, and which training holds already (R36, R49).

Both are told by key and not by prompt, as prompts are capped and split: another prompt of the same
customer counts as the same.
"""

from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from labeling.errors import Refused
from labeling.models import Prompt
from training.models import (
    Run,
    RunInput,
    Snapshot,
    SnapshotDemonstration,
    SnapshotPrompt,
    SnapshotRanking,
)
from training.selectors.snapshot_splits import prompt_key

NOT_FROZEN: Final = "There is no snapshot of kind eval with this id."

M = TypeVar("M", bound=Model)


def kept_for_evaluation() -> QuerySet[Prompt]:
    """Every prompt of a key that some snapshot for evaluation holds."""
    frozen = SnapshotPrompt.objects.filter(snapshot__kind=Snapshot.Kind.EVAL)
    keys = Prompt.objects.filter(pk__in=frozen.values("prompt")).values(key=prompt_key())
    return Prompt.objects.alias(key=prompt_key()).filter(key__in=keys)


def without_kept(found: QuerySet[M], prompt: str) -> QuerySet[M]:
    """Those whose prompt, in this column, is not kept for evaluation. One query."""
    if not _is_any_kept():
        return found
    return found.exclude(**{f"{prompt}__in": kept_for_evaluation().values("pk")})


def kept_problem(found: Callable[[], QuerySet[Any]], prompt: str) -> list[str]:
    """What ``without_kept`` leaves out, for a person. One query where no prompt is kept."""
    if not _is_any_kept():
        return []
    kept = found().filter(**{f"{prompt}__in": kept_for_evaluation().values("pk")})
    number = kept.order_by().values(prompt).distinct().count()
    some = "The labels of 1 prompt are" if number == 1 else f"The labels of {number} prompts are"
    return [f"{some} left out: kept for evaluation."] if number else []


def _is_any_kept() -> bool:
    return Snapshot.objects.filter(kind=Snapshot.Kind.EVAL).exists()


def held_by_training() -> QuerySet[Prompt]:
    """Every prompt of a key that a snapshot made to train with holds, in whichever split.

    Prompts that sampling runs alone have read taught nobody anything.
    """
    readers = RunInput.objects.filter(snapshot=OuterRef("snapshot"))
    is_only_sampled = Exists(readers.filter(run__stage=Run.Stage.SAMPLING)) & ~Exists(
        readers.exclude(run__stage=Run.Stage.SAMPLING)
    )
    asked = SnapshotPrompt.objects.filter(~is_only_sampled, snapshot__kind=Snapshot.Kind.PPO)
    held = Prompt.objects.filter(
        Q(pk__in=asked.values("prompt"))
        | Q(pk__in=SnapshotRanking.objects.values("ranking__task__prompt"))
        | Q(pk__in=SnapshotDemonstration.objects.values("demonstration__prompt"))
    )
    return Prompt.objects.alias(key=prompt_key()).filter(key__in=held.values(key=prompt_key()))


def num_kept_for_evaluation(snapshot: Snapshot) -> int:
    """How many prompts of a snapshot of prompts are kept for evaluation. One query."""
    return kept_for_evaluation().filter(pk__in=snapshot.prompt_links.values("prompt")).count()


def spread_over_keys(prompts: QuerySet[Prompt], count: int) -> QuerySet[Prompt]:
    """So many of them, one of each key before the second of any: no customer stands for all."""
    ranked = prompts.annotate(
        turn=Window(RowNumber(), partition_by=prompt_key(), order_by=F("pk").asc())
    )
    return ranked.order_by("turn", "text_sha256", "pk")[:count]


def prompts_frozen_for_evaluation(snapshot_id: UUID) -> Collection[int]:
    """Two queries. Raises: Refused("not_frozen")."""
    if not Snapshot.objects.filter(pk=snapshot_id, kind=Snapshot.Kind.EVAL).exists():
        raise Refused(
            "not_frozen", NOT_FROZEN, status=422, fields={"prompts.snapshot": [NOT_FROZEN]}
        )
    links = SnapshotPrompt.objects.filter(snapshot=snapshot_id)
    return tuple(links.order_by("prompt").values_list("prompt", flat=True))
