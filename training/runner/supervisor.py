"""One attempt at a run: prepare, train under the lease, deliver, and say how it ended."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from django.db import Error as DatabaseFault
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from labeling.errors import Refused
from training.artifact_store import ArtifactError
from training.jobs.inputs import describe_job
from training.jobs.job import Success
from training.jobs.registry import JOBS
from training.models import Run, RunState
from training.runner.claim import (
    Claim,
    WasCancelled,
    begin_stopping,
    finish_succeeded,
    finish_unsuccessful,
    open_claim,
    start_running,
)
from training.runner.disk_space import missing_space
from training.runner.endings import TrainerEnd, ending_of, ending_of_os_error
from training.runner.environment import trainer_command, trainer_environment
from training.runner.lease import Lease
from training.runner.letting_go import Ending, attempt_with
from training.runner.machine import num_memory_kills, peak_memory_of_children
from training.runner.markers import kill_leftovers
from training.runner.milestones import keep_milestone, lay_out_milestones
from training.runner.process_tree import TrainerTree
from training.runner.telemetry import Telemetry
from training.runner.work_folder import WorkFolder
from training.services.retries import beginnings_of
from training.services.run_transitions import note

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.2
REPORT_SECONDS = 1.0
DATABASE_PAUSE_SECONDS = 1.0
# A finished training is worth waiting for a database that is being restarted.
DATABASE_PATIENCE_SECONDS = 600.0
# Its last figures are not worth that much.
LAST_FIGURES_SECONDS = 30.0
Answer = TypeVar("Answer")


class LostTheRun(Exception):
    """The lease is gone; whatever this attempt has must not be delivered."""


class WasFenced(LostTheRun):
    """The database refused a write: somebody else owns the run."""


def supervise(run_id: UUID, fence: int) -> None:
    """Carry an attempt from its claim to its end. Returns quietly when the claim is not current."""
    held = open_claim(run_id, fence)
    if held is None:
        logger.warning("the claim with fence %s is no longer current", fence)
        return
    leave = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: leave.set())
    killed = kill_leftovers(run_id=str(run_id), fence=fence)
    if killed:
        logger.warning("killed %s processes of an earlier attempt", killed)
        attempt_with(run_id, fence).update(num_orphans_killed=killed)
        note(
            Run.objects.get(pk=run_id),
            actor=held.actor,
            detail=f"killed {killed} processes that an earlier attempt left",
        )
    if not start_running(held, pid=os.getpid()):
        note_fenced(held)
        return
    with Lease(held) as lease:
        attempt = Attempt(held, lease, leave)
        try:
            attempt.conclude(attempt.train())
        except LostTheRun as lost:
            logger.warning("the lease is lost; the trainer is dead and nothing is delivered")
            if lease.is_refused or isinstance(lost, WasFenced):
                note_fenced(held)


def note_fenced(held: Claim) -> None:
    """Say that this attempt was refused, in its own row and among the run's events, if it can."""
    detail = f"attempt {held.attempt} was refused: the run is no longer its own"
    try:
        attempt_with(held.run_id, held.fence).update(was_fenced=True)
        note(Run.objects.get(pk=held.run_id), actor=held.actor, detail=detail)
    except DatabaseFault as fault:
        logger.warning("could not say that a write was refused: %s", fault)


