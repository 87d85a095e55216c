"""Raising the overlap on the next prompts of a project, and what that costs."""

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher, account_of
from labeling.api.strict_fields import StrictInteger
from labeling.selectors.overlap import overlap_plan
from labeling.selectors.projects import access_project
from labeling.services.overlap import check_project, raise_overlap

MOST_LABELERS: Final = 50
MOST_PROMPTS: Final = 1_000


class OverlapFilter(serializers.Serializer[Any]):
    overlap = serializers.IntegerField(
        min_value=2, max_value=MOST_LABELERS, help_text="How many labelers judge each prompt."
    )
    num_prompts = serializers.IntegerField(
        min_value=1, max_value=MOST_PROMPTS, help_text="At most so many, the next to be served."
    )


class OverlapInput(serializers.Serializer[Any]):
    overlap = StrictInteger(min_value=2, max_value=MOST_LABELERS)
    num_prompts = StrictInteger(min_value=1, max_value=MOST_PROMPTS)


class OverlapPlanOutput(serializers.Serializer[Any]):
    overlap = serializers.IntegerField()
    num_prompts = serializers.IntegerField(help_text="Prompts that fewer labelers judge.")
    num_rankings = serializers.IntegerField(help_text="More rankings than without.")
    minutes_each = serializers.FloatField(
        allow_null=True, help_text="The median of one here; null where none was measured."
    )
    minutes = serializers.FloatField(allow_null=True, help_text="Of all of them together.")


class ProjectOverlapView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="overlap_plan", parameters=[OverlapFilter], responses=OverlapPlanOutput
    )
    def get(self, request: Request, project_id: int) -> Response:
        """What raising the overlap would take; nothing is changed."""
        wanted = OverlapFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        project = access_project(project_id=project_id)
        check_project(project)
        plan = overlap_plan(project=project, **wanted.validated_data)
        return Response(OverlapPlanOutput(plan).data)

    @extend_schema(
        operation_id="raise_overlap", request=OverlapInput, responses={201: OverlapPlanOutput}
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Open the slots; asking again goes on with the prompts after these."""
        given = OverlapInput(data=request.data)
        given.is_valid(raise_exception=True)
        plan = raise_overlap(
            project=access_project(project_id=project_id),
            raised_by=account_of(request),
            **given.validated_data,
        )
        return Response(OverlapPlanOutput(plan).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("projects/<int:project_id>/overlap/", ProjectOverlapView.as_view(), name="overlap"),
]
