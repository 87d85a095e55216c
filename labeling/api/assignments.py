"""The labeler's workplace: the next task, its draft, passing it on, coming back to it.

Nothing here may tell what wrote a completion (R30): no source, no model, no id of a completion.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.permissions import MayLabel, account_of
from labeling.api.projects import InstructionsOutput
from labeling.api.strict_fields import ID_MAXIMUM, RowId
from labeling.catalogue import CONDITIONAL_FLAGS, SKIP_REASONS
from labeling.models import Assignment, Draft, Project
from labeling.selectors.assignments import (
    access_assignment,
    assignments_of,
    project_to_work_in,
)
from labeling.services.answers import take_back_until
from labeling.services.assignments import lease_next_assignment, skip_assignment, undo_skip
from labeling.services.demonstrations import MAX_TOKENS
from labeling.services.ranking_checks import questions_of
from labeling.services.slots import ANSWERED
from labeling.services.take_back import take_back

LETTERS = "ABCDEFGHI"
EXCERPT_CHARACTERS = 160
MAX_COMMENT_CHARACTERS = 2_000
KINDS = Project.Kind.choices
# A labeler has submitted a surplus answer like any other; that it came late is ours to know.
STATE_SHOWN = {Assignment.State.SURPLUS: Assignment.State.SUBMITTED}
STATES = ["leased", "submitted", "expired", "skipped"]


class NextInput(serializers.Serializer[Any]):
    project = RowId(
        allow_null=True,
        help_text="Null for any project one may work in, the highest priority first.",
    )
    beside = serializers.UUIDField(
        required=False,
        help_text="A task in hand, to get the one after it; nobody is given more than two.",
    )


class SkipInput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=tuple(SKIP_REASONS.items()))
    comment = ExactText(max_length=MAX_COMMENT_CHARACTERS, allow_blank=True, default="")


class WorkplaceProjectOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    priority_mode = serializers.ChoiceField(choices=Project.PriorityMode.choices)
    seed_order_from_ratings = serializers.BooleanField()
    purpose = serializers.ChoiceField(choices=Project.Purpose.choices)
    content_warning = serializers.CharField(
        help_text="To be accepted before the task is shown; empty for none."
    )


class ConditionalQuestionOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    is_asked = serializers.BooleanField(
        help_text="Whether the prompt's own flags ask for it; it is among ``questions`` then."
    )


class WorkplacePromptOutput(serializers.Serializer[Any]):
    text = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField(allow_null=True))


class PresentedCompletionOutput(serializers.Serializer[Any]):
    handle = serializers.UUIDField()
    letter = serializers.CharField()
    text = serializers.CharField()


class DraftOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    body = serializers.DictField()


class AssignmentOutput(serializers.Serializer[Any]):
    """What is judged has ``completions`` and its questions, a demonstration the two limits."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    state = serializers.ChoiceField(choices=STATES)
    project = WorkplaceProjectOutput()
    instructions = InstructionsOutput()
    prompt = WorkplacePromptOutput()
    completions = PresentedCompletionOutput(many=True, required=False)
    questions = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The keys of the flags to answer about every completion; none for toxicity.",
    )
    conditional_questions = ConditionalQuestionOutput(
        many=True, required=False, help_text="The flags that the labeler may switch on and off."
    )
    max_tokens = serializers.IntegerField(required=False)
    allow_empty = serializers.BooleanField(required=False)
    leased_until = serializers.DateTimeField(allow_null=True)
    draft = DraftOutput(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    take_back_until = serializers.DateTimeField(allow_null=True)


# A serializer copies its fields whenever one is made; this one is asked for with every task.
ASSIGNMENT_OUTPUT = AssignmentOutput()


class NextOutput(serializers.Serializer[Any]):
    assignment = AssignmentOutput(allow_null=True)
    reason = serializers.ChoiceField(
        choices=["empty", "paused", "not_in_pool", "not_qualified"], allow_null=True
    )
    num_waiting_for_others = serializers.IntegerField(
        help_text="When there is none: tasks in other hands that may come back."
    )
    missing = serializers.ListField(
        child=serializers.CharField(),
        help_text="When not qualified: the languages and skills that the project asks for.",
    )


def state_shown(assignment: Assignment) -> str:
    state = Assignment.State(assignment.state)
    return STATE_SHOWN.get(state, state)


def end_of_take_back(assignment: Assignment) -> datetime | None:
    if assignment.state not in ANSWERED or assignment.submitted_at is None:
        return None
    return take_back_until(assignment.submitted_at)


class HistoryOutput(serializers.Serializer[Assignment]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS, source="task.project.kind")
    project = serializers.IntegerField(source="task.project_id")
    project_name = serializers.CharField(source="task.project.name")
    prompt_excerpt = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    opened_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    take_back_until = serializers.SerializerMethodField()

    def get_prompt_excerpt(self, assignment: Assignment) -> str:
        return assignment.task.prompt.text[:EXCERPT_CHARACTERS]

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, assignment: Assignment) -> str:
        return state_shown(assignment)

    def get_take_back_until(self, assignment: Assignment) -> datetime | None:
        return end_of_take_back(assignment)


