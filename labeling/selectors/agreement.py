"""Reading how much labelers agree: sealed rankings into columns, columns into figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.db.models.functions import Length

from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import BoolArray, IntArray, PairJudgments, RankedItems
from labeling.agreement.people import agreement_with_others, cohen_kappas
from labeling.agreement.report import MINIMUM_OVERLAP, Study
from labeling.errors import NotAccessible
from labeling.models import Project, Ranking, Task, TaskCompletion, User
from labeling.selectors.rankings import sealed_rankings

# The busiest labelers are listed one by one; a crowd of thousands is in the figures only.
NUM_LABELERS_LISTED: Final = 100
NUM_LABELERS_PAIRED: Final = 12


@dataclass(frozen=True)
class LabelerAgreement:
    """One labeler against everybody else; ``tie_share`` is None without a judged pair."""

    labeler: User
    agreement: Figure
    num_rankings: int
    tie_share: float | None


@dataclass(frozen=True)
class LabelersKappa:
    a: User
    b: User
    kappa: Figure


@dataclass(frozen=True)
class Agreement:
    """All that is known about agreement in one selection of sealed rankings."""

    num_rankings: int
    num_prompts: int
    num_labelers: int
    figures: dict[str, Figure]
    labelers: list[LabelerAgreement]
    cohen_kappas: list[LabelersKappa]


def agreement(
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
    min_overlap: int = MINIMUM_OVERLAP,
) -> Agreement:
    """The agreement of one project's labelers, or of all people. Five queries whatever the size.

    Labelers meet on a pair of completions only within one task, so that nobody is compared with
    somebody who worked under other instructions. Screenings are left out: candidates are compared
    with experts there, and not by name (R12).

    Raises: NotAccessible when there is no such project.
    """
    if project_id is not None and not Project.objects.filter(pk=project_id).exists():
        raise NotAccessible
    rankings = sealed_rankings(
        project_ids=None if project_id is None else [project_id],
        include_simulated=include_simulated,
    ).exclude(task__project__purpose=Project.Purpose.SCREENING)
    if pool is not None:
        rankings = rankings.filter(labeler__pool=pool)
    items = ranked_items(rankings)
    judgments = items.pair_judgments()
    num_rankings = Counter(items.labeler.tolist())
    busiest = sorted(num_rankings, key=lambda labeler: (-num_rankings[labeler], labeler))
    listed = busiest[:NUM_LABELERS_LISTED]
    users = User.objects.in_bulk(listed)
    return Agreement(
        num_rankings=len(items.labeler),
        num_prompts=len(np.unique(items.prompt)),
        num_labelers=len(num_rankings),
        figures=Study(judgments, min_overlap).figures(),
        labelers=_labelers(judgments, [users[pk] for pk in listed], num_rankings, min_overlap),
        cohen_kappas=[
            LabelersKappa(users[found.first_labeler], users[found.second_labeler], found.kappa)
            for found in cohen_kappas(
                judgments.with_overlap(min_overlap), labelers=listed[:NUM_LABELERS_PAIRED]
            )
        ],
    )


def _labelers(
    judgments: PairJudgments,
    labelers: Sequence[User],
    num_rankings: Counter[int],
    min_overlap: int,
) -> list[LabelerAgreement]:
    figures = agreement_with_others(
        judgments.with_overlap(min_overlap), labelers=[labeler.pk for labeler in labelers]
    )
    num_judgments = Counter(judgments.labeler.tolist())
    num_ties = Counter(judgments.labeler[judgments.sign == 0].tolist())
    return [
        LabelerAgreement(
            labeler=labeler,
            agreement=figures[labeler.pk],
            num_rankings=num_rankings[labeler.pk],
            tie_share=(
                num_ties[labeler.pk] / num_judgments[labeler.pk]
                if num_judgments[labeler.pk]
                else None
            ),
        )
        for labeler in labelers
    ]


def ranked_items(rankings: QuerySet[Ranking]) -> RankedItems:
    """The rankings as columns, their completions in the order in which each task lists them."""
    # Read once and first: what is sealed a moment later belongs to the next reader.
    rows = list(
        rankings.annotate(
            completions=ArrayAgg("items__completion_id", order_by="items__pk"),
            ranks=ArrayAgg("items__rank", order_by="items__pk"),
        )
        .order_by("pk")
        .values_list("task_id", "labeler_id", "completions", "ranks")
    )
    task_ids = sorted({task_id for task_id, _, _, _ in rows})
    index_of_task = {task_id: index for index, task_id in enumerate(task_ids)}
    place_of = _places(task_ids)
    items = [
        (index, *place_of[task_id, completion], rank)
        for index, (task_id, _, completions, ranks) in enumerate(rows)
        for completion, rank in zip(completions, ranks, strict=True)
    ]
    ranking, position, length, rank_of_item = np.array(items, dtype=np.int64).reshape(-1, 4).T
    prompt, has_sides = _prompts_and_sides(task_ids)
    return RankedItems(
        ranking=ranking,
        position=position,
        rank=rank_of_item,
        length=length,
        task=np.array([index_of_task[task_id] for task_id, _, _, _ in rows], dtype=np.int64),
        labeler=np.array([labeler for _, labeler, _, _ in rows], dtype=np.int64),
        prompt=prompt,
        has_sides=has_sides,
    )


def _prompts_and_sides(tasks: Sequence[int]) -> tuple[IntArray, BoolArray]:
    """The prompt of each task, and whether its two completions have sides.

    Two imported responses were the first and the second to everybody who judged them.
    """
    rows = Task.objects.filter(pk__in=tasks).order_by("pk").values_list("prompt_id", "k", "origin")
    prompts = [prompt for prompt, _, _ in rows]
    sides = [k == 2 and origin == Task.Origin.IMPORTED for _, k, origin in rows]
    return np.array(prompts, dtype=np.int64), np.array(sides, dtype=np.bool_)


def _places(tasks: Sequence[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """(task, completion) -> (position in the task, characters of the text)."""
    rows = (
        TaskCompletion.objects.filter(task__in=tasks)
        .order_by("task_id", "pk")
        .values_list("task_id", "completion_id", Length("completion__text"))
    )
    position: Counter[int] = Counter()
    places = {}
    for task, completion, length in rows.iterator():
        places[task, completion] = (position[task], length)
        position[task] += 1
    return places
