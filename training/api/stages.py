"""What can be run: the inputs of every stage and its hyperparameters with the paper's defaults."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.ml.hyperparameters import HyperparameterField, describe
from training.models import Run
from training.services.stages import STAGES


class InputRoleOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    kind = serializers.ChoiceField(choices=["model_version", "snapshot"])
    accepts = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # part of the contract


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


class StageOutput(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Run.Stage.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # part of the contract
    inputs = InputRoleOutput(many=True)
    hyperparameters = HyperparameterOutput(many=True)


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
            }
            for stage in STAGES.values()
        ]
        return Response(StageOutput(stages, many=True).data)


urlpatterns = [path("runs/stages/", StagesView.as_view(), name="stages")]
