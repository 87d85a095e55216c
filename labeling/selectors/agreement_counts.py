"""The counts of one selection: added up by Postgres, or worked out from the rankings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import or_
from typing import Final

import numpy as np
from django.db.models import Count, Expression, F, IntegerField, Max, Min, Q, Sum, Value
from django.db.models.functions import Cast, Floor, Mod, TruncWeek

from labeling.agreement.drift import Period, trend
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.agreement.people import STRICT_CELLS, PromptMeetings, meetings_by_prompt
from labeling.agreement.report import Summed
from labeling.agreement.statistics import ADDENDS, Addend, prompts_that_add
from labeling.agreement.sums import Sums, sums_by_prompt, sums_from_matrix
from labeling.models import LabelerMeeting
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranking_rows
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
# Of what is worked out from the rankings; bounds the memory.
PROMPTS_AT_ONCE: Final = 20_000


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
        weeks=_weeks(selection, _is_large(summed.num_prompts["pairs"])),
        shares=_shares(selection),
    )


def labelers_of_store(selection: Selection) -> tuple[Summed, PromptMeetings]:
    """What is said of all labelers together and of each with the others. Three queries."""
    summed = summed_of_store(selection)
    return summed, _meetings(selection, _is_large(summed.num_prompts["pairs"]))


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
    is_large = _is_large(num_prompts["pairs"])
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


def _is_large(num_prompts: int) -> bool:
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
    return _meetings_of(float_columns(rows, num_columns=5 + len(CELL_FIELDS)).T)


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
        selection.stored()
        .filter(comparisons__gt=0)
        .annotate(tenth=Cast(share, IntegerField()))
        .order_by()
        .values_list("tenth")
        .annotate(num=Count("pk"))
    )
    return _histogram(dict(rows))


def _histogram(num_of: dict[int, int]) -> list[tuple[float, int]]:
    """Full agreement belongs to the last tenth."""
    num_of[NUM_SHARES - 1] = num_of.get(NUM_SHARES - 1, 0) + num_of.pop(NUM_SHARES, 0)
    return [(tenth / NUM_SHARES, num_of.get(tenth, 0)) for tenth in range(NUM_SHARES)]


def counts_live(selection: Selection) -> Counts:
    """From the rankings of the prompts that fit: a choice of pairs is not worked out ahead.

    Many thousand prompts at a time, each of which adds its sums: what is held does not grow with
    the rankings.
    """
    stored = selection.stored().order_by("prompt_id")
    prompts = list(stored.values_list("prompt_id", flat=True).distinct())
    is_large = _is_large(len(prompts))
    blocks = [
        _block(selection, prompts[start : start + PROMPTS_AT_ONCE], is_large)
        for start in range(0, max(1, len(prompts)), PROMPTS_AT_ONCE)
    ]
    sums = _added_up([block.sums for block in blocks])
    fewest, most = zip(*(block.labelers_per_pair for block in blocks), strict=True)
    num_of_tenth = sum((block.num_of_tenth for block in blocks), Counter[int]())
    return Counts(
        summed=Summed(
            by_cluster=sums_from_matrix(sums[:, 1:]),
            num_prompts={
                name: sum(block.num_prompts[name] for block in blocks) for name in ADDENDS
            },
            labelers_per_pair=(min(fewest), max(most)),
        ),
        meetings=_meetings_of(_added_up([block.meetings for block in blocks], num_keys=3)),
        weeks=_added_up([block.weeks for block in blocks], num_keys=2)[:, [0, 2, 3]],
        shares=_histogram(dict(num_of_tenth)),
    )


@dataclass(frozen=True, eq=False)
class _LiveBlock:
    """The counts of some prompts. The columns of the arrays begin with what they are added up by:
    the cluster, of ``sums``; the cluster and two labelers, of ``meetings``; week and cluster.
    """

    sums: FloatArray
    meetings: FloatArray
    weeks: FloatArray
    num_of_tenth: Counter[int]
    num_prompts: Mapping[Addend, int]
    labelers_per_pair: tuple[int, int]


def _block(selection: Selection, prompts: Sequence[int], is_large: bool) -> _LiveBlock:
    rankings = selection.rankings().filter(task__prompt__in=prompts)
    rows = ranking_rows(rankings, sources=selection.sources)
    judgments = rows.items.pair_judgments().with_overlap(selection.min_overlap)
    of_prompt = sums_by_prompt(judgments)
    judged = np.unique(judgments.prompt)
    cluster, small = (
        (judged % NUM_CLUSTERS, judged % NUM_SMALL_CLUSTERS) if is_large else (judged, judged)
    )
    met = meetings_by_prompt(judgments)
    last = np.zeros(int(rows.items.prompt.max(initial=0)) + 1, dtype=np.int64)
    np.maximum.at(last, rows.items.prompt[rows.items.task], rows.mondays)
    tenth = np.floor(of_prompt.half_points / of_prompt.comparisons * NUM_SHARES).astype(np.int64)
    labelers = np.bincount(judgments.pair)
    where = met.prompt % NUM_SMALL_CLUSTERS if is_large else met.prompt
    return _LiveBlock(
        sums=_columns(cluster, of_prompt.matrix()),
        meetings=_columns(where, met.a, met.b, met.cells, met.num_prompts, met.num_ordered),
        weeks=_columns(last[judged], small, of_prompt.strict_same, of_prompt.strict_comparisons),
        num_of_tenth=Counter(tenth.tolist()),
        num_prompts=prompts_that_add(of_prompt),
        labelers_per_pair=(int(labelers.min(initial=2**31)), int(labelers.max(initial=0))),
    )


def _columns(*columns: IntArray | FloatArray) -> FloatArray:
    parts = [np.asarray(column, dtype=np.float64) for column in columns]
    # Where nothing fits there are no rows, and as many columns.
    return np.concatenate([part[:, None] if part.ndim == 1 else part for part in parts], axis=1)


def _added_up(parts: Sequence[FloatArray], *, num_keys: int = 1) -> FloatArray:
    """The rows of all parts, one for each different set of keys, in the order of the keys."""
    rows = np.concatenate(parts)
    keys, group = np.unique(rows[:, :num_keys], axis=0, return_inverse=True)
    sums = np.zeros((len(keys), rows.shape[1] - num_keys))
    np.add.at(sums, group.ravel(), rows[:, num_keys:])
    return np.concatenate([keys, sums], axis=1)


def _meetings_of(rows: FloatArray) -> PromptMeetings:
    """From columns of cluster, two labelers, their cells, and the two numbers of prompts."""
    cluster, a, b = rows[:, :3].astype(np.int64).T
    num_prompts, num_ordered = rows[:, -2:].astype(np.int64).T
    return PromptMeetings(cluster, a, b, rows[:, 3:-2], num_prompts, num_ordered)
