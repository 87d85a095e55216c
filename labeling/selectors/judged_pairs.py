"""Reading sealed rankings as the columns that every agreement figure is made of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.db.models.functions import Length

from labeling.agreement.judgments import BoolArray, IntArray, RankedItems
from labeling.models import PresentedCompletion, Project, Ranking, Task, TaskCompletion
from labeling.selectors.rankings import sealed_rankings

# A prompt in one project: what two labelers must share to be compared.
Subject = tuple[int, int]

ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, eq=False)
class RankingRows:
    """Rankings as columns, with what a selection chooses by.

    A task of ``items`` is a subject, or one imported comparison whose two sides mean something;
    ``subject`` says which of ``subjects`` it is about. Shapes: subject, per task of ``items``; k,
    per subject; the rest, per ranking.
    """

    items: RankedItems
    subject: IntArray
    subjects: Sequence[Subject]
    k: IntArray
    is_held_out: BoolArray
    is_simulated: BoolArray
    # 0 where none is known.
    instructions: IntArray
    submitted_at: Sequence[Any]

    @cached_property
    def subject_of_ranking(self) -> IntArray:
        return self.subject[self.items.task]


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


def ranking_rows(
    rankings: QuerySet[Ranking], *, sources: Sequence[int] | None = None
) -> RankingRows:
    """The same with what a selection chooses by; ``sources`` keeps these models' completions only.

    Labelers meet on the completions of one prompt in one project: nobody is compared with somebody
    who worked under other instructions. Three queries whatever the size.
    """
    # Read once and first: what is sealed a moment later belongs to the next reader.
    rows = list(_rows(rankings).iterator(ROWS_AT_ONCE))
    places = _Places()
    if rows:
        places.read(_shown_completions(rankings), sources)
    shown = _orders_shown(rankings) if rows else {}
    item_rows: list[tuple[int, int, int, int, int]] = []
    unit_of_ranking: list[int] = []
    for index, (task, assignment, completions, ranks, *_) in enumerate(rows):
        order = shown.get(assignment)
        unit = places.unit_of_task[task]
        unit_of_ranking.append(unit)
        for place, (completion, rank) in enumerate(zip(completions, ranks, strict=True)):
            found = places.of.get((unit, completion))
            if found is not None:
                seen_at = place if order is None else order.get(completion, place)
                item_rows.append((index, found[0], found[1], rank, seen_at))
    columns = np.array(item_rows, dtype=np.int64).reshape(-1, 5).T
    ranking, position, length, rank_of_item, seen = columns
    subject = np.array(places.subject_of_unit, dtype=np.int64)
    prompt_of_subject = np.array([prompt for _, prompt in places.subjects], dtype=np.int64)
    return RankingRows(
        items=RankedItems(
            ranking=ranking,
            position=position,
            rank=rank_of_item,
            length=length,
            task=np.array(unit_of_ranking, dtype=np.int64),
            labeler=np.array([row[4] for row in rows], dtype=np.int64),
            prompt=prompt_of_subject[subject],
            has_sides=np.array(places.has_sides, dtype=np.bool_),
            shown=seen,
        ),
        subject=subject,
        subjects=places.subjects,
        k=np.array(places.k, dtype=np.int64),
        is_held_out=np.array([row[5] == "held_out" for row in rows], dtype=np.bool_),
        is_simulated=np.array([row[6] for row in rows], dtype=np.bool_),
        instructions=np.array([row[7] or 0 for row in rows], dtype=np.int64),
        submitted_at=[row[8] for row in rows],
    )


def _rows(rankings: QuerySet[Ranking]) -> QuerySet[Ranking, Any]:
    """In the order of submission: of two judgments by one labeler the later one counts."""
    return (
        rankings.annotate(
            completions=ArrayAgg("items__completion_id", order_by="items__pk"),
            ranks=ArrayAgg("items__rank", order_by="items__pk"),
        )
        .order_by("submitted_at", "pk")
        .values_list(
            "task_id",
            "assignment_id",
            "completions",
            "ranks",
            "labeler_id",
            "labeler__pool",
            "labeler__is_simulated",
            "instructions_id",
            "submitted_at",
        )
    )


class _Places:
    """What is compared with what, and where each completion stands there.

    A unit is a subject, whatever its tasks, or one imported comparison of two, whose first and
    second response were the same to everybody who judged them.
    """

    def __init__(self) -> None:
        # (unit, completion) -> (position among the unit's completions, characters of the text)
        self.of: dict[tuple[int, int], tuple[int, int]] = {}
        self.unit_of_task: dict[int, int] = {}
        self.subject_of_unit: list[int] = []
        self.has_sides: list[bool] = []
        self.subjects: list[Subject] = []
        self.k: list[int] = []

    def read(self, rows: Iterable[tuple[Any, ...]], sources: Sequence[int] | None) -> None:
        num_placed: list[int] = []
        shared: dict[Subject, int] = {}
        for project, prompt, task, k, origin, completion, length, source in rows:
            subject = (project, prompt)
            if not self.subjects or self.subjects[-1] != subject:
                self.subjects.append(subject)
                self.k.append(k)
                shared.clear()
            self.k[-1] = max(self.k[-1], k)
            if task not in self.unit_of_task:
                sides = k == 2 and origin == Task.Origin.IMPORTED
                if sides or subject not in shared:
                    self.subject_of_unit.append(len(self.subjects) - 1)
                    self.has_sides.append(sides)
                    num_placed.append(0)
                newest = len(num_placed) - 1
                self.unit_of_task[task] = newest if sides else shared.setdefault(subject, newest)
            unit = self.unit_of_task[task]
            if (unit, completion) not in self.of and (sources is None or source in sources):
                self.of[unit, completion] = (num_placed[unit], length)
                num_placed[unit] += 1


def _shown_completions(rankings: QuerySet[Ranking]) -> Iterator[tuple[Any, ...]]:
    """Subject by subject, the completions of each task in the order in which it lists them."""
    return (
        TaskCompletion.objects.filter(task__in=rankings.order_by().values("task"))
        .order_by("task__project_id", "prompt_id", "pk")
        .values_list(
            "task__project_id",
            "prompt_id",
            "task_id",
            "task__k",
            "task__origin",
            "completion_id",
            Length("completion__text"),
            "completion__source_id",
        )
        .iterator(ROWS_AT_ONCE)
    )


def _orders_shown(rankings: QuerySet[Ranking]) -> dict[UUID | None, dict[int, int]]:
    """By assignment, the position at which each completion stood on the screen.

    Imported rankings have none; theirs is the order of their file, which is that of the rows.
    """
    rows = (
        PresentedCompletion.objects.filter(assignment__in=rankings.order_by().values("assignment"))
        .order_by()
        .values_list("assignment_id")
        .annotate(completions=ArrayAgg("completion_id", order_by="position"))
    )
    return {
        assignment: {completion: n for n, completion in enumerate(completions)}
        for assignment, completions in rows.iterator(ROWS_AT_ONCE)
    }
