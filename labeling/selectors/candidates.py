"""Reading candidates as those who decide about them do: by a code, without name or vendor (R12)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labeling.agreement.experts import Score, flags_score, grade_score, ranking_score
from labeling.errors import NotAccessible
from labeling.models import (
    Candidacy,
    Demonstration,
    DemonstrationGrade,
    Ranking,
    Screening,
    SensitivityAnswer,
    User,
)

STATE = Candidacy.State
DECIDED = (STATE.ACCEPTED, STATE.REJECTED)
Judgment = TypeVar("Judgment")
REASON_STORED = "It could not be scored when the decision was saved."


@dataclass(frozen=True)
class Scores:
    flags: Score
    ranking: Score
    demonstration: Score


@dataclass(frozen=True)
class Experts:
    """How many people the candidates are compared with, by part."""

    num_flags: int
    num_ranking: int


@dataclass(frozen=True)
class TopicCoverage:
    """How many accepted labelers named a topic or a group; nobody is told who (R11)."""

    topic: str
    num_labelers: int


def candidates(screening: Screening) -> QuerySet[Candidacy]:
    """Those who have handed in, in the order of their codes, which says nothing about them."""
    return (
        Candidacy.objects.filter(screening=screening)
        .exclude(state=STATE.IN_PROGRESS)
        .select_related("screening", "labeler", "decided_by")
        .order_by("code")
    )


def access_candidate(candidacy_id: UUID) -> Candidacy:
    """One who has handed in. Raises: NotAccessible."""
    candidacy = (
        Candidacy.objects.exclude(state=STATE.IN_PROGRESS)
        .select_related("screening", "labeler", "decided_by")
        .filter(pk=candidacy_id)
        .first()
    )
    if candidacy is None:
        raise NotAccessible
    return candidacy


def scores_of(rows: Sequence[Candidacy], screening: Screening) -> dict[UUID, Scores]:
    """Every candidate's scores: as they stand, or as they stood when the decision was saved.

    Three queries whatever the number of candidates.
    """
    live = [row for row in rows if row.state not in DECIDED]
    labelers = [row.labeler_id for row in live]
    flags = _flags(screening, labelers)
    rankings = _rankings(screening, labelers)
    grades = _grades(screening, labelers)
    found = {
        row.pk: Scores(
            flags=flags_score(flags.of[row.labeler_id], flags.experts),
            ranking=ranking_score(rankings.of[row.labeler_id], rankings.experts),
            demonstration=grade_score(grades[row.labeler_id]),
        )
        for row in live
    }
    return found | {row.pk: stored_scores(row) for row in rows if row.state in DECIDED}


def stored_scores(candidacy: Candidacy) -> Scores:
    def stored(value: float | None) -> Score:
        return Score(value, REASON_STORED if value is None else None, 0, 0)

    return Scores(
        flags=stored(candidacy.flags_score),
        ranking=stored(candidacy.ranking_score),
        demonstration=stored(candidacy.demonstration_score),
    )


def experts_of(screening: Screening) -> Experts:
    """Two queries."""
    flags = SensitivityAnswer.objects.filter(_expert("account"), item__screening=screening)
    rankings = _live_rankings(screening).filter(_expert("labeler"))
    return Experts(
        num_flags=flags.aggregate(num=Count("account", distinct=True))["num"],
        num_ranking=rankings.aggregate(num=Count("labeler", distinct=True))["num"],
    )


def demonstrations_to_grade(screening: Screening) -> QuerySet[Demonstration]:
    """The demonstrations of undecided candidates who have handed in, in an order of chance.

    Neither writer nor code comes with them: grades are given to texts.
    """
    return _demonstrations(screening).filter(labeler__candidacy__state=STATE.SUBMITTED)


def with_grades_of(rows: QuerySet[Demonstration], grader: User) -> QuerySet[Demonstration]:
    """Each with ``my_grade``, null until this grader gives one, and ``num_grades``."""
    mine = DemonstrationGrade.objects.filter(demonstration=OuterRef("pk"), grader=grader)
    return rows.annotate(
        my_grade=Subquery(mine.values("grade")[:1]), num_grades=Count("grades")
    ).select_related("prompt")


def access_demonstration_to_grade(demonstration_id: UUID) -> Demonstration:
    """A live demonstration of a screening, with its writer's candidacy. Raises: NotAccessible."""
    found = (
        Demonstration.objects.filter(
            pk=demonstration_id,
            superseded_at__isnull=True,
            labeler__candidacy__screening__demonstration_project=F("assignment__project"),
        )
        .exclude(labeler__candidacy__state=STATE.IN_PROGRESS)
        .select_related("labeler__candidacy", "prompt")
        .first()
    )
    if found is None:
        raise NotAccessible
    return found


def answers_of(candidacy: Candidacy) -> QuerySet[Demonstration]:
    """What one candidate wrote, with every grade given. Two queries."""
    grades = DemonstrationGrade.objects.order_by("graded_at")
    return (
        _demonstrations(candidacy.screening)
        .filter(labeler=candidacy.labeler_id)
        .select_related("prompt")
        .prefetch_related(Prefetch("grades", queryset=grades))
    )


