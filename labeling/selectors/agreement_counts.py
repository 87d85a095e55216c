"""The counts of one selection, added up by Postgres."""

from dataclasses import dataclass, fields
from functools import reduce
from operator import or_
from typing import Final

import numpy as np
from django.db.models import Count, Expression, F, IntegerField, Max, Min, Q, Sum, Value
from django.db.models.functions import Cast, Floor, Mod, TruncWeek

from labeling.agreement.drift import Period, trend
from labeling.agreement.judgments import FloatArray
from labeling.agreement.people import STRICT_CELLS, PromptMeetings
from labeling.agreement.report import Summed
from labeling.agreement.statistics import ADDENDS, Addend
from labeling.agreement.sums import Sums, sums_from_matrix
from labeling.models import LabelerMeeting
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.number_columns import float_columns

# More prompts than this are put into so many groups by their number, and groups are resampled:
# the interval is as wide, and Postgres adds up the rest.
NUM_CLUSTERS: Final = 1_000
# The same for what is counted for each couple of labelers, or each week.
NUM_SMALL_CLUSTERS: Final = 100
SUM_FIELDS: Final = tuple(field.name for field in fields(Sums))
CELL_FIELDS: Final = tuple(
    f"{mine}_{theirs}"
    for mine in ("second", "tied", "first")
    for theirs in ("second", "tied", "first")
)
# Both ordered some pair of the prompt without a tie.
HAVE_ORDERED: Final = reduce(or_, (Q(**{f"{CELL_FIELDS[n]}__gt": 0}) for n in STRICT_CELLS))
NUM_SHARES: Final = 10


@dataclass(frozen=True, eq=False)
class Counts:
    """``weeks`` holds week (days since 1970), strict same, strict; one row per week and cluster."""

    summed: Summed
    meetings: PromptMeetings
    weeks: FloatArray
    shares: list[tuple[float, int]]

    def trend(self) -> list[Period]:
        return trend(self.weeks[:, 1], self.weeks[:, 2], period=self.weeks[:, 0].astype(np.int64))


def counts_of_store(selection: Selection) -> Counts:
    """Added up by Postgres. Five queries; what they send does not grow with the rankings."""
    summed, meetings = labelers_of_store(selection)
    return Counts(
        summed=summed,
        meetings=meetings,
        weeks=_weeks(selection, is_grouped(summed.num_prompts["pairs"])),
        shares=_shares(selection),
    )


def labelers_of_store(selection: Selection) -> tuple[Summed, PromptMeetings]:
    """What is said of all labelers together and of each with the others. Three queries."""
    summed = summed_of_store(selection)
    return summed, _meetings(selection, is_grouped(summed.num_prompts["pairs"]))


def summed_of_store(selection: Selection) -> Summed:
    """What is said of all labelers together. Two queries."""
    # Those who never met on a pair have a row and no counts.
    stored = selection.stored().filter(pairs__gt=0)
    size = stored.aggregate(
        **{name: _prompts_with(name) for name in ADDENDS},
        fewest=Min("fewest_labelers"),
        most=Max("most_labelers"),
    )
    num_prompts = {name: int(size[name]) for name in ADDENDS}
    is_large = is_grouped(num_prompts["pairs"])
    sums = (
        stored.annotate(cluster=_cluster("prompt", NUM_CLUSTERS, is_large))
        .order_by()
        .values_list("cluster")
        .annotate(*(Sum(name) for name in SUM_FIELDS))
    )
    columns = float_columns(sums, num_columns=1 + len(SUM_FIELDS))
    # Which group is drawn hangs on the order.
    columns = columns[:, columns[0].argsort()]
    return Summed(
        by_cluster=sums_from_matrix(columns[1:].T),
        num_prompts=num_prompts,
        labelers_per_pair=(size["fewest"] or 0, size["most"] or 0),
    )


def _prompts_with(addend: Addend) -> Count:
    """How many prompts hold some of what a figure is made of."""
    return Count("prompt", distinct=True, filter=Q(**{f"{addend}__gt": 0}))


def is_grouped(num_prompts: int) -> bool:
    return num_prompts > NUM_CLUSTERS


def _cluster(prompt: str, number: int, is_large: bool) -> Expression | F:
    return Mod(F(f"{prompt}_id"), Value(number)) if is_large else F(f"{prompt}_id")


def _meetings(selection: Selection, is_large: bool) -> PromptMeetings:
    rows = (
        LabelerMeeting.objects.filter(agreement__in=selection.stored())
        .annotate(cluster=_cluster("agreement__prompt", NUM_SMALL_CLUSTERS, is_large))
        .order_by()
        .values_list("cluster", "a_id", "b_id")
        .annotate(
            *(Sum(name) for name in CELL_FIELDS),
            num=Count("pk"),
            num_ordered=Count("pk", filter=HAVE_ORDERED),
        )
    )
    return meetings_of(float_columns(rows, num_columns=5 + len(CELL_FIELDS)).T)


def _weeks(selection: Selection, is_large: bool) -> FloatArray:
    rows = (
        selection.stored()
        .annotate(
            week=TruncWeek("last_submitted_at"),
            cluster=_cluster("prompt", NUM_SMALL_CLUSTERS, is_large),
        )
        .order_by()
        .values_list("week", "cluster")
        .annotate(same=Sum("strict_same"), of=Sum("strict_comparisons"))
        .values_list("week", "same", "of")
    )
    return np.array(
        [(week.date().toordinal(), same, of) for week, same, of in rows], dtype=np.float64
    ).reshape(-1, 3)


def _shares(selection: Selection) -> list[tuple[float, int]]:
    share = Floor(F("half_points") / F("comparisons") * NUM_SHARES)
    rows = (
        selection.counted()
        .annotate(tenth=Cast(share, IntegerField()))
        .order_by()
        .values_list("tenth")
        .annotate(num=Count("pk"))
    )
    return histogram(dict(rows))


def histogram(num_of: dict[int, int]) -> list[tuple[float, int]]:
    """Full agreement belongs to the last tenth."""
    num_of[NUM_SHARES - 1] = num_of.get(NUM_SHARES - 1, 0) + num_of.pop(NUM_SHARES, 0)
    return [(tenth / NUM_SHARES, num_of.get(tenth, 0)) for tenth in range(NUM_SHARES)]


def meetings_of(rows: FloatArray) -> PromptMeetings:
    """From columns of cluster, two labelers, their cells, and the two numbers of prompts."""
    cluster, a, b = rows[:, :3].astype(np.int64).T
    num_prompts, num_ordered = rows[:, -2:].astype(np.int64).T
    return PromptMeetings(cluster, a, b, rows[:, 3:-2], num_prompts, num_ordered)
