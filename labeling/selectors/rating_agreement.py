"""Reading how much labelers agree about single completions: ratings, flags, and researchers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from labeling.agreement.drift import Period
from labeling.agreement.facts import Fact
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import BoolArray, IntArray
from labeling.agreement.ratings import (
    LIKERT,
    NO_YES,
    Ratings,
    ac1_of,
    alpha_of,
    leniency,
    newest_words,
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
from labeling.models import Project, Ranking, User
from labeling.selectors.agreement_rows import Counted
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.item_columns import FLAGS, ItemColumns, answers_to, item_columns
from labeling.selectors.moments import kept
from labeling.selectors.number_columns import large_read
from labeling.selectors.researchers import beside_researchers

# The newest rankings: enough for any figure here, and read within a second or two.
NUM_RANKINGS: Final = 20_000
NO_RATING: Final = 0


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


@dataclass(frozen=True)
class _Found:
    """All that is kept: nothing in it names anybody but by number."""

    num_rankings: int
    num_sealed: int
    rating_alpha: Figure
    flags: list[FlagAgreement]
    leniency: dict[int, Fact]
    gold: Figure
    researchers: Figure
    num_researchers: int
    by_labeler: dict[int, Fact]
    weeks: list[Period]


def rating_agreement(selection: Selection, *, beside: int | None = None) -> RatingAgreement:
    """Over the newest sealed rankings that fit. Nine queries at most, whatever the size.

    ``beside`` narrows what is told of labelers beside researchers to one labeler. What chooses
    within a prompt (two models, an overlap) chooses nothing here. Raises: NotAccessible when there
    is no such project.
    """
    found = _found(selection, beside)
    people = User.objects.in_bulk({*found.leniency, *found.by_labeler})
    return RatingAgreement(
        num_rankings=found.num_rankings,
        num_sealed=found.num_sealed,
        rating_alpha=found.rating_alpha,
        flags=found.flags,
        leniency=_by_labeler(found.leniency, people),
        gold=found.gold,
        researchers=found.researchers,
        num_researchers=found.num_researchers,
        researchers_by_labeler=_by_labeler(found.by_labeler, people),
        researcher_weeks=found.weeks,
    )


@kept
def _found(selection: Selection, beside: int | None) -> _Found:
    fitting = _fitting(selection)
    said = WhatWasSaid.of(_newest(fitting))
    found = beside_researchers(newest_of(fitting))

    def shown(draws: Iterable[BesideDraw]) -> list[BesideDraw]:
        return [draw for draw in draws if beside is None or draw.labeler == beside]

    with_researchers = shown(found.researchers)
    is_cut = said.num_rankings == NUM_RANKINGS
    return _Found(
        num_rankings=said.num_rankings,
        num_sealed=_number_of(fitting) if is_cut else said.num_rankings,
        rating_alpha=alpha_of(said.ratings, level="ordinal"),
        flags=[_flag(key, said.about(key)) for key in FLAG_ITEMS],
        leniency=leniency(said.ratings),
        gold=beside_figure(shown(found.gold), compared=GOLD_PAIRS, when_none=NO_GOLD),
        researchers=beside_figure(
            with_researchers, compared=RESEARCHER_PAIRS, when_none=NO_RESEARCHER
        ),
        num_researchers=found.num_researchers,
        by_labeler=found.by_labeler(),
        weeks=beside_weeks(with_researchers),
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
    said = WhatWasSaid.of(_newest(_fitting(selection)))
    ratings = said.ratings if flag is None else said.about(flag)
    kept = ratings.counts.sum(axis=1)[ratings.unit] > (1 if is_shared else 0)
    if labeler_id is not None:
        kept &= ratings.labeler == labeler_id
    ranking = ratings.ranking[kept]
    part = np.bincount(ranking, ratings.value[kept], minlength=said.num_rankings)
    whole = np.bincount(ranking, minlength=said.num_rankings)
    return {
        said.columns.id_of(row): Counted(float(part[row]), int(whole[row]))
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
    return _newest(_fitting(selection))


def _fitting(selection: Selection) -> QuerySet[Ranking]:
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    return selection.rankings()


def _newest(fitting: QuerySet[Ranking]) -> QuerySet[Ranking]:
    return fitting.order_by("-submitted_at", "-pk")[:NUM_RANKINGS]


def newest_of(fitting: QuerySet[Ranking]) -> QuerySet[Ranking]:
    """As many of these as are read for what is said about single completions."""
    return fitting.filter(pk__in=_newest(fitting).values("pk"))


def _number_of(fitting: QuerySet[Ranking]) -> int:
    with large_read():
        return fitting.count()


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


@dataclass(frozen=True, eq=False)
class WhatWasSaid:
    """What rankings said about single completions, by question."""

    columns: ItemColumns

    @classmethod
    def of(cls, rankings: QuerySet[Ranking]) -> "WhatWasSaid":
        """One query. ``rankings`` stand the newest first: of a labeler's words the newest count."""
        return cls(
            item_columns(
                rankings,
                {"labeler_id": "labeler_id", "prompt_id": "task__prompt_id"},
                {
                    "labeler": "chosen.labeler_id",
                    "prompt": "chosen.prompt_id",
                    "completion": "item.completion_id",
                    "rating": f"coalesce(item.rating, {NO_RATING})",
                    "flags": FLAGS,
                },
            )
        )

    @property
    def num_rankings(self) -> int:
        return self.columns.num_rankings

    @property
    def ratings(self) -> Ratings:
        rating = self.columns.named["rating"]
        return self._ratings(rating != NO_RATING, rating, LIKERT)

    def about(self, flag: str) -> Ratings:
        return self._ratings(*answers_to(self.columns.named["flags"], flag), NO_YES)

    def _ratings(self, is_said: BoolArray, said: IntArray, values: IntArray) -> Ratings:
        labeler, prompt, completion = (
            self.columns.named[name][is_said] for name in ("labeler", "prompt", "completion")
        )
        _, first, unit = np.unique(completion, return_index=True, return_inverse=True)
        ranking = self.columns.ranking[is_said]
        counts = newest_words(unit, labeler, ranking)
        return Ratings(
            unit[counts],
            labeler[counts],
            ranking[counts],
            said[is_said][counts],
            prompt[first],
            values,
        )
