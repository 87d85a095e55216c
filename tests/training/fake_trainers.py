"""Real little programs that keep the trainer's contract without training anything.

The runner supervises them exactly as it supervises a trainer; they exist so that its tests take
a second instead of loading torch.
"""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from tests.training.processes import program, wait_until
from training.models import Run, StepMetrics
from training.runner.environment import runner_environment

# What every one of them begins with: `job`, `work` and the ways to speak to the runner.
PRELUDE = """
import json, os, pathlib, sys, time
job = json.loads(pathlib.Path(sys.argv[1]).read_text())
work = pathlib.Path(job["work_dir"])
def report(step, **metrics):
    line = {"step": step, "total_steps": 4, "phase": "train", "metrics": metrics,
            "elapsed_seconds": float(step)}
    with (work / "progress.jsonl").open("a") as stream:
        stream.write(json.dumps(line) + "\\n")
def end(outcome, code, **said):
    content = {"outcome": outcome, "reason": None, "steps": 4, "resumed_from_step": 0,
               "report": {}} | said
    (work / "result.tmp").write_text(json.dumps(content))
    (work / "result.tmp").replace(work / "result.json")
    raise SystemExit(code)
def write_model(name="model", **config):
    folder = work / "output" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"} | config))
    (folder / "tokenizer.json").write_text("{}")
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    weights = len(header).to_bytes(8, "little") + header + bytes(4)
    (folder / "model.safetensors").write_bytes(weights)
def wait_for_stop():
    while not (work / "stop").exists():
        time.sleep(0.02)
    return (work / "stop").read_text()
"""

SUCCEEDS = """
for step in range(1, 5):
    report(step, loss=1.0 / step)
print("training went well")
write_model()
end("succeeded", 0, report={"train": {"loss": 0.25}})
"""

STOPS_WHEN_ASKED = """
checkpoint = work / "checkpoints" / "step-00000002"
resumed = 2 if checkpoint.exists() else 0
if resumed:
    write_model()
    end("succeeded", 0, resumed_from_step=resumed)
report(2, loss=0.5)
checkpoint.mkdir(parents=True)
how = wait_for_stop()
print("asked to", how)
end("stopped", 75, steps=2)
"""

NEVER_STOPS = """
report(1, loss=0.5)
print("ready")
time.sleep(60)
"""

DIVERGES = """
report(3, loss=float("nan"))
end("failed", 1, reason="nan", detail="the loss is not a number at step 3", steps=3,
    report={"broken_step": {"prompt_ids": ["4"], "num_prompts": 1, "num_pretraining_texts": 0}})
"""

REFUSED_MEMORY = """
os.write(2, b"memory allocation of 1048576 bytes failed\\n")
os.kill(os.getpid(), 6)
"""

CRASHES = """
os.kill(os.getpid(), 11)
"""


def fake_command(source: str):
    """A replacement for the runner's trainer_command that starts this program."""
    whole = PRELUDE + textwrap.dedent(source)

    def command(stage: str, job_file: str) -> list[str]:
        assert Path(job_file).name == "job.json"
        return program(whole, job_file)

    return command


def start_runner(held, source: str, **environment: str) -> "subprocess.Popen[bytes]":
    """The runner in a process of its own, with the program in its trainer's place."""
    driver = (
        "import sys, uuid, django; django.setup()\n"
        "from tests.training.fake_trainers import fake_command\n"
        "from training.runner import supervisor\n"
        "supervisor.trainer_command = fake_command(sys.argv[3])\n"
        "supervisor.supervise(uuid.UUID(sys.argv[1]), int(sys.argv[2]))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", driver, str(held.run_id), str(held.fence), source],
        env={**runner_environment(held), **environment},
    )


def meanwhile(function):
    """Run it in another thread with a connection of its own, as another process would."""

    def work():
        try:
            return function()
        finally:
            connections.close_all()

    return ThreadPoolExecutor(1).submit(work)


def when_running(run, action):
    def wait_and_act():
        wait_until(lambda: StepMetrics.objects.filter(run=run).exists())
        return action(Run.objects.get(pk=run.pk))

    return meanwhile(wait_and_act)
