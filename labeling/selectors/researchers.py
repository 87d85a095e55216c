"""Reading how labelers rank what researchers have ranked or settled as gold (R43)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from labeling.agreement.facts import Fact, Facts
from labeling.agreement.researchers import BesideDraw, beside_facts
from labeling.models import Adjudication, Ranking, Role
from labeling.selectors.item_columns import item_rows
from labeling.selectors.judged_pairs import Subject, counted_rankings

RESEARCHERS: Final = (Role.RESEARCHER, Role.ADMIN)
GOLD_COUNTED: Final = "rankings of gold prompts"
RESEARCHERS_COUNTED: Final = "rankings of prompts that a researcher ranked"
# Enough for any figure here; researchers rank little.
NUM_RESEARCHER_RANKINGS: Final = 20_000

# Which of two completions, the lower id first, is preferred: +1 the first, -1 the second, 0 a tie.
Signs = dict[tuple[int, int], int]
# What each researcher said of a prompt, by their number.
Orders = Mapping[Subject, Mapping[int, Signs]]


@dataclass(frozen=True)
class Beside:
    """Rankings by labelers beside what researchers settled as gold, and beside all they said."""

    gold: list[BesideDraw]
    researchers: list[BesideDraw]
    num_researchers: int

    def gold_facts(self, labelers: Sequence[int]) -> Facts:
        return beside_facts(self.gold, labelers, counted=GOLD_COUNTED)

    def researcher_facts(self, labelers: Sequence[int]) -> Facts:
        return beside_facts(self.researchers, labelers, counted=RESEARCHERS_COUNTED)

    def by_labeler(self) -> dict[int, Fact]:
        """Of each labeler who ranked anything that a researcher ordered."""
        labelers = sorted({draw.labeler for draw in self.researchers})
        facts = self.researcher_facts(labelers)
        return {labeler: facts[labeler] for labeler in labelers}


def beside_researchers(rankings: QuerySet[Ranking]) -> Beside:
    """These rankings, those by researchers left out, beside the researchers' own orders.

    What a researcher ranked counts wherever they did, on the labeling page too, as far as it is
    sealed and no screening; the gold that they settled takes the place of what they ranked of the
    same prompt. Three queries at most.
    """
    gold = _gold()
    ranked = _ranked_by_researchers()
    said: dict[Subject, dict[int, Signs]] = defaultdict(dict)
    for orders in (ranked, gold):
        for subject, of_researcher in orders.items():
            for researcher, signs in of_researcher.items():
                said[subject][researcher] = {**said[subject].get(researcher, {}), **signs}
    if not said:
        return Beside([], [], 0)
    labelers = list(_rankings_of(rankings, said))
    draws = [_draw(ranking, said) for ranking in labelers]
    met = {
        researcher
        for ranking in labelers
        for researcher, signs in said[ranking.subject].items()
        if not signs.keys().isdisjoint(ranking.signs)
    }
    return Beside(
        gold=[_draw(ranking, gold) for ranking in labelers if ranking.subject in gold],
        researchers=draws,
        num_researchers=len(met),
    )


@dataclass(frozen=True)
class _OneRanking:
    id: UUID
    labeler: int
    subject: Subject
    submitted_at: datetime
    signs: Signs


def _draw(ranking: _OneRanking, orders: Orders) -> BesideDraw:
    same = both_order = 0
    for signs in orders[ranking.subject].values():
        for pair, sign in ranking.signs.items():
            other = signs.get(pair, 0)
            both_order += bool(sign and other)
            same += bool(sign and sign == other)
    return BesideDraw(
        ranking=ranking.id,
        labeler=ranking.labeler,
        prompt=ranking.subject[1],
        day=ranking.submitted_at.toordinal(),
        same=same,
        both_order=both_order,
    )


def _signs(ranks: Mapping[int, int]) -> Signs:
    """A lower rank is better."""
    return {
        (a, b): (ranks[a] < ranks[b]) - (ranks[a] > ranks[b])
        for a, b in combinations(sorted(ranks), 2)
    }


def _gold() -> Orders:
    rows = Adjudication.objects.filter(is_gold=True, superseded_at__isnull=True)
    return {
        (project, prompt): {
            author: _signs({int(completion): rank for completion, rank in ranks.items()})
        }
        for project, prompt, author, ranks in rows.values_list(
            "project_id", "prompt_id", "author_id", "ranks"
        )
    }


def _ranked_by_researchers() -> Orders:
    """Of what a researcher said twice of a pair, the last counts."""
    rankings = counted_rankings(include_simulated=False).filter(labeler__role__in=RESEARCHERS)
    newest = rankings.order_by("-submitted_at", "-pk")[:NUM_RESEARCHER_RANKINGS]
    orders: dict[Subject, dict[int, Signs]] = defaultdict(dict)
    for ranking in _read(newest):
        known = orders[ranking.subject].get(ranking.labeler, {})
        orders[ranking.subject][ranking.labeler] = {**known, **ranking.signs}
    return orders


def _rankings_of(rankings: QuerySet[Ranking], said: Orders) -> Iterable[_OneRanking]:
    prompts = {prompt for _, prompt in said}
    fitting = rankings.filter(task__prompt__in=prompts).exclude(labeler__role__in=RESEARCHERS)
    return (ranking for ranking in _read(fitting) if ranking.subject in said)


def _read(rankings: QuerySet[Ranking]) -> Iterable[_OneRanking]:
    """In the order in which they were submitted."""
    rows = item_rows(
        rankings,
        {
            "labeler_id": "labeler_id",
            "submitted_at": "submitted_at",
            "project_id": "task__project_id",
            "prompt_id": "task__prompt_id",
        },
        (
            "chosen.id",
            "chosen.labeler_id",
            "chosen.submitted_at",
            "chosen.project_id",
            "chosen.prompt_id",
            "item.completion_id",
            "item.rank",
        ),
    )
    about: dict[UUID, tuple[int, Subject, datetime]] = {}
    ranks: dict[UUID, dict[int, int]] = defaultdict(dict)
    for ranking, labeler, at, project, prompt, completion, rank in rows:
        about[ranking] = (labeler, (project, prompt), at)
        ranks[ranking][completion] = rank
    found = [
        _OneRanking(ranking, labeler, subject, at, _signs(ranks[ranking]))
        for ranking, (labeler, subject, at) in about.items()
    ]
    return sorted(found, key=lambda ranking: (ranking.submitted_at, ranking.id))
