"""Starting the detached runner, and the trainer under it: wrapper, torchrun, ranks."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from django.conf import settings

from training.runner import cgroup, markers
from training.runner.cgroup import GROUP
from training.runner.claim import Claim
from training.runner.environment import runner_environment
from training.runner.work_folder import WorkFolder
from training.runner.wrapper import machine_clock

logger = logging.getLogger(__name__)

SPAWN_TIMEOUT_SECONDS = 30


def spawn_runner(held: Claim) -> None:
    """Start the runner of a fresh claim so that it outlives this process. Returns in a second.

    The process started here forks the runner and ends at once, so nobody is left to wait for it.
    """
    folder = WorkFolder.of(held.run_id)
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.runner_log.open("ab") as log:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "training.runner.main",
                str(held.run_id),
                str(held.fence),
                "--detach",
            ],
            cwd=settings.BASE_DIR,
            env=runner_environment(held),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
            timeout=SPAWN_TIMEOUT_SECONDS,
        )


class TrainerTree:
    """The trainer of one attempt, whose life hangs on this process and on its lease."""

    def __init__(
        self,
        held: Claim,
        wrapper: "subprocess.Popen[bytes]",
        pipe: IO[bytes],
        group: Path | None,
    ) -> None:
        self._held = held
        self._wrapper = wrapper
        self._pipe = pipe
        self._group = group
        self._stop_asked_at: float | None = None
        # Known once it is dead, and only where the system counts by group.
        self.num_memory_kills = 0

    @classmethod
    def start(
        cls,
        held: Claim,
        *,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        deadline: float,
    ) -> "TrainerTree":
        """Start the command; it may live until the deadline unless it is renewed."""
        reading, writing = os.pipe()
        group = cgroup.create_group(run_id=str(held.run_id), fence=held.fence)
        try:
            with log.open("ab") as stream:
                wrapper = subprocess.Popen(
                    [sys.executable, "-m", "training.runner.wrapper", str(deadline), *command],
                    cwd=settings.BASE_DIR,
                    env=environment if group is None else {**environment, GROUP: str(group)},
                    stdin=reading,
                    stdout=stream,
                    stderr=stream,
                    start_new_session=True,
                )
        finally:
            os.close(reading)
        return cls(held, wrapper, os.fdopen(writing, "wb", buffering=0), group)

    def renew(self, deadline: float) -> None:
        """Let the trainer live until then. Called from the heartbeat's thread."""
        try:
            self._pipe.write(f"{deadline}\n".encode())
        except (BrokenPipeError, ValueError):
            # The wrapper has ended; whoever polls it learns why.
            logger.info("the trainer has ended")

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._wrapper.poll()

    def ask_to_stop(self, folder: WorkFolder, *, how: str) -> None:
        """Tell the trainer to save a checkpoint at its next step and to end."""
        self._stop_asked_at = machine_clock()
        try:
            folder.ask_to_stop(how)
        except OSError as fault:
            # It could not store a checkpoint either; when its time is up it is ended.
            logger.warning("the trainer could not be told to stop: %s", fault)

    @property
    def stop_is_overdue(self) -> bool:
        if self._stop_asked_at is None:
            return False
        return machine_clock() - self._stop_asked_at > settings.RUN_STOP_TIMEOUT_SECONDS

    def kill(self) -> None:
        """End every process of the trainer at once, whichever session it is in."""
        self._wrapper.kill()
        self._wrapper.wait()
        self._pipe.close()
        if self._group is not None:
            self.num_memory_kills = cgroup.num_memory_kills_in(self._group)
            cgroup.end_group(self._group)
        markers.kill_trainer(run_id=str(self._held.run_id), fence=self._held.fence)
