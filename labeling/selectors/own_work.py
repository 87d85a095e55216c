"""A labeler's own work: how much, how long, and what they answered (R19)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from labeling.errors import NotAccessible
from labeling.models import (
    Assignment,
    Demonstration,
    DemonstrationReview,
    PresentedCompletion,
    RankedCompletion,
    Ranking,
    User,
)
from labeling.selectors.ranking_questions import num_unanswered

NUM_DAYS = 28


class Median(Aggregate):
    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Day:
    date: date
    num_submitted: int
    seconds_active: float


@dataclass(frozen=True)
class OwnWork:
    """``days`` are the last NUM_DAYS, the latest last, those without work too.

    A demonstration counts as returned while the labeler has not sent a new one. ``num_asked`` are
    researchers' questions about rankings of theirs that wait for an answer.
    """

    days: list[Day]
    num_rankings: int
    num_demonstrations: int
    num_skipped: int
    num_returned: int
    num_asked: int
    median_seconds_ranking: float | None
    median_seconds_demonstration: float | None


@dataclass(frozen=True)
class OwnRankedCompletion:
    handle: UUID
    judged: RankedCompletion


@dataclass(frozen=True)
class OwnAnswer:
    """One of the two, with what a ranking said of each completion in the order shown."""

    ranking: Ranking | None = None
    items: tuple[OwnRankedCompletion, ...] = ()
    demonstration: Demonstration | None = None


def own_work(*, labeler: User, zone: ZoneInfo) -> OwnWork:
    """What this labeler has done, by days of their own clock. Seven queries."""
    rankings = Ranking.objects.filter(labeler=labeler, superseded_at__isnull=True)
    demonstrations = Demonstration.objects.filter(
        labeler=labeler, superseded_at__isnull=True, edited_by__isnull=True
    )
    ranked, written = _totals(rankings), _totals(demonstrations)
    return OwnWork(
        days=_days(rankings, demonstrations, zone=zone),
        num_rankings=ranked["num"],
        num_demonstrations=written["num"],
        num_skipped=Assignment.objects.filter(
            labeler=labeler, state=Assignment.State.SKIPPED
        ).count(),
        num_returned=DemonstrationReview.objects.filter(
            Q(demonstration__superseded_at__isnull=True)
            | ~Q(demonstration__assignment__state__in=_ANSWERED),
            demonstration__labeler=labeler,
            outcome=DemonstrationReview.Outcome.RETURNED,
        ).count(),
        num_asked=num_unanswered(labeler=labeler),
        median_seconds_ranking=ranked["median"],
        median_seconds_demonstration=written["median"],
    )


_ANSWERED = (Assignment.State.SUBMITTED, Assignment.State.SURPLUS)


def _totals(answers: QuerySet[Any]) -> dict[str, Any]:
    return answers.aggregate(num=Count("pk"), median=Median("seconds_active"))


def _days(*answers: QuerySet[Any], zone: ZoneInfo) -> list[Day]:
    today = timezone.now().astimezone(zone).date()
    first = today - timedelta(days=NUM_DAYS - 1)
    counted: dict[date, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for day in chain.from_iterable(_by_day(kind, since=first, zone=zone) for kind in answers):
        num, seconds = counted[day["day"]]
        counted[day["day"]] = (num + day["num"], seconds + (day["seconds"] or 0.0))
    wanted = [first + timedelta(days=n) for n in range(NUM_DAYS)]
    return [Day(day, *counted[day]) for day in wanted]


def _by_day(answers: QuerySet[Any], *, since: date, zone: ZoneInfo) -> QuerySet[Any, Any]:
    # A day more than asked for, so that the index on the time is used whatever the zone.
    recent = timezone.now() - timedelta(days=NUM_DAYS + 1)
    days: QuerySet[Any, Any] = (
        answers.filter(submitted_at__gte=recent)
        .annotate(day=TruncDate("submitted_at", tzinfo=zone))
        .filter(day__gte=since)
        .values("day")
        .annotate(num=Count("pk"), seconds=Sum("seconds_active"))
        .order_by("day")
    )
    return days


def access_own_answer(*, assignment_id: UUID, labeler: User) -> OwnAnswer:
    """What this labeler answered to an assignment. At most four queries.

    Completions are named by the handles they were shown under. Raises: NotAccessible, also where
    nothing stands answered.
    """
    assignment = Assignment.objects.filter(
        pk=assignment_id, labeler=labeler, state__in=_ANSWERED
    ).first()
    if assignment is None:
        raise NotAccessible
    ranking = assignment.rankings.filter(superseded_at__isnull=True).first()
    if ranking is not None:
        return OwnAnswer(ranking=ranking, items=_items_of(ranking, assignment))
    demonstration = (
        Demonstration.objects.filter(assignment=assignment, edited_by__isnull=True)
        .order_by("-submitted_at")
        .first()
    )
    if demonstration is None:
        raise NotAccessible
    return OwnAnswer(demonstration=demonstration)


def _items_of(ranking: Ranking, assignment: Assignment) -> tuple[OwnRankedCompletion, ...]:
    judged = {item.completion_id: item for item in ranking.items.all()}
    shown = PresentedCompletion.objects.filter(assignment=assignment).order_by("position")
    return tuple(
        OwnRankedCompletion(presented.handle, judged[presented.completion_id])
        for presented in shown
        if presented.completion_id in judged
    )
