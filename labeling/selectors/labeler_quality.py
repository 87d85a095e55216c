"""Reading how each labeler works: sealed answers into columns, columns into facts (R19).

What labelers see of themselves is not here, and nothing acts on it: a person reads it and asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import time
from typing import Final

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Mod

from labeling.agreement.facts import (
    NUM_CLUSTERS,
    Drawn,
    Fact,
    Facts,
    fact_of,
    medians,
    no_fact,
    position_preferences,
    quotients,
)
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import SHARE, Ends, Figure
from labeling.agreement.judgments import IntArray
from labeling.agreement.outliers import Mark, marks
from labeling.agreement.people import agreement_with_others
from labeling.agreement.ratings import RATED_BY_OTHERS, leniency
from labeling.agreement.report import MINIMUM_OVERLAP, Study
from labeling.agreement.statistics import STRICT
from labeling.errors import NotAccessible
from labeling.models import Assignment, InstructionVersion, Project, Ranking, User
from labeling.selectors.agreement import agreement_of_labelers
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.judged_pairs import ranked_items
from labeling.selectors.moments import kept_while
from labeling.selectors.number_columns import float_columns
from labeling.selectors.rating_agreement import newest_of
from labeling.selectors.researchers import beside_researchers
from labeling.selectors.sealed_work import NUM_RANKINGS, Scope, SealedWork, sealed_work

# The busiest labelers are listed one by one; the rest are in the figures of all together.
NUM_LABELERS_LISTED: Final = 200
NO_LENIENCY_OF_ALL: Final = "Each is compared with the others; all together have no others."
# What a draw of each is called.
HABITS_COUNTED: Final = {
    "tie_share": "rankings",
    "contradiction_share": "rankings with differing ratings",
    "length_preference": "rankings of texts of different length",
    "self_consistency": "repeated tasks",
    "none_acceptable_share": "rankings",
    "flag_share": "rankings with flags",
}
# Between which the length preference lies; every other habit is a share.
CORRELATION: Final[Ends] = (-1.0, 1.0)
IS_RESEARCHER: Final = "A researcher's own rankings are what labelers are compared with."
ANSWERED: Final = (Assignment.State.SUBMITTED, Assignment.State.SURPLUS)
BESIDE_RESEARCHERS: Final = ("researcher_agreement", "gold_agreement")
# What was found is as old at most.
SECONDS_KEPT: Final = 60
FINISHED: Final = (*ANSWERED, Assignment.State.SKIPPED)


@dataclass(frozen=True)
class WorkOf:
    """What is known about the work of one labeler, or of all together where there is none.

    ``marks`` tests the labeler's facts, those that can be tested, against those of the others.
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
    # Those read for how somebody ranks: the newest.
    num_rankings: int
    # Of the chosen project's instructions.
    versions: list[InstructionVersion]


