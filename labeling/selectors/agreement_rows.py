"""Reading the rankings behind a figure of agreement, ratings or flags."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Left

from labeling.errors import NotAccessible
from labeling.models import RankedCompletion, Ranking, User
from labeling.selectors.agreement_selection import Selection

EXCERPT_CHARACTERS = 240


@dataclass(frozen=True)
class Counted:
    """What one ranking adds to a figure that is a part of a whole: all of them together are it."""

    part: float
    whole: int


def rankings_behind(
    selection: Selection,
    *,
    labeler_id: int | None = None,
    other_id: int | None = None,
    flag: str | None = None,
) -> QuerySet[Ranking]:
    """The sealed rankings that fit, unordered, each with its labeler, project and prompt.

    Of one labeler, of both of two on the prompts that both ranked, of those that said yes to a
    flag; with none of these, of the prompts that several labelers ranked. One query to read them.
    Raises: NotAccessible for an account that does not exist.
    """
    for named in (labeler_id, other_id):
        if named is not None and not User.objects.filter(pk=named).exists():
            raise NotAccessible
    if flag is not None:
        said = RankedCompletion.objects.filter(ranking=OuterRef("pk"), flags__contains={flag: True})
        rankings = selection.rankings().filter(Exists(said))
    elif labeler_id is not None and other_id is None:
        rankings = selection.rankings()
    else:
        rankings = _compared(selection)
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


def _compared(selection: Selection) -> QuerySet[Ranking]:
    """Those of counted prompts: the days chosen are days of the prompt, not of the ranking."""
    counted = selection.stored().filter(
        project=OuterRef("task__project"), prompt=OuterRef("task__prompt"), comparisons__gt=0
    )
    return replace(selection, since=None, until=None).rankings().filter(Exists(counted))
