"""Reading the prompts on which labelers are divided, by one order or another (R46)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Final, Literal
from uuid import UUID

import numpy as np
from django.db.models import Exists, F, FloatField, OuterRef, Prefetch, QuerySet, Value
from django.db.models.functions import Cast, Floor, Least, Left

from labeling.agreement.concordance import concordance_share, concordance_tau, concordance_w
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import IntArray
from labeling.errors import NotAccessible
from labeling.models import (
    Adjudication,
    Completion,
    LabelerMeeting,
    Project,
    Prompt,
    PromptAgreement,
    PromptExclusion,
    RankedCompletion,
    Ranking,
    RankingQuestion,
    TaskCompletion,
    User,
)
from labeling.selectors.agreement_counts import CELL_FIELDS
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.screening import known_by_name
from labeling.selectors.sealing import sealed_answer

EXCERPT_CHARACTERS = 240
Order = Literal["agreement", "entropy_traffic"]
# What comes first, and what among equals. The numbers make any two lists of the same prompts alike.
ORDERS: Final[Mapping[Order, tuple[str, ...]]] = {
    "agreement": ("concordance", "-comparisons", "prompt_id", "project_id"),
    "entropy_traffic": ("-score", "concordance", "prompt_id", "project_id"),
}
NUM_TENTHS = 10
# A point for the same answer, a half for a tie against a preference.
CREDITS: Final[Mapping[str, float]] = {
    "second_second": 1.0,
    "tied_tied": 1.0,
    "first_first": 1.0,
    "second_tied": 0.5,
    "tied_second": 0.5,
    "tied_first": 0.5,
    "first_tied": 0.5,
}


@dataclass(frozen=True)
class Ladder:
    """One labeler's order, with what they said beside it."""

    ranking_id: UUID
    labeler: User
    submitted_at: datetime
    seconds_active: float | None
    items: list[RankedCompletion]
    questions: list[RankingQuestion]

    @property
    def can_be_asked(self) -> bool:
        """Nobody signs in to an imported, a simulated or a closed account."""
        return self.labeler.is_active and not self.labeler.is_simulated


@dataclass(frozen=True)
class ContestedPrompt:
    """All that is needed to decide."""

    project: Project
    prompt: Prompt
    completions: list[Completion]
    ladders: list[Ladder]
    kendall_w: Figure
    mean_tau_b: Figure
    adjudication: Adjudication | None
    exclusion: PromptExclusion | None


def contested_prompts(
    selection: Selection, *, tenth: int | None = None, order: Order = "agreement"
) -> QuerySet[PromptAgreement]:
    """Prompts that several labelers ranked, those with the least agreement first, or those of the
    highest score.

    ``concordance`` is the agreement with half a point for a tie against a preference. ``score`` is
    the ``mean_entropy`` of the answers to a pair times the labelers. ``tenth`` keeps those whose
    agreement is between so many tenths and the next, full agreement belonging to 9. One query.
    """
    live = Adjudication.objects.filter(
        project=OuterRef("project"), prompt=OuterRef("prompt"), superseded_at__isnull=True
    )
    found = selection.counted()
    if tenth is not None:
        share = Floor(F("half_points") / F("comparisons") * NUM_TENTHS)
        found = found.alias(tenth=Least(share, Value(NUM_TENTHS - 1.0))).filter(tenth=tenth)
    return (
        found.annotate(
            concordance=Cast(F("half_points") / F("comparisons"), FloatField()),
            mean_entropy=F("entropy") / F("pairs"),
            score=F("entropy") / F("pairs") * Cast(F("num_labelers"), FloatField()),
            excerpt=Left("prompt__text", EXCERPT_CHARACTERS),
            is_adjudicated=Exists(live),
            is_gold=Exists(live.filter(is_gold=True)),
        )
        .select_related("project")
        .order_by(*ORDERS[order])
    )


