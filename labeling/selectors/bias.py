"""Reading what labelers saw beside what they preferred, for the figures about bias."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import OuterRef, QuerySet, Subquery

from labeling.agreement.bias import ShownItems, preferences, wins_by_place
from labeling.agreement.intervals import Figure
from labeling.agreement.leak import Leak, Seen, leak
from labeling.agreement.presentation import FORMATTING, formatting_of
from labeling.errors import NotAccessible
from labeling.models import (
    Completion,
    CompletionSource,
    PresentedCompletion,
    Project,
    RankedCompletion,
    Ranking,
)
from labeling.selectors.rankings import sealed_rankings

# The newest of them: their texts are read one by one.
MAXIMUM_RANKINGS: Final = 5_000
MAXIMUM_COMPLETIONS: Final = 2_000


@dataclass(frozen=True)
class Bias:
    """``num_rankings`` are those read, of ``num_sealed`` that fit."""

    num_rankings: int
    num_sealed: int
    preferences: dict[str, Figure]
    places: dict[int, Figure]


@dataclass(frozen=True)
class SourceLeak:
    """``leak`` with the sources by their ids; ``num_completions`` were looked at."""

    leak: Leak
    num_completions: int
    sources: Mapping[int, CompletionSource]


def bias(
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
) -> Bias:
    """Place, length and formatting against preference, of the newest sealed rankings.

    Imported rankings have no place shown. Three queries. Raises: NotAccessible.
    """
    rankings = _rankings(project_id, pool, include_simulated)
    newest = list(
        rankings.order_by("-submitted_at", "-pk").values_list("pk", flat=True)[:MAXIMUM_RANKINGS]
    )
    blocks = _blocks(newest)
    return Bias(
        num_rankings=len(newest),
        num_sealed=rankings.count() if len(newest) == MAXIMUM_RANKINGS else len(newest),
        preferences=preferences(blocks, list(FORMATTING)),
        places=wins_by_place(blocks),
    )


def source_leak(
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
) -> SourceLeak:
    """Whether the texts that labelers judged give their source away. Two or three queries.

    The completions of the newest prompts, as many as can be looked at while somebody waits.
    Raises: NotAccessible.
    """
    rankings = _rankings(project_id, pool, include_simulated)
    judged = (
        Completion.objects.filter(
            pk__in=RankedCompletion.objects.filter(ranking__in=rankings).values("completion")
        )
        .order_by("-prompt_id", "pk")
        .values_list("prompt_id", "source_id", "text")[:MAXIMUM_COMPLETIONS]
    )
    seen = [Seen(prompt, source, text) for prompt, source, text in judged]
    found = leak(seen)
    return SourceLeak(found, len(seen), CompletionSource.objects.in_bulk(found.sources))


def _rankings(
    project_id: int | None, pool: str | None, include_simulated: bool
) -> QuerySet[Ranking]:
    if project_id is not None and not Project.objects.filter(pk=project_id).exists():
        raise NotAccessible
    rankings = sealed_rankings(
        project_ids=None if project_id is None else [project_id],
        include_simulated=include_simulated,
    ).exclude(task__project__purpose=Project.Purpose.SCREENING)
    return rankings if pool is None else rankings.filter(labeler__pool=pool)


def _blocks(rankings: list[Any]) -> list[ShownItems]:
    """The rankings by their number of completions, in the order shown where that is known."""
    shown_at = PresentedCompletion.objects.filter(
        assignment=OuterRef("ranking__assignment"), completion=OuterRef("completion")
    )
    rows = (
        RankedCompletion.objects.filter(ranking__in=rankings)
        .order_by("ranking_id", "completion_id")
        .values_list(
            "ranking_id",
            "ranking__task__prompt_id",
            Subquery(shown_at.values("position")),
            "rank",
            "completion_id",
            "completion__text",
        )
    )
    looks: dict[int, tuple[int, dict[str, bool]]] = {}
    items = defaultdict(list)
    for ranking, prompt, position, rank, completion, text in rows.iterator():
        if completion not in looks:
            looks[completion] = (len(text), formatting_of(text))
        items[ranking, prompt].append((position, rank, completion))
    by_k: dict[int, list[tuple[int, list[tuple[int | None, int, int]]]]] = defaultdict(list)
    for (_, prompt), of_ranking in items.items():
        if all(position is not None for position, _, _ in of_ranking):
            of_ranking.sort()
        by_k[len(of_ranking)].append((prompt, of_ranking))
    return [_block(by_k[k], looks) for k in sorted(by_k) if k > 1]


def _block(
    rankings: list[tuple[int, list[tuple[int | None, int, int]]]],
    looks: Mapping[int, tuple[int, Mapping[str, bool]]],
) -> ShownItems:
    shown = [items for _, items in rankings]
    return ShownItems(
        prompt=np.array([prompt for prompt, _ in rankings], dtype=np.int64),
        is_ordered=np.array([all(place is not None for place, _, _ in items) for items in shown]),
        rank=np.array([[rank for _, rank, _ in items] for items in shown], dtype=np.int64),
        length=np.array([[looks[one][0] for _, _, one in items] for items in shown]),
        has={
            kind: np.array([[looks[one][1][kind] for _, _, one in items] for items in shown])
            for kind in FORMATTING
        },
    )
