"""Reading rankings: what training may learn from, and what a researcher looks at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from labeling.errors import NotAccessible
from labeling.models import (
    Pool,
    PresentedCompletion,
    Project,
    RankedCompletion,
    Ranking,
)
from labeling.selectors.exclusions import is_excluded
from labeling.selectors.prompts import is_usable
from labeling.selectors.ranking_records import RankedTask, ranked_task, ranking_records
from labeling.selectors.screening import known_by_name
from labeling.selectors.sealing import is_sealed, sealed_answer


def sealed_rankings(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
    at: datetime | None = None,
) -> QuerySet[Ranking]:
    """Rankings that can no longer be taken back, of any pool, unordered.

    A labeler's repeat of their own task is no further judgment and is never among them, nor is
    what was said about a prompt that a researcher excluded. ``project_ids`` None means every
    project. Simulated labelers are left out unless asked for. ``at`` is the moment by which the
    others are sealed, now unless given.
    """
    rankings = Ranking.objects.filter(
        sealed_answer(at), ~is_excluded("task__"), task__repeat_of__isnull=True
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
    at: datetime | None = None,
) -> QuerySet[Ranking]:
    """Sealed rankings by training labelers, made for training (R14, R41), of usable prompts.

    What may not train for its prompt (R7) is in ``rankings_made_to_train`` alone.
    """
    return rankings_made_to_train(
        project_ids=project_ids, category=category, include_simulated=include_simulated, at=at
    ).filter(is_usable("task__prompt__"))


def rankings_made_to_train(
    *,
    project_ids: Sequence[int] | None = None,
    category: str | None = None,
    include_simulated: bool = False,
    at: datetime | None = None,
) -> QuerySet[Ranking]:
    """Those of ``trainable_rankings``, whether or not their prompt is usable.

    What was judged to evaluate a model or to screen a labeler never trains one.
    """
    return sealed_rankings(
        project_ids=project_ids, category=category, include_simulated=include_simulated, at=at
    ).filter(
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
    """All of ``ranking_records``, held in memory as objects."""
    rankings = trainable_rankings(
        project_ids=project_ids, category=category, include_simulated=include_simulated
    )
    return [ranked_task(record) for record in ranking_records(rankings)]


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