def draft_of(assignment: Assignment) -> Draft | None:
    try:
        return assignment.draft
    except Draft.DoesNotExist:
        return None


def what_is_asked(assignment: Assignment) -> dict[str, Any]:
    project, prompt = assignment.task.project, assignment.task.prompt
    if project.kind == Project.Kind.DEMONSTRATION:
        return {"max_tokens": MAX_TOKENS, "allow_empty": project.allow_empty_demonstrations}
    completions = [
        {
            "handle": presented.handle,
            "letter": LETTERS[presented.position],
            "text": presented.completion.text,
        }
        for presented in assignment.presented.all()
    ]
    questions = questions_of(kind=project.kind, prompt_flags=prompt.flags)
    conditional = () if project.kind == Project.Kind.TOXICITY else CONDITIONAL_FLAGS
    return {
        "completions": completions,
        "questions": questions,
        "conditional_questions": [
            {"key": key, "is_asked": key in questions} for key in conditional
        ],
    }


def show_assignment(assignment_id: UUID, request: Request) -> Any:
    """The page of the caller's own assignment. Raises: NotAccessible."""
    assignment = access_assignment(assignment_id=assignment_id, labeler=account_of(request))
    shown = {
        "id": assignment.pk,
        "kind": assignment.task.project.kind,
        "state": state_shown(assignment),
        "project": assignment.task.project,
        "instructions": assignment.instructions,
        "prompt": assignment.task.prompt,
        "leased_until": assignment.leased_until,
        "draft": draft_of(assignment),
        "submitted_at": assignment.submitted_at,
        "take_back_until": end_of_take_back(assignment),
        **what_is_asked(assignment),
    }
    return ASSIGNMENT_OUTPUT.to_representation(shown)


class NextView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="next_assignment", request=NextInput, responses=NextOutput)
    def post(self, request: Request) -> Response:
        """What to do now: the task in hand, else a new one; asking twice takes nothing twice."""
        given = NextInput(data=request.data)
        given.is_valid(raise_exception=True)
        project_id = given.validated_data["project"]
        found = lease_next_assignment(
            labeler=account_of(request),
            project=None if project_id is None else project_to_work_in(project_id=project_id),
            beside=given.validated_data.get("beside"),
        )
        assignment = found.assignment_id and show_assignment(found.assignment_id, request)
        return Response(
            {
                "assignment": assignment,
                "reason": found.reason,
                "num_waiting_for_others": found.num_waiting_for_others,
                "missing": found.missing,
            }
        )


class AssignmentView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="assignment", responses=AssignmentOutput)
    def get(self, request: Request, assignment_id: UUID) -> Response:
        return Response(show_assignment(assignment_id, request))


class SkipView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="skip_assignment", request=SkipInput, responses={204: None})
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Pass the task on. The draft is kept and the skip can be undone."""
        given = SkipInput(data=request.data)
        given.is_valid(raise_exception=True)
        skip_assignment(
            labeler=account_of(request), assignment_id=assignment_id, **given.validated_data
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class UndoSkipView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="undo_skip", request=None, responses=AssignmentOutput)
    def post(self, request: Request, assignment_id: UUID) -> Response:
        undo_skip(labeler=account_of(request), assignment_id=assignment_id)
        return Response(show_assignment(assignment_id, request))


class TakeBackView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="take_back", request=None, responses=AssignmentOutput)
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Reopen an answered task with the answer as its draft, while it is not sealed."""
        take_back(labeler=account_of(request), assignment_id=assignment_id)
        return Response(show_assignment(assignment_id, request))


class HistoryPagination(KeysetPagination):
    ordering = ("-opened_at", "-id")


class HistoryFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class HistoryView(generics.ListAPIView[Assignment]):
    permission_classes = [MayLabel]
    serializer_class = HistoryOutput
    pagination_class = HistoryPagination

    def get_queryset(self) -> Any:
        wanted = HistoryFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return assignments_of(labeler=account_of(self.request), **wanted.validated_data)

    @extend_schema(operation_id="list_history", parameters=[HistoryFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


urlpatterns = [
    path("assignments/next/", NextView.as_view(), name="next-assignment"),
    path("assignments/history/", HistoryView.as_view(), name="history"),
    path("assignments/<uuid:assignment_id>/", AssignmentView.as_view(), name="assignment"),
    path("assignments/<uuid:assignment_id>/skip/", SkipView.as_view(), name="skip-assignment"),
    path("assignments/<uuid:assignment_id>/undo-skip/", UndoSkipView.as_view(), name="undo-skip"),
    path("assignments/<uuid:assignment_id>/take-back/", TakeBackView.as_view(), name="take-back"),
]
