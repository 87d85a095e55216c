"""How a run looks to those who watch it."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from training.api.run_rows import RunRowOutput, read_by, row_context
from training.api.stages import HyperparameterValue
from training.ml.hyperparameters import parse
from training.models import (
    LIVE_STATES,
    Run,
    RunAttempt,
    RunEvent,
    RunInput,
    RunState,
    StepMetrics,
)
from training.selectors.broken_steps import BrokenStep, broken_steps
from training.selectors.runs import actor_names
from training.services.run_warnings import warnings_of
from training.services.runs import allowed_controls


class RunInputOutput(serializers.Serializer[RunInput]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of its folder, as the specification names it.")


class RunAttemptOutput(serializers.ModelSerializer[RunAttempt]):
    class Meta:
        model = RunAttempt
        fields = [
            "number",
            "host",
            "pid",
            "started_at",
            "ended_at",
            "exit_code",
            "outcome",
            "detail",
            "code_revision",
            "peak_memory_bytes",
            "resumed_from_step",
            "last_step",
        ]
        read_only_fields = fields


class RunEventOutput(serializers.ModelSerializer[RunEvent]):
    from_state = serializers.ChoiceField(choices=RunState.choices)
    to_state = serializers.ChoiceField(choices=RunState.choices)
    actor = serializers.SerializerMethodField()

    class Meta:
        model = RunEvent
        fields = ["from_state", "to_state", "actor", "detail", "happened_at"]
        read_only_fields = fields

    def get_actor(self, event: RunEvent) -> str:
        names: dict[str, str] = self.context["actor_names"]
        return names.get(event.actor, event.actor)


class ControlsOutput(serializers.Serializer[Any]):
    cancel = serializers.BooleanField()
    kill = serializers.BooleanField()
    pause = serializers.BooleanField()
    resume = serializers.BooleanField()
    retry = serializers.BooleanField()


class BrokenStepPromptOutput(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As the training data names it.")
    prompt_id = serializers.IntegerField(allow_null=True, help_text="Null where it is not here.")
    excerpt = serializers.CharField(help_text="The first characters of the prompt.")


class BrokenStepOutput(serializers.Serializer[Any]):
    prompts = BrokenStepPromptOutput(many=True, help_text="The first 100.")
    num_prompts = serializers.IntegerField()
    num_pretraining_texts = serializers.IntegerField()


class Wish(StrEnum):
    """What a person has asked of a run at work that its runner has not done yet."""

    CANCEL = "cancel"
    KILL = "kill"
    PAUSE = "pause"


class RunOutput(RunRowOutput):
    """Needs the context of ``context_for``, three or four queries for any number of runs."""

    reason_detail = serializers.SerializerMethodField()
    asked_to = serializers.SerializerMethodField(
        help_text="What a person has asked of a run at work, until it has done so."
    )
    hyperparameters = serializers.SerializerMethodField()
    weights = serializers.SerializerMethodField(
        help_text="How much each of several policies writes, by its role; else empty."
    )
    evaluations = serializers.SerializerMethodField(
        help_text="Automatic evaluations that it ends with, by the names that the stage lists."
    )
    heartbeat_at = serializers.SerializerMethodField(
        help_text="When its runner last renewed its lease; null while none is at work."
    )
    changed = serializers.SerializerMethodField(help_text="What differs from the defaults.")
    warnings = serializers.SerializerMethodField(
        help_text="Of its hyperparameters, then what the trainer warned of while it ran."
    )
    parent_id = serializers.UUIDField(allow_null=True, help_text="The run that this one retries.")
    report = serializers.SerializerMethodField()
    broken_step = serializers.SerializerMethodField(
        help_text="What the step had read at which a figure stopped being a number."
    )
    attempts = RunAttemptOutput(many=True)
    events = RunEventOutput(many=True)
    can = serializers.SerializerMethodField()

    class Meta(RunRowOutput.Meta):
        fields = [
            *RunRowOutput.Meta.fields,
            "reason_detail",
            "asked_to",
            "heartbeat_at",
            "checkpointed_at",
            "priority",
            "attempt",
            "failures",
            "max_failures",
            "hyperparameters",
            "weights",
            "evaluations",
            "changed",
            "warnings",
            "seed",
            "code_revision",
            "spec_sha256",
            "parent_id",
            "report",
            "broken_step",
            "attempts",
            "events",
            "can",
        ]
        read_only_fields = fields

    def get_reason_detail(self, run: Run) -> str | None:
        return run.reason_detail or None

    @extend_schema_field(
        serializers.ChoiceField(choices=[one.value for one in Wish], allow_null=True)
    )
    def get_asked_to(self, run: Run) -> str | None:
        if run.state not in LIVE_STATES:
            return None
        if run.kill_requested_at is not None:
            return Wish.KILL
        if run.cancel_requested_at is not None:
            return Wish.CANCEL
        return Wish.PAUSE if run.pause_requested_at is not None else None

    @extend_schema_field(serializers.DictField(child=RunInputOutput()))
    def get_inputs(self, run: Run) -> dict[str, dict[str, str]]:
        return {
            role: {
                "id": str(one.pk),
                "name": one.name,
                "kind": one.kind,
                "sha256": one.artifact_id,
            }
            for role, one in read_by(run)
        }

    @extend_schema_field(serializers.DictField(child=HyperparameterValue()))
    def get_hyperparameters(self, run: Run) -> dict[str, Any]:
        return dict(run.spec["hyperparameters"])

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_weights(self, run: Run) -> dict[str, float]:
        return dict(run.spec.get("weights", {}))

    def get_evaluations(self, run: Run) -> list[str]:
        return list(run.spec.get("evaluations", ()))

    def get_heartbeat_at(self, run: Run) -> datetime | None:
        return None if run.lease_until is None else run.heartbeat_at

    def get_changed(self, run: Run) -> list[str]:
        defaults = asdict(parse(run.stage, {}))
        chosen = run.spec["hyperparameters"]
        return [name for name, value in chosen.items() if value != defaults.get(name)]

    def get_warnings(self, run: Run) -> list[str]:
        return warnings_of(run)

    def get_report(self, run: Run) -> dict[str, Any]:
        return dict(run.report)

    @extend_schema_field(BrokenStepOutput(allow_null=True))
    def get_broken_step(self, run: Run) -> dict[str, Any] | None:
        known: dict[UUID, BrokenStep] = self.context["broken_steps"]
        step = known.get(run.pk)
        return None if step is None else asdict(step)

    @extend_schema_field(ControlsOutput)
    def get_can(self, run: Run) -> dict[str, bool]:
        return asdict(allowed_controls(run))


class StepMetricsOutput(serializers.ModelSerializer[StepMetrics]):
    metrics = serializers.DictField(
        source="values",
        child=serializers.FloatField(allow_null=True),
        help_text="A figure that was not finite is null.",
    )

    class Meta:
        model = StepMetrics
        fields = ["step", "phase", "metrics", "elapsed_seconds", "recorded_at"]
        read_only_fields = fields


def context_for(runs: Iterable[Run]) -> dict[str, Any]:
    page = list(runs)
    steps = broken_steps(page)
    return {"actor_names": actor_names(page), "broken_steps": steps, **row_context(page)}
