"""Reading how much labelers agree, from the counts that are worked out in the background."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

import numpy as np
from django.db.models import Aggregate, BinaryField

from labeling.agreement.drift import Period
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import BoolArray, IntArray
from labeling.agreement.people import AgainstOthers, Couple, against_others, couples
from labeling.agreement.statistics import STRICT
from labeling.errors import NotAccessible
from labeling.models import (
    AgreementStore,
    InstructionVersion,
    Project,
    PromptAnnotation,
    User,
)
from labeling.selectors.agreement_counts import (
    Counts,
    counts_of_store,
    labelers_of_store,
    summed_of_store,
)
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.agreement_within import counts_within
from labeling.selectors.number_columns import NOTHING, compiled, integer_columns, joined_numbers

# The busiest labelers are listed one by one; a crowd of thousands is in the figures only.
NUM_LABELERS_LISTED: Final = 100
NUM_LABELERS_PAIRED: Final = 20
PoolName = Literal["training", "held_out"]
POOLS: Final[tuple[PoolName, ...]] = ("training", "held_out")
# Choices of the last minutes, in this process; any change of the figures makes them new.
NUM_KEPT: Final = 64
# Enough for all that are being written at one moment.
NUM_NEWEST: Final = 100

# The token of the figures and, where a category is chosen, the newest answers about prompts.
_Moment = tuple[UUID, tuple[int, ...]]


@dataclass(frozen=True)
class LabelerAgreement:
    """One labeler against everybody else."""

    labeler: User
    against_others: AgainstOthers
    num_rankings: int


@dataclass(frozen=True)
class LabelersTogether:
    a: User
    b: User
    agreement: Figure
    kappa: Figure


@dataclass(frozen=True)
class Share:
    """How many prompts have an agreement of ``low`` to a tenth more, a tie counting a half."""

    low: float
    num_prompts: int


@dataclass(frozen=True)
class _Found:
    """All that is kept: nothing in it names anybody but by number."""

    num_prompts: int
    rankings_of: dict[int, int]
    figures: dict[str, Figure]
    num_clusters: int
    trend: list[Period]
    shares: list[Share]
    against_others: dict[int, AgainstOthers]
    couples: list[Couple]


@dataclass(frozen=True)
class Agreement:
    """All that is known about agreement in one selection of sealed rankings.

    The numbers of rankings, prompts and labelers are those that the figures are over: of prompts
    on which two labelers judged the same, and under a choice within prompts with such a judgment.
    ``refreshed_at`` is the moment of the figures, None before there are any. ``num_clusters`` is
    how many groups of prompts were resampled; as many as there are prompts, or fewer.
    """

    refreshed_at: datetime | None
    num_rankings: int
    num_prompts: int
    num_labelers: int
    num_clusters: int
    figures: dict[str, Figure]
    trend: list[Period]
    versions: list[InstructionVersion]
    shares: list[Share]
    labelers: list[LabelerAgreement]
    together: list[LabelersTogether]


def agreement(selection: Selection) -> Agreement:
    """The agreement of the selected labelers, as of the last refresh.

    What was asked since then is answered from memory. Raises: NotAccessible when there is no such
    project.
    """
    if not _exists(selection.project_id):
        raise NotAccessible
    store = AgreementStore.objects.filter(pk=1).first()
    moment = _moment_of(store, selection) if store else None
    found = _found(moment, selection) if moment else _found.__wrapped__(None, selection)
    listed = sorted(found.rankings_of, key=lambda pk: (-found.rankings_of[pk], pk))
    users = User.objects.in_bulk(listed[:NUM_LABELERS_LISTED])
    versions = InstructionVersion.objects.filter(project=selection.project_id)
    return Agreement(
        refreshed_at=store.refreshed_at if store else None,
        num_rankings=sum(found.rankings_of.values()),
        num_prompts=found.num_prompts,
        num_labelers=len(found.rankings_of),
        num_clusters=found.num_clusters,
        figures=found.figures,
        trend=found.trend,
        versions=list(versions.order_by("version")) if selection.project_id else [],
        shares=found.shares,
        labelers=[
            LabelerAgreement(users[pk], found.against_others[pk], found.rankings_of[pk])
            for pk in listed[:NUM_LABELERS_LISTED]
        ],
        together=[
            LabelersTogether(users[one.a], users[one.b], one.agreement, one.kappa)
            for one in found.couples
        ],
    )


@dataclass(frozen=True)
class AgreementOfLabelers:
    """Strict agreement of all labelers of a selection, and of each one asked for with the others.

    Who never judged what somebody else judged has a figure that says so.
    """

    of_all: Figure
    with_others: dict[int, Figure]


def agreement_of_labelers(selection: Selection, labelers: Sequence[int]) -> AgreementOfLabelers:
    """The part of :func:`agreement` that is about single labelers, and nothing else of it.

    Four queries, as of the last refresh; kept like all of it. Precondition: the project exists and
    no two sources are chosen, because pairs are not counted ahead by source.
    """
    store = AgreementStore.objects.filter(pk=1).first()
    asked = (selection, tuple(labelers))
    if store is None:
        return _of_labelers.__wrapped__(None, *asked)
    return _of_labelers(_moment_of(store, selection), *asked)


@lru_cache(maxsize=NUM_KEPT)
def _of_labelers(
    _moment: _Moment | None, selection: Selection, labelers: tuple[int, ...]
) -> AgreementOfLabelers:
    summed, meetings = labelers_of_store(selection)
    found = against_others(meetings, labelers=labelers)
    return AgreementOfLabelers(
        summed.figure(STRICT), {labeler: one.agreement for labeler, one in found.items()}
    )


@dataclass(frozen=True)
class AgreementOfPool:
    """The labelers of one pool among themselves; ``num_clusters`` as of :class:`Agreement`."""

    pool: PoolName
    figures: dict[str, Figure]
    num_clusters: int


def agreement_of_pools(selection: Selection) -> list[AgreementOfPool]:
    """Training and held-out labelers side by side, each among themselves (R42).

    Two queries for each and two more, as of the last refresh; kept like all of it. What the
    selection says of a pool is not read. Raises: NotAccessible when there is no such project.
    """
    if not _exists(selection.project_id):
        raise NotAccessible
    store = AgreementStore.objects.filter(pk=1).first()
    moment = _moment_of(store, selection) if store else None
    found = []
    for pool in POOLS:
        asked = replace(selection, pool=pool)
        kept = _of_pool(moment, asked) if moment else _of_pool.__wrapped__(None, asked)
        found.append(AgreementOfPool(pool, *kept))
    return found


@lru_cache(maxsize=NUM_KEPT)
def _of_pool(_moment: _Moment | None, selection: Selection) -> tuple[dict[str, Figure], int]:
    live = selection.chooses_pairs
    summed = counts_within(selection).summed if live else summed_of_store(selection)
    return summed.figures(), len(summed.by_cluster.pairs)


def _moment_of(store: AgreementStore, selection: Selection) -> _Moment:
    """What changes whenever a figure of the selection may.

    A category is read as it is now, and set without a refresh; every change of one leaves an
    annotation. Several are told, because one that was numbered earlier may be committed later.
    """
    if selection.category is None:
        return store.token, ()
    newest = PromptAnnotation.objects.order_by("-pk").values_list("pk", flat=True)
    return store.token, tuple(newest[:NUM_NEWEST])


def _exists(project_id: int | None) -> bool:
    return project_id is None or Project.objects.filter(pk=project_id).exists()


@lru_cache(maxsize=NUM_KEPT)
def _found(_moment: _Moment | None, selection: Selection) -> _Found:
    """Kept for as long as the moment stays: it changes whenever any figure does."""
    counts: Counts
    if selection.chooses_pairs:
        counts = within = counts_within(selection)
        rankings_of = within.rankings_of
    else:
        counts, rankings_of = counts_of_store(selection), _rankings_of(selection)
    busiest = sorted(rankings_of, key=lambda pk: (-rankings_of[pk], pk))
    return _Found(
        num_prompts=counts.summed.num_prompts["comparisons"],
        rankings_of=rankings_of,
        figures=counts.summed.figures(),
        num_clusters=len(counts.summed.by_cluster.pairs),
        trend=counts.trend(),
        shares=[Share(low, num) for low, num in counts.shares],
        against_others=against_others(counts.meetings, labelers=busiest[:NUM_LABELERS_LISTED]),
        couples=couples(counts.meetings, labelers=busiest[:NUM_LABELERS_PAIRED]),
    )


class _Joined(Aggregate):
    """All bytes one behind the other, in any order."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ''::bytea)"
    output_field = BinaryField()