class Attempt:
    def __init__(self, held: Claim, lease: Lease, leave: threading.Event) -> None:
        self._held = held
        self._lease = lease
        self._leave = leave
        self._run = Run.objects.get(pk=held.run_id)
        self._folder = WorkFolder.of(held.run_id)
        self._telemetry = Telemetry(held, self._folder)
        self._reported_at = 0.0
        self._stop: str | None = None

    def train(self) -> Ending:
        """Run the trainer to its end, or to ours. Raises: LostTheRun."""
        try:
            self._continue_from_parent()
            self._telemetry.begin()
            if (shortage := missing_space(self._run, self._folder)) is not None:
                return Ending(reason="disk_full", detail=shortage)
            lay_out_milestones(self._folder)
            self._folder.prepare(describe_job(self._run, self._folder.path))
        except ArtifactError as error:
            return Ending(reason="bad_input", detail=str(error))
        except OSError as error:
            return ending_of_os_error(error)
        memory_kills_before, log_began = num_memory_kills(), self._folder.log_bytes()
        tree = TrainerTree.start(
            self._held,
            command=trainer_command(self._run.stage, str(self._folder.job_file)),
            environment=trainer_environment(self._held, os.environ),
            log=self._folder.trainer_log,
            deadline=self._lease.deadline,
        )
        self._lease.on_renewed = tree.renew
        try:
            exit_code = self._watch(tree)
        finally:
            self._lease.on_renewed = None
            tree.kill()
        if exit_code is None:
            return Ending(reason="deadline", detail="The run took longer than it may.")
        seen = TrainerEnd(
            exit_code=exit_code,
            last_step=self._last_step(),
            was_told_to_stop=self._stop is not None,
            was_killed_on_request=self._stop == "kill",
            memory_ran_out=tree.num_memory_kills > 0 or num_memory_kills() > memory_kills_before,
            was_refused_memory=self._folder.says_no_memory(since=log_began),
        )
        return ending_of(seen, self._folder.result())

    def conclude(self, ending: Ending) -> None:
        """Deliver the last figures and the output, and let the run go. Raises: LostTheRun."""
        self._report_the_last()
        ending = replace(
            ending,
            last_step=ending.last_step or self._last_step(),
            total_steps=self._telemetry.total_steps,
            peak_memory_bytes=peak_memory_of_children(),
        )
        if ending.reason == "succeeded" and not self._lease.wishes.cancel:
            ending = self._deliver(ending)
            if ending.reason == "succeeded":
                self._folder.discard_bulk()
                return
        elif ending.reason == "succeeded":
            ending = Ending(reason="stopped", last_step=ending.last_step)
        to = self._insist(lambda: finish_unsuccessful(self._held, ending))
        if to is None:
            raise WasFenced
        logger.info("the attempt ended with %s; the run is %s", ending.reason, to)
        if to == RunState.CANCELLED:
            self._folder.discard_bulk()

    def _continue_from_parent(self) -> None:
        """A retry goes on where its parent stopped, as long as that is the same training.

        Or where the run before that one did, if the parent never took over what there was. Other
        code could have come elsewhere by then, and nobody could tell from the run's row.
        """
        run = self._run
        known = self._insist(lambda: [earlier.pk for earlier in beginnings_of(run)])
        adopted = next((pk for pk in known if self._folder.adopt(WorkFolder.of(pk))), None)
        if adopted is not None:
            detail = f"goes on from the checkpoints of run {adopted}"
            self._insist(lambda: note(run, actor=self._held.actor, detail=detail))

    def _deliver(self, ending: Ending) -> Ending:
        """Publish and record under the fence; how the attempt ended after all."""
        job = JOBS[self._run.stage]
        success = Success(run=self._run, output=self._folder.output, report=ending.report)
        try:
            published = job.publish(self._folder.output)

            @transaction.atomic
            def record_and_finish() -> None:
                report = job.record(success, published)
                if not finish_succeeded(self._held, replace(ending, report=report)):
                    raise WasFenced

            self._insist(record_and_finish)
        except WasCancelled:
            return Ending(reason="stopped", last_step=ending.last_step)
        except OSError as error:
            return ending_of_os_error(error)
        except (Refused, ArtifactError, IntegrityError, ValueError, KeyError) as error:
            return Ending(
                reason="bad_output",
                detail=f"What the trainer wrote could not be stored: {error}",
                is_transient=True,
                last_step=ending.last_step,
            )
        return ending

    def _watch(self, tree: TrainerTree) -> int | None:
        """The trainer's exit code; None when the deadline ended it."""
        while (exit_code := tree.poll()) is None:
            if self._lease.is_lost:
                raise LostTheRun
            if self._lease.wishes.deadline_passed:
                return None
            self._obey(tree)
            if tree.stop_is_overdue:
                tree.kill()
                continue
            self._report()
            time.sleep(TICK_SECONDS)
        return exit_code

    def _obey(self, tree: TrainerTree) -> None:
        """Pass on what the database or the machine wishes, once each."""
        wishes = self._lease.wishes
        wish = "cancel" if wishes.cancel else "pause" if wishes.pause else None
        if wishes.kill:
            wish = "kill"
        if wish is None and self._leave.is_set():
            wish = "leave"
        if wish is None or wish == self._stop:
            return
        is_said = self._says_that_it_stops(wish)
        if wish == "kill":
            # Not even a database that is away holds this up.
            tree.kill()
        elif is_said:
            tree.ask_to_stop(self._folder, how="cancel" if wish == "cancel" else "pause")
        else:
            return
        self._stop = wish

    def _says_that_it_stops(self, why: str) -> bool:
        try:
            begin_stopping(self._held, why=why)
        except DatabaseFault as fault:
            logger.warning("could not say that the run is stopping: %s", fault)
            connection.close()
            return False
        return True

    def _report(self) -> None:
        if time.monotonic() - self._reported_at < REPORT_SECONDS:
            return
        self._reported_at = time.monotonic()
        self._delivers()
        keep_milestone(self._folder, self._telemetry.total_steps or 0)

    def _report_the_last(self) -> None:
        """Wait for a database that is away, but not for one that lives and takes no figures."""
        give_up_at = time.monotonic() + DATABASE_PATIENCE_SECONDS
        deadline, is_there = self._lease.deadline, False
        while not self._delivers():
            if not is_there and self._lease.deadline > deadline:
                is_there = True
                give_up_at = time.monotonic() + LAST_FIGURES_SECONDS
            if self._lease.is_refused or time.monotonic() > give_up_at:
                logger.error("the last figures are in the run's folder only")
                return
            time.sleep(DATABASE_PAUSE_SECONDS)

    def _delivers(self) -> bool:
        """Whether the database took what is new; what it refused is read again from the files."""
        try:
            self._telemetry.read_and_deliver()
        except (DatabaseFault, ValueError) as fault:
            logger.warning("figures are delivered later: %s", fault)
            connection.close()
            return False
        return True

    def _last_step(self) -> int:
        return self._telemetry.step or self._run.step

    def _insist(self, action: Callable[[], Answer]) -> Answer:
        """Repeat until the database answers. Raises: LostTheRun when it never does."""
        give_up_at = time.monotonic() + DATABASE_PATIENCE_SECONDS
        while not self._lease.is_refused and time.monotonic() < give_up_at:
            try:
                return action()
            except (OperationalError, InterfaceError) as fault:
                logger.warning("waiting for the database: %s", fault)
                connection.close()
                time.sleep(DATABASE_PAUSE_SECONDS)
        raise LostTheRun
