"""Reading standing reward models: how new they are, and whether a refresh is due."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from labeling.errors import NotAccessible
from labeling.models import Ranking
from labeling.selectors.rankings import trainable_rankings
from training.models import (
    TERMINAL_STATES,
    ModelVersion,
    Refresh,
    RunState,
    SnapshotRanking,
    StandingRewardModel,
)


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
    """Three queries."""
    refreshes = Refresh.objects.filter(standing=standing).select_related(
        "run__output_model_version"
    )
    last = refreshes.first()
    best = refreshes.filter(run__state=RunState.SUCCEEDED).first()
    num_new = new_rankings(standing, best).count()
    is_free = last is None or last.run.state in TERMINAL_STATES
    return StandingView(
        standing=standing,
        newest=best.run.output_model_version if best else None,
        last=last,
        num_new=num_new,
        is_due=standing.is_on and is_free and num_new >= standing.min_rankings,
    )


def new_rankings(standing: StandingRewardModel, since: Refresh | None) -> QuerySet[Ranking]:
    """Sealed rankings that the newest model has not learned from."""
    wanted = trainable_rankings(
        project_ids=standing.ranking_projects, include_simulated=standing.include_simulated
    )
    if since is None:
        return wanted
    learned = SnapshotRanking.objects.filter(ranking=OuterRef("pk"), snapshot=since.snapshot_id)
    return wanted.filter(~Exists(learned))
