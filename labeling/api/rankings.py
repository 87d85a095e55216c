"""Rankings: a labeler submits one, a researcher reads them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.drafts import (
    note_field,
    questions_field,
    rank_field,
    rating_field,
    scale_field,
    seconds_field,
)
from labeling.api.permissions import IsResearcher, ResearcherReadsLabelerSubmits, account_of
from labeling.api.strict_fields import ID_MAXIMUM, StrictBoolean, StrictUuid
from labeling.models import RankedCompletion, Ranking
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.rankings import access_ranking, live_rankings
from labeling.services.ranking_checks import JudgedCompletion, RankingSubmission
from labeling.services.rankings import submit_ranking


class JudgedCompletionInput(serializers.Serializer[Any]):
    handle = StrictUuid()
    rank = rank_field(help_text="1 is best, equal ranks are a tie; gaps are closed.")
    rating = rating_field(allow_null=True, help_text="Null in a toxicity task, and only there.")
    flags = serializers.DictField(
        child=StrictBoolean(), help_text="Every question that was asked, answered."
    )
    note = note_field(default="")
    seconds_shown = seconds_field(required=False, allow_null=True)
    toxicity = scale_field("toxicity")
    relative_toxicity = scale_field("relative_toxicity")
    continuity = scale_field("continuity")


class RankingInput(serializers.Serializer[Any]):
    assignment = StrictUuid()
    client_key = StrictUuid(
        help_text="Made once per answer: sending the same answer again stores it once."
    )
    items = serializers.ListField(child=JudgedCompletionInput(), max_length=K_MAXIMUM)
    seconds_active = seconds_field()
    order_source = serializers.ChoiceField(
        choices=[Ranking.OrderSource.SEEDED, Ranking.OrderSource.UNSEEDED]
    )
    questions = questions_field()
    none_acceptable = StrictBoolean(
        required=False, help_text="The labeler would send none of these to a customer."
    )
    input_toxicity = scale_field("input_toxicity")


class SubmittedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    submitted_at = serializers.DateTimeField()
    take_back_until = serializers.DateTimeField()
    is_surplus = serializers.BooleanField(
        help_text="It came after the lease was lost; stored, outside the task's overlap."
    )


class LabelerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    display_name = serializers.CharField()


class RankingOutput(serializers.ModelSerializer[Ranking]):
    task = serializers.IntegerField(source="task_id")
    project = serializers.IntegerField(source="task.project_id")
    prompt_id = serializers.IntegerField(source="task.prompt_id")
    labeler = LabelerOutput()
    is_sealed = serializers.BooleanField()

    class Meta:
        model = Ranking
        fields = [
            "id",
            "task",
            "project",
            "prompt_id",
            "labeler",
            "k",
            "is_partial",
            "is_surplus",
            "is_sealed",
            "order_source",
            "seconds_active",
            "submitted_at",
        ]
        read_only_fields = fields


class RankedCompletionOutput(serializers.ModelSerializer[RankedCompletion]):
    text = serializers.CharField(source="completion.text")
    source_name = serializers.CharField(source="completion.source.name")
    position = serializers.IntegerField(
        allow_null=True, help_text="Where it was shown, 0 first; null where nobody was shown it."
    )
    also_by = serializers.SerializerMethodField(
        help_text="Imported sources that wrote the very same words and were judged with it."
    )
    flags = serializers.DictField(child=serializers.BooleanField())
    axes = serializers.DictField(
        child=serializers.FloatField(),
        help_text="Ratings on the scales of the data set that it was imported from.",
    )

    class Meta:
        model = RankedCompletion
        fields = [
            "completion_id",
            "text",
            "source_name",
            "also_by",
            "position",
            "rank",
            "rating",
            "flags",
            "axes",
            "note",
            "seconds_shown",
            "toxicity",
            "relative_toxicity",
            "continuity",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_also_by(self, item: RankedCompletion) -> list[str]:
        return list(item.completion.sampling.get("also_by", []))


class RankingDetailOutput(RankingOutput):
    prompt = serializers.CharField(source="task.prompt.text")
    instructions_version = serializers.IntegerField(
        source="instructions.version", allow_null=True, default=None
    )
    items = RankedCompletionOutput(many=True)

    class Meta(RankingOutput.Meta):
        fields = [
            *RankingOutput.Meta.fields,
            "superseded_at",
            "none_acceptable",
            "input_toxicity",
            "prompt",
            "instructions_version",
            "items",
        ]
        read_only_fields = fields


class RankingsFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    labeler = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    task = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)


class RankingsPagination(KeysetPagination):
    ordering = ("-submitted_at", "-id")


class RankingsView(generics.ListAPIView[Ranking]):
    permission_classes = [ResearcherReadsLabelerSubmits]
    serializer_class = RankingOutput
    pagination_class = RankingsPagination

    def get_queryset(self) -> Any:
        wanted = RankingsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return live_rankings(**wanted.validated_data)

    @extend_schema(operation_id="list_rankings", parameters=[RankingsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="submit_ranking",
        request=RankingInput,
        responses={201: SubmittedOutput, 200: SubmittedOutput},
    )
    def post(self, request: Request) -> Response:
        """Store one order of the completions shown; 200 when it was stored before."""
        given = RankingInput(data=request.data)
        given.is_valid(raise_exception=True)
        stored = submit_ranking(
            labeler=account_of(request), submission=_submission(given.validated_data)
        )
        return Response(
            SubmittedOutput(stored).data,
            status=status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK,
        )


def _submission(answer: Mapping[str, Any]) -> RankingSubmission:
    questions = answer.get("questions")
    return RankingSubmission(
        assignment_id=answer["assignment"],
        client_key=answer["client_key"],
        items=tuple(JudgedCompletion(**item) for item in answer["items"]),
        order_source=answer["order_source"],
        seconds_active=answer["seconds_active"],
        questions=None if questions is None else tuple(questions),
        none_acceptable=answer.get("none_acceptable", False),
        input_toxicity=answer.get("input_toxicity"),
    )


class RankingView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="ranking", responses=RankingDetailOutput)
    def get(self, request: Request, ranking_id: UUID) -> Response:
        return Response(RankingDetailOutput(access_ranking(ranking_id=ranking_id)).data)


urlpatterns = [
    path("rankings/", RankingsView.as_view(), name="rankings"),
    path("rankings/<uuid:ranking_id>/", RankingView.as_view(), name="ranking"),
]
