"""The instructions of a project in their versions: published, compared, and read (R15)."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import (
    IsResearcher,
    MayLabel,
    ResearcherReadsAdminWrites,
    account_of,
)
from labeling.api.projects import InstructionsInput, InstructionsOutput
from labeling.api.strict_fields import StrictInteger
from labeling.models import InstructionVersion, User
from labeling.selectors.instructions import (
    access_instructions,
    access_instructions_as_labeler,
    instruction_versions,
    instruction_versions_for,
    readers_of_instructions,
)
from labeling.selectors.projects import access_project, access_project_as_labeler
from labeling.services.projects import NewInstructions, publish_instructions


class NewInstructionsInput(InstructionsInput):
    based_on = StrictInteger(
        min_value=0,
        max_value=2**31 - 1,
        allow_null=True,
        default=None,
        help_text="The version this was written from: refused where a newer one has come out.",
    )


class InstructionVersionOutput(serializers.ModelSerializer[InstructionVersion]):
    created_by = serializers.CharField(source="created_by.display_name")
    num_readers = serializers.IntegerField(help_text="Labelers who have acknowledged it.")

    class Meta:
        model = InstructionVersion
        fields = ["id", "version", "title", "created_by", "created_at", "num_readers"]
        read_only_fields = fields


class OwnInstructionVersionOutput(serializers.ModelSerializer[InstructionVersion]):
    acknowledged_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = InstructionVersion
        fields = ["version", "title", "created_at", "acknowledged_at"]
        read_only_fields = fields


class InstructionReaderOutput(serializers.ModelSerializer[User]):
    version = serializers.IntegerField(help_text="The latest that they have read.")
    read_at = serializers.DateTimeField()

    class Meta:
        model = User
        fields = ["id", "display_name", "version", "read_at"]
        read_only_fields = fields


class VersionsPagination(KeysetPagination):
    ordering = ("-version",)


class ReadersPagination(KeysetPagination):
    ordering = ("display_name", "id")


class InstructionsView(generics.ListAPIView[InstructionVersion]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = InstructionVersionOutput
    pagination_class = VersionsPagination

    def get_queryset(self) -> Any:
        project_id = self.kwargs["project_id"]
        access_project(project_id=project_id)
        return instruction_versions(project_id=project_id)

    @extend_schema(operation_id="list_instructions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="publish_instructions",
        request=NewInstructionsInput,
        responses={201: InstructionsOutput},
    )
    def post(self, request: Request, project_id: int) -> Response:
        """A new version, which every labeler reads before their next task."""
        given = NewInstructionsInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        version = publish_instructions(
            project=access_project(project_id=project_id),
            new=NewInstructions(title=wanted["title"], body=wanted["body"]),
            based_on=wanted["based_on"],
            created_by=account_of(request),
        )
        return Response(InstructionsOutput(version).data, status=status.HTTP_201_CREATED)


class InstructionVersionView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="instructions", responses=InstructionsOutput)
    def get(self, request: Request, project_id: int, version: int) -> Response:
        found = access_instructions(project_id=project_id, version=version)
        return Response(InstructionsOutput(found).data)


class InstructionReadersView(generics.ListAPIView[User]):
    permission_classes = [IsResearcher]
    serializer_class = InstructionReaderOutput
    pagination_class = ReadersPagination

    def get_queryset(self) -> Any:
        project_id = self.kwargs["project_id"]
        access_project(project_id=project_id)
        return readers_of_instructions(project_id=project_id)

    @extend_schema(operation_id="list_instruction_readers")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


class OwnInstructionsView(generics.ListAPIView[InstructionVersion]):
    permission_classes = [MayLabel]
    serializer_class = OwnInstructionVersionOutput
    pagination_class = VersionsPagination

    def get_queryset(self) -> Any:
        labeler, project_id = account_of(self.request), self.kwargs["project_id"]
        access_project_as_labeler(project_id=project_id, labeler=labeler)
        return instruction_versions_for(project_id=project_id, labeler=labeler)

    @extend_schema(operation_id="list_own_instructions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest version, and those that the caller has read or worked under."""
        return self.list(request)


class OwnInstructionVersionView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="own_instructions", responses=InstructionsOutput)
    def get(self, request: Request, project_id: int, version: int) -> Response:
        found = access_instructions_as_labeler(
            project_id=project_id, version=version, labeler=account_of(request)
        )
        return Response(InstructionsOutput(found).data)


urlpatterns = [
    path(
        "projects/<int:project_id>/instructions/",
        InstructionsView.as_view(),
        name="project-instructions",
    ),
    path(
        "projects/<int:project_id>/instructions/<int:version>/",
        InstructionVersionView.as_view(),
        name="instruction-version",
    ),
    path(
        "projects/<int:project_id>/instruction-readers/",
        InstructionReadersView.as_view(),
        name="instruction-readers",
    ),
    path(
        "labeling/projects/<int:project_id>/instructions/",
        OwnInstructionsView.as_view(),
        name="own-instructions",
    ),
    path(
        "labeling/projects/<int:project_id>/instructions/<int:version>/",
        OwnInstructionVersionView.as_view(),
        name="own-instruction-version",
    ),
]
