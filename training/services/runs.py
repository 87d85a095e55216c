"""What people do with runs: request, cancel, kill, pause, resume, retry.

Nothing here talks to Redis. The queued row is the request; the dispatcher rings for it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from labeling.errors import NotAccessible, Refused
from labeling.models import User
from labeling.services.audit import record
from training.models import (
    LIVE_STATES,
    TERMINAL_STATES,
    ModelVersion,
    Run,
    RunInput,
    RunState,
    Snapshot,
    Sweep,
)
from training.models.clock import ClockTimestamp
from training.services.canonical import canonical_json, sha256_of_text
from training.services.code_revision import code_revision
from training.services.retries import (
    RETRIABLE_STATES,
    changes_of_retry,
    take_the_place_of,
)
from training.services.run_requests import RunRequest, check_request
from training.services.run_transitions import move, note
from training.services.stages import STAGES

MAXIMUM_SEED = 2**32 - 1
WAITING_STATES = (RunState.QUEUED, RunState.RETRY_WAIT, RunState.PAUSED)
PAUSABLE_STATES = (RunState.CLAIMED, RunState.RUNNING)
MAXIMUM_PRIORITY = 100


@dataclass(frozen=True)
class AllowedControls:
    """What may be done with a run now; the same rules as the functions below enforce."""

    cancel: bool
    kill: bool
    pause: bool
    resume: bool
    retry: bool


def allowed_controls(run: Run) -> AllowedControls:
    may_stop = run.cancel_requested_at is None
    return AllowedControls(
        cancel=run.state in WAITING_STATES or (run.state in LIVE_STATES and may_stop),
        kill=run.state in LIVE_STATES and run.kill_requested_at is None,
        pause=run.state in PAUSABLE_STATES and may_stop and run.pause_requested_at is None,
        resume=run.state == RunState.PAUSED,
        retry=run.state in RETRIABLE_STATES,
    )


@transaction.atomic
def request_run(*, by: User, request: RunRequest) -> Run:
    """Queue the run that a person asks for.

    Raises: Refused("invalid_run") with a message per field (status 400).
    """
    run = queue_run(by=by, request=request)
    _audit(by, "request_run", run)
    return run


@transaction.atomic
def queue_run(
    *, by: User, request: RunRequest, parent: Run | None = None, sweep: Sweep | None = None
) -> Run:
    """Check everything, store the immutable spec and queue the run; for what somebody set up too.

    Raises: Refused("invalid_run") with a message per field (status 400).
    """
    checked = check_request(request)
    checked.refuse_if_wrong()
    seed = secrets.randbelow(2**31) if request.seed is None else request.seed
    spec = {
        "stage": request.stage,
        "inputs": {role: _spec_of_input(chosen) for role, chosen in sorted(checked.inputs.items())},
        "hyperparameters": asdict(checked.hyperparameters),
        # Only several policies have weights: a single one's specification stays what it was.
        **({"weights": checked.weights} if checked.weights else {}),
        # As above: nor does a run that ends without evaluations.
        **({"evaluations": list(request.evaluations)} if request.evaluations else {}),
        "seed": seed,
    }
    run = Run.objects.create(
        name=request.name or _default_name(request.stage),
        stage=request.stage,
        spec=spec,
        spec_sha256=sha256_of_text(canonical_json(spec)),
        seed=seed,
        code_revision=code_revision(),
        priority=request.priority,
        parent=parent,
        sweep=sweep,
        created_by=by,
    )
    RunInput.objects.bulk_create(
        RunInput(
            run=run,
            role=role,
            model_version=chosen if isinstance(chosen, ModelVersion) else None,
            snapshot=chosen if isinstance(chosen, Snapshot) else None,
        )
        for role, chosen in checked.inputs.items()
    )
    move(run.pk, to=RunState.QUEUED, sources=[RunState.DRAFT], actor=person(by))
    run.refresh_from_db()
    return run


@transaction.atomic
def cancel_run(*, by: User, run: Run) -> Run:
    """Cancel at once what waits; ask the runner of a live run to stop.

    Raises: Refused("run_has_ended"), Refused("already_cancelling").
    """
    run = _lock(run)
    cancelled = move(
        run.pk,
        to=RunState.CANCELLED,
        sources=WAITING_STATES,
        actor=person(by),
        changes={
            "cancel_requested_at": ClockTimestamp(),
            "cancel_requested_by": by,
            "ended_at": ClockTimestamp(),
        },
    )
    if not cancelled:
        _check_live(run)
        Run.objects.filter(pk=run.pk).update(
            cancel_requested_at=ClockTimestamp(), cancel_requested_by=by
        )
        note(run, actor=person(by), detail="cancel requested")
    _audit(by, "cancel_run", run)
    run.refresh_from_db()
    return run


@transaction.atomic
def kill_run(*, by: User, run: Run) -> Run:
    """Ask the runner of a live run to end its trainer at once, which cancels the run.

    Whoever asked for a cancel before stays its author; the event of the kill names who hurried it.

    Raises: Refused("nothing_to_kill") unless it is live, Refused("already_killing").
    """
    run = _lock(run)
    if run.state not in LIVE_STATES:
        raise Refused(
            "nothing_to_kill", f"Only a run at work can be killed; this one is {run.state}."
        )
    if run.kill_requested_at is not None:
        raise Refused("already_killing", "This run is being killed already.")
    changes: dict[str, Any] = {"kill_requested_at": ClockTimestamp()}
    if run.cancel_requested_at is None:
        changes |= {"cancel_requested_at": ClockTimestamp(), "cancel_requested_by": by}
    Run.objects.filter(pk=run.pk).update(**changes)
    note(run, actor=person(by), detail="kill requested")
    _audit(by, "kill_run", run)
    run.refresh_from_db()
    return run


@transaction.atomic
def pause_run(*, by: User, run: Run) -> Run:
    """Ask the runner of a live run to save a checkpoint and stop.

    Raises: Refused("cannot_pause") unless it is claimed or running,
    Refused("already_cancelling"), Refused("already_pausing").
    """
    run = _lock(run)
    if run.state not in PAUSABLE_STATES:
        raise Refused("cannot_pause", f"Only a run at work can be paused; this one is {run.state}.")
    _check_live(run)
    if run.pause_requested_at is not None:
        raise Refused("already_pausing", "This run is pausing already.")
    Run.objects.filter(pk=run.pk).update(pause_requested_at=ClockTimestamp())
    note(run, actor=person(by), detail="pause requested")
    _audit(by, "pause_run", run)
    run.refresh_from_db()
    return run


@transaction.atomic
def resume_run(*, by: User, run: Run) -> Run:
    """Queue a paused run again; it goes on from its newest valid checkpoint.

    Raises: Refused("not_paused").
    """
    resumed = move(
        run.pk,
        to=RunState.QUEUED,
        sources=[RunState.PAUSED],
        actor=person(by),
        # The time it was paused must not count against its deadline.
        changes={"run_after": ClockTimestamp(), "deadline_at": None},
    )
    run.refresh_from_db()
    if not resumed:
        raise Refused("not_paused", f"Only a paused run can be resumed; this one is {run.state}.")
    _audit(by, "resume_run", run)
    return run


@transaction.atomic
def prioritise_run(*, by: User, run: Run, priority: int) -> Run:
    """Let a run go before or after others, now if it waits, else when it next has to wait.

    Raises: Refused("run_has_ended").
    """
    run = _lock(run)
    if run.state in TERMINAL_STATES:
        raise Refused("run_has_ended", f"This run is {run.state}.")
    Run.objects.filter(pk=run.pk).update(priority=priority)
    note(run, actor=person(by), detail=f"priority {run.priority} -> {priority}")
    _audit(by, "change_run_priority", run, priority=[run.priority, priority])
    run.refresh_from_db()
    return run


@transaction.atomic
def retry_run(*, by: User, run: Run, hyperparameters: Mapping[str, Any] | None = None) -> Run:
    """A new run whose parent is the one that failed or was cancelled.

    Its spec is the same but for ``hyperparameters``, of which training/services/retries.py says
    what may change; the new run's events name what did. In a round or a standing reward model it
    takes the place of its parent.

    Raises: Refused("not_ended"), Refused("invalid_run") (status 400).
    """
    run = _lock(run)
    if run.state not in RETRIABLE_STATES:
        raise Refused(
            "not_ended", f"Only a failed or cancelled run can be retried; this one is {run.state}."
        )
    changes = changes_of_retry(run, hyperparameters or {})
    request = RunRequest(
        stage=run.stage,
        name=run.name,
        inputs={role: UUID(chosen["id"]) for role, chosen in run.spec["inputs"].items()},
        hyperparameters={**run.spec["hyperparameters"], **changes},
        weights=run.spec.get("weights", {}),
        evaluations=run.spec.get("evaluations", ()),
        seed=run.seed,
        priority=run.priority,
    )
    retry = queue_run(by=by, request=request, parent=run, sweep=run.sweep)
    take_the_place_of(run, retry, by=by)
    _audit(by, "retry_run", retry, instead_of=str(run.pk))
    if changes:
        before = run.spec["hyperparameters"]
        said = [f"{name} {before.get(name)} -> {value}" for name, value in sorted(changes.items())]
        note(retry, actor=person(by), detail=f"{', '.join(said)}, unlike run {run.pk}")
    return retry


def person(user: User) -> str:
    """How an event names a person; the name is looked up when the event is read."""
    return f"person:{user.pk}"


def _audit(by: User, action: str, run: Run, **details: object) -> None:
    """Beside the run's own events: here stands what a person did among everything else they did."""
    named = {"name": run.name, "stage": run.stage}
    record(actor=by, action=action, subject=run, details=named | details)


def _lock(run: Run) -> Run:
    locked = Run.objects.select_for_update().filter(pk=run.pk).first()
    if locked is None:
        raise NotAccessible
    return locked


def _check_live(run: Run) -> None:
    if run.state not in LIVE_STATES:
        raise Refused("run_has_ended", f"This run is {run.state}.")
    if run.cancel_requested_at is not None:
        raise Refused("already_cancelling", "This run is being cancelled already.")


def _spec_of_input(chosen: ModelVersion | Snapshot) -> dict[str, str]:
    kind = "model_version" if isinstance(chosen, ModelVersion) else "snapshot"
    return {"kind": kind, "id": str(chosen.pk), "sha256": chosen.artifact_id}


def _default_name(stage: str) -> str:
    return f"{STAGES[stage].label} {secrets.token_hex(3)}"
