"""Screenings for those who run them: opened, looked at, changed."""

from dataclasses import asdict
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.agreement.experts import DEMONSTRATION_RULE, FLAGS_RULE, RANKING_RULE
from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.projects import InstructionsInput
from labeling.api.screening import ProgressOutput
from labeling.api.strict_fields import StrictInteger, StrictNumber
from labeling.api.tasks import TasksInput
from labeling.models import Screening, User
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.selectors.candidates import (
    demonstrations_to_grade,
    experts_of,
    topic_coverage,
)
from labeling.selectors.screening import access_screening, progress_of, screenings
from labeling.services.projects import DEFAULT_K, NewInstructions
from labeling.services.screening_setup import (
    DEMONSTRATION_CUTOFF,
    FLAGS_CUTOFF,
    RANKING_CUTOFF,
    Cutoffs,
    NewPart,
    NewScreening,
    change_screening,
    open_screening,
)
from labeling.services.tasks import TaskRequest

# The two projects are called "name: ranking" and "name: demonstration".
MAX_NAME_CHARACTERS = 120
MAX_TEXTS = 200
MAX_TEXT_CHARACTERS = 4_000
MAX_TASKS = 100
RULES = {"flags": FLAGS_RULE, "ranking": RANKING_RULE, "demonstration": DEMONSTRATION_RULE}


class PartTasksInput(TasksInput):
    num_prompts = StrictInteger(min_value=1, max_value=MAX_TASKS)


class DemonstrationPartInput(serializers.Serializer[Any]):
    instructions = InstructionsInput()
    tasks = PartTasksInput()


class RankingPartInput(DemonstrationPartInput):
    k = StrictInteger(min_value=NATIVE_K_MINIMUM, max_value=K_MAXIMUM, default=DEFAULT_K)


def share_field(default: float) -> StrictNumber:
    return StrictNumber(min_value=0, max_value=1, default=default)


class ScreeningInput(serializers.Serializer[Any]):
    name = DisplayNameField(max_length=MAX_NAME_CHARACTERS)
    flags_cutoff = share_field(FLAGS_CUTOFF)
    ranking_cutoff = share_field(RANKING_CUTOFF)
    demonstration_cutoff = StrictNumber(min_value=1, max_value=7, default=DEMONSTRATION_CUTOFF)
    texts = serializers.ListField(
        child=ExactText(max_length=MAX_TEXT_CHARACTERS), min_length=1, max_length=MAX_TEXTS
    )
    ranking = RankingPartInput()
    demonstration = DemonstrationPartInput()


class ScreeningChange(serializers.Serializer[Any]):
    name = DisplayNameField(max_length=MAX_NAME_CHARACTERS, required=False)
    state = serializers.ChoiceField(choices=Screening.State.choices, required=False)
    flags_cutoff = StrictNumber(min_value=0, max_value=1, required=False)
    ranking_cutoff = StrictNumber(min_value=0, max_value=1, required=False)
    demonstration_cutoff = StrictNumber(min_value=1, max_value=7, required=False)


class ScreeningOutput(serializers.ModelSerializer[Screening]):
    num_in_progress = serializers.IntegerField()
    num_submitted = serializers.IntegerField(help_text="Handed in and waiting for a decision.")
    num_accepted = serializers.IntegerField()
    num_rejected = serializers.IntegerField()

    class Meta:
        model = Screening
        fields = [
            "id",
            "name",
            "state",
            "flags_cutoff",
            "ranking_cutoff",
            "demonstration_cutoff",
            "ranking_project",
            "demonstration_project",
            "created_at",
            "num_in_progress",
            "num_submitted",
            "num_accepted",
            "num_rejected",
        ]
        read_only_fields = fields


class RulesOutput(serializers.Serializer[Any]):
    flags = serializers.CharField()
    ranking = serializers.CharField()
    demonstration = serializers.CharField()


