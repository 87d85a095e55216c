"""A run as lists of runs show it, which are asked for every two seconds while one is at work."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from training.api.authors import AuthorOutput
from training.models import ModelVersion, Run, RunState, Snapshot
from training.selectors.paces import Pace, paces
from training.selectors.waiting import Wait, WaitingFor, waits
from training.services.stages import STAGES


class RowName(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class WaitOutput(serializers.Serializer[Wait]):
    waiting_for = serializers.ChoiceField(choices=[one.value for one in WaitingFor])
    silent_seconds = serializers.FloatField(
        allow_null=True, help_text="Since any gpu-worker was last seen; null where none ever was."
    )
    starts_in_seconds = serializers.FloatField(allow_null=True)


class RunRowOutput(serializers.ModelSerializer[Run]):
    """Needs the annotations of ``run_rows`` and the context of ``row_context``."""

    stage = serializers.ChoiceField(choices=Run.Stage.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    is_ptx = serializers.SerializerMethodField(
        help_text="PPO that mixes pretraining text in: the paper's PPO-ptx."
    )
    reason = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField(help_text="From 0 to 1.")
    eta_seconds = serializers.SerializerMethodField()
    stalled_seconds = serializers.SerializerMethodField(
        help_text="How long a running run has made no step, once that is too long."
    )
    waiting = serializers.SerializerMethodField(help_text="What keeps a waiting run.")
    created_by = AuthorOutput()
    worker = serializers.SerializerMethodField(help_text="Where it runs, or last ran.")
    inputs = serializers.SerializerMethodField()
    output_model_version = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = [
            "id",
            "name",
            "stage",
            "is_ptx",
            "state",
            "reason",
            "step",
            "total_steps",
            "progress",
            "eta_seconds",
            "stalled_seconds",
            "waiting",
            "created_by",
            "created_at",
            "started_at",
            "ended_at",
            "worker",
            "inputs",
            "output_model_version",
        ]
        read_only_fields = fields

    def get_is_ptx(self, run: Run) -> bool:
        weight: float | None = run.ptx_coef  # type: ignore[attr-defined]  # an annotation
        return bool(weight and weight > 0)

    def get_reason(self, run: Run) -> str | None:
        return run.reason or None

    def get_progress(self, run: Run) -> float | None:
        return min(1.0, run.step / run.total_steps) if run.total_steps else None

    def get_eta_seconds(self, run: Run) -> float | None:
        pace = self._pace(run)
        return None if pace is None else pace.seconds_left

    def get_stalled_seconds(self, run: Run) -> float | None:
        pace = self._pace(run)
        return None if pace is None else pace.stalled_seconds

    def _pace(self, run: Run) -> Pace | None:
        known: dict[UUID, Pace] = self.context["paces"]
        return known.get(run.pk)

    @extend_schema_field(WaitOutput(allow_null=True))
    def get_waiting(self, run: Run) -> dict[str, Any] | None:
        known: dict[UUID, Wait] = self.context["waits"]
        wait = known.get(run.pk)
        return None if wait is None else asdict(wait)

    def get_worker(self, run: Run) -> str | None:
        if run.slot is not None:
            return str(run.slot)
        last_host: str | None = run.last_host  # type: ignore[attr-defined]  # an annotation
        return last_host

    @extend_schema_field(serializers.DictField(child=RowName()))
    def get_inputs(self, run: Run) -> dict[str, dict[str, str]]:
        return {role: {"id": str(one.pk), "name": one.name} for role, one in read_by(run)}

    @extend_schema_field(RowName(allow_null=True))
    def get_output_model_version(self, run: Run) -> dict[str, str] | None:
        if run.state != RunState.SUCCEEDED or STAGES[run.stage].output_kind is None:
            return None
        version = run.output_model_version
        return {"id": str(version.pk), "name": version.name}


def read_by(run: Run) -> list[tuple[str, ModelVersion | Snapshot]]:
    """What a run reads, in the order of the roles' names."""
    chosen = [(one.role, one.model_version or one.snapshot) for one in run.inputs.all()]
    return [(role, one) for role, one in sorted(chosen, key=lambda pair: pair[0]) if one]


def row_context(runs: Iterable[Run]) -> dict[str, Any]:
    page = list(runs)
    return {"paces": paces(page), "waits": waits(page)}
