"""Reading how labelers set flags: each beside the others, and who never flags the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from labeling.agreement.flags import Apart, BesidePeers, beside_peers, never_together
from labeling.agreement.ratings import Ratings, above_others_by_ranking
from labeling.catalogue import FLAG_ITEMS
from labeling.errors import NotAccessible
from labeling.models import User
from labeling.selectors.agreement_rows import Counted
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.moments import kept
from labeling.selectors.rating_agreement import WhatWasSaid, newest_rankings

# The least likely of each flag; the number of all is told.
NUM_APART_LISTED: Final = 20


@dataclass(frozen=True)
class FlagOfLabeler:
    key: str
    beside: BesidePeers


@dataclass(frozen=True)
class LabelersApart:
    key: str
    a: User
    b: User
    apart: Apart


@dataclass(frozen=True)
class FlagsApart:
    """The least likely pairs of each flag; ``num_apart`` says how many there are of all flags."""

    num_rankings: int
    num_apart: int
    pairs: list[LabelersApart]


def flags_of_labeler(selection: Selection, *, labeler_id: int) -> list[FlagOfLabeler]:
    """Every flag that anybody set, of a labeler beside the others who answered the same.

    Over the newest rankings that fit. Four queries at most. Raises: NotAccessible when there is no
    such project or account.
    """
    if not User.objects.filter(pk=labeler_id).exists():
        raise NotAccessible
    rates = [(key, beside.get(labeler_id)) for key, beside in _beside(selection)]
    return [FlagOfLabeler(key, beside) for key, beside in rates if beside is not None]


def beside_others_behind(
    selection: Selection, *, flag: str | None, labeler_id: int | None
) -> dict[UUID, Counted]:
    """Of the same rankings those of the labeler that answered what others answered too.

    The part is how far the answers, yes being 1, or the ratings where there is no flag, lie above
    the others' mean. Two queries at most. Raises: NotAccessible when there is no such project.
    """
    said = _said(selection)
    answers = said.ratings if flag is None else said.about(flag)
    rows, sums, drawn = above_others_by_ranking(answers)
    return {
        said.columns.id_of(rows[n]): Counted(float(sums.part[n]), float(sums.whole[n]))
        for n in np.flatnonzero(drawn.labeler == labeler_id).tolist()
    }


def flags_apart(selection: Selection) -> FlagsApart:
    """Who never says yes to what another one says yes to, flag by flag.

    Over the newest rankings that fit. Four queries at most. Raises: NotAccessible when there is no
    such project.
    """
    found = _apart(selection)
    people = User.objects.in_bulk({pk for _, apart in found.listed for pk in (apart.a, apart.b)})
    return FlagsApart(
        num_rankings=found.num_rankings,
        num_apart=found.num_apart,
        pairs=[LabelersApart(key, people[one.a], people[one.b], one) for key, one in found.listed],
    )


@kept
def _beside(selection: Selection) -> list[tuple[str, dict[int, BesidePeers]]]:
    return [(key, beside_peers(answers)) for key, answers in _asked(_said(selection))]


@dataclass(frozen=True)
class _Apart:
    """What is kept: of two hundred labelers there are up to 20,000 pairs of each flag."""

    num_rankings: int
    num_apart: int
    listed: list[tuple[str, Apart]]


@kept
def _apart(selection: Selection) -> _Apart:
    said = _said(selection)
    num_apart, listed = 0, []
    for key, answers in _asked(said):
        pairs = never_together(answers)
        num_apart += len(pairs)
        listed += [(key, apart) for apart in pairs[:NUM_APART_LISTED]]
    return _Apart(said.num_rankings, num_apart, listed)


def _said(selection: Selection) -> WhatWasSaid:
    return WhatWasSaid.of(newest_rankings(selection))


def _asked(said: WhatWasSaid) -> Sequence[tuple[str, Ratings]]:
    """Of each flag that anybody set."""
    answers = [(key, said.about(key)) for key in FLAG_ITEMS]
    return [(key, ratings) for key, ratings in answers if ratings.value.any()]
