"""The agreement of sealed rankings read row by row: what reading by columns is held to.

Slow and plain on purpose: one Python object after the other, nothing worked out by Postgres.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.db.models.functions import Length

from labeling.agreement.audiences import AUDIENCES, EVERYONE
from labeling.agreement.judgments import BoolArray, IntArray, PairJudgments, RankedItems
from labeling.agreement.people import PromptMeetings, meetings_by_prompt
from labeling.agreement.sums import sums_by_prompt
from labeling.models import PresentedCompletion, Ranking, Task, TaskCompletion
from labeling.selectors.agreement_counts import SUM_FIELDS
from labeling.selectors.judged_pairs import Subject, counted_rankings

Row = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class PlainRows:
    """As ``RankingRows``, with the moments of submission as such."""

    items: RankedItems
    subject: IntArray
    subjects: Sequence[Subject]
    k: IntArray
    is_held_out: BoolArray
    is_simulated: BoolArray
    instructions: IntArray
    submitted_at: Sequence[Any]

    @property
    def subject_of_ranking(self) -> IntArray:
        return self.subject[self.items.task]


def plain_rows(rankings: QuerySet[Ranking], *, sources: Sequence[int] | None = None) -> PlainRows:
    """The same with what a selection chooses by; ``sources`` keeps these models' completions only.

    Labelers meet on the completions of one prompt in one project: nobody is compared with somebody
    who worked under other instructions. Three queries whatever the size.
    """
    # Read once and first: what is sealed a moment later belongs to the next reader.
    rows = list(_rows(rankings))
    places = Places()
    if rows:
        places.read(_shown_completions({row[0] for row in rows}), sources)
    shown = _orders_shown({row[1] for row in rows}) if rows else {}
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
    return PlainRows(
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


class Places:
    """What is compared with what, and where each completion stands there.

    A unit is a subject, whatever its tasks, or one imported comparison of two, whose first and
    second response were the same to everybody who judged them, in no other task.
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
        rows = list(rows)
        shown_in: dict[int, set[int]] = {}
        for row in rows:
            shown_in.setdefault(row[2], set()).add(row[5])
        for project, prompt, task, k, origin, completion, length, source in rows:
            subject = (project, prompt)
            if not self.subjects or self.subjects[-1] != subject:
                self.subjects.append(subject)
                self.k.append(k)
                shared.clear()
            self.k[-1] = max(self.k[-1], k)
            if task not in self.unit_of_task:
                both = shown_in[task]
                is_alone = sum(both <= shown for shown in shown_in.values()) == 1
                sides = k == 2 and origin == Task.Origin.IMPORTED and is_alone
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


def _shown_completions(tasks: set[int]) -> Iterator[tuple[Any, ...]]:
    """Subject by subject, the completions of each task in the order in which it lists them."""
    return (
        TaskCompletion.objects.filter(task__in=tasks)
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
    )


def _orders_shown(assignments: set[UUID | None]) -> dict[UUID | None, dict[int, int]]:
    """By assignment, the position at which each completion stood on the screen.

    Imported rankings have none; theirs is the order of their file, which is that of the rows.
    """
    rows = (
        PresentedCompletion.objects.filter(assignment__in=assignments - {None})
        .order_by()
        .values_list("assignment_id")
        .annotate(completions=ArrayAgg("completion_id", order_by="position"))
    )
    return {
        assignment: {completion: n for n, completion in enumerate(completions)}
        for assignment, completions in rows
    }


def plain_agreements() -> list[tuple[Row, list[Row]]]:
    """The stored row of every prompt with its meetings, the fingerprints apart."""
    rows = plain_rows(counted_rankings())
    num_rankings = np.bincount(rows.subject_of_ranking, minlength=len(rows.subjects))
    several = {place for place, n in zip(rows.subjects, num_rankings, strict=True) if n > 1}
    return sorted(_worked_out(rows, dict.fromkeys(several, 0)))


