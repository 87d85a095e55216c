"""How close a reward model comes to the labelers it learned from: accuracy, surety, log loss."""

from collections import defaultdict
from typing import Any

from experiments import intervals
from experiments.judged import judged
from experiments.lab import Lab
from experiments.spread import spread
from training.ml.records import read_rankings

AVERAGED = (
    "accuracy",
    "ceiling",
    "truth_accuracy",
    "length_accuracy",
    "log_loss",
    "entropy_floor",
    "calibration_error",
    "calibration_floor",
    "tied_share",
)


def run(lab: Lab, num_workers: int) -> dict[str, Any]:
    size = lab.sizes.reward
    jobs = [
        (lab, num_prompts, seed)
        for num_prompts in sorted(size.num_prompts, reverse=True)
        for seed in range(1, size.num_seeds + 1)
    ]
    return {"noise": lab.sizes.noise, "runs": spread(one_run, jobs, num_workers)}


def one_run(lab: Lab, num_prompts: int, seed: int) -> dict[str, Any]:
    """One reward model, judged on prompts and labels that it has not seen."""
    noise = lab.sizes.noise
    ended = lab.reward_model(seed, num_prompts, noise=noise, reads=True)
    rankings = read_rankings(ended.input("rankings"))
    held_out = [ranked for ranked in rankings if ranked.split == "validation"]
    utility_of = {
        identifier: value
        for answered in lab.validation_pool
        for identifier, value in zip(answered.completion_ids, answered.utilities, strict=True)
    }
    score_of = dict(ended.report["validation"]["scores"])
    found = judged(held_out, score_of, utility_of, noise=noise)
    trained_on = sum(len(r.comparisons()) for r in rankings if r.split == "train")
    return {"num_prompts": num_prompts, "seed": seed, "num_train_pairs": trained_on, **found}


def summary(result: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per number of prompts: every figure's mean over seeds with its interval."""
    by_size: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for found in result["runs"]:
        by_size[found["num_prompts"]].append(found)
    return [
        {"num_prompts": size, "num_seeds": len(runs)}
        | {name: intervals.mean([found[name] for found in runs]) for name in AVERAGED}
        for size, runs in sorted(by_size.items())
    ]
