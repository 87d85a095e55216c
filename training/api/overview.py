"""The counts of the home page."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.selectors.overview import overview_counts


class OverviewOutput(serializers.Serializer[Any]):
    prompts = serializers.IntegerField()
    completions = serializers.IntegerField()
    rankings = serializers.IntegerField()
    demonstrations = serializers.IntegerField()
    labelers = serializers.IntegerField()
    runs_live = serializers.IntegerField()
    model_versions = serializers.IntegerField()


class OverviewView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="overview", responses=OverviewOutput)
    def get(self, request: Request) -> Response:
        return Response(OverviewOutput(overview_counts()).data)


urlpatterns = [path("overview/", OverviewView.as_view(), name="overview")]
