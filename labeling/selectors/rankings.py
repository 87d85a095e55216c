"""Reading rankings: what training may learn from, and what a researcher looks at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from labeling.errors import NotAccessible
from labeling.models import (
    Pool,
    PresentedCompletion,
    Project,
    RankedCompletion,
    Ranking,
    Task,
    TaskCompletion,
)
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.prompts import is_usable
from labeling.selectors.screening import known_by_name
from labeling.selectors.sealing import is_sealed, sealed_answer

ROWS_AT_ONCE: Final = 2_000


# Slots, for there are millions of them in a freeze.
@dataclass(frozen=True, slots=True)
class ShownCompletion:
    """One completion of a task, with the name of what wrote it (never for a labeler's eyes)."""

    id: int
    text: str
    source_name: str


@dataclass(frozen=True, slots=True)
class LabelerRanking:
    """One labeler's dense ranks, aligned with the task's completions; None was not judged.

    ``axes`` are the ratings that came with an imported judgment, aligned too; empty where none did.
    """

    id: UUID
    labeler_id: int
    ranks: tuple[int | None, ...]
    axes: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RankedTask:
    """All that training reads of one task: the prompt, what was shown, how each labeler ranked."""

    task_id: int
    prompt_id: int
    prompt: str
    category: str | None
    split: str
    completions: tuple[ShownCompletion, ...]
    rankings: tuple[LabelerRanking, ...]


def sealed_rankings(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> QuerySet[Ranking]:
    """Rankings that can no longer be taken back, of any pool, unordered.

    A labeler's repeat of their own task is no further judgment and is never among them, nor is
    what was said about a prompt that a researcher excluded. ``project_ids`` None means every
    project. Simulated labelers are left out unless asked for.
    """
    rankings = Ranking.objects.filter(
        sealed_answer(), ~is_excluded("task__"), task__repeat_of__isnull=True
    )
    if project_ids is not None:
        rankings = rankings.filter(task__project__in=project_ids)
    if category is not None:
        rankings = rankings.filter(task__prompt__category=category)
    if not include_simulated:
        rankings = rankings.filter(labeler__is_simulated=False)
    return rankings


def trainable_rankings(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> QuerySet[Ranking]:
    """Sealed rankings by training labelers, made for training (R14, R41), of usable prompts (R7).

    What was judged to evaluate a model or to screen a labeler never trains one.
    """
    return sealed_rankings(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    ).filter(
        is_usable("task__prompt__"),
        task__project__purpose=Project.Purpose.TRAINING,
        task__project__pool=Pool.TRAINING,
        labeler__pool=Pool.TRAINING,
    )


def rankings_for_training(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
) -> list[RankedTask]:
    """All of ``ranked_tasks``, held in memory."""
    rankings = trainable_rankings(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    )
    return list(ranked_tasks(rankings))


def ranked_tasks(rankings: QuerySet[Ranking]) -> Iterator[RankedTask]:
    """One record per task with at least one of these rankings, in the order of the task ids.

    Completions come in the order of their ids, rankings in the order of submission; a surplus
    ranking counts like any other. Three queries whatever the size, read side by side a few thousand
    rows at a time: to freeze the result, go through it inside one REPEATABLE READ transaction.
    """
    tasks = (
        Task.objects.filter(pk__in=rankings.values("task"))
        .order_by("pk")
        .values_list("pk", "prompt_id", "prompt__text", "prompt__category", "prompt__split")
    )
    shown = _shown_completions(rankings)
    judged = groupby(_judgments(rankings), key=itemgetter(0))
    for task_id, prompt_id, prompt, category, split in tasks.iterator(ROWS_AT_ONCE):
        completions = _completions_of(task_id, shown)
        ids = [one.id for one in completions]
        yield RankedTask(
            task_id=task_id,
            prompt_id=prompt_id,
            prompt=prompt,
            category=category,
            split=split,
            completions=completions,
            rankings=tuple(_labeler_ranking(row, ids) for row in _rows_of(task_id, judged)),
        )


def live_rankings(
    *, project: int | None = None, labeler: int | None = None, task: int | None = None
) -> QuerySet[Ranking]:
    """Every ranking that was not taken back, for a researcher, each with ``is_sealed``.

    Those of undecided candidates are left out: they would come with a name (R12). Unordered; the
    labeler and task come with it in the one query.
    """
    rankings = Ranking.objects.filter(known_by_name(), superseded_at__isnull=True)
    if project is not None:
        rankings = rankings.filter(task__project=project)
    if labeler is not None:
        rankings = rankings.filter(labeler=labeler)
    if task is not None:
        rankings = rankings.filter(task=task)
    return rankings.select_related("labeler", "task").annotate(is_sealed=is_sealed())


def access_ranking(*, ranking_id: UUID) -> Ranking:
    """One ranking with what it says about each completion, taken back or not. Two queries.

    Raises: NotAccessible, also for an undecided candidate's: it would come with a name (R12).
    """
    shown_at = PresentedCompletion.objects.filter(
        assignment=OuterRef("ranking__assignment"), completion=OuterRef("completion")
    )
    items = (
        RankedCompletion.objects.select_related("completion__source")
        .annotate(position=Subquery(shown_at.values("position")))
        .order_by("rank", "completion_id")
    )
    ranking = (
        Ranking.objects.filter(known_by_name(), pk=ranking_id)
        .select_related("labeler", "task__prompt", "instructions")
        .annotate(is_sealed=is_sealed())
        .prefetch_related(Prefetch("items", queryset=items))
        .first()
    )
    if ranking is None:
        raise NotAccessible
    return ranking


Groups = Iterator[tuple[int, Iterator[tuple[Any, ...]]]]


def _rows_of(task_id: int, groups: Groups) -> Iterator[tuple[Any, ...]]:
    """The next group, which is this task's: each query has rows of the same tasks in one order."""
    found, rows = next(groups)
    _check_same(found, task_id)
    return rows


def _check_same(found: int, task_id: int) -> None:
    if found != task_id:
        raise RuntimeError(f"The queries disagree about task {task_id}: read them at one moment.")


def _completions_of(task_id: int, shown: Iterator[tuple[Any, ...]]) -> tuple[ShownCompletion, ...]:
    found, ids, texts, sources = next(shown)
    _check_same(found, task_id)
    return tuple(map(ShownCompletion, ids, texts, sources))


def _shown_completions(rankings: QuerySet[Ranking]) -> Iterator[tuple[Any, ...]]:
    """(task, ids of its completions, their texts, their sources), in the order of the ids.

    One row for a task: a row for every completion takes half of all the time of a freeze.
    """
    return (
        TaskCompletion.objects.filter(task__in=rankings.values("task"))
        .order_by("task_id")
        .values("task_id")
        .annotate(
            ids=ArrayAgg("completion_id", order_by="completion_id"),
            texts=ArrayAgg("completion__text", order_by="completion_id"),
            sources=ArrayAgg("completion__source__name", order_by="completion_id"),
        )
        .values_list("task_id", "ids", "texts", "sources")
        .iterator(ROWS_AT_ONCE)
    )


def _judgments(rankings: QuerySet[Ranking]) -> Iterator[tuple[Any, ...]]:
    """(task, ranking, labeler, ids of the ranked completions, their ranks, those with axes, axes).

    The last two are None where no axes came with the judgment.
    """
    has_axes = ~Q(items__axes={})
    return (
        rankings.annotate(
            completions=ArrayAgg("items__completion_id", order_by="items__completion_id"),
            ranks=ArrayAgg("items__rank", order_by="items__completion_id"),
            rated=ArrayAgg(
                "items__completion_id", filter=has_axes, order_by="items__completion_id"
            ),
            axes=ArrayAgg("items__axes", filter=has_axes, order_by="items__completion_id"),
        )
        .order_by("task_id", "submitted_at", "pk")
        .values_list("task_id", "pk", "labeler_id", "completions", "ranks", "rated", "axes")
        .iterator(ROWS_AT_ONCE)
    )


def _labeler_ranking(row: tuple[Any, ...], ids: Sequence[int]) -> LabelerRanking:
    _, ranking_id, labeler_id, ranked, ranks, rated, axes = row
    rank_of = dict(zip(ranked, ranks, strict=True))
    axes_of = dict(zip(rated or (), axes or (), strict=True))
    return LabelerRanking(
        ranking_id,
        labeler_id,
        tuple(rank_of.get(one) for one in ids),
        axes=tuple(axes_of.get(one, {}) for one in ids) if axes_of else (),
    )
