"""Reading what labelers saw beside what they preferred, for the figures about bias."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Left

from labeling.agreement.bias import (
    ShownItems,
    place_counts,
    preference_counts,
    preferences,
    wins_by_place,
)
from labeling.agreement.intervals import Figure
from labeling.agreement.leak import Leak, Seen, leak
from labeling.agreement.presentation import FORMATTING, formatting_of
from labeling.errors import NotAccessible
from labeling.models import (
    Completion,
    CompletionSource,
    Project,
    RankedCompletion,
    Ranking,
)
from labeling.selectors.agreement_rows import EXCERPT_CHARACTERS
from labeling.selectors.item_columns import item_rows
from labeling.selectors.moments import kept
from labeling.selectors.number_columns import large_read
from labeling.selectors.rankings import sealed_rankings
from labeling.selectors.writers import ALSO_BY

# The newest of them: their texts are read one by one.
MAXIMUM_RANKINGS: Final = 5_000
MAXIMUM_COMPLETIONS: Final = 2_000
# Choices of completions whose leak this process keeps, the oldest given up first.
NUM_KEPT: Final = 16
_LEAKS: Final[dict[bytes, Leak]] = {}
# Before the place, in the name of a figure about one.
PLACE: Final = "place:"


@dataclass(frozen=True)
class Bias:
    """``num_rankings`` are those read, of ``num_sealed`` that fit."""

    num_rankings: int
    num_sealed: int
    preferences: dict[str, Figure]
    places: dict[int, Figure]


@dataclass(frozen=True)
class PairsOfRanking:
    """Of the pairs of one ranking that a figure counts, those in favour; a tie may be a half."""

    num_favour: float
    num_pairs: int


@dataclass(frozen=True)
class SourceLeak:
    """``leak`` with the sources by their ids; ``completions`` are those of ``leak.kept``, of
    ``num_completions`` that were read.
    """

    leak: Leak
    num_completions: int
    sources: Mapping[int, CompletionSource]
    completions: Sequence[int]

    def told_by(self, sight: str) -> dict[int, CompletionSource | None]:
        """By the completions' ids the source that each was given to."""
        told = self.leak.told.get(sight, np.empty(0, dtype=np.int64)).tolist()
        return {
            pk: self.sources.get(source) for pk, source in zip(self.completions, told, strict=False)
        }


def bias(
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
) -> Bias:
    """Place, length and formatting against preference, of the newest sealed rankings.

    Imported rankings have no place shown. Four queries. Raises: NotAccessible.
    """
    return _bias(project_id, pool, include_simulated)


@kept
def _bias(project_id: int | None, pool: str | None, include_simulated: bool) -> Bias:
    rankings = _rankings(project_id, pool, include_simulated)
    found = _blocks(rankings)
    blocks = [block for _, block in found]
    num_rankings = sum(len(ids) for ids, _ in found)
    return Bias(
        num_rankings=num_rankings,
        num_sealed=_number_of(rankings) if num_rankings == MAXIMUM_RANKINGS else num_rankings,
        preferences=preferences(blocks, list(FORMATTING)),
        places=wins_by_place(blocks),
    )


def rankings_behind(
    figure: str,
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
) -> dict[UUID, PairsOfRanking]:
    """Of the rankings that ``bias`` reads, those that a figure counts a pair of, by their ids.

    ``figure`` is a key of the ``preferences``, or ``place:`` and a place shown. Two queries.
    Raises: NotAccessible.
    """
    found: dict[UUID, PairsOfRanking] = {}
    for ids, block in _blocks(_rankings(project_id, pool, include_simulated)):
        kind, _, place = figure.partition(PLACE)
        counts = place_counts(block, int(place)) if place else preference_counts(block, kind)
        columns = zip(ids, counts.preferred.tolist(), counts.differing.tolist(), strict=True)
        found |= {pk: PairsOfRanking(favour, int(of)) for pk, favour, of in columns if of}
    return found