def labeler_quality(selection: Selection) -> LabelerQuality:
    """The facts about every labeler, over what fits: of one project, or of all but the screenings.

    Sixteen queries at most, whatever the size; the agreement with others is that of the last
    refresh, and all of it may be a minute old. Imported judgments have nobody whom one could ask.
    What chooses within a prompt (two models, an overlap) chooses nothing here.

    Raises: NotAccessible when there is no such project.
    """
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    found = _found(selection)
    facts = dict(found.facts)
    users = User.objects.in_bulk(found.listed)
    for key in BESIDE_RESEARCHERS:
        facts[key] = _as_labelers(facts[key], users)
    everybody = _work_of(None, None, found.finished[None], facts)
    works = [
        _work_of(labeler, users[labeler], found.finished[labeler], facts)
        for labeler in found.listed
    ]
    versions = InstructionVersion.objects.filter(project=project).order_by("version")
    return LabelerQuality(
        everybody,
        _marked(works, everybody),
        num_labelers=found.num_labelers,
        num_rankings=found.num_rankings,
        versions=list(versions) if project is not None else [],
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """All that is kept: nothing in it names anybody but by number.

    ``finished`` is how much each one listed answered and skipped, and all together for None.
    """

    listed: list[int]
    finished: dict[int | None, tuple[int, int]]
    num_labelers: int
    facts: dict[str, Facts]
    num_rankings: int


def _minute() -> int:
    return int(time() // SECONDS_KEPT)


@kept_while(_minute)
def _found(selection: Selection) -> _Found:
    """Anew each minute: nothing else tells of a skip."""
    scope = Scope(selection)
    answers = sealed_work(scope)
    counts = _Counts.of(scope)
    listed = counts.busiest()
    of_all, calibration = _calibration_agreement(selection, listed)
    shared = agreement_of_labelers(selection, listed)
    beside = beside_researchers(newest_of(selection.rankings()))
    facts: dict[str, Facts] = {
        "skip_rate": counts.skip_rates(listed),
        **_timing(answers, listed),
        **_habits(answers, listed),
        "agreement_with_others": _as_facts(shared.of_all, shared.with_others),
        "calibration_agreement": _as_facts(of_all, calibration),
        "researcher_agreement": beside.researcher_facts(listed),
        "gold_agreement": beside.gold_facts(listed),
        "leniency": _leniency(answers, listed),
    }
    return _Found(
        listed,
        finished={labeler: counts.of_labeler(labeler) for labeler in (None, *listed)},
        num_labelers=counts.num_labelers,
        facts=facts,
        num_rankings=len(answers.rankings.k),
    )


def _marked(works: Sequence[WorkOf], everybody: WorkOf) -> list[WorkOf]:
    """Fact by fact: how many are tested says how unlikely a mark must be."""
    found = {
        key: marks({place: work.facts[key] for place, work in enumerate(works)})
        for key in everybody.facts
    }
    return [
        replace(work, marks={key: of[place] for key, of in found.items() if place in of})
        for place, work in enumerate(works)
    ]


def _work_of(
    labeler: int | None, user: User | None, finished: tuple[int, int], facts: Mapping[str, Facts]
) -> WorkOf:
    num_answered, num_skipped = finished
    of_labeler = {key: found[labeler] for key, found in facts.items()}
    return WorkOf(user, num_answered, num_skipped, of_labeler, marks={})


def _timing(answers: SealedWork, listed: Sequence[int]) -> dict[str, Facts]:
    minutes, whose = answers.minutes
    seconds, whose_completions = answers.seconds_shown
    return {
        "median_active_minutes": medians(
            minutes, whose, labelers=listed, counted="answers with a time"
        ),
        "median_seconds_shown": medians(
            seconds, whose_completions, labelers=listed, counted="completions with a time"
        ),
    }


def _habits(answers: SealedWork, listed: Sequence[int]) -> dict[str, Facts]:
    sums, drawn = answers.sums, answers.rankings.drawn
    facts = {
        key: quotients(
            sums[key],
            drawn,
            labelers=listed,
            counted=counted,
            ends=CORRELATION if key == "length_preference" else SHARE,
        )
        for key, counted in HABITS_COUNTED.items()
    }
    facts["position_preference"] = position_preferences(
        sums["first_is_best"], drawn, answers.rankings.k, labelers=listed
    )
    return facts


def _as_labelers(facts: Facts, users: Mapping[int, User]) -> Facts:
    """What a researcher ranks is what labelers are compared with, and not compared itself."""
    return {
        labeler: Fact(None, 0, reason_undefined=IS_RESEARCHER)
        if labeler is not None and users[labeler].is_researcher
        else fact
        for labeler, fact in facts.items()
    }


def _leniency(answers: SealedWork, listed: Sequence[int]) -> Facts:
    found = leniency(answers.ratings)
    return {
        None: Fact(None, 0, reason_undefined=NO_LENIENCY_OF_ALL),
        **{labeler: found.get(labeler, no_fact(RATED_BY_OTHERS)) for labeler in listed},
    }


def _as_facts(of_all: Figure, of_labelers: Mapping[int, Figure]) -> Facts:
    return {
        None: fact_of(of_all),
        **{labeler: fact_of(figure) for labeler, figure in of_labelers.items()},
    }


@dataclass(frozen=True, eq=False)
class _Counts:
    """Tasks answered and skipped, by labeler and group of prompts. Shapes: all alike."""

    drawn: Drawn
    num_answered: IntArray
    num_skipped: IntArray

    @classmethod
    def of(cls, scope: Scope) -> "_Counts":
        """One query; what it sends does not grow with the tasks."""
        rows = (
            Assignment.objects.filter(
                scope.on("task", project="project", at="opened_at"),
                state__in=FINISHED,
            )
            .order_by()
            .values_list("labeler_id", Mod(F("task__prompt_id"), Value(NUM_CLUSTERS)))
            .annotate(
                num_answered=Count("pk", filter=Q(state__in=ANSWERED)),
                num_skipped=Count("pk", filter=Q(state=Assignment.State.SKIPPED)),
            )
        )
        labeler, prompt, answered, skipped = float_columns(rows, num_columns=4).astype(np.int64)
        return cls(Drawn(labeler, prompt), answered, skipped)

    @cached_property
    def _labelers(self) -> dict[int, tuple[int, int]]:
        """What each answered and skipped; those who answered most first, the oldest of equals."""
        labelers, slot = np.unique(self.drawn.labeler, return_inverse=True)
        answered, skipped = (
            np.bincount(slot, number, minlength=len(labelers)).astype(np.int64)
            for number in (self.num_answered, self.num_skipped)
        )
        order = np.argsort(-answered, kind="stable")
        columns = (labelers[order], answered[order], skipped[order])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return {labeler: (num_answered, num_skipped) for labeler, num_answered, num_skipped in rows}

    @property
    def num_labelers(self) -> int:
        return len(self._labelers)

    def busiest(self) -> list[int]:
        return list(self._labelers)[:NUM_LABELERS_LISTED]

    def of_labeler(self, labeler: int | None) -> tuple[int, int]:
        """How much was answered and skipped, by all together for None."""
        if labeler is None:
            return int(self.num_answered.sum()), int(self.num_skipped.sum())
        return self._labelers[labeler]

    def skip_rates(self, labelers: Sequence[int]) -> Facts:
        """Each task is counted by itself, those of one group are drawn together."""
        drawn = Drawn(
            *(
                np.concatenate(
                    [np.repeat(column, self.num_answered), np.repeat(column, self.num_skipped)]
                )
                for column in (self.drawn.labeler, self.drawn.prompt)
            )
        )
        is_skip = np.zeros(len(drawn.labeler))
        is_skip[int(self.num_answered.sum()) :] = 1
        sums = Sums(is_skip, np.ones(len(is_skip)))
        return quotients(sums, drawn, labelers=labelers, counted="tasks", ends=SHARE)


def calibration_rankings(selection: Selection) -> QuerySet[Ranking]:
    """The newest of calibration tasks."""
    rankings = selection.rankings().filter(task__is_calibration=True)
    newest = rankings.order_by("-submitted_at", "-pk").values("pk")[:NUM_RANKINGS]
    return rankings.filter(pk__in=newest)


def _calibration_agreement(
    selection: Selection, labelers: Sequence[int]
) -> tuple[Figure, dict[int, Figure]]:
    """How often all agree about calibration tasks, and each with the others, ties dropped (R33)."""
    items = ranked_items(calibration_rankings(selection))
    judgments = items.pair_judgments().with_overlap(MINIMUM_OVERLAP)
    of_all = Study(judgments, MINIMUM_OVERLAP).figure(STRICT)
    return of_all, agreement_with_others(judgments, labelers=labelers)
