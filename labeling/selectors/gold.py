"""Reading how labelers rank what a researcher has settled (R43)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet

from labeling.agreement.facts import Drawn, Fact, Facts, quotients
from labeling.agreement.gold import GoldDraw
from labeling.agreement.habits import Sums, same_order
from labeling.models import Adjudication, RankedCompletion, Ranking
from labeling.selectors.judged_pairs import Subject, counted_rankings
from labeling.selectors.sealed_work import Scope

COUNTED = "rankings of gold prompts"


def agreement_with_gold(scope: Scope, labelers: Sequence[int]) -> Facts:
    """Of all together and of each of these: the pairs ordered as the gold order has them, of those
    that both order. Two queries."""
    rankings = counted_rankings(include_simulated=scope.include_simulated)
    return _facts(gold_draws(rankings.filter(scope.on("task__project"))), labelers)


def gold_facts(draws: Sequence[GoldDraw]) -> dict[int, Fact]:
    """Of each labeler who has ranked a gold prompt."""
    labelers = sorted({draw.labeler for draw in draws})
    facts = _facts(draws, labelers)
    return {labeler: facts[labeler] for labeler in labelers}


def _facts(draws: Sequence[GoldDraw], labelers: Sequence[int]) -> Facts:
    part = np.array([draw.same for draw in draws], dtype=np.float64)
    whole = np.array([draw.both_order for draw in draws], dtype=np.float64)
    drawn = Drawn(
        np.array([draw.labeler for draw in draws], dtype=np.int64),
        np.array([draw.prompt for draw in draws], dtype=np.int64),
    )
    return quotients(Sums(part, whole), drawn, labelers=labelers, counted=COUNTED)


def gold_draws(rankings: QuerySet[Ranking]) -> list[GoldDraw]:
    """Of each of these rankings whose prompt is settled as gold. Two queries."""
    gold = _gold()
    if not gold:
        return []
    is_gold = Adjudication.objects.filter(
        project=OuterRef("task__project"),
        prompt=OuterRef("task__prompt"),
        is_gold=True,
        superseded_at__isnull=True,
    )
    rows = RankedCompletion.objects.filter(
        ranking__in=rankings.order_by().filter(Exists(is_gold))
    ).values_list(
        "ranking_id",
        "ranking__labeler_id",
        "ranking__submitted_at",
        "task__project_id",
        "task__prompt_id",
        "completion_id",
        "rank",
    )
    ranks: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    about: dict[UUID, tuple[int, datetime, int]] = {}
    for ranking, labeler, at, project, prompt, completion, rank in rows.order_by("pk"):
        # Settled between the two queries: it belongs to the next reader.
        wanted = gold.get((project, prompt), {}).get(completion)
        if wanted is not None:
            about[ranking] = (labeler, at, prompt)
            ranks[ranking].append((rank, wanted))
    draws = []
    for ranking, (labeler, at, prompt) in about.items():
        mine, theirs = np.array(ranks[ranking], dtype=np.int64).T
        draws.append(GoldDraw(ranking, labeler, prompt, at.toordinal(), *same_order(mine, theirs)))
    return draws


def _gold() -> dict[Subject, dict[int, int]]:
    rows = Adjudication.objects.filter(is_gold=True, superseded_at__isnull=True)
    return {
        (project, prompt): {int(completion): rank for completion, rank in ranks.items()}
        for project, prompt, ranks in rows.values_list("project_id", "prompt_id", "ranks")
    }
