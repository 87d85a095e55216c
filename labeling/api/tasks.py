"""Making the tasks of a project."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsAdmin
from labeling.api.strict_fields import RowId, StrictInteger, StrictNumber
from labeling.catalogue import CATEGORIES
from labeling.models import Prompt
from labeling.selectors.projects import access_project
from labeling.services.tasks import TaskRequest, create_tasks

MAX_TASKS_PER_REQUEST = 10_000


def ids_field(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=RowId(),
        allow_null=True,
        default=None,
        min_length=1,
        max_length=MAX_TASKS_PER_REQUEST,
        help_text=help_text,
    )


class TasksInput(serializers.Serializer[Any]):
    num_prompts = StrictInteger(min_value=1, max_value=MAX_TASKS_PER_REQUEST)
    category = serializers.ChoiceField(
        choices=tuple(CATEGORIES.items()), allow_null=True, default=None
    )
    split = serializers.ChoiceField(choices=Prompt.Split.choices, allow_null=True, default=None)
    source_ids = ids_field("The completion sources to choose from; all of them unless given.")
    source_weights = serializers.ListField(
        child=StrictNumber(min_value=0),
        allow_null=True,
        default=None,
        min_length=1,
        max_length=MAX_TASKS_PER_REQUEST,
        help_text="How much each of source_ids counts, in the same order. Without them completions "
        "of one mix keep its weights, and all other sources have equal parts.",
    )
    prompt_ids = ids_field("The prompts to choose from; all of them unless given.")


class SkippedPromptsOutput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(
        choices=[
            "already_in_project",
            "too_few_completions",
            "too_few_distinct_completions",
            "unknown_prompt",
        ]
    )
    num_prompts = serializers.IntegerField()


class TasksOutput(serializers.Serializer[Any]):
    num_tasks = serializers.IntegerField()
    num_calibration_tasks = serializers.IntegerField(
        help_text="Those of them that go to several labelers, to calibrate them."
    )
    num_slots = serializers.IntegerField()
    num_skipped = serializers.IntegerField(help_text="Prompts that were passed over.")
    num_duplicate_texts = serializers.IntegerField(
        help_text="Completions left out because another one of the same text was there."
    )
    num_in_equal_parts = serializers.IntegerField(
        help_text="Tasks of several sources without weights: they took turns."
    )
    reasons = SkippedPromptsOutput(many=True)


class ProjectTasksView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="create_tasks", request=TasksInput, responses={201: TasksOutput})
    def post(self, request: Request, project_id: int) -> Response:
        """One task per prompt that has completions enough, with a slot per labeler wanted."""
        given = TasksInput(data=request.data)
        given.is_valid(raise_exception=True)
        report = create_tasks(
            project=access_project(project_id=project_id),
            request=TaskRequest(**given.validated_data),
        )
        reasons = [
            {"reason": reason, "num_prompts": num_prompts}
            for reason, num_prompts in sorted(report.skipped.items())
            if num_prompts
        ]
        shown = TasksOutput(
            {
                "num_tasks": report.num_tasks,
                "num_calibration_tasks": report.num_calibration_tasks,
                "num_slots": report.num_slots,
                "num_skipped": report.num_skipped,
                "num_duplicate_texts": report.num_duplicate_texts,
                "num_in_equal_parts": report.num_in_equal_parts,
                "reasons": reasons,
            }
        )
        return Response(shown.data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("projects/<int:project_id>/tasks/", ProjectTasksView.as_view(), name="project-tasks"),
]
