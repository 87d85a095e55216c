"""Reading the rankings behind a figure of agreement, ratings or flags."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from labeling.agreement.statistics import Addend
from labeling.agreement.sums import sums_by_prompt
from labeling.errors import NotAccessible
from labeling.models import RankedCompletion, Ranking, User
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.agreement_within import chosen_items
from labeling.selectors.judged_pairs import ranking_rows

EXCERPT_CHARACTERS = 240
# Of a choice within prompts: the newest, which are gone through while somebody waits.
NUM_RANKINGS: Final = 20_000


@dataclass(frozen=True)
class Counted:
    """What one ranking adds to a figure that is a part of a whole: all of them together are it.

    A figure that is a median is that of all ``values``, which add up to the part.
    """

    part: float
    whole: float
    values: tuple[float, ...] = ()


def rankings_behind(
    selection: Selection,
    *,
    labeler_id: int | None = None,
    other_id: int | None = None,
    flag: str | None = None,
    is_compared: bool = False,
    holding: Addend = "comparisons",
) -> QuerySet[Ranking]:
    """The sealed rankings that fit, unordered, each with its labeler, project and prompt.

    Of one labeler, and where ``is_compared`` of those only what is compared with others; of both of
    two on the prompts that both ranked, of those that said yes to a flag; with none of these, of
    the prompts that several labelers ranked. What is compared is of prompts that hold some of what
    a figure is made of. One query to read them.
    A choice within prompts keeps those compared with a judgment that it counts, of the newest; up
    to five queries more. Raises: NotAccessible for an account that does not exist.
    """
    for named in (labeler_id, other_id):
        if named is not None and not User.objects.filter(pk=named).exists():
            raise NotAccessible
    if flag is not None:
        said = RankedCompletion.objects.filter(ranking=OuterRef("pk"), flags__contains={flag: True})
        rankings = selection.rankings().filter(Exists(said))
    elif labeler_id is not None and other_id is None and not is_compared:
        rankings = selection.rankings()
    else:
        rankings = _compared(selection, holding)
        if selection.chooses_pairs:
            couple = None if labeler_id is None or other_id is None else (labeler_id, other_id)
            counted = Ranking.objects.filter(pk__in=_counted(selection, rankings, couple, holding))
            is_of_one = labeler_id is not None and couple is None
            return _listed(counted.filter(labeler=labeler_id) if is_of_one else counted)
    if labeler_id is not None and other_id is not None:
        rankings = _of_both(rankings, labeler_id, other_id)
    elif labeler_id is not None:
        rankings = rankings.filter(labeler=labeler_id)
    return _listed(rankings)


def listed_rankings(ids: Collection[UUID]) -> QuerySet[Ranking]:
    """These rankings, unordered, each with its labeler, project and prompt. One query."""
    return _listed(Ranking.objects.filter(pk__in=ids))


def _listed(rankings: QuerySet[Ranking]) -> QuerySet[Ranking]:
    return rankings.select_related("labeler", "task__project").annotate(
        excerpt=Left("task__prompt__text", EXCERPT_CHARACTERS)
    )


def _of_both(rankings: QuerySet[Ranking], labeler_id: int, other_id: int) -> QuerySet[Ranking]:
    here = rankings.filter(
        task__project=OuterRef("task__project"), task__prompt=OuterRef("task__prompt")
    )
    return rankings.filter(
        Exists(here.filter(labeler=labeler_id)),
        Exists(here.filter(labeler=other_id)),
        labeler__in=[labeler_id, other_id],
    )


def _counted(
    selection: Selection,
    rankings: QuerySet[Ranking],
    couple: tuple[int, int] | None,
    holding: Addend,
) -> list[UUID]:
    """Of the newest of these the ones that judge a pair which the choice counts, and this couple
    both judged, of prompts that hold what is asked for.
    """
    newest = rankings.order_by("-submitted_at", "-pk").values_list("pk", flat=True)[:NUM_RANKINGS]
    # As their rows are numbered.
    ids = list(newest)[::-1]
    rows = ranking_rows(Ranking.objects.filter(pk__in=ids))
    items = chosen_items(selection, rows, np.ones(len(ids), dtype=np.bool_))
    judgments, ranking = items.pair_judgments_of_rankings()
    is_counted = judgments.counts().sum(axis=1) >= selection.min_overlap
    chosen = judgments.of_pairs(is_counted)
    is_holding = getattr(sums_by_prompt(chosen), holding) > 0
    is_counted &= np.isin(judgments.prompt, np.unique(chosen.prompt)[is_holding])
    kept = np.ones(len(ranking), dtype=np.bool_)
    if couple is not None:
        kept = np.isin(judgments.labeler, couple)
        is_counted &= np.bincount(judgments.pair[kept], minlength=len(is_counted)) == len(couple)
    kept &= is_counted[judgments.pair]
    return [ids[number] for number in np.unique(ranking[kept]).tolist()]


def _compared(selection: Selection, holding: Addend) -> QuerySet[Ranking]:
    """Those of counted prompts: the days chosen, and the K, are the prompt's, not the ranking's."""
    # A choice within prompts is held to its own pairs afterwards.
    stored = "comparisons" if selection.chooses_pairs else holding
    counted = selection.counted().filter(
        Q(**{f"{stored}__gt": 0}),
        project=OuterRef("task__project"),
        prompt=OuterRef("task__prompt"),
    )
    # A choice within prompts reads the rankings of this K only.
    k = selection.k if selection.chooses_pairs else None
    of_prompts = replace(selection, since=None, until=None, k=k)
    return of_prompts.rankings().filter(Exists(counted))
