"""Reading how labelers rank what a researcher has settled (R43)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from django.db.models import Exists, OuterRef

from labeling.agreement.habits import Fact, Sums, quotient, same_order
from labeling.models import Adjudication, RankedCompletion
from labeling.selectors.judged_pairs import Subject, counted_rankings
from labeling.selectors.sealed_work import Scope

COUNTED = "rankings of gold prompts"


def agreement_with_gold(scope: Scope, labelers: Sequence[int]) -> tuple[Fact, dict[int, Fact]]:
    """Of all together and of each of these: the pairs ordered as the gold order has them, of those
    that both order. Two queries."""
    gold = _gold()
    draws = _draws(scope, gold) if gold else {}
    together = [draw for of_labeler in draws.values() for draw in of_labeler]
    return _fact(together), {labeler: _fact(draws.get(labeler, [])) for labeler in labelers}


def _fact(draws: Sequence[tuple[float, float]]) -> Fact:
    part, whole = np.array(draws, dtype=np.float64).reshape(-1, 2).T
    return quotient(Sums(part, whole), counted=COUNTED)


def _gold() -> dict[Subject, dict[int, int]]:
    rows = Adjudication.objects.filter(is_gold=True, superseded_at__isnull=True)
    return {
        (project, prompt): {int(completion): rank for completion, rank in ranks.items()}
        for project, prompt, ranks in rows.values_list("project_id", "prompt_id", "ranks")
    }


def _draws(
    scope: Scope, gold: Mapping[Subject, Mapping[int, int]]
) -> dict[int, list[tuple[float, float]]]:
    """By labeler, of each of their rankings of gold prompts: pairs alike, and pairs ordered."""
    is_gold = Adjudication.objects.filter(
        project=OuterRef("task__project"),
        prompt=OuterRef("task__prompt"),
        is_gold=True,
        superseded_at__isnull=True,
    )
    rankings = counted_rankings(include_simulated=scope.include_simulated).filter(
        Exists(is_gold), scope.on("task__project")
    )
    rows = RankedCompletion.objects.filter(ranking__in=rankings).values_list(
        "ranking_id",
        "ranking__labeler_id",
        "task__project_id",
        "task__prompt_id",
        "completion_id",
        "rank",
    )
    orders: dict[tuple[object, int, Subject], list[tuple[int, int]]] = defaultdict(list)
    for ranking, labeler, project, prompt, completion, rank in rows.order_by("pk"):
        wanted = gold[project, prompt].get(completion)
        if wanted is not None:
            orders[ranking, labeler, (project, prompt)].append((rank, wanted))
    draws = defaultdict(list)
    for (_, labeler, _), ranks in orders.items():
        mine, theirs = np.array(ranks, dtype=np.int64).T
        draws[labeler].append(same_order(mine, theirs))
    return draws
