"""Keeping reward models up to date: each refresh goes on from the one before.

A refresh makes a new version and changes none: a PPO run names the reward model that it reads in
its immutable specification, so no refresh replaces it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from labeling.errors import Refused
from labeling.models import User
from labeling.services.audit import record
from labeling.services.only_one import only_one
from training.ml.hyperparameters import HyperparameterError, parse
from training.models import ModelVersion, Refresh, Run, RunState, Snapshot, StandingRewardModel
from training.selectors.standing import access_standing, rankings_of_a_refresh, view_of
from training.services.run_inputs import check_ranking_projects
from training.services.run_requests import RunRequest, check_all_but
from training.services.runs import queue_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings, freeze_these_rankings
from training.services.unattended import DATABASE_AWAY, STORE_FAULTS, counting_losses, why

logger = logging.getLogger(__name__)

LOCK = 7_406
ENDED_BADLY = (RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True)
class NewStanding:
    name: str
    start: ModelVersion
    min_rankings: int
    ranking_projects: Sequence[int] | None = None
    include_simulated: bool = False
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def keep_up_to_date(*, by: User, new: NewStanding) -> StandingRewardModel:
    """Raises: Refused("invalid_standing") with a message per field (status 400)."""
    fields = check_ranking_projects(new.ranking_projects)
    if StandingRewardModel.objects.filter(name=new.name).exists():
        fields["name"] = ["Another standing reward model has this name."]
    try:
        parse(Run.Stage.REWARD_MODEL, dict(new.hyperparameters))
    except HyperparameterError as error:
        fields[f"hyperparameters.{error.field}"] = [error.message]
    if fields:
        said = "It cannot be kept up to date as asked."
        raise Refused("invalid_standing", said, status=400, fields=fields)
    standing = StandingRewardModel.objects.create(
        name=new.name,
        start=new.start,
        min_rankings=new.min_rankings,
        ranking_projects=None if new.ranking_projects is None else list(new.ranking_projects),
        include_simulated=new.include_simulated,
        hyperparameters=dict(new.hyperparameters),
        created_by=by,
    )
    record(
        actor=by,
        action="keep_reward_model_up_to_date",
        subject=standing,
        details={"name": new.name},
    )
    return standing


@transaction.atomic
def switch_standing(*, by: User, standing: StandingRewardModel, is_on: bool) -> None:
    """On or off; a refresh that runs goes on, and its end is still news."""
    seen = standing.refreshes.filter(run__state__in=ENDED_BADLY).first()
    StandingRewardModel.objects.filter(pk=standing.pk).update(
        is_on=is_on, problem="", num_lost=0, resumed_after=seen.pk if seen else 0
    )
    details = {"name": standing.name, "is_on": is_on}
    record(actor=by, action="switch_standing_reward_model", subject=standing, details=details)


def refresh_what_is_due() -> list[Refresh]:
    """Begin a run for each that has enough new rankings and none under way.

    One that fails is switched off with the reason: the same data would fail again; and whoever
    cancels one wants no other. Only a store or a database that does not work is waited for.
    Whatever stops one, the others go on.
    """
    begun = []
    for standing in StandingRewardModel.objects.filter(is_on=True):
        try:
            with only_one(LOCK, str(standing.pk)) as is_mine:
                refresh = _refresh_alone(access_standing(standing.pk)) if is_mine else None
        except DATABASE_AWAY:
            logger.exception("standing reward model %s is tried again", standing.pk)
        except Exception as error:  # noqa: BLE001 - none may stop the others
            _say_why(standing, error)
        else:
            begun += [refresh] if refresh else []
    return begun


def _refresh_alone(standing: StandingRewardModel) -> Refresh | None:
    view = view_of(standing)
    last = view.last
    if last and last.run.state in ENDED_BADLY and last.pk > standing.resumed_after:
        raise Refused("refresh_failed", _said_of(last.run))
    if not view.is_due:
        return None
    # Warm: the newest reward model goes on with its own head.
    start = view.newest or standing.start
    request = RunRequest(
        stage=Run.Stage.REWARD_MODEL,
        name=standing.name,
        inputs={"base_model": start.pk},
        hyperparameters=standing.hyperparameters,
    )
    check_all_but(request, "rankings").refuse_if_wrong()
    with counting_losses(standing):
        snapshot = _freeze(standing)
    if snapshot is None:
        return None
    request = replace(request, inputs={**request.inputs, "rankings": snapshot.pk})
    with transaction.atomic():
        run = queue_run(by=standing.created_by, request=request)
        StandingRewardModel.objects.filter(pk=standing.pk).exclude(problem="").update(problem="")
        return Refresh.objects.create(standing=standing, run=run, snapshot=snapshot)


def _said_of(run: Run) -> str:
    """Why a refresh came to nothing."""
    if run.state == RunState.CANCELLED:
        return "Somebody cancelled its last refresh."
    # What the program said stands on lines of its own, below what it means.
    said = run.reason_detail or run.reason.replace("_", " ")
    return f"Its last refresh failed.\n{said}"


def _freeze(standing: StandingRewardModel) -> Snapshot | None:
    """None where there is nothing to train on."""
    query = SnapshotQuery(
        project_ids=standing.ranking_projects, include_simulated=standing.include_simulated
    )
    by, name = standing.created_by, f"{standing.name}: rankings"
    chosen = rankings_of_a_refresh(standing)
    if chosen is None:
        return freeze_rankings(by=by, name=name, query=query)
    if not chosen:
        return None
    return freeze_these_rankings(by=by, name=name, query=query, ranking_ids=chosen)


def _say_why(standing: StandingRewardModel, error: Exception) -> None:
    said, stays_on = why(error), isinstance(error, STORE_FAULTS)
    if said != standing.problem or not stays_on:
        state = "waits" if stays_on else "is off"
        trace = None if isinstance(error, Refused) else error
        logger.warning("standing reward model %s %s: %s", standing.pk, state, said, exc_info=trace)
        change = {} if stays_on else {"is_on": False}
        StandingRewardModel.objects.filter(pk=standing.pk).update(problem=said, **change)
