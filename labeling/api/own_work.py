"""What a labeler sees of their own work (R19): figures of their own and no comparison with others.

Nothing here may tell what wrote a completion (R30).
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import MayLabel, account_of
from labeling.selectors.own_work import OwnAnswer, OwnWork, access_own_answer, own_work


class OwnWorkFilter(serializers.Serializer[Any]):
    time_zone = serializers.CharField(
        max_length=64, default="UTC", help_text='Whose days are meant, such as "Africa/Nairobi".'
    )

    def validate_time_zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise serializers.ValidationError("There is no time zone of this name.") from error


class DayOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    num_submitted = serializers.IntegerField()
    seconds_active = serializers.FloatField()


class OwnWorkOutput(serializers.Serializer[OwnWork]):
    days = DayOutput(many=True, help_text="The last four weeks, today last.")
    num_rankings = serializers.IntegerField()
    num_demonstrations = serializers.IntegerField()
    num_skipped = serializers.IntegerField()
    num_returned = serializers.IntegerField(
        help_text="Demonstrations that a reviewer gave back and that are not answered anew yet."
    )
    num_asked = serializers.IntegerField(
        help_text="Questions of researchers about one's own rankings that wait for an answer."
    )
    median_seconds_ranking = serializers.FloatField(allow_null=True)
    median_seconds_demonstration = serializers.FloatField(allow_null=True)


class OwnRankedCompletionOutput(serializers.Serializer[Any]):
    handle = serializers.UUIDField()
    rank = serializers.IntegerField(source="judged.rank")
    rating = serializers.IntegerField(source="judged.rating", allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField(), source="judged.flags")
    note = serializers.CharField(source="judged.note")
    toxicity = serializers.IntegerField(source="judged.toxicity", allow_null=True)
    relative_toxicity = serializers.IntegerField(source="judged.relative_toxicity", allow_null=True)
    continuity = serializers.IntegerField(source="judged.continuity", allow_null=True)


class OwnRankingOutput(serializers.Serializer[OwnAnswer]):
    items = OwnRankedCompletionOutput(many=True)
    none_acceptable = serializers.BooleanField(source="ranking.none_acceptable")
    input_toxicity = serializers.IntegerField(source="ranking.input_toxicity", allow_null=True)


class OwnAnswerOutput(serializers.Serializer[OwnAnswer]):
    ranking = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="Of a demonstration.")

    @extend_schema_field(OwnRankingOutput(allow_null=True))
    def get_ranking(self, answer: OwnAnswer) -> Any:
        return OwnRankingOutput(answer).data if answer.ranking else None

    def get_text(self, answer: OwnAnswer) -> str | None:
        return answer.demonstration.text if answer.demonstration else None


class OwnWorkView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="own_work", parameters=[OwnWorkFilter], responses=OwnWorkOutput)
    def get(self, request: Request) -> Response:
        """The caller's own counts, hours by day, returns and medians."""
        wanted = OwnWorkFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        work = own_work(labeler=account_of(request), zone=wanted.validated_data["time_zone"])
        return Response(OwnWorkOutput(work).data)


class OwnAnswerView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="own_answer", responses=OwnAnswerOutput)
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """What the caller answered, completions named by the handles of the assignment."""
        answer = access_own_answer(assignment_id=assignment_id, labeler=account_of(request))
        return Response(OwnAnswerOutput(answer).data)


urlpatterns = [
    path("labeling/me/", OwnWorkView.as_view(), name="own-work"),
    path("assignments/<uuid:assignment_id>/answer/", OwnAnswerView.as_view(), name="own-answer"),
]
