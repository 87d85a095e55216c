"""Sampling: its output is completions, filed under the model versions that wrote them (R85)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labeling.services.completions import NewCompletion, StoredCompletions, store_completions
from training.jobs.job import Published, Success
from training.ml.mixing import FIRST_POLICY, POLICY_ROLES
from training.models import ModelVersion, Run, RunInput

SAMPLES_NAME = "samples.jsonl"
# What of the hyperparameters decides how a completion comes out.
SAMPLING_SETTINGS = ("temperature", "top_p", "max_tokens", "sampler")


def publish(output: Path) -> Published:
    """Completions live in the database; no folder is kept."""
    del output
    return {}


def record(success: Success, published: Published) -> dict[str, Any]:
    """Raises: Refused, ValueError or KeyError when the samples are not as agreed."""
    del published
    samples = success.output / SAMPLES_NAME
    chosen = RunInput.objects.filter(run=success.run, role__in=POLICY_ROLES)
    policies = {
        one.role: one.model_version
        for one in chosen.select_related("model_version__completion_source")
        if one.model_version is not None
    }
    strangers = {_policy_of(sample) for sample in _samples(samples)} - policies.keys()
    if strangers:
        raise ValueError(f"completions of {', '.join(sorted(strangers))}, which this run has not")
    stored = [_store(success.run, role, model, samples) for role, model in policies.items()]
    return {
        **success.report,
        "num_completions": sum(one.num_stored + one.num_already_stored for one in stored),
        "num_refused": sum(len(one.refused_keys) for one in stored),
    }


def _store(run: Run, role: str, model: ModelVersion, samples: Path) -> StoredCompletions:
    if model.completion_source is None:
        raise ValueError(f"{model.name} is a {model.kind} and writes no completions")
    settings = {name: run.spec["hyperparameters"].get(name) for name in SAMPLING_SETTINGS}
    how = {**settings, "run": str(run.pk), "model_version": str(model.pk)}
    if weights := run.spec.get("weights"):
        how["weight"] = round(weights[role] / sum(weights.values()), 4)
    own = (sample for sample in _samples(samples) if _policy_of(sample) == role)
    return store_completions(
        source=model.completion_source, rows=(_completion(run, sample, how) for sample in own)
    )


def _completion(run: Run, sample: dict[str, Any], how: dict[str, object]) -> NewCompletion:
    return NewCompletion(
        prompt_id=int(sample["prompt_id"]),
        text=sample["text"],
        source_key=f"{run.pk}:{sample['prompt_id']}:{sample['index']}",
        sampling=how,
        seed=int(sample["seed"]),
        token_count=int(sample["token_count"]),
        finish_reason=sample["finish_reason"],
    )


def _samples(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from (json.loads(line) for line in stream)


def _policy_of(sample: dict[str, Any]) -> str:
    # A run of an earlier release, which had one policy, may end under this one.
    return str(sample.get("policy", FIRST_POLICY))
