"""Reading how each labeler works: sealed answers into columns, columns into facts (R19).

What labelers see of themselves is not here, and nothing acts on it: a person reads it and asks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from django.db.models import Count, Q

from labeling.agreement.habits import (
    Fact,
    Sums,
    median,
    position_preference,
    quotient,
    too_few,
)
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.agreement.outliers import Mark, marks
from labeling.agreement.people import agreement_with_others
from labeling.agreement.ratings import RATED_BY_OTHERS, leniency
from labeling.agreement.report import MINIMUM_OVERLAP, Study
from labeling.agreement.statistics import STRICT
from labeling.errors import NotAccessible
from labeling.models import Assignment, Project, User
from labeling.selectors.agreement import agreement_of_labelers
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.gold import agreement_with_gold
from labeling.selectors.judged_pairs import ranked_items
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.sealed_work import Scope, SealedWork, sealed_work

# The busiest labelers are listed one by one; the rest are in the figures of all together.
NUM_LABELERS_LISTED: Final = 200
NO_LENIENCY_OF_ALL: Final = "Each is compared with the others; all together have no others."
ANSWERED = (Assignment.State.SUBMITTED, Assignment.State.SURPLUS)


@dataclass(frozen=True)
class WorkOf:
    """What is known about the work of one labeler, or of all together where there is none.

    ``marks`` tests the labeler's facts, those that can be tested, against those of all.
    """

    labeler: User | None
    num_answered: int
    num_skipped: int
    facts: dict[str, Fact]
    marks: dict[str, Mark]


@dataclass(frozen=True)
class LabelerQuality:
    everybody: WorkOf
    labelers: list[WorkOf]
    num_labelers: int


def labeler_quality(
    *, project_id: int | None = None, include_simulated: bool = False
) -> LabelerQuality:
    """The facts about every labeler of one project, or of all but the screenings.

    Twelve queries at most, whatever the size; the agreement with others is that of the last
    refresh. Imported judgments have nobody whom one could ask.

    Raises: NotAccessible when there is no such project.
    """
    if project_id is not None and not Project.objects.filter(pk=project_id).exists():
        raise NotAccessible
    scope = Scope(project_id, include_simulated)
    answers = sealed_work(scope)
    counts = _assignment_counts(scope)
    num_answered = Counter({labeler: answered for labeler, answered, _ in counts})
    listed = [labeler for labeler, _ in num_answered.most_common(NUM_LABELERS_LISTED)]
    of_all, calibration = _calibration_agreement(scope, listed)
    gold_of_all, gold = agreement_with_gold(scope, listed)
    lenient = leniency(answers.ratings)
    shared = agreement_of_labelers(
        Selection(project_id=project_id, include_simulated=include_simulated), listed
    )
    users = User.objects.in_bulk(listed)
    count_of = {labeler: (answered, skipped) for labeler, answered, skipped in counts}
    everybody = _work_of(
        None,
        answers,
        [row[1:] for row in counts],
        {
            "agreement_with_others": _as_fact(shared.of_all),
            "calibration_agreement": _as_fact(of_all),
            "gold_agreement": gold_of_all,
            "leniency": Fact(None, 0, reason_undefined=NO_LENIENCY_OF_ALL),
        },
    )
    works = [
        _work_of(
            users[labeler],
            answers,
            [count_of[labeler]],
            {
                "agreement_with_others": _as_fact(shared.with_others[labeler]),
                "calibration_agreement": _as_fact(calibration[labeler]),
                "gold_agreement": gold[labeler],
                "leniency": lenient.get(labeler, too_few(0, RATED_BY_OTHERS)),
            },
        )
        for labeler in listed
    ]
    return LabelerQuality(everybody, _marked(works, everybody), num_labelers=len(counts))


def _marked(works: Sequence[WorkOf], everybody: WorkOf) -> list[WorkOf]:
    """Fact by fact: how many are tested says how unlikely a mark must be."""
    found = {
        key: marks({place: work.facts[key] for place, work in enumerate(works)}, of_all)
        for key, of_all in everybody.facts.items()
    }
    return [
        replace(work, marks={key: of[place] for key, of in found.items() if place in of})
        for place, work in enumerate(works)
    ]


def _work_of(
    labeler: User | None,
    answers: SealedWork,
    counts: Sequence[tuple[int, int]],
    compared: Mapping[str, Fact],
) -> WorkOf:
    num_answered = sum(answered for answered, _ in counts)
    num_skipped = sum(skipped for _, skipped in counts)
    facts = {
        "skip_rate": _skip_rate(num_answered, num_skipped),
        **_timing(labeler, answers),
        **_habits(labeler, answers),
        **compared,
    }
    return WorkOf(labeler, num_answered, num_skipped, facts, marks={})


def _skip_rate(num_answered: int, num_skipped: int) -> Fact:
    draws = np.concatenate([np.zeros(num_answered), np.ones(num_skipped)])
    return quotient(Sums(draws, np.ones(len(draws))), counted="tasks")


def _timing(labeler: User | None, answers: SealedWork) -> dict[str, Fact]:
    def of(columns: tuple[IntArray, FloatArray]) -> FloatArray:
        who, values = columns
        return values if labeler is None else values[who == labeler.pk]

    return {
        "median_active_minutes": median(of(answers.minutes), counted="answers with a time"),
        "median_seconds_shown": median(
            of(answers.seconds_shown), counted="completions with a time"
        ),
    }


def _habits(labeler: User | None, answers: SealedWork) -> dict[str, Fact]:
    who = answers.rankings.labeler
    chosen = np.ones(len(who), dtype=np.bool_) if labeler is None else who == labeler.pk
    sums = {name: found.of(chosen) for name, found in answers.sums.items()}
    return {
        "tie_share": quotient(sums["tie_share"], counted="rankings"),
        "contradiction_share": quotient(
            sums["contradiction_share"], counted="rankings with differing ratings"
        ),
        "position_preference": position_preference(
            sums["first_is_best"], answers.rankings.k[chosen]
        ),
        "length_preference": quotient(
            sums["length_preference"],
            counted="rankings of texts of different length",
            limits=(-1.0, 1.0),
        ),
        "self_consistency": quotient(sums["self_consistency"], counted="repeated tasks"),
        "none_acceptable_share": quotient(sums["none_acceptable"], counted="rankings"),
    }


def _as_fact(figure: Figure) -> Fact:
    return Fact(
        figure.value,
        figure.num_counted,
        reason_undefined=figure.reason_undefined,
        low=figure.low,
        high=figure.high,
        expected=figure.chance,
    )


def _assignment_counts(scope: Scope) -> list[tuple[int, int, int]]:
    """Labeler, how many tasks they answered, how many they skipped."""
    rows = (
        Assignment.objects.filter(
            scope.on("project"), state__in=[*ANSWERED, Assignment.State.SKIPPED]
        )
        .order_by()
        .values_list("labeler_id")
        .annotate(
            num_answered=Count("pk", filter=Q(state__in=ANSWERED)),
            num_skipped=Count("pk", filter=Q(state=Assignment.State.SKIPPED)),
        )
    )
    return list(rows)


def _calibration_agreement(
    scope: Scope, labelers: Sequence[int]
) -> tuple[Figure, dict[int, Figure]]:
    """How often all agree about calibration tasks, and each with the others, ties dropped (R33)."""
    rankings = sealed_rankings(
        project_ids=None if scope.project_id is None else [scope.project_id],
        include_simulated=scope.include_simulated,
    ).filter(task__is_calibration=True)
    judgments = ranked_items(rankings).pair_judgments().with_overlap(MINIMUM_OVERLAP)
    of_all = Study(judgments, MINIMUM_OVERLAP).figure(STRICT)
    return of_all, agreement_with_others(judgments, labelers=labelers)
