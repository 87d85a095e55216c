"""Requesting runs over the API and waiting for them."""

import sys
import time
from collections.abc import Mapping
from typing import Any

from simulation.client import Client
from simulation.loop_report import LoopReport

POLL_SECONDS = 1.0
ENDED = {"succeeded", "failed", "cancelled", "paused"}


class RunFailed(Exception):
    """A run of the loop did not succeed; its reason and last log lines are in the message."""


class Runs:
    def __init__(self, admin: Client, *, seed: int, report: LoopReport) -> None:
        self.admin = admin
        self.seed = seed
        self.report = report

    def train(
        self, stage: str, inputs: Mapping[str, str], hyperparameters: Mapping[str, object]
    ) -> str:
        """Request a training run, wait for it, and return the id of its model version."""
        with self.report.stage(stage):
            ended = self._run(
                {"stage": stage, "inputs": inputs, "hyperparameters": hyperparameters}
            )
        model: str = ended["output_model_version"]["id"]
        return model

    def sample(
        self, model: str, prompt_ids: list[int], hyperparameters: Mapping[str, object]
    ) -> dict[int, list[str]]:
        """Let a model answer these prompts; the texts of this run by prompt id."""
        with self.report.stage("sample"):
            ended = self._run(
                {
                    "stage": "sampling",
                    "inputs": {"model": model},
                    "hyperparameters": hyperparameters,
                    "prompt_query": {"num_prompts": len(prompt_ids), "prompt_ids": prompt_ids},
                }
            )
        texts: dict[int, list[str]] = {}
        for identifier in prompt_ids:
            for completion in self.admin.get(f"prompts/{identifier}/")["completions"]:
                if completion["sampling"].get("run") == ended["id"]:
                    texts.setdefault(identifier, []).append(completion["text"])
        return texts

    def source_of(self, model: str) -> int:
        source: int = self.admin.get(f"model-versions/{model}/")["completion_source_id"]
        return source

    def report_of(self, model: str) -> dict[str, Any]:
        report: dict[str, Any] = self.admin.get(f"model-versions/{model}/")["report"]
        return report

    def _run(self, body: Mapping[str, Any]) -> dict[str, Any]:
        run = self.admin.post("runs/", {**body, "seed": self.seed})
        while run["state"] not in ENDED:
            time.sleep(POLL_SECONDS)
            run = self.admin.get(f"runs/{run['id']}/")
            _show(run)
        if run["state"] != "succeeded":
            log = self.admin.get(f"runs/{run['id']}/log/")["text"]
            raise RunFailed(
                f"The {run['stage']} run {run['state']}: {run['reason']} "
                f"{run['reason_detail']}\n{log[-2000:]}"
            )
        answer: dict[str, Any] = run
        return answer


def _show(run: Mapping[str, Any]) -> None:
    """One line that follows the run on a terminal; silent in a pipe."""
    if sys.stdout.isatty():
        steps = f"step {run['step']} of {run['total_steps'] or '?'}"
        print(f"\r  {run['stage']}: {run['state']}, {steps}      ", end="", flush=True)
