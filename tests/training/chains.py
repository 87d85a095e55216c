"""Chains of runs that have ended, put straight into the database: who made which model of what."""

import itertools
from datetime import timedelta

from django.utils import timezone

from tests.training.run_states import make_run_in
from training.models import ModelVersion, RunInput
from training.models.clock import ClockTimestamp
from training.services.canonical import canonical_json, sha256_of_text

numbers = itertools.count(1)
OUTPUT_KIND = {"sft": "sft", "reward_model": "reward_model", "ppo": "policy"}


def make_ended_run(
    *, by, stage, inputs, artifact, report=None, hyperparameters=None, evaluations=(), seconds=None
):
    """A run that succeeded with these inputs by role, and the model version it made.

    It took so many ``seconds`` where they are told.
    """
    chosen = {"batch_size": 64} | (hyperparameters or {})
    spec = {"stage": stage, "inputs": {}, "hyperparameters": chosen, "seed": 5}
    if evaluations:
        spec["evaluations"] = list(evaluations)
    now = timezone.now()
    times = (
        {"ended_at": ClockTimestamp()}
        if seconds is None
        else {"started_at": now - timedelta(seconds=seconds), "ended_at": now}
    )
    run = make_run_in(
        "succeeded",
        name=f"{stage} {next(numbers)}",
        stage=stage,
        spec=spec,
        spec_sha256=sha256_of_text(canonical_json(spec)),
        seed=5,
        code_revision="abc123",
        report=report or {},
        created_by=by,
        **times,
    )
    for role, chosen in inputs.items():
        column = "model_version" if isinstance(chosen, ModelVersion) else "snapshot"
        RunInput.objects.create(run=run, role=role, **{column: chosen})
    return ModelVersion.objects.create(
        name=f"model of {run.name}",
        kind=OUTPUT_KIND[stage],
        artifact=artifact,
        licence="Apache-2.0",
        source="made for a test",
        run=run,
        report=report or {},
        created_by=by,
    )