def _worked_out(
    rows: PlainRows, fingerprints: dict[Subject, int | None]
) -> Iterator[tuple[Row, list[Row]]]:
    """The rows of every prompt: one for each different set of rankings that an audience sees."""
    judgments = replace(rows.items, prompt=rows.subject).pair_judgments()
    for bits, chosen in _sets_of_rankings(rows):
        whose = np.unique(
            rows.subject_of_ranking[chosen] * _span(rows) + rows.items.labeler[chosen]
        )
        judged_by = judgments.prompt[judgments.pair] * _span(rows) + judgments.labeler
        of_audience = judgments.of_judgments(np.isin(judged_by, whose)).with_overlap(2)
        yield from _rows_of(rows, fingerprints, of_audience, chosen=chosen, bits=bits)


def _span(rows: PlainRows) -> int:
    return int(rows.items.labeler.max(initial=0)) + 1


def _sets_of_rankings(rows: PlainRows) -> Iterator[tuple[IntArray, BoolArray]]:
    """(bits by prompt, which rankings): the audiences that see one and the same set share a row.

    A prompt has no bits where an earlier audience sees the same set, or there is no second ranking.
    """
    num_subjects = len(rows.subjects)
    # Two sets of one prompt's rankings have the same sum only if they are the same set.
    mark = np.random.default_rng(0).integers(1, 2**40, size=len(rows.subject_of_ranking))
    members = [
        audience.of(is_held_out=rows.is_held_out, is_simulated=rows.is_simulated)
        for audience in AUDIENCES
    ]
    signatures = np.stack(
        [
            np.bincount(rows.subject_of_ranking, mark * seen, minlength=num_subjects)
            for seen in members
        ]
    )
    sizes = np.stack(
        [np.bincount(rows.subject_of_ranking[seen], minlength=num_subjects) for seen in members]
    )
    for n, seen in enumerate(members):
        is_new = (signatures[:n] != signatures[n]).all(axis=0) & (sizes[n] > 1)
        shares = signatures[n:] == signatures[n]
        bits = np.array([audience.bit for audience in AUDIENCES[n:]]) @ shares
        bits = np.where(is_new, bits, 0)
        yield bits, seen & (bits[rows.subject_of_ranking] > 0)


def _rows_of(
    rows: PlainRows,
    fingerprints: dict[Subject, int | None],
    judgments: PairJudgments,
    *,
    chosen: BoolArray,
    bits: IntArray,
) -> Iterator[tuple[Row, list[Row]]]:
    compared = np.unique(judgments.prompt)
    sums = sums_by_prompt(judgments).matrix()
    sums_of = dict(zip(compared.tolist(), sums.tolist(), strict=True))
    meetings_of = _meetings_by_subject(meetings_by_prompt(judgments))
    num_judged = np.bincount(judgments.pair, minlength=len(judgments.prompt))
    rankings_of: dict[int, list[int]] = defaultdict(list)
    for ranking in np.flatnonzero(chosen).tolist():
        rankings_of[int(rows.subject_of_ranking[ranking])].append(ranking)
    fewest = np.full(len(rows.subjects), np.iinfo(np.int32).max)
    most = np.zeros(len(rows.subjects), dtype=np.int64)
    np.minimum.at(fewest, judgments.prompt, num_judged)
    np.maximum.at(most, judgments.prompt, num_judged)
    for subject in np.flatnonzero(bits).tolist():
        place = rows.subjects[subject]
        fingerprint = fingerprints.get(place)
        is_marker = bool(bits[subject] & EVERYONE.bit)
        # Whoever never met has no figures; the row of everyone says that this is known.
        if fingerprint is None or (subject not in sums_of and not is_marker):
            continue
        of = rankings_of[subject]
        versions = {int(rows.instructions[ranking]) for ranking in of}
        values = sums_of.get(subject, [0.0] * len(SUM_FIELDS))
        yield (
            (
                *place,
                int(bits[subject]),
                fingerprint,
                int(rows.k[subject]),
                len({int(rows.items.labeler[ranking]) for ranking in of}),
                (versions.pop() or None) if len(versions) == 1 else None,
                max(rows.submitted_at[ranking] for ranking in of),
                int(fewest[subject]) if most[subject] else 0,
                int(most[subject]),
                *values,
            ),
            meetings_of.get(subject, []),
        )


def _meetings_by_subject(met: PromptMeetings) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    columns = (met.prompt.tolist(), met.a.tolist(), met.b.tolist(), met.cells.tolist())
    for subject, a, b, cells in zip(*columns, strict=True):
        found[subject].append((a, b, *cells))
    return found
