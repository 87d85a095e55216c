"""What can be run: the inputs of every stage, its hyperparameters, and what its figures mean."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from labeling.errors import NotAccessible
from training.ml.glossary.automatic_evaluations import AutomaticEvaluation, evaluations_of
from training.ml.hyperparameters import HyperparameterField, describe
from training.ml.metric_glossary import Metric, logged_by, reported_by
from training.ml.presets import Preset, presets_of
from training.models import Run
from training.services.stages import STAGES


class InputRoleOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    kind = serializers.ChoiceField(choices=["model_version", "snapshot"])
    accepts = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # part of the contract
    reads_tokens_of = serializers.CharField(
        allow_blank=True,
        help_text="The role whose text it reads as token ids: both need the same "
        "vocabulary_sha256. Blank where it stands alone.",
    )


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]})
class HyperparameterValue(serializers.Field[Any, Any, Any, Any]):
    """A number, a boolean or a text, as JSON has them; its stage decides which one it must be."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool | int | float | str):
            raise serializers.ValidationError("Must be a number, a boolean or a text.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class HyperparameterOutput(serializers.Serializer[HyperparameterField]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["int", "float", "bool", "choice", "text"])
    default = HyperparameterValue()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField(allow_blank=True)
    help = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as above
    may_change_in_retry = serializers.BooleanField(
        help_text="A retry that goes on from what a run has learned may change it."
    )


class PresetSweepOutput(serializers.Serializer[Any]):
    parameter = serializers.CharField()
    values = serializers.ListField(child=serializers.FloatField())


class PresetOutput(serializers.Serializer[Preset]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # part of the contract
    help = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # as above
    hyperparameters = serializers.DictField(
        source="values", child=HyperparameterValue(), help_text="What differs from the defaults."
    )
    sweeps = serializers.SerializerMethodField(help_text="What the paper tries of a number.")

    @extend_schema_field(PresetSweepOutput(many=True))
    def get_sweeps(self, preset: Preset) -> list[dict[str, Any]]:
        return [{"parameter": name, "values": values} for name, values in preset.sweeps.items()]


class AutomaticEvaluationOutput(serializers.Serializer[AutomaticEvaluation]):
    """What a run of the stage can be asked to measure of its policy at the end."""

    name = serializers.CharField()
    title = serializers.CharField(source="meaning.title")
    unit = serializers.CharField(source="meaning.unit")
    meaning = serializers.CharField(source="meaning.meaning")
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="Roles of inputs without which it is refused."
    )


class StageOutput(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Run.Stage.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # part of the contract
    inputs = InputRoleOutput(many=True)
    hyperparameters = HyperparameterOutput(many=True)
    evaluations = AutomaticEvaluationOutput(
        many=True, help_text="Empty where no policy is trained."
    )
    presets = PresetOutput(many=True, help_text="Empty where there is one way to train.")


class MetricOutput(serializers.Serializer[Metric]):
    name = serializers.CharField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    formula = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    healthy = serializers.CharField()
    low = serializers.FloatField(allow_null=True, help_text="Nothing below is healthy.")
    high = serializers.FloatField(allow_null=True, help_text="Nothing above is healthy.")
    otherwise = serializers.CharField(
        allow_blank=True, help_text="What a departure usually means and what to do."
    )
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as above
    chart = serializers.CharField(
        allow_blank=True, help_text="Figures of one chart are drawn together; blank is not drawn."
    )


class GlossaryOutput(serializers.Serializer[Any]):
    """In reading order: what every step logs, and what the run's report says at its end."""

    steps = MetricOutput(many=True)
    report = MetricOutput(many=True)


class StagesView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="list_stages", responses=StageOutput(many=True))
    def get(self, request: Request) -> Response:
        stages = [
            {
                "stage": stage.stage,
                "label": stage.label,
                "inputs": stage.inputs,
                "hyperparameters": describe(stage.stage),
                "evaluations": evaluations_of(stage.stage),
                "presets": presets_of(stage.stage),
            }
            for stage in STAGES.values()
        ]
        return Response(StageOutput(stages, many=True).data)


class GlossaryView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="stage_glossary", responses=GlossaryOutput)
    def get(self, request: Request, stage: str) -> Response:
        """What the figures of this stage's runs mean, and which values are healthy."""
        if stage not in STAGES:
            raise NotAccessible
        glossary = {"steps": logged_by(stage), "report": reported_by(stage)}
        return Response(GlossaryOutput(glossary).data)


urlpatterns = [
    path("runs/stages/", StagesView.as_view(), name="stages"),
    path("runs/stages/<str:stage>/glossary/", GlossaryView.as_view(), name="glossary"),
]
