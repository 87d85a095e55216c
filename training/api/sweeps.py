"""Sweeps: several runs at once that differ in one hyperparameter, and which did best."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import IsResearcher, ResearcherReadsAdminWrites, account_of
from training.api.authors import AuthorOutput
from training.api.runs import RunRequestInput
from training.models import Run, RunState, Sweep
from training.selectors.sweeps import access_sweep, sweeps
from training.services.sweeps import (
    NUM_VALUES_MAXIMUM,
    NUM_VALUES_MINIMUM,
    SweepRequest,
    geometric_values,
    request_sweep,
)


class GeometricInput(serializers.Serializer[Any]):
    lowest = serializers.FloatField()
    highest = serializers.FloatField()
    num_values = serializers.IntegerField(
        min_value=NUM_VALUES_MINIMUM, max_value=NUM_VALUES_MAXIMUM, default=7
    )


class SweepInput(RunRequestInput):
    """What all runs have in common, and the values: as a list, or in equal ratios."""

    parameter = serializers.CharField(max_length=64)
    values = serializers.ListField(child=serializers.FloatField(), default=list)
    geometric = GeometricInput(required=False, allow_null=True, default=None)
    # A sweep of samplings would only write more completions.
    prompt_query = None  # type: ignore[assignment]  # how a serializer drops an inherited field
    weights = None  # type: ignore[assignment]  # as above

    def validate(self, attrs: Any) -> Any:
        if bool(attrs["values"]) == bool(attrs["geometric"]):
            raise serializers.ValidationError({"values": "Give either values or geometric."})
        return attrs

    def wanted(self) -> SweepRequest:
        given = self.validated_data
        request, parameter = self.request(), given["parameter"]
        if given["values"]:
            return SweepRequest(request, parameter, given["values"])
        values = geometric_values(**given["geometric"])
        return SweepRequest(request, parameter, values, field="geometric")


class SweepOutput(serializers.ModelSerializer[Sweep]):
    stage = serializers.ChoiceField(choices=Run.Stage.choices)
    num_runs = serializers.IntegerField()
    created_by = AuthorOutput()

    class Meta:
        model = Sweep
        fields = ["id", "name", "stage", "parameter", "num_runs", "created_by", "created_at"]
        read_only_fields = fields


class CriterionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # part of the contract
    is_higher_better = serializers.BooleanField()


class SweptRunOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=RunState.choices)


class SweepEntryOutput(serializers.Serializer[Any]):
    value = serializers.FloatField()
    run = SweptRunOutput()
    figure = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    is_best = serializers.BooleanField()


class SweepFigureOutput(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    num = serializers.IntegerField(allow_null=True, help_text="What it is a mean over.")
    unit = serializers.CharField(allow_blank=True, help_text="Of what num counts.")
    reason = serializers.CharField(
        allow_blank=True, help_text="Why there is no value; blank while there may still be one."
    )


class SweepPanelOutput(serializers.Serializer[Any]):
    """One figure of every run, in the order of the entries."""

    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    definition = serializers.CharField()
    is_higher_better = serializers.BooleanField(
        allow_null=True, help_text="Null where neither end is better."
    )
    figures = SweepFigureOutput(many=True)


class SweepDetailOutput(serializers.Serializer[Any]):
    sweep = SweepOutput()
    criterion = CriterionOutput(allow_null=True)
    entries = SweepEntryOutput(many=True)
    panels = SweepPanelOutput(
        many=True, help_text="What is drawn over the swept value, one by one."
    )


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class SweepsView(generics.GenericAPIView[Sweep]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = SweepOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return sweeps()

    @extend_schema(operation_id="list_sweeps", responses=SweepOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(SweepOutput(page, many=True).data)

    @extend_schema(
        operation_id="request_sweep", request=SweepInput, responses={201: SweepDetailOutput}
    )
    def post(self, request: Request) -> Response:
        """Queue one run per value, or none where any of them cannot be run."""
        given = SweepInput(data=request.data)
        given.is_valid(raise_exception=True)
        sweep = request_sweep(by=account_of(request), wanted=given.wanted())
        shown = SweepDetailOutput(access_sweep(sweep.pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class SweepView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="sweep", responses=SweepDetailOutput)
    def get(self, request: Request, sweep_id: UUID) -> Response:
        """The runs by value; the best is marked by the figure that the stage is chosen by."""
        return Response(SweepDetailOutput(access_sweep(sweep_id)).data)


urlpatterns = [
    path("sweeps/", SweepsView.as_view(), name="sweeps"),
    path("sweeps/<uuid:sweep_id>/", SweepView.as_view(), name="sweep"),
]
