"""The tasks behind the facts about labelers that count tasks: skips, and active minutes."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.api.agreement import AgreeingLabelerOutput
from labeling.api.agreement_rows import RowOfProjectOutput
from labeling.api.assignments import HistoryPagination
from labeling.api.labeler_flags import WorkFilter
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.catalogue import SKIP_REASONS
from labeling.models import Assignment
from labeling.selectors.labeler_tasks import FACTS_OF_TASKS, CountedTasks, tasks_of_fact


class CountedTasksFilter(WorkFilter):
    """The choices of the facts, which fact, and whose."""

    figure = serializers.ChoiceField(choices=tuple((key, key) for key in FACTS_OF_TASKS))
    labeler = serializers.IntegerField(
        min_value=1, max_value=ID_MAXIMUM, required=False, help_text="All together without."
    )

    def counted(self) -> CountedTasks:
        figure = self.validated_data.pop("figure")
        labeler = self.validated_data.pop("labeler", None)
        return tasks_of_fact(self.selection(), fact=figure, labeler_id=labeler)


class CountedTaskOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    project = RowOfProjectOutput(source="task.project")
    prompt_id = serializers.IntegerField(source="task.prompt_id")
    excerpt = serializers.CharField()
    labeler = AgreeingLabelerOutput()
    opened_at = serializers.DateTimeField()
    ranking = serializers.UUIDField(
        source="ranking_id", allow_null=True, help_text="Null for what was skipped or written."
    )
    skip_reason = serializers.SerializerMethodField(help_text="In words; null unless skipped.")
    skip_comment = serializers.CharField(allow_null=True)
    part = serializers.SerializerMethodField(
        help_text="Of skips 1 for a task that was skipped, whose mean over all is the figure; of "
        "active minutes these, whose median is."
    )

    def get_skip_reason(self, assignment: Any) -> str | None:
        reason = assignment.skip_reason
        return None if reason is None else SKIP_REASONS.get(reason, reason)

    def get_part(self, assignment: Assignment) -> float:
        minutes = self.context["minutes"]
        if minutes is None:
            return float(assignment.state == Assignment.State.SKIPPED)
        return float(minutes[assignment.pk])


class CountedTasksView(generics.ListAPIView[Assignment]):
    permission_classes = [IsResearcher]
    serializer_class = CountedTaskOutput
    pagination_class = HistoryPagination

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = CountedTasksFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        counted = wanted.counted()
        page = self.paginate_queryset(counted.assignments)
        shown = CountedTaskOutput(page, many=True, context={"minutes": counted.minutes})
        return self.get_paginated_response(shown.data)

    @extend_schema(operation_id="tasks_counted", parameters=[CountedTasksFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The tasks that a fact about labelers counts, the last opened first, with their part."""
        return self.list(request)


urlpatterns = [
    path("labeler-quality/tasks/", CountedTasksView.as_view(), name="labeler-quality-tasks")
]
