"""Reading sealed rankings as the columns that every agreement figure is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from django.db.models import QuerySet

from labeling.agreement.judgments import BoolArray, IntArray, RankedItems
from labeling.models import Project, Ranking, Task
from labeling.selectors.number_columns import NOTHING, compiled, integer_columns
from labeling.selectors.rankings import sealed_rankings

# A prompt in one project: what two labelers must share to be compared.
Subject = tuple[int, int]

MICROSECONDS_PER_DAY: Final = 24 * 3600 * 1_000_000
# 1970-01-01 as a day of the calendar, whose first one is 1.
DAY_OF_1970: Final = 719_163

# In the order of submission: of two judgments by one labeler the later one counts. One statement,
# so that all of it is of one moment. The task is named although the ranking says it: the rows of a
# task stand together, those of a ranking are found only by its random number.
ITEMS: Final = """
WITH chosen (id, task_id, assignment_id, labeler_id, pool, is_simulated, instructions_id,
    submitted_at) AS MATERIALIZED ({rankings}),
numbered AS (SELECT *, row_number() OVER (ORDER BY submitted_at, id) AS number FROM chosen)
SELECT number, numbered.task_id, labeler_id, (pool = 'held_out')::int::bigint,
    is_simulated::int::bigint, coalesce(instructions_id, 0)::bigint,
    (extract(epoch FROM submitted_at) * 1000000)::bigint,
    coalesce(item.id, 0), coalesce(item.completion_id, 0), coalesce(rank, 0)::bigint,
    coalesce(position, -1)::bigint
FROM numbered
LEFT JOIN labeling_rankedcompletion AS item
    ON item.ranking_id = numbered.id AND item.task_id = numbered.task_id
LEFT JOIN labeling_presentedcompletion AS presented
    ON presented.assignment_id = numbered.assignment_id
    AND presented.completion_id = item.completion_id
"""
ITEM_COLUMNS: Final = 11
SHOWN: Final = """
SELECT shown.id, task.project_id, shown.prompt_id, shown.task_id, task.k::bigint,
    (task.k = 2 AND task.origin = %s)::int::bigint, shown.completion_id,
    length(completion.text)::bigint,
    CASE WHEN completion.sampling ? 'also_by' THEN -completion.id ELSE completion.source_id END
FROM labeling_taskcompletion AS shown
JOIN labeling_task AS task ON task.id = shown.task_id
JOIN labeling_completion AS completion ON completion.id = shown.completion_id
WHERE shown.task_id = ANY(%s)
"""
SHOWN_COLUMNS: Final = 9


@dataclass(frozen=True, eq=False)
class RankingRows:
    """Rankings as columns, with what a selection chooses by.

    A task of ``items`` is a subject, or one imported comparison whose two sides mean something;
    ``subject`` says which of ``subjects`` it is about. ``source`` is who wrote a ranked completion,
    or where several did the completion's own number below 0. Shapes: source, per ranked completion;
    subject, per task of ``items``; k, per subject; the rest, per ranking.
    """

    items: RankedItems
    source: IntArray
    subject: IntArray
    subjects: Sequence[Subject]
    k: IntArray
    # Of the task that was ranked; a subject's is the largest of its tasks.
    k_of_task: IntArray
    is_held_out: BoolArray
    is_simulated: BoolArray
    # 0 where none is known.
    instructions: IntArray
    # Microseconds since 1970.
    submitted_at: IntArray

    @cached_property
    def subject_of_ranking(self) -> IntArray:
        return self.subject[self.items.task]

    @cached_property
    def days(self) -> IntArray:
        """The day of each ranking, in UTC, as a day of the calendar."""
        return self.submitted_at // MICROSECONDS_PER_DAY + DAY_OF_1970

    @cached_property
    def mondays(self) -> IntArray:
        """The first day of each ranking's week, in UTC; day 1 of the calendar was a Monday."""
        return self.days - (self.days - 1) % 7


