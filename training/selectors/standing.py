"""Reading standing reward models: how new they are, and whether a refresh is due."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from labeling.models import Prompt, Ranking
from labeling.selectors.rankings import trainable_rankings
from training.models import (
    TERMINAL_STATES,
    ModelVersion,
    Refresh,
    Run,
    RunInput,
    RunState,
    Snapshot,
    StandingRewardModel,
)
from training.selectors.evaluation_prompts import without_kept
from training.selectors.frozen_rankings import is_frozen_in
from training.selectors.lineage import ancestors_of

# That two cores read and store within a minute (benchmarks/results/standing.md).
FEWEST_RANKINGS = 6


@dataclass(frozen=True)
class StandingView:
    """``newest`` is what the last refresh that succeeded has made; None before the first."""

    standing: StandingRewardModel
    newest: ModelVersion | None
    last: Refresh | None
    num_new: int
    is_due: bool


def standing_reward_models() -> QuerySet[StandingRewardModel]:
    """With their start and creator. One query."""
    return StandingRewardModel.objects.select_related("start", "created_by")


def access_standing(standing_id: UUID) -> StandingRewardModel:
    """For researchers. Raises: NotAccessible."""
    found = standing_reward_models().filter(pk=standing_id).first()
    if found is None:
        raise NotAccessible
    return found


def view_of(standing: StandingRewardModel) -> StandingView:
    """Six queries."""
    refreshes = Refresh.objects.filter(standing=standing).select_related(
        "run__output_model_version"
    )
    last = refreshes.first()
    best = refreshes.filter(run__state=RunState.SUCCEEDED).first()
    num_new = new_rankings(standing, learned_snapshots(standing)).count()
    is_free = last is None or last.run.state in TERMINAL_STATES
    return StandingView(
        standing=standing,
        newest=best.run.output_model_version if best else None,
        last=last,
        num_new=num_new,
        is_due=standing.is_on and is_free and num_new >= standing.min_rankings,
    )


def learned_snapshots(standing: StandingRewardModel) -> list[UUID]:
    """What the newest model has learned from: in its refreshes, and its start before them."""
    refreshes = Refresh.objects.filter(standing=standing, run__state=RunState.SUCCEEDED)
    before = RunInput.objects.filter(
        run__stage=Run.Stage.REWARD_MODEL,
        run__output_model_version__in=ancestors_of(standing.start_id),
        snapshot__kind=Snapshot.Kind.RM,
    )
    found = {*refreshes.values_list("snapshot", flat=True)}
    return sorted(found | {*before.values_list("snapshot", flat=True)})


def new_rankings(standing: StandingRewardModel, learned: Collection[UUID]) -> QuerySet[Ranking]:
    """Sealed rankings that the newest model has not learned from."""
    return _wanted(standing).filter(~is_frozen_in(learned))


def rankings_of_a_refresh(standing: StandingRewardModel) -> list[UUID] | None:
    """What the next refresh reads; None: all there is, where nothing was learned before.

    At most half of it is new, the newest first, so that a ranking that was just sealed is in the
    next refresh whatever waits. The rest is drawn from what was learned before, of the train split,
    so that it is not forgotten: a refresh takes as long with many rankings as with few. Empty where
    there is nothing to train on.
    """
    learned = learned_snapshots(standing)
    if not learned:
        return None
    room = max(FEWEST_RANKINGS, 2 * standing.min_rankings)
    newest_first = new_rankings(standing, learned).order_by("-submitted_at", "pk")[: room // 2]
    new = list(newest_first.values_list("pk", "task__prompt__split"))
    train = Prompt.Split.TRAIN
    known = _wanted(standing).filter(is_frozen_in(learned), task__prompt__split=train)
    earlier = list(known.order_by("?").values_list("pk", flat=True)[: room - len(new)])
    if not earlier and all(split != train for _, split in new):
        return []
    return [*(pk for pk, _ in new), *earlier]


def _wanted(standing: StandingRewardModel) -> QuerySet[Ranking]:
    found = trainable_rankings(
        project_ids=standing.ranking_projects, include_simulated=standing.include_simulated
    )
    return without_kept(found, "task__prompt")