def source_leak(
    *,
    project_id: int | None = None,
    pool: str | None = None,
    include_simulated: bool = False,
) -> SourceLeak:
    """Whether the texts that labelers judged give their source away. Two or three queries.

    The completions of the newest prompts, as many as can be looked at while somebody waits. What
    was found of the very same completions is kept. Raises: NotAccessible.
    """
    rows = _judged(_rankings(project_id, pool, include_simulated))
    found = _kept_leak([seen for _, seen in rows])
    return SourceLeak(
        leak=found,
        num_completions=len(rows),
        sources=CompletionSource.objects.in_bulk(found.sources),
        completions=[rows[place][0] for place in found.kept],
    )


def told_completions(found: SourceLeak, sight: str, source_id: int | None) -> QuerySet[Completion]:
    """Those behind a figure of a leak, of one source or of all, unordered. One query."""
    chosen = Completion.objects.filter(pk__in=found.told_by(sight))
    if source_id is not None:
        chosen = chosen.filter(source=source_id)
    return chosen.select_related("source").annotate(excerpt=Left("text", EXCERPT_CHARACTERS))


def _kept_leak(completions: Sequence[Seen]) -> Leak:
    """Fitting takes a second or two, and every page of the completions behind it asks again."""
    # By all that it depends on, so nothing kept is ever out of date.
    digest = sha256(repr(completions).encode(errors="surrogatepass")).digest()
    found = _LEAKS.get(digest)
    if found is None:
        found = _LEAKS[digest] = leak(completions)
        for oldest in list(_LEAKS)[:-NUM_KEPT]:
            _LEAKS.pop(oldest, None)
    return found


def _judged(rankings: QuerySet[Ranking]) -> list[tuple[int, Seen]]:
    """The ids of judged completions and what was seen of them, those of the newest prompts."""
    judged = (
        Completion.objects.filter(
            pk__in=RankedCompletion.objects.filter(ranking__in=rankings).values("completion")
        )
        # What several wrote word for word gives none of them away.
        .exclude(sampling__has_key=ALSO_BY)
        .order_by("-prompt_id", "pk")
        .values_list("pk", "prompt_id", "source_id", "text")[:MAXIMUM_COMPLETIONS]
    )
    return [(pk, Seen(prompt, source, text)) for pk, prompt, source, text in judged]


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


def _number_of(rankings: QuerySet[Ranking]) -> int:
    with large_read():
        return rankings.count()


def _blocks(rankings: QuerySet[Ranking]) -> list[tuple[list[UUID], ShownItems]]:
    """The newest by their number of completions, in the order shown where that is known."""
    rows = item_rows(
        rankings.order_by("-submitted_at", "-pk")[:MAXIMUM_RANKINGS],
        {"prompt": "task__prompt_id", "assignment_id": "assignment_id"},
        (
            "chosen.id",
            "chosen.prompt",
            "item.position",
            "item.rank",
            "item.completion_id",
            "completion.text",
        ),
    )
    looks: dict[int, tuple[int, dict[str, bool]]] = {}
    items = defaultdict(list)
    for ranking, prompt, position, rank, completion, text in sorted(rows, key=itemgetter(0, 4)):
        if completion not in looks:
            looks[completion] = (len(text), formatting_of(text))
        items[ranking, prompt].append((position, rank, completion))
    ids_of: dict[int, list[UUID]] = defaultdict(list)
    by_k: dict[int, list[tuple[int, list[tuple[int | None, int, int]]]]] = defaultdict(list)
    for (ranking, prompt), of_ranking in items.items():
        if all(position is not None for position, _, _ in of_ranking):
            of_ranking.sort()
        ids_of[len(of_ranking)].append(ranking)
        by_k[len(of_ranking)].append((prompt, of_ranking))
    return [(ids_of[k], _block(by_k[k], looks)) for k in sorted(by_k) if k > 1]


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
