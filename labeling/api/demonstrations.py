"""Demonstrations: a labeler submits one, a researcher reads them."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.drafts import MAX_CHARACTERS_COUNTED, MAX_TEXT_CHARACTERS, seconds_field
from labeling.api.permissions import ResearcherReadsLabelerSubmits, account_of
from labeling.api.rankings import LabelerOutput, SubmittedOutput
from labeling.api.strict_fields import ID_MAXIMUM, StrictInteger, StrictUuid
from labeling.models import Demonstration, DemonstrationReview
from labeling.selectors.demonstrations import live_demonstrations
from labeling.services.demonstrations import DemonstrationSubmission, submit_demonstration


def characters_field() -> StrictInteger:
    """A count that the browser keeps while somebody writes: text written anew counts again."""
    return StrictInteger(
        min_value=0, max_value=MAX_CHARACTERS_COUNTED, allow_null=True, default=None
    )


class DemonstrationInput(serializers.Serializer[Any]):
    assignment = StrictUuid()
    client_key = StrictUuid(
        help_text="Made once per answer: sending the same answer again stores it once."
    )
    text = ExactText(
        max_length=MAX_TEXT_CHARACTERS, allow_blank=True, help_text="Stored exactly as sent."
    )
    seconds_active = seconds_field()
    characters_typed = characters_field()
    characters_pasted = characters_field()


class ReviewOfDemonstrationOutput(serializers.ModelSerializer[DemonstrationReview]):
    outcome = serializers.ChoiceField(choices=DemonstrationReview.Outcome.choices)

    class Meta:
        model = DemonstrationReview
        fields = ["outcome", "grade", "created_at"]
        read_only_fields = fields


class DemonstrationOutput(serializers.ModelSerializer[Demonstration]):
    task = serializers.IntegerField(source="assignment.task_id", allow_null=True, default=None)
    project = serializers.IntegerField(
        source="assignment.task.project_id", allow_null=True, default=None
    )
    prompt_id = serializers.IntegerField()
    prompt = serializers.CharField(source="prompt.text")
    labeler = LabelerOutput()
    is_sealed = serializers.BooleanField()
    review = serializers.SerializerMethodField(help_text="Null while nobody has decided.")
    edited_by = LabelerOutput(
        allow_null=True, help_text="The reviewer whose correction this is; null for the writer's."
    )

    class Meta:
        model = Demonstration
        fields = [
            "id",
            "task",
            "project",
            "prompt_id",
            "prompt",
            "labeler",
            "text",
            "token_count",
            "is_surplus",
            "is_sealed",
            "seconds_active",
            "characters_typed",
            "characters_pasted",
            "review",
            "edited_by",
            "submitted_at",
        ]
        read_only_fields = fields

    @extend_schema_field(ReviewOfDemonstrationOutput(allow_null=True))
    def get_review(self, demonstration: Demonstration) -> Any:
        try:
            return ReviewOfDemonstrationOutput(demonstration.review).data
        except DemonstrationReview.DoesNotExist:
            return None


class DemonstrationsFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    labeler = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)


class DemonstrationsPagination(KeysetPagination):
    ordering = ("-submitted_at", "-id")


class DemonstrationsView(generics.ListAPIView[Demonstration]):
    permission_classes = [ResearcherReadsLabelerSubmits]
    serializer_class = DemonstrationOutput
    pagination_class = DemonstrationsPagination

    def get_queryset(self) -> Any:
        wanted = DemonstrationsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return live_demonstrations(**wanted.validated_data)

    @extend_schema(operation_id="list_demonstrations", parameters=[DemonstrationsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="submit_demonstration",
        request=DemonstrationInput,
        responses={201: SubmittedOutput, 200: SubmittedOutput},
    )
    def post(self, request: Request) -> Response:
        """Store an answer exactly as written; 200 when it was stored before."""
        given = DemonstrationInput(data=request.data)
        given.is_valid(raise_exception=True)
        answer = given.validated_data
        stored = submit_demonstration(
            labeler=account_of(request),
            submission=DemonstrationSubmission(
                assignment_id=answer["assignment"],
                client_key=answer["client_key"],
                text=answer["text"],
                seconds_active=answer["seconds_active"],
                characters_typed=answer["characters_typed"],
                characters_pasted=answer["characters_pasted"],
            ),
        )
        return Response(
            SubmittedOutput(stored).data,
            status=status.HTTP_201_CREATED if stored.is_new else status.HTTP_200_OK,
        )


urlpatterns = [
    path("demonstrations/", DemonstrationsView.as_view(), name="demonstrations"),
]
