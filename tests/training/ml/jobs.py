"""Jobs that run inside the test's own process, on records that a test spells out."""

import json
from contextlib import closing

import torch

from training.ml.errors import StopRequested
from training.ml.job import Job
from training.ml.reward_model import train_reward_model
from training.ml.sft import train_sft
from training.ml.world import World

ALONE = World(rank=0, size=1, device=torch.device("cpu"))
STAGES = {"sft": train_sft, "reward_model": train_reward_model}


def demonstration(number, prompt, completion, split="train"):
    return {"prompt_id": number, "prompt": prompt, "completion": completion, "split": split}


def ranked(number, prompt, texts, *orders, split="train"):
    """A prompt whose completion ids are 10 * number + place; an order is (labeler, ranks)."""
    return {
        "prompt_id": number,
        "prompt": prompt,
        "completions": [
            {"id": 10 * number + place, "text": text} for place, text in enumerate(texts)
        ],
        "rankings": [{"labeler": labeler, "ranks": ranks} for labeler, ranks in orders],
        "split": split,
    }


def write_records(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


class JobRunner:
    """Makes a job folder and drives its stage, as the process around it would."""

    def __init__(self, root, base_model):
        self.root = root
        self.base_model = base_model

    def make(self, stage, hyperparameters, *, name="job", seed=3, base_model=None, **records):
        work_dir = self.root / name
        work_dir.mkdir(exist_ok=True)
        inputs = {"base_model": str(base_model or self.base_model)}
        for kind, rows in records.items():
            inputs[kind] = str(write_records(work_dir / f"{kind}.jsonl", rows))
        job_file = work_dir / "job.json"
        job = {
            "stage": stage,
            "seed": seed,
            "hyperparameters": hyperparameters,
            "work_dir": str(work_dir),
            "inputs": inputs,
        }
        job_file.write_text(json.dumps(job), encoding="utf-8")
        return job_file

    def run(self, job_file, *, stop_after=None):
        """The report and every step's metrics; without a report when the job was stopped."""
        stage = json.loads(job_file.read_text())["stage"]
        job = Job(job_file, stage, ALONE)
        job.output_dir.mkdir(exist_ok=True)
        (job.work_dir / "stop").unlink(missing_ok=True)
        with closing(job.event_files):
            return _steps_of(job, STAGES[stage](job), stop_after)


def _steps_of(job, steps, stop_after):
    history = []
    while True:
        try:
            history.append(next(steps))
            job.record(history[-1])
        except StopIteration as ended:
            return ended.value, history
        except StopRequested:
            return None, history
        if len(history) == stop_after:
            (job.work_dir / "stop").write_text("stop")


def weights_of(folder):
    return (folder / "output" / "model" / "model.safetensors").read_bytes()
