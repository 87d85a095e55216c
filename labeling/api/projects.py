"""Projects for those who run them: researchers look, admins change."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import ResearcherReadsAdminWrites, account_of
from labeling.api.strict_fields import ExactText, StrictBoolean, StrictInteger
from labeling.models import Pool, Project
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.selectors.projects import access_project, projects_with_counts
from labeling.services.projects import (
    NewInstructions,
    NewProject,
    change_project,
    open_project,
    publish_instructions,
)

MAX_INSTRUCTIONS_CHARACTERS = 100_000


class InstructionsInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=160)
    body = ExactText(max_length=MAX_INSTRUCTIONS_CHARACTERS)


class InstructionsOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()


class ProjectInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=160)
    kind = serializers.ChoiceField(choices=Project.Kind.choices)
    k = StrictInteger(
        min_value=NATIVE_K_MINIMUM,
        max_value=K_MAXIMUM,
        allow_null=True,
        default=None,
        help_text="Completions per ranking task, 5 unless given; none for demonstrations.",
    )
    overlap = StrictInteger(
        min_value=1, max_value=50, default=1, help_text="How many labelers judge each task."
    )
    pool = serializers.ChoiceField(choices=Pool.choices, default=Pool.TRAINING)
    priority_mode = serializers.ChoiceField(
        choices=Project.PriorityMode.choices, default=Project.PriorityMode.HELPFULNESS_FIRST
    )
    instructions = InstructionsInput()
    seed_order_from_ratings = StrictBoolean(default=True)
    allow_empty_demonstrations = StrictBoolean(default=False)


class ProjectChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=160, required=False)
    state = serializers.ChoiceField(choices=Project.State.choices, required=False)


class ProjectOutput(serializers.ModelSerializer[Project]):
    instructions = InstructionsOutput(allow_null=True)
    num_tasks = serializers.IntegerField()
    num_slots = serializers.IntegerField(
        source="slot_counts.num_slots", help_text="Places for labelers: open, leased, submitted."
    )
    num_open = serializers.IntegerField(source="slot_counts.num_open")
    num_submitted = serializers.IntegerField(source="slot_counts.num_submitted")

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "kind",
            "state",
            "pool",
            "priority_mode",
            "k",
            "overlap",
            "seed_order_from_ratings",
            "allow_empty_demonstrations",
            "imported_from",
            "created_at",
            "instructions",
            "num_tasks",
            "num_slots",
            "num_open",
            "num_submitted",
        ]
        read_only_fields = fields


class ProjectsView(generics.ListAPIView[Project]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = ProjectOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return projects_with_counts()

    @extend_schema(operation_id="list_projects")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="open_project", request=ProjectInput, responses={201: ProjectOutput}
    )
    def post(self, request: Request) -> Response:
        given = ProjectInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        wanted["instructions"] = NewInstructions(**wanted["instructions"])
        project = open_project(new=NewProject(**wanted), created_by=account_of(request))
        shown = ProjectOutput(access_project(project_id=project.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class ProjectView(APIView):
    permission_classes = [ResearcherReadsAdminWrites]

    @extend_schema(operation_id="project", responses=ProjectOutput)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(ProjectOutput(access_project(project_id=project_id)).data)

    @extend_schema(operation_id="change_project", request=ProjectChange, responses=ProjectOutput)
    def patch(self, request: Request, project_id: int) -> Response:
        """Rename, pause or reopen. A pause lets labelers finish what they hold."""
        given = ProjectChange(data=request.data)
        given.is_valid(raise_exception=True)
        project = access_project(project_id=project_id)
        change_project(project=project, **given.validated_data)
        return Response(ProjectOutput(project).data)


class InstructionsView(APIView):
    permission_classes = [ResearcherReadsAdminWrites]

    @extend_schema(
        operation_id="publish_instructions",
        request=InstructionsInput,
        responses={201: InstructionsOutput},
    )
    def post(self, request: Request, project_id: int) -> Response:
        """A new version, which every labeler reads before their next task."""
        given = InstructionsInput(data=request.data)
        given.is_valid(raise_exception=True)
        version = publish_instructions(
            project=access_project(project_id=project_id),
            new=NewInstructions(**given.validated_data),
            created_by=account_of(request),
        )
        return Response(InstructionsOutput(version).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("projects/", ProjectsView.as_view(), name="projects"),
    path("projects/<int:project_id>/", ProjectView.as_view(), name="project"),
    path(
        "projects/<int:project_id>/instructions/",
        InstructionsView.as_view(),
        name="project-instructions",
    ),
]
