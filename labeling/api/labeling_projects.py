"""Projects as a labeler sees them: where there is work, and what the instructions say."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import MayLabel, account_of
from labeling.api.projects import InstructionsOutput
from labeling.api.strict_fields import StrictInteger
from labeling.models import Project
from labeling.selectors.assignments import NUM_SERVABLE_COUNTED
from labeling.selectors.projects import access_project_as_labeler, projects_for_labeler
from labeling.services.projects import acknowledge_instructions


class LabelingProjectOutput(serializers.ModelSerializer[Project]):
    num_mine_today = serializers.IntegerField(help_text="Submitted since midnight UTC.")
    num_waiting_for_me = serializers.SerializerMethodField(
        help_text=f"Tasks that could be given out now, counted as far as {NUM_SERVABLE_COUNTED}."
    )
    has_more_waiting = serializers.SerializerMethodField(
        help_text="Whether there are more tasks than were counted."
    )
    instructions_acknowledged = serializers.BooleanField()

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "kind",
            "state",
            "priority_mode",
            "num_mine_today",
            "num_waiting_for_me",
            "has_more_waiting",
            "instructions_acknowledged",
        ]
        read_only_fields = fields

    def get_num_waiting_for_me(self, project: Any) -> int:
        return min(int(project.num_waiting_for_me), NUM_SERVABLE_COUNTED)

    def get_has_more_waiting(self, project: Any) -> bool:
        return bool(project.num_waiting_for_me > NUM_SERVABLE_COUNTED)


class LabelingProjectDetailOutput(LabelingProjectOutput):
    instructions = InstructionsOutput()

    class Meta(LabelingProjectOutput.Meta):
        fields = [*LabelingProjectOutput.Meta.fields, "instructions"]
        read_only_fields = fields


class AcknowledgementInput(serializers.Serializer[Any]):
    version = StrictInteger(min_value=1, max_value=2**31 - 1)


class LabelingProjectsPagination(KeysetPagination):
    ordering = ("name",)


class LabelingProjectsView(generics.ListAPIView[Project]):
    permission_classes = [MayLabel]
    serializer_class = LabelingProjectOutput
    pagination_class = LabelingProjectsPagination

    def get_queryset(self) -> Any:
        return projects_for_labeler(labeler=account_of(self.request))

    @extend_schema(operation_id="list_labeling_projects")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


class LabelingProjectView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="labeling_project", responses=LabelingProjectDetailOutput)
    def get(self, request: Request, project_id: int) -> Response:
        project = access_project_as_labeler(project_id=project_id, labeler=account_of(request))
        return Response(LabelingProjectDetailOutput(project).data)


class AcknowledgeView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="acknowledge_instructions",
        request=AcknowledgementInput,
        responses={204: None},
    )
    def post(self, request: Request, project_id: int) -> Response:
        given = AcknowledgementInput(data=request.data)
        given.is_valid(raise_exception=True)
        acknowledge_instructions(
            project=access_project_as_labeler(project_id=project_id, labeler=account_of(request)),
            labeler=account_of(request),
            version=given.validated_data["version"],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("labeling/projects/", LabelingProjectsView.as_view(), name="labeling-projects"),
    path(
        "labeling/projects/<int:project_id>/",
        LabelingProjectView.as_view(),
        name="labeling-project",
    ),
    path(
        "labeling/projects/<int:project_id>/acknowledge/",
        AcknowledgeView.as_view(),
        name="acknowledge-instructions",
    ),
]