def counted_rankings(*, include_simulated: bool = True) -> QuerySet[Ranking]:
    """What agreement is about: sealed rankings but those of screenings.

    Candidates are compared with experts there, and not by name (R12).
    """
    return sealed_rankings(include_simulated=include_simulated).exclude(
        task__project__purpose=Project.Purpose.SCREENING
    )


def ranked_items(rankings: QuerySet[Ranking]) -> RankedItems:
    """The rankings as columns, completions in the order in which their prompt's tasks list them."""
    return ranking_rows(rankings).items


def ranking_rows(rankings: QuerySet[Ranking]) -> RankingRows:
    """The same with what a selection chooses by.

    Labelers meet on the completions of one prompt in one project: nobody is compared with somebody
    who worked under other instructions. Two queries whatever the size.
    """
    number, task, *of_ranking, item, completion, rank, seen = _items(rankings)
    first = np.flatnonzero(np.diff(number, prepend=0))
    places = _places(task[first])
    ranking = number - 1
    unit, k_of_task = places.of_tasks(task[first])
    # What was not shown to this labeler by us stands where their file has it.
    place = np.arange(len(item)) - first[ranking]
    position, length, source, is_known = places.find(unit[ranking], completion)
    labeler, is_held_out, is_simulated, instructions, submitted_at = (
        column[first] for column in of_ranking
    )
    return RankingRows(
        items=RankedItems(
            ranking=ranking[is_known],
            position=position[is_known],
            rank=rank[is_known],
            length=length[is_known],
            task=unit,
            labeler=labeler,
            prompt=places.prompt[places.subject_of_unit],
            has_sides=places.has_sides,
            shown=np.where(seen < 0, place, seen)[is_known],
        ),
        source=source[is_known],
        subject=places.subject_of_unit,
        subjects=list(zip(places.project.tolist(), places.prompt.tolist(), strict=True)),
        k=places.k,
        k_of_task=k_of_task,
        is_held_out=is_held_out.astype(np.bool_),
        is_simulated=is_simulated.astype(np.bool_),
        instructions=instructions,
        submitted_at=submitted_at,
    )


def _items(rankings: QuerySet[Ranking]) -> IntArray:
    """The columns of ``ITEMS``, ranking by ranking, in the order in which each was stored."""
    sql, values = compiled(
        rankings.order_by().values_list(
            "id",
            "task_id",
            "assignment_id",
            "labeler_id",
            "labeler__pool",
            "labeler__is_simulated",
            "instructions_id",
            "submitted_at",
        )
    )
    if sql == NOTHING:
        return np.empty((ITEM_COLUMNS, 0), dtype=np.int64)
    columns = integer_columns(ITEMS.format(rankings=sql), values, num_columns=ITEM_COLUMNS)
    return columns[:, np.lexsort((columns[7], columns[0]))]


