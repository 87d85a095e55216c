"""Whether PPO against a learned reward model raises the true preference, and how often it fails."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.lab import Lab, Watched
from experiments.spread import spread
from training.ml.evaluation import cluster_interval

# A policy that has lost this much of its entropy writes almost one answer.
COLLAPSED_ENTROPY_SHARE = 0.1

LEARNING, UNFINISHED = "PPO", "PPO, cut-off answers keep their score"
COIN, STANDING_STILL = "labelers toss coins", "learning rate 0"
ARMS = (LEARNING, UNFINISHED, COIN, STANDING_STILL)
CHANGES: dict[str, dict[str, Any]] = {
    UNFINISHED: {"missing_eos": "keep"},
    STANDING_STILL: {"learning_rate": 0.0},
}


def run(lab: Lab, num_workers: int) -> dict[str, Any]:
    size = lab.sizes.ppo
    # Without learning every seed gives nothing; one shows it.
    num_seeds = (size.num_seeds, size.num_control_seeds, size.num_control_seeds, 1)
    jobs = [
        (lab, arm, seed)
        for arm, num in zip(ARMS, num_seeds, strict=True)
        for seed in range(1, num + 1)
    ]
    return {"runs": spread(one_run, jobs, num_workers)}


def one_run(lab: Lab, arm: str, seed: int) -> dict[str, Any]:
    """One seed of one arm, from labels to the exported policy."""
    return {"arm": arm, "seed": seed, **outcome(watch(lab, arm, seed), seed)}


def watch(lab: Lab, arm: str, seed: int) -> Watched:
    reward_model = lab.reward_model(
        seed, lab.sizes.ppo.num_ranked, noise=lab.sizes.noise, reads=arm != COIN
    )
    folder = f"{'-'.join(re.findall('[a-z]+', arm.lower()))}-{seed}"
    return lab.ppo(folder, reward_model, seed, CHANGES.get(arm, {}))


def outcome(watched: Watched, seed: int) -> dict[str, Any]:
    """Before and after; the gain's interval resamples prompts, which both answered."""
    first, last = watched.looks[0], watched.looks[-1]
    gain_B = np.array(last["truths"]) - np.array(first["truths"])
    low, high = cluster_interval(gain_B, np.arange(len(gain_B)), seed)
    return {
        "before": figures_of(first),
        "after": figures_of(last),
        "gain": {"value": float(gain_B.mean()), "low": low, "high": high},
        "collapse": collapse(watched),
        "looks": columns(watched.looks),
    }


def figures_of(look: dict[str, Any]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in look.items() if name != "truths"}


def columns(looks: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Every figure over the looks at the weights in training, the exported average left out."""
    moments = [figures_of(look) for look in looks if not look["is_exported"]]
    return {name: [look[name] for look in moments] for name in moments[0] if name != "is_exported"}


def collapse(watched: Watched) -> list[str]:
    """Why this run counts as collapsed; empty where it does not."""
    first, last = watched.looks[0], watched.looks[-1]
    signs = {
        "true preference below the start": last["truth"] < first["truth"],
        "stopped by the ceiling of divergence": not watched.ended.succeeded,
        "entropy below a tenth of the start": last["entropy"]
        < COLLAPSED_ENTROPY_SHARE * first["entropy"],
    }
    return [sign for sign, is_so in signs.items() if is_so]
