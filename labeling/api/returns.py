"""A writer's inbox: their demonstrations that a reviewer returned or corrected."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.permissions import MayLabel, account_of
from labeling.api.reviews import ReviewProjectOutput, correction_in
from labeling.models import DemonstrationReview
from labeling.selectors.reviews import num_unread_returns, returns_to
from labeling.services.reviews import mark_return_read

OUTCOMES = ["returned", "corrected"]


class ReturnsFilter(serializers.Serializer[Any]):
    assignment = serializers.UUIDField(required=False)


class ReturnOutput(serializers.ModelSerializer[DemonstrationReview]):
    """The reviewer speaks for the project: no name is given."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    assignment = serializers.UUIDField(source="demonstration.assignment_id")
    project = ReviewProjectOutput(source="demonstration.assignment.task.project")
    prompt = serializers.CharField(source="demonstration.prompt.text")
    sent_text = serializers.CharField(source="demonstration.text")
    sent_at = serializers.DateTimeField(source="demonstration.submitted_at")
    corrected_text = serializers.SerializerMethodField(help_text="Null unless it was corrected.")
    is_to_do = serializers.BooleanField(help_text="Returned, and not sent again since.")

    class Meta:
        model = DemonstrationReview
        fields = [
            "id",
            "outcome",
            "comment",
            "assignment",
            "project",
            "prompt",
            "sent_text",
            "sent_at",
            "corrected_text",
            "is_to_do",
            "created_at",
            "read_at",
        ]
        read_only_fields = fields

    def get_corrected_text(self, review: DemonstrationReview) -> str | None:
        return correction_in(review)


class ReturnsPagination(KeysetPagination):
    """Each page also says how many are unread in all."""

    num_unread = 0

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        return Response({**response.data, "num_unread": self.num_unread})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["required"] = [*page["required"], "num_unread"]
        page["properties"]["num_unread"] = {"type": "integer"}
        return page


class ReturnsView(generics.ListAPIView[DemonstrationReview]):
    permission_classes = [MayLabel]
    serializer_class = ReturnOutput
    pagination_class = ReturnsPagination

    def get_queryset(self) -> Any:
        wanted = ReturnsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return returns_to(writer=account_of(self.request), **wanted.validated_data)

    @extend_schema(operation_id="list_returns", parameters=[ReturnsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What came back to oneself, the latest first."""
        if isinstance(self.paginator, ReturnsPagination):
            self.paginator.num_unread = num_unread_returns(writer=account_of(request))
        return self.list(request)


class ReadReturnView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="mark_return_read", request=None, responses={204: None})
    def post(self, request: Request, review_id: int) -> Response:
        mark_return_read(writer=account_of(request), review_id=review_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("returns/", ReturnsView.as_view(), name="returns"),
    path("returns/<int:review_id>/read/", ReadReturnView.as_view(), name="mark-return-read"),
]