@dataclass(frozen=True, eq=False)
class _Places:
    """What is compared with what, and where each completion stands there.

    A unit is a subject, whatever its tasks, or one imported comparison of two, whose first and
    second response were the same to everybody who judged them, in no other task. Shapes: task,
    unit_of_task and k_of_task, per task, by its id; subject_of_unit and has_sides, per unit;
    project, prompt and k, per subject; key, position, length and source, per completion of a unit,
    ``key`` ascending.
    """

    task: IntArray
    unit_of_task: IntArray
    k_of_task: IntArray
    subject_of_unit: IntArray
    has_sides: BoolArray
    project: IntArray
    prompt: IntArray
    k: IntArray
    completions: IntArray
    key: IntArray
    position: IntArray
    length: IntArray
    source: IntArray

    def of_tasks(self, tasks: IntArray) -> tuple[IntArray, IntArray]:
        """The unit and the K of each."""
        place = np.searchsorted(self.task, tasks)
        return self.unit_of_task[place], self.k_of_task[place]

    def find(
        self, unit: IntArray, completion: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
        """Position, length and source of each completion of a unit; whether it is one of it."""
        if not len(self.key):
            nowhere = np.zeros(len(unit), dtype=np.int64)
            return nowhere, nowhere, nowhere, nowhere.astype(np.bool_)
        place = np.minimum(np.searchsorted(self.completions, completion), len(self.completions) - 1)
        key = unit * len(self.completions) + place
        found = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        is_known = (self.completions[place] == completion) & (self.key[found] == key)
        return self.position[found], self.length[found], self.source[found], is_known


def _places(tasks: IntArray) -> _Places:
    """Subject by subject, the completions of each task in the order in which it lists them."""
    columns = np.empty((SHOWN_COLUMNS, 0), dtype=np.int64)
    if len(tasks):
        values = [Task.Origin.IMPORTED, np.unique(tasks).tolist()]
        columns = integer_columns(SHOWN, values, num_columns=SHOWN_COLUMNS)
    columns = columns[:, np.lexsort((columns[0], columns[2], columns[1]))]
    _, project, prompt, task, k, sides, completion, length, source = columns
    is_first = (np.diff(project, prepend=-1) != 0) | (np.diff(prompt, prepend=-1) != 0)
    starts = np.flatnonzero(is_first)
    subject = np.cumsum(is_first) - 1
    sides = sides * ~_is_met_elsewhere(task, completion, sides > 0)
    # Each task with sides is a unit by itself, and all others of a subject are one together.
    unit = _by_first_appearance(np.where(sides > 0, task, -1 - subject))
    of_unit = np.unique(unit, return_index=True)[1]
    known_tasks, of_task = np.unique(task, return_index=True)
    completions, index = np.unique(completion, return_inverse=True)
    key, first = np.unique(unit * len(completions) + index, return_index=True)
    return _Places(
        task=known_tasks,
        unit_of_task=unit[of_task],
        k_of_task=k[of_task],
        subject_of_unit=subject[of_unit],
        has_sides=sides[of_unit] > 0,
        project=project[starts],
        prompt=prompt[starts],
        k=np.maximum.reduceat(k, starts) if len(starts) else k,
        completions=completions,
        key=key,
        position=_place_in_group(unit[first], first),
        length=length[first],
        source=source[first],
    )


def _is_met_elsewhere(task: IntArray, completion: IntArray, has_sides: BoolArray) -> BoolArray:
    """Whether another task shows both completions of a task with sides: they are compared there
    too, and no side is meant. Shapes: all alike.
    """
    tasks_of: dict[int, set[int]] = {}
    of_both: dict[int, set[int]] = {}
    among = np.isin(completion, completion[has_sides])
    for one, shown in zip(task[among].tolist(), completion[among].tolist(), strict=True):
        tasks_of.setdefault(shown, set()).add(one)
    for one, shown in zip(task[has_sides].tolist(), completion[has_sides].tolist(), strict=True):
        of_both[one] = of_both.get(one, tasks_of[shown]) & tasks_of[shown]
    met = [one for one, tasks in of_both.items() if len(tasks) > 1]
    return has_sides & np.isin(task, np.array(met, dtype=np.int64))


def _by_first_appearance(values: IntArray) -> IntArray:
    """Numbers from 0 for the different values, in the order in which each is met first."""
    _, first, group = np.unique(values, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[group]


def _place_in_group(group: IntArray, order: IntArray) -> IntArray:
    """How many of the same group come before, by ``order``. Shapes: all alike."""
    by_group = np.lexsort((order, group))
    sorted_group = group[by_group]
    starts = np.flatnonzero(np.diff(sorted_group, prepend=-1))
    sizes = np.diff(starts, append=len(group))
    place = np.empty(len(group), dtype=np.int64)
    place[by_group] = np.arange(len(group)) - np.repeat(starts, sizes)
    return place
