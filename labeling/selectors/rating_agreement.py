"""Reading how much labelers agree about single completions: ratings, flags, and researchers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from labeling.agreement.drift import Period
from labeling.agreement.facts import Fact
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import IntArray
from labeling.agreement.ratings import (
    LIKERT,
    NO_YES,
    Ratings,
    ac1_of,
    alpha_of,
    leniency,
    prevalence_of,
)
from labeling.agreement.researchers import (
    GOLD_PAIRS,
    NO_GOLD,
    NO_RESEARCHER,
    RESEARCHER_PAIRS,
    BesideDraw,
    beside_figure,
    beside_weeks,
)
from labeling.catalogue import FLAG_ITEMS
from labeling.errors import NotAccessible
from labeling.models import Project, RankedCompletion, Ranking, User
from labeling.selectors.agreement_rows import Counted
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.researchers import beside_researchers

# The newest rankings: enough for any figure here, and read within a second or two.
NUM_RANKINGS: Final = 20_000
ROWS_AT_ONCE: Final = 5_000

# Completion, labeler, ranking, what was said.
Said = tuple[int, int, int, int]


@dataclass(frozen=True)
class FlagAgreement:
    """How often a flag was set and how much labelers agree about it."""

    key: str
    prevalence: Figure
    ac1: Figure
    alpha: Figure


@dataclass(frozen=True)
class OfLabeler:
    labeler: User
    fact: Fact


@dataclass(frozen=True)
class RatingAgreement:
    """``num_sealed`` rankings fit, of which the newest ``num_rankings`` were read.

    ``gold``, ``researchers`` and ``researcher_weeks`` are of the labeler who was asked for, or of
    all together; ``num_researchers`` ordered something that these labelers ranked.
    """

    num_rankings: int
    num_sealed: int
    rating_alpha: Figure
    flags: list[FlagAgreement]
    leniency: list[OfLabeler]
    gold: Figure
    researchers: Figure
    num_researchers: int
    researchers_by_labeler: list[OfLabeler]
    researcher_weeks: list[Period]


def rating_agreement(selection: Selection, *, beside: int | None = None) -> RatingAgreement:
    """Over the newest sealed rankings that fit. Eight queries at most, whatever the size.

    ``beside`` narrows what is told of labelers beside researchers to one labeler. What chooses
    within a prompt (two models, an overlap) chooses nothing here. Raises: NotAccessible when there
    is no such project.
    """
    fitting = _fitting(selection)
    newest = newest_of(fitting)
    said = WhatWasSaid.of(newest)
    rated = leniency(said.ratings)
    found = beside_researchers(newest)
    by_labeler = found.by_labeler()
    people = User.objects.in_bulk({*rated, *by_labeler})

    def shown(draws: Iterable[BesideDraw]) -> list[BesideDraw]:
        return [draw for draw in draws if beside is None or draw.labeler == beside]

    with_researchers = shown(found.researchers)
    return RatingAgreement(
        num_rankings=said.num_rankings,
        num_sealed=fitting.count(),
        rating_alpha=alpha_of(said.ratings, level="ordinal"),
        flags=[_flag(key, said.about(key)) for key in FLAG_ITEMS],
        leniency=_by_labeler(rated, people),
        gold=beside_figure(shown(found.gold), compared=GOLD_PAIRS, when_none=NO_GOLD),
        researchers=beside_figure(
            with_researchers, compared=RESEARCHER_PAIRS, when_none=NO_RESEARCHER
        ),
        num_researchers=found.num_researchers,
        researchers_by_labeler=_by_labeler(by_labeler, people),
        researcher_weeks=beside_weeks(with_researchers),
    )


def answers_behind(
    selection: Selection, *, flag: str | None, is_shared: bool, labeler_id: int | None = None
) -> dict[UUID, Counted]:
    """Of the rankings that ``rating_agreement`` reads, those with an answer to one question.

    The question is a flag, the part then being how often it was set, or the rating, the part being
    its points. ``is_shared`` keeps answers about completions that several labelers answered about,
    which are those behind a figure of agreement; ``labeler_id`` the answers of one of them. Two
    queries at most. Raises: NotAccessible.
    """
    said = WhatWasSaid.of(newest_of(_fitting(selection)))
    ratings = said.ratings if flag is None else said.about(flag)
    kept = ratings.counts.sum(axis=1)[ratings.unit] > (1 if is_shared else 0)
    if labeler_id is not None:
        kept &= ratings.labeler == labeler_id
    ranking = ratings.ranking[kept]
    part = np.bincount(ranking, ratings.value[kept], minlength=len(said.rankings))
    whole = np.bincount(ranking, minlength=len(said.rankings))
    return {
        said.rankings[row]: Counted(float(part[row]), int(whole[row]))
        for row in np.unique(ranking).tolist()
    }


def beside_behind(
    selection: Selection,
    *,
    of_gold_alone: bool,
    labeler_id: int | None = None,
    monday: int | None = None,
) -> dict[UUID, Counted]:
    """Of the same rankings those with a pair that a researcher orders too, of one week or of all.

    ``monday`` is the first day of the week, as a day of the calendar. Four queries at most.
    Raises: NotAccessible.
    """
    found = beside_researchers(newest_of(_fitting(selection)))
    return {
        draw.ranking: Counted(draw.same, int(draw.both_order))
        for draw in (found.gold if of_gold_alone else found.researchers)
        if draw.both_order and labeler_id in (None, draw.labeler) and monday in (None, draw.monday)
    }


def newest_rankings(selection: Selection) -> QuerySet[Ranking]:
    """As many of those that fit as are read for what is said about single completions.

    Raises: NotAccessible when there is no such project.
    """
    return newest_of(_fitting(selection))


def _fitting(selection: Selection) -> QuerySet[Ranking]:
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    return selection.rankings()


def newest_of(fitting: QuerySet[Ranking]) -> QuerySet[Ranking]:
    """As many of these as are read for what is said about single completions."""
    return fitting.filter(
        pk__in=fitting.order_by("-submitted_at", "-pk").values("pk")[:NUM_RANKINGS]
    )


def _by_labeler(facts: Mapping[int, Fact], people: Mapping[int, User]) -> list[OfLabeler]:
    """Those with the most to go by first."""
    busiest = sorted(facts, key=lambda pk: (-facts[pk].num_counted, pk))
    return [OfLabeler(people[pk], facts[pk]) for pk in busiest]


def _flag(key: str, ratings: Ratings) -> FlagAgreement:
    return FlagAgreement(
        key,
        prevalence=prevalence_of(ratings),
        ac1=ac1_of(ratings),
        alpha=alpha_of(ratings, level="nominal"),
    )


@dataclass(frozen=True)
class WhatWasSaid:
    """What rankings said about single completions, by question."""

    # In the order of the numbers that stand for them.
    rankings: list[UUID]
    rated: list[Said]
    flagged: Mapping[str, list[Said]]
    prompt_of: Mapping[int, int]

    @classmethod
    def of(cls, rankings: QuerySet[Ranking]) -> "WhatWasSaid":
        """One query."""
        rows = RankedCompletion.objects.filter(ranking__in=rankings).values_list(
            "ranking_id",
            "ranking__labeler_id",
            "completion_id",
            "completion__prompt_id",
            "rating",
            "flags",
        )
        number: dict[UUID, int] = {}
        prompt_of: dict[int, int] = {}
        rated: list[Said] = []
        flagged: dict[str, list[Said]] = defaultdict(list)
        for ranking, labeler, completion, prompt, rating, flags in rows.order_by().iterator(
            ROWS_AT_ONCE
        ):
            row = number.setdefault(ranking, len(number))
            prompt_of[completion] = prompt
            if rating is not None:
                rated.append((completion, labeler, row, rating))
            for key, answer in flags.items():
                flagged[key].append((completion, labeler, row, int(answer)))
        return cls(list(number), rated, flagged, prompt_of)

    @property
    def num_rankings(self) -> int:
        return len(self.rankings)

    @property
    def ratings(self) -> Ratings:
        return self._ratings(self.rated, LIKERT)

    def about(self, flag: str) -> Ratings:
        return self._ratings(self.flagged.get(flag, []), NO_YES)

    def _ratings(self, said: Iterable[Said], values: IntArray) -> Ratings:
        # A completion may stand in several tasks of one labeler: one of their words counts.
        once = {row[:2]: row for row in said}
        columns = np.array(list(once.values()), dtype=np.int64).reshape(-1, 4).T
        completion, labeler, ranking, value = columns
        completions, unit = np.unique(completion, return_inverse=True)
        prompt = np.array([self.prompt_of[pk] for pk in completions.tolist()], dtype=np.int64)
        return Ratings(unit.astype(np.int64), labeler, ranking, value, prompt, values)
