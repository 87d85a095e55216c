"""Reading how much labelers agree about single completions: ratings, flags, and gold over time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import QuerySet

from labeling.agreement.drift import Period
from labeling.agreement.gold import gold_figure, gold_weeks
from labeling.agreement.habits import Fact
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
from labeling.catalogue import FLAG_ITEMS
from labeling.errors import NotAccessible
from labeling.models import Project, RankedCompletion, Ranking, User
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.gold import gold_draws, gold_facts

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

    ``gold`` and ``gold_weeks`` are of the labeler who was asked for, or of all together.
    """

    num_rankings: int
    num_sealed: int
    rating_alpha: Figure
    flags: list[FlagAgreement]
    leniency: list[OfLabeler]
    gold_by_labeler: list[OfLabeler]
    gold: Figure
    gold_weeks: list[Period]


def rating_agreement(selection: Selection, *, gold_of: int | None = None) -> RatingAgreement:
    """Over the newest sealed rankings that fit. Seven queries at most, whatever the size.

    ``gold_of`` narrows what is told of gold to one labeler. What chooses within a prompt (two
    models, an overlap) chooses nothing here. Raises: NotAccessible when there is no such project.
    """
    project = selection.project_id
    if project is not None and not Project.objects.filter(pk=project).exists():
        raise NotAccessible
    fitting = selection.rankings()
    newest = fitting.filter(
        pk__in=fitting.order_by("-submitted_at", "-pk").values("pk")[:NUM_RANKINGS]
    )
    said = _Said.of(newest)
    rated = leniency(said.ratings)
    draws = gold_draws(newest)
    beside_gold = gold_facts(draws)
    people = User.objects.in_bulk({*rated, *beside_gold})
    shown = [draw for draw in draws if gold_of is None or draw.labeler == gold_of]
    return RatingAgreement(
        num_rankings=said.num_rankings,
        num_sealed=fitting.count(),
        rating_alpha=alpha_of(said.ratings, level="ordinal"),
        flags=[_flag(key, said.about(key)) for key in FLAG_ITEMS],
        leniency=_by_labeler(rated, people),
        gold_by_labeler=_by_labeler(beside_gold, people),
        gold=gold_figure(shown),
        gold_weeks=gold_weeks(shown),
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
class _Said:
    """What rankings said about single completions, by question."""

    num_rankings: int
    rated: list[Said]
    flagged: Mapping[str, list[Said]]
    prompt_of: Mapping[int, int]

    @classmethod
    def of(cls, rankings: QuerySet[Ranking]) -> "_Said":
        """One query."""
        rows = RankedCompletion.objects.filter(ranking__in=rankings).values_list(
            "ranking_id",
            "ranking__labeler_id",
            "completion_id",
            "completion__prompt_id",
            "rating",
            "flags",
        )
        number: dict[object, int] = {}
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
        return cls(len(number), rated, flagged, prompt_of)

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
