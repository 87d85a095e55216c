"""Projects for those who run them: researchers look, admins change."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import ResearcherReadsAdminWrites, account_of
from labeling.api.strict_fields import StrictBoolean, StrictInteger, StrictNumber
from labeling.models import Pool, Project
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.selectors.projects import access_project, projects_with_counts
from labeling.services.projects import (
    NewInstructions,
    NewProject,
    change_project,
    open_project,
)

MAX_INSTRUCTIONS_CHARACTERS = 100_000


class InstructionsInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=160)
    body = ExactText(max_length=MAX_INSTRUCTIONS_CHARACTERS)


class InstructionsOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()


def overlap_field(**options: Any) -> StrictInteger:
    return StrictInteger(
        min_value=1, max_value=50, help_text="How many labelers judge each task.", **options
    )


def calibration_share_field(**options: Any) -> StrictNumber:
    return StrictNumber(
        min_value=0,
        max_value=1,
        help_text="This share of new tasks goes to ``calibration_overlap`` labelers (R33).",
        **options,
    )


class LanguageField(serializers.RegexField):
    """A language as BCP 47 names it: "en", "pt-BR"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16, **options)


class SkillField(serializers.CharField):
    """A word that labelers' accounts carry too, however it was capitalised."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).lower()


class EachOnce(serializers.ListField):
    """A list in order, each of its members once."""

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted(set(super().to_internal_value(data)))


class SettingsInput(serializers.Serializer[Any]):
    """What may be decided at the beginning and changed later, each only if it is given."""

    priority = StrictInteger(
        min_value=-1_000,
        max_value=1_000,
        required=False,
        help_text="Who names no project is served the highest number first.",
    )
    priority_mode = serializers.ChoiceField(choices=Project.PriorityMode.choices, required=False)
    languages = EachOnce(
        child=LanguageField(),
        max_length=50,
        required=False,
        help_text="Labelers need every one of these.",
    )
    skills = EachOnce(
        child=SkillField(max_length=40),
        max_length=50,
        required=False,
        help_text="Labelers need every one of these.",
    )
    content_warning = ExactText(
        max_length=2_000,
        allow_blank=True,
        required=False,
        help_text="Covers each task until the labeler accepts it; empty for none.",
    )
    overlap = overlap_field(required=False)
    calibration_share = calibration_share_field(required=False)
    calibration_overlap = StrictInteger(min_value=1, max_value=50, required=False)
    repeat_share = StrictNumber(
        min_value=0,
        max_value=0.5,
        required=False,
        help_text="How often a labeler meets one of their own earlier tasks again, unmarked.",
    )
    unclear_skips_to_retire = StrictInteger(
        min_value=1,
        max_value=50,
        required=False,
        help_text="So many labelers finding a task unclear take it out (R22).",
    )
    seed_order_from_ratings = StrictBoolean(required=False)
    allow_empty_demonstrations = StrictBoolean(required=False)
    requires_review = StrictBoolean(
        required=False, help_text="Whether demonstrations train only once a reviewer accepts them."
    )


class ProjectInput(SettingsInput):
    name = DisplayNameField(max_length=160)
    kind = serializers.ChoiceField(choices=Project.Kind.choices)
    k = StrictInteger(
        min_value=NATIVE_K_MINIMUM,
        max_value=K_MAXIMUM,
        allow_null=True,
        default=None,
        help_text="Completions per ranking task, 5 unless given; none for demonstrations.",
    )
    pool = serializers.ChoiceField(choices=Pool.choices, default=Pool.TRAINING)
    priority_mode = serializers.ChoiceField(
        choices=Project.PriorityMode.choices, default=Project.PriorityMode.HELPFULNESS_FIRST
    )
    instructions = InstructionsInput()


class ProjectChange(SettingsInput):
    name = DisplayNameField(max_length=160, required=False)
    state = serializers.ChoiceField(choices=Project.State.choices, required=False)


class ProjectOutput(serializers.ModelSerializer[Project]):
    instructions = InstructionsOutput(allow_null=True)
    num_tasks = serializers.IntegerField()
    num_slots = serializers.IntegerField(
        source="slot_counts.num_slots", help_text="Places for labelers: open, leased, submitted."
    )
    num_open = serializers.IntegerField(source="slot_counts.num_open")
    num_submitted = serializers.IntegerField(source="slot_counts.num_submitted")
    num_qualified_labelers = serializers.IntegerField(
        help_text="Active labelers of the pool with every language and skill that is asked for."
    )

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "kind",
            "purpose",
            "state",
            "pool",
            "priority",
            "priority_mode",
            "languages",
            "skills",
            "content_warning",
            "k",
            "overlap",
            "calibration_share",
            "calibration_overlap",
            "repeat_share",
            "unclear_skips_to_retire",
            "seed_order_from_ratings",
            "allow_empty_demonstrations",
            "requires_review",
            "imported_from",
            "created_at",
            "instructions",
            "num_tasks",
            "num_slots",
            "num_open",
            "num_submitted",
            "num_qualified_labelers",
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
        """Rename, pause, reopen, or change settings, which hold from the next task on.

        A pause lets labelers finish what they hold.
        """
        given = ProjectChange(data=request.data)
        given.is_valid(raise_exception=True)
        project = access_project(project_id=project_id)
        change_project(
            project=project, changes=given.validated_data, changed_by=account_of(request)
        )
        return Response(ProjectOutput(access_project(project_id=project_id)).data)


urlpatterns = [
    path("projects/", ProjectsView.as_view(), name="projects"),
    path("projects/<int:project_id>/", ProjectView.as_view(), name="project"),
]
