"""Scoring: its output is rewards, filed under the completions and the reward model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.jobs.job import Published, Success
from training.models import ModelVersion
from training.services.rewards import store_rewards

REWARDS_NAME = "rewards.jsonl"


def publish(output: Path) -> Published:
    """Rewards live in the database; no folder is kept."""
    del output
    return {}


def record(success: Success, published: Published) -> dict[str, Any]:
    """Raises: ValueError or KeyError when the rewards are not as agreed."""
    del published
    reward_model = ModelVersion.objects.get(
        consumers__run=success.run, consumers__role="reward_model"
    )
    store_rewards(
        run=success.run,
        reward_model=reward_model,
        rewards=_rewards(success.output / REWARDS_NAME),
    )
    return success.report


def _rewards(path: Path) -> Iterator[tuple[int, float]]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            yield int(row["id"]), float(row["reward"])
