"""The counts of one selection: added up by Postgres, or worked out from the rankings."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from django.db.models import Count, Expression, F, IntegerField, Max, Min, Sum, Value
from django.db.models.functions import Cast, Floor, Mod, TruncWeek

from labeling.agreement.drift import Period, trend
from labeling.agreement.judgments import FloatArray
from labeling.agreement.people import PromptMeetings, meetings_by_prompt
from labeling.agreement.report import Summed
from labeling.agreement.sums import Sums, sums_by_prompt, sums_from_matrix
from labeling.models import LabelerMeeting
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranking_rows

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
    # Those who never met on a pair have a row and no counts.
    stored = selection.stored().filter(pairs__gt=0)
    size = stored.aggregate(
        num=Count("prompt", distinct=True), fewest=Min("fewest_labelers"), most=Max("most_labelers")
    )
    is_large = size["num"] > NUM_CLUSTERS
    sums = (
        stored.annotate(cluster=_cluster("prompt", NUM_CLUSTERS, is_large))
        .order_by("cluster")
        .values_list("cluster")
        .annotate(*(Sum(name) for name in SUM_FIELDS), num=Count("prompt", distinct=True))
    )
    rows = np.array(list(sums), dtype=np.float64).reshape(-1, len(SUM_FIELDS) + 2)
    return Counts(
        summed=Summed(
            by_cluster=sums_from_matrix(rows[:, 1:-1]),
            num_prompts=int(rows[:, -1].sum()),
            labelers_per_pair=(size["fewest"] or 0, size["most"] or 0),
        ),
        meetings=_meetings(selection, is_large),
        weeks=_weeks(selection, is_large),
        shares=_shares(selection),
    )


def _cluster(prompt: str, number: int, is_large: bool) -> Expression | F:
    return Mod(F(f"{prompt}_id"), Value(number)) if is_large else F(f"{prompt}_id")


def _meetings(selection: Selection, is_large: bool) -> PromptMeetings:
    rows = (
        LabelerMeeting.objects.filter(agreement__in=selection.stored())
        .annotate(cluster=_cluster("agreement__prompt", NUM_SMALL_CLUSTERS, is_large))
        .order_by()
        .values_list("cluster", "a_id", "b_id")
        .annotate(*(Sum(name) for name in CELL_FIELDS), num=Count("pk"))
    )
    columns = np.array(list(rows), dtype=np.float64).reshape(-1, 4 + len(CELL_FIELDS))
    prompt, a, b = columns[:, :3].astype(np.int64).T
    return PromptMeetings(prompt, a, b, columns[:, 3:-1], columns[:, -1].astype(np.int64))


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
    """From the rankings of the prompts that fit: a choice of pairs is not worked out ahead."""
    chosen = selection.stored().values("prompt")
    rows = ranking_rows(
        selection.rankings().filter(task__prompt__in=chosen), sources=selection.sources
    )
    judgments = rows.items.pair_judgments().with_overlap(selection.min_overlap)
    by_prompt = sums_by_prompt(judgments)
    labelers = np.bincount(judgments.pair)
    last = np.zeros(int(rows.items.prompt.max(initial=0)) + 1, dtype=np.int64)
    days = np.array([_monday(at.toordinal()) for at in rows.submitted_at], dtype=np.int64)
    np.maximum.at(last, rows.items.prompt[rows.items.task], days)
    prompts = np.unique(judgments.prompt)
    share = np.floor(by_prompt.half_points / by_prompt.comparisons * NUM_SHARES).astype(np.int64)
    values, counts = np.unique(share, return_counts=True)
    return Counts(
        summed=Summed(
            by_cluster=by_prompt,
            num_prompts=len(prompts),
            labelers_per_pair=(int(labelers.min(initial=2**31)), int(labelers.max(initial=0))),
        ),
        meetings=meetings_by_prompt(judgments),
        weeks=np.stack(
            [last[prompts], by_prompt.strict_same, by_prompt.strict_comparisons], axis=1
        ),
        shares=_histogram(dict(zip(values.tolist(), counts.tolist(), strict=True))),
    )


def _monday(day: int) -> int:
    """The first day of its week; day 1 of the calendar was a Monday."""
    return day - (day - 1) % 7