@dataclass(frozen=True)
class FlaggedText:
    """A candidate's answer beside the experts'."""

    text: str
    is_sensitive: bool
    num_experts_sensitive: int
    num_experts_not: int


def flags_of(candidacy: Candidacy) -> list[FlaggedText]:
    """The first part of one candidate, text by text. One query."""
    experts = SensitivityAnswer.objects.filter(_expert("account"), item=OuterRef("item"))

    def num_saying(is_sensitive: bool) -> Coalesce:
        said = experts.filter(is_sensitive=is_sensitive).order_by().values("item")
        return Coalesce(Subquery(said.annotate(num=Count("pk")).values("num")), 0)

    answers = SensitivityAnswer.objects.filter(
        account=candidacy.labeler_id, item__screening=candidacy.screening_id
    )
    rows = answers.order_by("item__position").values_list(
        "item__text", "is_sensitive", num_saying(True), num_saying(False)
    )
    return [FlaggedText(*row) for row in rows]


def topic_coverage(screening: Screening) -> list[TopicCoverage]:
    """Topics and cultural groups of the accepted, those named most often first. One query.

    The wording of whoever comes first in the alphabet stands for those that differ in capitals.
    """
    named = Candidacy.objects.filter(screening=screening, state=STATE.ACCEPTED).annotate(
        named=Func(Func(F("topics"), F("cultural_groups"), function="array_cat"), function="unnest")
    )
    words = (word for word in named.values_list("pk", "named"))
    labelers: dict[str, set[UUID]] = defaultdict(set)
    wording: dict[str, str] = {}
    for pk, word in words:
        key = word.casefold()
        labelers[key].add(pk)
        wording[key] = min(word, wording.get(key, word))
    counted = [TopicCoverage(wording[key], len(who)) for key, who in labelers.items()]
    return sorted(counted, key=lambda topic: (-topic.num_labelers, topic.topic.casefold()))


def _flags(screening: Screening, labelers: Sequence[int]) -> "_Compared[bool]":
    rows = SensitivityAnswer.objects.filter(_candidate_or_expert("account", labelers))
    said = rows.filter(item__screening=screening).values_list("item", "account", "is_sensitive")
    return _compared(said, candidates=labelers)


def _rankings(screening: Screening, labelers: Sequence[int]) -> "_Compared[Sequence[int]]":
    rows = _live_rankings(screening).filter(_candidate_or_expert("labeler", labelers))
    ranks = ArrayAgg("items__rank", order_by="items__completion_id")
    said = rows.annotate(ranks=ranks).values_list("task", "labeler", "ranks")
    return _compared(said, candidates=labelers)


def _grades(screening: Screening, labelers: Sequence[int]) -> dict[int, list[list[int]]]:
    """The grades of each demonstration of each candidate."""
    rows = _demonstrations(screening).filter(labeler__in=labelers)
    given = ArrayAgg("grades__grade", filter=Q(grades__isnull=False), default=[])
    found: dict[int, list[list[int]]] = defaultdict(list)
    for labeler, grades in rows.annotate(given=given).values_list("labeler", "given"):
        found[labeler].append(grades)
    return found


def _live_rankings(screening: Screening) -> QuerySet[Ranking]:
    return Ranking.objects.filter(
        task__project=screening.ranking_project_id,
        task__repeat_of__isnull=True,
        superseded_at__isnull=True,
    )


def _demonstrations(screening: Screening) -> QuerySet[Demonstration]:
    """What candidates wrote and did not take back, in an order of chance."""
    return Demonstration.objects.filter(
        assignment__project=screening.demonstration_project_id,
        labeler__candidacy__screening=screening,
        superseded_at__isnull=True,
    ).order_by("id")


def _expert(account: str) -> Q:
    """Whoever was let into the test without being a candidate of any: researchers and admins."""
    return Q(**{f"{account}__candidacy__isnull": True, f"{account}__is_simulated": False})


def _candidate_or_expert(account: str, labelers: Sequence[int]) -> Q:
    return Q(**{f"{account}__in": labelers}) | _expert(account)


@dataclass(frozen=True)
class _Compared(Generic[Judgment]):
    """What each candidate said about each text or task, and what all experts said about it."""

    of: Mapping[int, Mapping[int, Judgment]]
    experts: Mapping[int, Sequence[Judgment]]


def _compared(
    said: Iterable[tuple[int, int, Judgment]], *, candidates: Collection[int]
) -> _Compared[Judgment]:
    of: dict[int, dict[int, Judgment]] = {labeler: {} for labeler in candidates}
    experts: dict[int, list[Judgment]] = defaultdict(list)
    for subject, account, judgment in said:
        if account in of:
            of[account][subject] = judgment
        else:
            experts[subject].append(judgment)
    return _Compared(of, experts)