def concordances(prompts: Sequence[PromptAgreement]) -> dict[int, Figure]:
    """The agreement on each of these, by its id, with an interval over its labelers. One query."""
    meetings = (
        LabelerMeeting.objects.filter(agreement__in=[one.pk for one in prompts])
        .annotate(
            of=reduce(add, (F(name) for name in CELL_FIELDS)),
            points=reduce(add, (F(name) * credit for name, credit in CREDITS.items())),
        )
        .values_list("agreement_id", "a_id", "b_id", "points", "of")
    )
    rows = np.array(list(meetings), dtype=np.float64).reshape(-1, 5)
    whose = rows[:, 0].astype(np.int64)
    return {
        one.pk: concordance_share(mine[:, 1:3].astype(np.int64), mine[:, 3], mine[:, 4])
        for one in prompts
        for mine in [rows[whose == one.pk]]
    }


def excluded_prompts(*, project_id: int | None) -> QuerySet[PromptExclusion]:
    """Those that are out now, the newest first."""
    rows = PromptExclusion.objects.filter(lifted_at__isnull=True)
    if project_id is not None:
        rows = rows.filter(project=project_id)
    return (
        rows.select_related("project", "author")
        .annotate(excerpt=Left("prompt__text", EXCERPT_CHARACTERS))
        .order_by("-created_at")
    )


def access_contested(*, project_id: int, prompt_id: int) -> ContestedPrompt:
    """One prompt with every sealed order of it, excluded or not. Eight queries.

    Raises: NotAccessible where nothing sealed about it can be shown.
    """
    project = (
        Project.objects.exclude(purpose=Project.Purpose.SCREENING).filter(pk=project_id).first()
    )
    prompt = Prompt.objects.filter(pk=prompt_id).first()
    if project is None or prompt is None:
        raise NotAccessible
    ladders = _ladders(project, prompt)
    if not ladders:
        raise NotAccessible
    completions = _completions(project, prompt)
    ranks = _complete_ranks(ladders, [completion.pk for completion in completions])
    here = {"project": project, "prompt": prompt}
    return ContestedPrompt(
        project=project,
        prompt=prompt,
        completions=completions,
        ladders=ladders,
        kendall_w=concordance_w(ranks),
        mean_tau_b=concordance_tau(ranks),
        adjudication=Adjudication.objects.filter(**here, superseded_at__isnull=True)
        .select_related("author")
        .first(),
        exclusion=PromptExclusion.objects.filter(**here, lifted_at__isnull=True)
        .select_related("author")
        .first(),
    )


def _ladders(project: Project, prompt: Prompt) -> list[Ladder]:
    items = RankedCompletion.objects.order_by("rank", "completion_id")
    questions = RankingQuestion.objects.select_related("author").order_by("pk")
    rankings = (
        Ranking.objects.filter(
            known_by_name(),
            sealed_answer(),
            task__project=project,
            task__prompt=prompt,
            task__repeat_of__isnull=True,
        )
        .select_related("labeler")
        .prefetch_related(
            Prefetch("items", queryset=items), Prefetch("questions", queryset=questions)
        )
        .order_by("submitted_at", "pk")
    )
    return [
        Ladder(
            one.pk,
            one.labeler,
            one.submitted_at,
            one.seconds_active,
            list(one.items.all()),
            list(one.questions.all()),
        )
        for one in rankings
    ]


def _completions(project: Project, prompt: Prompt) -> list[Completion]:
    shown = TaskCompletion.objects.filter(task__project=project, prompt=prompt)
    return list(
        Completion.objects.filter(pk__in=shown.values("completion"))
        .select_related("source")
        .order_by("pk")
    )


def _complete_ranks(ladders: Sequence[Ladder], completions: Sequence[int]) -> IntArray:
    """The ranks of the people who ranked all of these, the newest of each.

    ``ladders`` stand the oldest first. Shapes: labelers x completions.
    """
    newest = {
        ladder.labeler.pk: {item.completion_id: item.rank for item in ladder.items}
        for ladder in ladders
        if len(ladder.items) == len(completions) and not ladder.labeler.is_simulated
    }
    rows = [[ranks[completion] for completion in completions] for ranks in newest.values()]
    return np.array(rows, dtype=np.int64).reshape(-1, len(completions))
