"""Reading standing reward models: how new they are, and whether a refresh is due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.db.models import Count, Min, QuerySet

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

# That two cores read and store within half a minute (benchmarks/results/standing.md).
FEWEST_RANKINGS = 6
# What a refresh may take where rankings wait: the promised minute, less what freezing takes and a
# machine that is busier than it was.
LONGEST_SECONDS = 50
# Of a backlog's refresh, so that what was learned before is not forgotten.
EARLIER_SHARE = 1 / 4


@dataclass(frozen=True)
class StandingView:
    """``newest`` is what the last refresh that succeeded has made; None before the first.

    Of the new ones, those wait that no refresh under way is learning from.
    """

    standing: StandingRewardModel
    newest: ModelVersion | None
    last: Refresh | None
    num_new: int
    num_waiting: int
    oldest_waiting_at: datetime | None
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
    """Eight queries."""
    refreshes = Refresh.objects.filter(standing=standing).select_related(
        "run__output_model_version"
    )
    last = refreshes.first()
    best = refreshes.filter(run__state=RunState.SUCCEEDED).first()
    learned = learned_snapshots(standing)
    num_new = new_rankings(standing, learned).count()
    is_free = last is None or last.run.state in TERMINAL_STATES
    under_way = [last.snapshot_id] if last and not is_free else []
    waiting = new_rankings(standing, [*learned, *under_way]).aggregate(
        num=Count("pk"), oldest=Min("submitted_at")
    )
    return StandingView(
        standing=standing,
        newest=best.run.output_model_version if best else None,
        last=last,
        num_new=num_new,
        num_waiting=waiting["num"],
        oldest_waiting_at=waiting["oldest"],
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

    The new ones are taken newest first, so that a ranking that was just sealed is in the next
    refresh whatever waits. Half may be new, or where more wait, three quarters of what fits in
    ``LONGEST_SECONDS``: a backlog is worked off, and a refresh takes no longer with many rankings.
    The rest is drawn from what was learned before, of the train split, so that it is not forgotten.
    Empty where there is nothing to train on.
    """
    learned = learned_snapshots(standing)
    if not learned:
        return None
    fewest = max(FEWEST_RANKINGS, 2 * standing.min_rankings)
    most_new = max(fewest // 2, int((1 - EARLIER_SHARE) * _num_that_fit(standing)))
    newest_first = new_rankings(standing, learned).order_by("-submitted_at", "pk")[:most_new]
    new = list(newest_first.values_list("pk", "task__prompt__split"))
    num_earlier = max(fewest - len(new), ceil(len(new) * EARLIER_SHARE / (1 - EARLIER_SHARE)))
    train = Prompt.Split.TRAIN
    known = _wanted(standing).filter(is_frozen_in(learned), task__prompt__split=train)
    earlier = list(known.order_by("?").values_list("pk", flat=True)[:num_earlier])
    if not earlier and all(split != train for _, split in new):
        return []
    return [*(pk for pk, _ in new), *earlier]


def _num_that_fit(standing: StandingRewardModel) -> int:
    """How many rankings a refresh can read in time, by the last one that succeeded; 0 before it.

    Rankings of one task are read together, so the last one's seconds are spread over its tasks: the
    first refresh reads several rankings of each. What takes the same for any number is spread too:
    after a shorter refresh this is too few, and less so with every one that reads more. After one
    that took far longer it is too many by that, once.
    """
    last = (
        Refresh.objects.filter(standing=standing, run__state=RunState.SUCCEEDED)
        .select_related("run", "snapshot")
        .first()
    )
    if last is None or last.run.started_at is None or last.run.ended_at is None:
        return 0
    seconds = (last.run.ended_at - last.run.started_at).total_seconds()
    num_tasks: int = last.snapshot.counts["tasks"]
    return int(LONGEST_SECONDS * num_tasks / seconds) if seconds > 0 else 0


def _wanted(standing: StandingRewardModel) -> QuerySet[Ranking]:
    found = trainable_rankings(
        project_ids=standing.ranking_projects, include_simulated=standing.include_simulated
    )
    return without_kept(found, "task__prompt")
