"""Reviewing demonstrations. Who wrote one is told when it has been decided, not before."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.drafts import MAX_TEXT_CHARACTERS, rating_field
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.rankings import LabelerOutput
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.models import Demonstration, DemonstrationReview, Project
from labeling.selectors.reviews import decided_reviews, projects_to_review, review_queue
from labeling.services.demonstrations import MAX_TOKENS
from labeling.services.reviews import Verdict, review_demonstration

MAX_COMMENT_CHARACTERS = 4_000
Outcome = DemonstrationReview.Outcome


class ReviewInput(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    comment = ExactText(
        max_length=MAX_COMMENT_CHARACTERS,
        allow_blank=True,
        default="",
        help_text="The writer reads it. A return needs one.",
    )
    grade = rating_field(
        allow_null=True, default=None, help_text="1 to 7; only a return may do without."
    )
    text = ExactText(
        max_length=MAX_TEXT_CHARACTERS,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="The corrected text, exactly as it shall stand. For a correction only.",
    )


class ReviewsFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)


class ReviewProjectOutput(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ["id", "name"]
        read_only_fields = fields


class ReviewedPromptOutput(serializers.Serializer[Any]):
    text = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField())


class ReturnedVersionOutput(serializers.Serializer[Any]):
    """An earlier version of the same answer, and what was said when it was returned."""

    text = serializers.CharField()
    comment = serializers.CharField(source="review.comment")
    grade = serializers.IntegerField(source="review.grade", allow_null=True)
    returned_at = serializers.DateTimeField(source="review.created_at")


class ToReviewOutput(serializers.ModelSerializer[Demonstration]):
    """Nothing here names the writer."""

    project = ReviewProjectOutput(source="assignment.task.project")
    prompt = ReviewedPromptOutput()
    returned_before = ReturnedVersionOutput(
        source="assignment.returned_before", many=True, help_text="The latest first."
    )
    max_tokens = serializers.SerializerMethodField()

    class Meta:
        model = Demonstration
        fields = [
            "id",
            "project",
            "prompt",
            "text",
            "token_count",
            "max_tokens",
            "seconds_active",
            "characters_typed",
            "characters_pasted",
            "submitted_at",
            "returned_before",
        ]
        read_only_fields = fields

    def get_max_tokens(self, demonstration: Demonstration) -> int:
        return MAX_TOKENS


class ReviewOutput(serializers.ModelSerializer[DemonstrationReview]):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    demonstration = serializers.UUIDField(source="demonstration_id")
    reviewer = LabelerOutput()
    writer = LabelerOutput(source="demonstration.labeler")
    project = ReviewProjectOutput(source="demonstration.assignment.task.project")
    prompt = serializers.CharField(source="demonstration.prompt.text")
    text = serializers.CharField(source="demonstration.text")
    corrected_text = serializers.SerializerMethodField(help_text="Null unless it was corrected.")

    class Meta:
        model = DemonstrationReview
        fields = [
            "id",
            "demonstration",
            "outcome",
            "comment",
            "grade",
            "reviewer",
            "writer",
            "project",
            "prompt",
            "text",
            "corrected_text",
            "created_at",
        ]
        read_only_fields = fields

    def get_corrected_text(self, review: DemonstrationReview) -> str | None:
        return correction_in(review)


def correction_in(review: DemonstrationReview) -> str | None:
    if review.outcome != Outcome.CORRECTED:
        return None
    return review.demonstration.revision.text


class ProjectToReviewOutput(serializers.ModelSerializer[Project]):
    num_waiting = serializers.IntegerField()

    class Meta:
        model = Project
        fields = ["id", "name", "requires_review", "num_waiting"]
        read_only_fields = fields


class OldestFirst(KeysetPagination):
    ordering = ("submitted_at", "id")
    default_limit = 10


class ReviewQueueView(generics.ListAPIView[Demonstration]):
    permission_classes = [IsResearcher]
    serializer_class = ToReviewOutput
    pagination_class = OldestFirst

    def get_queryset(self) -> Any:
        wanted = ReviewsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return review_queue(reviewer=account_of(self.request), **wanted.validated_data)

    @extend_schema(operation_id="list_review_queue", parameters=[ReviewsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sealed answers that nobody has reviewed, the oldest first, without their writers."""
        return self.list(request)


class ReviewProjectsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="list_projects_to_review", responses=ProjectToReviewOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        found = projects_to_review(reviewer=account_of(request))
        return Response(ProjectToReviewOutput(found, many=True).data)


class ReviewsView(generics.ListAPIView[DemonstrationReview]):
    permission_classes = [IsResearcher]
    serializer_class = ReviewOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        wanted = ReviewsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return decided_reviews(**wanted.validated_data)

    @extend_schema(operation_id="list_reviews", parameters=[ReviewsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What was decided, the latest first."""
        return self.list(request)


class ReviewView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="review_demonstration",
        request=ReviewInput,
        responses={201: ReviewOutput, 200: ReviewOutput},
    )
    def post(self, request: Request, demonstration_id: UUID) -> Response:
        """Decide about one demonstration; 200 when this very verdict was stored before."""
        given = ReviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        review, is_new = review_demonstration(
            reviewer=account_of(request),
            demonstration_id=demonstration_id,
            verdict=Verdict(**given.validated_data),
        )
        return Response(
            ReviewOutput(decided_reviews().get(pk=review.pk)).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


urlpatterns = [
    path("reviews/", ReviewsView.as_view(), name="reviews"),
    path("reviews/queue/", ReviewQueueView.as_view(), name="review-queue"),
    path("reviews/projects/", ReviewProjectsView.as_view(), name="projects-to-review"),
    path(
        "demonstrations/<uuid:demonstration_id>/review/",
        ReviewView.as_view(),
        name="review-demonstration",
    ),
]
