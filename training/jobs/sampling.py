"""Sampling: its output is completions, filed under the model version that wrote them (R85)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labeling.services.completions import NewCompletion, store_completions
from training.jobs.job import Published, Success
from training.models import ModelVersion, Run

SAMPLES_NAME = "samples.jsonl"
# What of the hyperparameters decides how a completion comes out.
SAMPLING_SETTINGS = ("temperature", "top_p", "max_tokens")


def publish(output: Path) -> Published:
    """Completions live in the database; no folder is kept."""
    del output
    return {}


def record(success: Success, published: Published) -> dict[str, Any]:
    """Raises: Refused, ValueError or KeyError when the samples are not as agreed."""
    del published
    model = ModelVersion.objects.select_related("completion_source").get(
        consumers__run=success.run, consumers__role="model"
    )
    if model.completion_source is None:
        raise ValueError(f"{model.name} is a {model.kind} and writes no completions")
    stored = store_completions(
        source=model.completion_source,
        rows=_completions(success.run, success.output / SAMPLES_NAME),
    )
    return {
        **success.report,
        "num_completions": stored.num_stored + stored.num_already_stored,
        "num_refused": len(stored.refused_keys),
    }


def _completions(run: Run, samples: Path) -> Iterator[NewCompletion]:
    settings = {name: run.spec["hyperparameters"][name] for name in SAMPLING_SETTINGS}
    with samples.open(encoding="utf-8") as stream:
        for line in stream:
            sample = json.loads(line)
            yield NewCompletion(
                prompt_id=int(sample["prompt_id"]),
                text=sample["text"],
                source_key=f"{run.pk}:{sample['prompt_id']}:{sample['index']}",
                sampling={**settings, "run": str(run.pk)},
                seed=int(sample["seed"]),
                token_count=int(sample["token_count"]),
                finish_reason=sample["finish_reason"],
            )
