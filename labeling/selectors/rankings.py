"""Reading rankings: what training may learn from, and what a researcher looks at."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

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
from labeling.selectors.prompts import is_usable
from labeling.selectors.screening import known_by_name
from labeling.selectors.sealing import is_sealed, sealed_answer


@dataclass(frozen=True)
class ShownCompletion:
    """One completion of a task, with the name of what wrote it (never for a labeler's eyes)."""

    id: int
    text: str
    source_name: str


@dataclass(frozen=True)
class LabelerRanking:
    """One labeler's dense ranks, aligned with the task's completions; None was not judged."""

    id: UUID
    labeler_id: int
    ranks: tuple[int | None, ...]


@dataclass(frozen=True)
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

    A labeler's repeat of their own task is no further judgment and is never among them.
    ``project_ids`` None means every project. Simulated labelers are left out unless asked for.
    """
    rankings = Ranking.objects.filter(sealed_answer(), task__repeat_of__isnull=True)
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
    """One record per task with at least one trainable ranking, in the order of the task ids.

    Completions come in the order of their ids, rankings in the order of submission; a surplus
    ranking counts like any other. Four queries whatever the size: to freeze the result, call it
    inside one REPEATABLE READ transaction.
    """
    rankings = trainable_rankings(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    )
    completions_of = _completions_by_task(rankings)
    rankings_of = _rankings_by_task(rankings, completions_of)
    tasks = (
        Task.objects.filter(rankings__in=rankings)
        .distinct()
        .order_by("id")
        .values_list("id", "prompt_id", "prompt__text", "prompt__category", "prompt__split")
    )
    return [
        RankedTask(
            task_id=task_id,
            prompt_id=prompt_id,
            prompt=prompt,
            category=category_of_prompt,
            split=split,
            completions=tuple(completions_of[task_id]),
            rankings=tuple(rankings_of[task_id]),
        )
        for task_id, prompt_id, prompt, category_of_prompt, split in tasks
    ]


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


def _completions_by_task(rankings: QuerySet[Ranking]) -> dict[int, list[ShownCompletion]]:
    shown = (
        TaskCompletion.objects.filter(task__in=rankings.values("task"))
        .order_by("task_id", "completion_id")
        .values_list("task_id", "completion_id", "completion__text", "completion__source__name")
    )
    completions_of: dict[int, list[ShownCompletion]] = defaultdict(list)
    for task_id, completion_id, text, source_name in shown.iterator():
        completions_of[task_id].append(ShownCompletion(completion_id, text, source_name))
    return completions_of


def _rankings_by_task(
    rankings: QuerySet[Ranking], completions_of: dict[int, list[ShownCompletion]]
) -> dict[int, list[LabelerRanking]]:
    rank_of: dict[UUID, dict[int, int]] = defaultdict(dict)
    items = RankedCompletion.objects.filter(ranking__in=rankings).order_by()
    for ranking_id, completion_id, rank in items.values_list(
        "ranking_id", "completion_id", "rank"
    ).iterator():
        rank_of[ranking_id][completion_id] = rank
    rankings_of: dict[int, list[LabelerRanking]] = defaultdict(list)
    for ranking_id, task_id, labeler_id in rankings.order_by("submitted_at", "id").values_list(
        "id", "task_id", "labeler_id"
    ):
        ranks = tuple(rank_of[ranking_id].get(shown.id) for shown in completions_of[task_id])
        rankings_of[task_id].append(LabelerRanking(ranking_id, labeler_id, ranks))
    return rankings_of
