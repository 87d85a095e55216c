"""Two more runs beside those of `./concord loop`, for the figures of docs/learning-curves.md.

    CONCORD_ADMIN_TOKEN=... python -m benchmarks.learning_curve_runs --url http://127.0.0.1:8000

The loop has no reward model yet when it fine-tunes, and no pretraining mix. Here the same
demonstrations are learned from for longer and judged by the loop's reward model, and the loop's PPO
run is repeated with pretraining text: stories that the base model writes by itself, which is as
near to what it was trained on as this machine has. Everything not named below is the loop's.
"""

import argparse
import os
from collections.abc import Mapping
from typing import Any

from simulation import settings
from simulation.client import Client
from simulation.loop import read_prompts
from simulation.loop_report import LoopReport
from simulation.runs import Runs
from simulation.snapshots import freeze

SFT: Mapping[str, object] = {"epochs": 8, "selection_max_tokens": settings.MAX_TOKENS}
# Token-mean losses of a small model give gradients of this order already at a weight of 1: see the
# two norms in the figure. The paper's 27.8 and 8 texts an episode belong to its own scale.
PTX: Mapping[str, object] = {
    "ptx_coef": 1.0,
    "ptx_examples_per_episode": 2,
    "ptx_max_tokens": settings.MAX_TOKENS * 2,
}
TEXTS_PER_PROMPT = 4


def newest(admin: Client, stage: str) -> dict[str, Any]:
    """The newest run of the loop of this stage. Raises: SystemExit without one."""
    for run in admin.pages("runs/", stage=stage, state="succeeded"):
        return run
    raise SystemExit(f"There is no finished {stage} run: ./concord loop makes one.")


def inputs_of(run: Mapping[str, Any]) -> dict[str, str]:
    return {role: chosen["id"] for role, chosen in run["inputs"].items()}


def changes_of(run: Mapping[str, Any]) -> dict[str, object]:
    return {name: run["hyperparameters"][name] for name in run["changed"]}


def write_pretraining_text(admin: Client, runs: Runs, base: str) -> str:
    """A snapshot of stories that the base model continues from the loop's openings."""
    wanted = set(read_prompts(settings.PROMPTS_FILE))
    prompts = {
        prompt["id"]: prompt["text"]
        for prompt in admin.pages("prompts/", category="generation", limit=200)
        if prompt["text"] in wanted
    }
    sampling = {**settings.SAMPLING, "completions_per_prompt": TEXTS_PER_PROMPT}
    written = runs.sample(base, list(prompts), sampling)
    stories = [f"{prompts[prompt]}{text}" for prompt, texts in written.items() for text in texts]
    body = {"name": "base stories", "kind": "pretrain", "text": "\n\n".join(stories)}
    return freeze(admin, body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--seed", type=int, default=2, help="that of the loop")
    options = parser.parse_args()
    admin = Client(options.url, os.environ["CONCORD_ADMIN_TOKEN"])
    runs = Runs(admin, seed=options.seed, report=LoopReport(noise=0.0, seed=options.seed))
    sft, ppo = newest(admin, "sft"), newest(admin, "ppo")

    judged = inputs_of(sft) | {"reward_model": inputs_of(ppo)["reward_model"]}
    runs.train("sft", judged, {**changes_of(sft), **SFT})
    text = write_pretraining_text(admin, runs, inputs_of(sft)["base_model"])
    runs.train("ppo", inputs_of(ppo) | {"pretraining": text}, {**changes_of(ppo), **PTX})


if __name__ == "__main__":
    main()
