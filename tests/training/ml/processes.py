"""Trainers in processes of their own, forked from one that has imported the trainer already.

A start then costs milliseconds instead of the seconds that importing takes.
"""

import faulthandler
import gc
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from training.ml.generalisation import measure_generalisation
from training.ml.job import run_stage
from training.ml.ppo import train_ppo
from training.ml.reward_model import train_reward_model
from training.ml.sft import train_sft

STAGES: Mapping[str, Any] = {
    "sft": train_sft,
    "reward_model": train_reward_model,
    "generalisation": measure_generalisation,
    "ppo": train_ppo,
}
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
SECONDS = 300
# The processes share what is imported: none looks for garbage in it, which would copy it.
gc.freeze()


def run_whole(stage: str, path: str) -> None:
    """What `python -m training.ml.<stage> job.json` does."""
    sys.exit(run_stage(stage, STAGES[stage], [path]))


def start(target: Callable[..., object], *arguments: object) -> BaseProcess:
    process = CONTEXT.Process(target=target, args=arguments)
    process.start()
    return process


def finish(process: BaseProcess) -> int | None:
    """The exit code; minus the signal's number when it was killed."""
    process.join(timeout=SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        raise TimeoutError("a trainer hung")
    return process.exitcode


def run_until_killed_at(stage: str, path: str, last_step: int) -> None:
    """As if somebody had sent SIGKILL once this step is reported and before it is stored."""

    def dying(described: Any) -> Any:
        steps = STAGES[stage](described)
        while True:
            try:
                metrics = next(steps)
            except StopIteration as ended:
                return ended.value
            yield metrics
            if metrics.step == last_step:
                os.kill(os.getpid(), signal.SIGKILL)

    run_stage(stage, dying, [path])


def run_together(
    stage: str, path: Path, size: int = 2, *, run: Callable[[str, str], object] = run_whole
) -> list[int | None]:
    """The exit codes of so many processes that train together, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ranks = [start(_run_rank, run, stage, str(path), rank, size, port) for rank in range(size)]
    return [finish(process) for process in ranks]


def _run_rank(
    run: Callable[[str, str], object], stage: str, path: str, rank: int, size: int, port: int
) -> None:
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "MASTER_PORT": port}
    os.environ |= {name: str(value) for name, value in place.items()}
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    # As the runner has it: a fault in native code says where it was.
    faulthandler.enable()
    run(stage, path)
