"""The counts of a choice within prompts: pairs of two models, or of so many labelers.

What is stored of a prompt is added up over its pairs and cannot answer that, so they are worked out
from the columns of its rankings that the refresh keeps beside it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from labeling.agreement.judgments import BoolArray, FloatArray, IntArray, RankedItems
from labeling.agreement.people import meetings_by_prompt
from labeling.agreement.report import Summed
from labeling.agreement.statistics import ADDENDS, Addend
from labeling.agreement.sums import sums_by_prompt, sums_from_matrix
from labeling.models import Completion, Ranking
from labeling.selectors.agreement_counts import (
    NUM_CLUSTERS,
    NUM_SHARES,
    NUM_SMALL_CLUSTERS,
    Counts,
    histogram,
    is_grouped,
    meetings_of,
)
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_columns import unpacked
from labeling.selectors.judged_pairs import RankingRows, ranking_rows
from labeling.selectors.number_columns import NOTHING, compiled, joined_numbers
from labeling.selectors.writers import Writers

# One statement, so that the prompts and their rankings are of one moment.
JUDGED: Final = """
WITH fitting (judged_id, project_id, prompt_id) AS ({stored}),
grouped AS (
    SELECT judged_id, sum(count(*)) OVER ()::bigint AS num_prompts,
        string_agg(int8send(project_id) || int8send(prompt_id), ''::bytea) AS subjects
    FROM fitting GROUP BY judged_id
)
SELECT num_prompts, subjects, columns
FROM grouped JOIN labeling_judgedprompts AS judged ON judged.id = judged_id
ORDER BY judged_id
"""
# Each holds up to some thousand prompts: bounds the memory.
ROWS_AT_ONCE: Final = 4


@dataclass(frozen=True, eq=False)
class _Part:
    """Rankings, and which of their subjects fit; ``num_prompts`` is how many fit in all."""

    num_prompts: int
    rows: RankingRows
    is_fitting: BoolArray


@dataclass(frozen=True, eq=False)
class _PartCounts:
    """The counts of some prompts. The columns of the arrays begin with what they are added up by:
    the cluster, of ``sums``; the cluster and two labelers, of ``meetings``; week and cluster.
    """

    sums: FloatArray
    meetings: FloatArray
    weeks: FloatArray
    num_of_tenth: Counter[int]
    # Prompts that hold some of what a figure is made of; in two projects one is there twice.
    adding: Mapping[Addend, IntArray]
    labelers_per_pair: tuple[int, int]
    rankings_of: Counter[int]


@dataclass(frozen=True, eq=False)
class CountsWithin(Counts):
    """And how many rankings with a judgment that counts each labeler has."""

    rankings_of: dict[int, int]


def counts_within(selection: Selection) -> CountsWithin:
    """As of the last refresh. One query; some thousand prompts are held at a time."""
    parts = [_counted(selection, part) for part in _parts(selection)]
    sums = _added_up([part.sums for part in parts])
    fewest, most = zip(*(part.labelers_per_pair for part in parts), strict=True)
    num_of_tenth = sum((part.num_of_tenth for part in parts), Counter[int]())
    return CountsWithin(
        summed=Summed(
            by_cluster=sums_from_matrix(sums[:, 1:]),
            num_prompts={
                name: _num_different(np.concatenate([part.adding[name] for part in parts]))
                for name in ADDENDS
            },
            labelers_per_pair=(min(fewest), max(most)),
        ),
        meetings=meetings_of(_added_up([part.meetings for part in parts], num_keys=3)),
        weeks=_added_up([part.weeks for part in parts], num_keys=2)[:, [0, 2, 3]],
        shares=histogram(dict(num_of_tenth)),
        rankings_of=dict(sum((part.rankings_of for part in parts), Counter[int]())),
    )


def _parts(selection: Selection) -> Iterator[_Part]:
    """All that fit; where there is nothing, one part without any."""
    stored = selection.stored().order_by()
    sql, values = compiled(stored.values_list("judged_id", "project_id", "prompt_id"))
    is_empty = True
    # Within a transaction Postgres sends what it has, and keeps no copy of all of it.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        if sql != NOTHING:
            cursor.execute(JUDGED.format(stored=sql), list[Any](values))
        while sql != NOTHING and (found := cursor.fetchmany(ROWS_AT_ONCE)):
            is_empty = False
            for num_prompts, subjects, columns in found:
                rows = unpacked(bytes(columns))
                yield _Part(num_prompts, rows, _is_among(rows, joined_numbers([subjects])))
    if is_empty:
        nothing = ranking_rows(Ranking.objects.none())
        yield _Part(0, nothing, np.zeros(0, dtype=np.bool_))


def _is_among(rows: RankingRows, numbers: IntArray) -> BoolArray:
    """Which subjects are named. Shapes: numbers, a project and a prompt for each."""
    projects, prompts = numbers.reshape(-1, 2).T
    of_rows, prompts_of_rows = np.array(rows.subjects, dtype=np.int64).reshape(-1, 2).T
    span = int(max(prompts.max(initial=0), prompts_of_rows.max(initial=0))) + 1
    return np.isin(of_rows * span + prompts_of_rows, projects * span + prompts)


def _counted(selection: Selection, part: _Part) -> _PartCounts:
    rows = part.rows
    is_chosen = part.is_fitting[rows.subject_of_ranking] & selection.of_rankings(rows)
    items = chosen_items(selection, rows, is_chosen)
    judgments, ranking = items.pair_judgments_of_rankings()
    is_enough = judgments.counts().sum(axis=1) >= selection.min_overlap
    ranked = np.unique(ranking[is_enough[judgments.pair]])
    judgments = judgments.of_pairs(is_enough)
    of_subject = sums_by_prompt(judgments)
    prompt_of_subject = np.array([prompt for _, prompt in rows.subjects], dtype=np.int64)
    judged = np.unique(judgments.prompt)
    prompt = prompt_of_subject[judged]
    met = meetings_by_prompt(judgments)
    met_on = prompt_of_subject[met.prompt]
    cluster, small = prompt, prompt
    if is_grouped(part.num_prompts):
        cluster, small = prompt % NUM_CLUSTERS, prompt % NUM_SMALL_CLUSTERS
        met_on = met_on % NUM_SMALL_CLUSTERS
    last = np.zeros(len(rows.subjects), dtype=np.int64)
    np.maximum.at(last, rows.subject_of_ranking[is_chosen], rows.mondays[is_chosen])
    tenth = np.floor(of_subject.half_points / of_subject.comparisons * NUM_SHARES)
    labelers = np.bincount(judgments.pair)
    return _PartCounts(
        sums=_columns(cluster, of_subject.matrix()),
        meetings=_columns(met_on, met.a, met.b, met.cells, met.num_prompts, met.num_ordered),
        weeks=_columns(last[judged], small, of_subject.strict_same, of_subject.strict_comparisons),
        num_of_tenth=Counter(tenth.astype(np.int64).tolist()),
        adding={name: prompt[getattr(of_subject, name) > 0] for name in ADDENDS},
        labelers_per_pair=(int(labelers.min(initial=2**31)), int(labelers.max(initial=0))),
        rankings_of=Counter(rows.items.labeler[ranked].tolist()),
    )


def chosen_items(selection: Selection, rows: RankingRows, is_chosen: BoolArray) -> RankedItems:
    """What these rankings say of the models chosen, each subject being a prompt.

    Shapes: is_chosen, per ranking.
    """
    kept = is_chosen[rows.items.ranking]
    if selection.sources is not None:
        kept &= _written_by(rows.source, selection.sources)
    return replace(rows.items.of_items(kept), prompt=rows.subject)


def _written_by(source: IntArray, chosen: tuple[int, int]) -> BoolArray:
    """Which were written by either, also together with others. Shapes: both alike.

    Two queries more where some completion has several writers.
    """
    shared = -np.unique(source[source < 0])
    if not len(shared):
        return np.isin(source, chosen)
    writers = Writers(chosen)
    by_either = Completion.objects.filter(
        writers.wrote(chosen[0]) | writers.wrote(chosen[1]), pk__in=shared.tolist()
    )
    return np.isin(source, [*chosen, *(-pk for pk in by_either.values_list("pk", flat=True))])


def _columns(*columns: IntArray | FloatArray) -> FloatArray:
    parts = [np.asarray(column, dtype=np.float64) for column in columns]
    return np.concatenate([part if part.ndim == 2 else part[:, None] for part in parts], axis=1)


def _num_different(prompts: IntArray) -> int:
    # Numbers are given out one after the other, so marking them is far quicker than sorting.
    is_there = np.zeros(int(prompts.max(initial=0)) + 1, dtype=np.bool_)
    is_there[prompts] = True
    return int(is_there.sum())


def _added_up(parts: Sequence[FloatArray], *, num_keys: int = 1) -> FloatArray:
    """The rows of all parts, one for each different set of keys, in the order of the keys."""
    rows = np.concatenate(parts)
    # As one number they are sorted far quicker than side by side.
    code = np.zeros(len(rows), dtype=np.int64)
    for key in rows[:, :num_keys].astype(np.int64).T:
        code = code * (int(key.max(initial=0)) + 1) + key
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    sums = [np.bincount(group, column, minlength=len(first)) for column in rows[:, num_keys:].T]
    return np.column_stack([rows[first, :num_keys], *sums])