def _rankings_of(selection: Selection) -> dict[int, int]:
    """How many rankings of the counted prompts each labeler has, as of the last refresh."""
    rows = selection.labeler_days().order_by().values_list("project", "labeler")
    ranked = defaultdict[int, dict[int, IntArray]](dict)
    for project, labeler, joined in rows.annotate(joined=_Joined("prompts")):
        ranked[project][labeler] = joined_numbers([joined])
    sql, values = compiled(selection.counted().order_by().values_list("project_id", "prompt_id"))
    if sql == NOTHING:
        return {}
    project_of, counted = integer_columns(sql, values, num_columns=2)
    found = Counter[int]()
    for project in np.unique(project_of).tolist():
        prompts_of = ranked[project]
        chosen = counted[project_of == project]
        # Numbers are given out one after the other, so marking them is far quicker than sorting.
        is_counted = _marked(chosen, up_to=max(int(chosen.max()), _largest(prompts_of)))
        for labeler, prompts in prompts_of.items():
            found[labeler] += int(is_counted[prompts].sum())
    return {labeler: number for labeler, number in found.items() if number}


def _largest(prompts_of: Mapping[int, IntArray]) -> int:
    return max((int(prompts.max(initial=0)) for prompts in prompts_of.values()), default=0)


def _marked(numbers: IntArray, *, up_to: int) -> BoolArray:
    """Which numbers occur. Shapes: one more than the largest."""
    marks = np.zeros(up_to + 1, dtype=np.bool_)
    marks[numbers] = True
    return marks