class ExpertsOutput(serializers.Serializer[Any]):
    num_flags = serializers.IntegerField()
    num_ranking = serializers.IntegerField()


class TopicCoverageOutput(serializers.Serializer[Any]):
    topic = serializers.CharField()
    num_labelers = serializers.IntegerField()


class ScreeningDetailOutput(ScreeningOutput):
    rules = RulesOutput()
    experts = ExpertsOutput(help_text="How many people candidates are compared with.")
    mine = ProgressOutput(help_text="The caller's own answers as one of these people.")
    num_to_grade = serializers.IntegerField(
        help_text="Demonstrations of undecided candidates that the caller has not graded."
    )
    topics = TopicCoverageOutput(
        many=True, help_text="What the accepted labelers named, by how many of them."
    )

    class Meta(ScreeningOutput.Meta):
        fields = [
            *ScreeningOutput.Meta.fields,
            "rules",
            "experts",
            "mine",
            "num_to_grade",
            "topics",
        ]
        read_only_fields = fields


def new_part(given: dict[str, Any]) -> NewPart:
    return NewPart(
        instructions=NewInstructions(**given["instructions"]),
        tasks=TaskRequest(**given["tasks"]),
        k=given.get("k"),
    )


def cutoffs_of(given: dict[str, Any], otherwise: Cutoffs) -> Cutoffs:
    named = {name: given.get(f"{name}_cutoff", value) for name, value in asdict(otherwise).items()}
    return Cutoffs(**named)


def show_screening(screening_id: int, account: User) -> Any:
    """Raises: NotAccessible."""
    screening = access_screening(screening_id)
    to_grade = demonstrations_to_grade(screening).exclude(grades__grader=account)
    vars(screening).update(
        rules=RULES,
        experts=experts_of(screening),
        mine=progress_of(account, screening),
        num_to_grade=to_grade.count(),
        topics=topic_coverage(screening),
    )
    return ScreeningDetailOutput(screening).data


class ScreeningsView(generics.ListAPIView[Screening]):
    permission_classes = [IsResearcher]
    serializer_class = ScreeningOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return screenings()

    @extend_schema(operation_id="list_screenings")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="open_screening",
        request=ScreeningInput,
        responses={201: ScreeningDetailOutput},
    )
    def post(self, request: Request) -> Response:
        """The texts, and two projects with their tasks, which only candidates and experts meet."""
        given = ScreeningInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        new = NewScreening(
            name=wanted["name"],
            texts=wanted["texts"],
            ranking=new_part(wanted["ranking"]),
            demonstration=new_part(wanted["demonstration"]),
            cutoffs=cutoffs_of(wanted, Cutoffs()),
        )
        screening = open_screening(new=new, created_by=account_of(request))
        shown = show_screening(screening.pk, account_of(request))
        return Response(shown, status=status.HTTP_201_CREATED)


class ScreeningView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="screening", responses=ScreeningDetailOutput)
    def get(self, request: Request, screening_id: int) -> Response:
        return Response(show_screening(screening_id, account_of(request)))

    @extend_schema(
        operation_id="change_screening", request=ScreeningChange, responses=ScreeningDetailOutput
    )
    def patch(self, request: Request, screening_id: int) -> Response:
        """Rename, close, reopen, or move the cut-offs. Closed, nobody new is invited to it."""
        given = ScreeningChange(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, screening = given.validated_data, access_screening(screening_id)
        now = Cutoffs(
            screening.flags_cutoff, screening.ranking_cutoff, screening.demonstration_cutoff
        )
        change_screening(
            screening=screening,
            changed_by=account_of(request),
            name=wanted.get("name"),
            state=wanted.get("state"),
            cutoffs=cutoffs_of(wanted, now),
        )
        return Response(show_screening(screening_id, account_of(request)))


urlpatterns = [
    path("screenings/", ScreeningsView.as_view(), name="screenings"),
    path("screenings/<int:screening_id>/", ScreeningView.as_view(), name="screening"),
]
