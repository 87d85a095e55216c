"""How far the agreement figures are, and having them worked out now."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from labeling.selectors.agreement_refresh import RefreshState, agreement_refresh
from labeling.services.agreement_refresh import ask_for_refresh


class AgreementRefreshOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[state.value for state in RefreshState])
    refreshed_at = serializers.DateTimeField(
        allow_null=True, help_text="The moment of the figures; null before the first."
    )
    started_at = serializers.DateTimeField(
        allow_null=True, help_text="Of the refresh that goes on, or that broke off."
    )
    num_changed = serializers.IntegerField(help_text="The prompts that it works out.")
    num_done = serializers.IntegerField(help_text="Of these, as many are of now already.")
    failed_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(help_text="Of what the last one failed; empty if it did not.")


class AgreementRefreshView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="agreement_refresh", responses=AgreementRefreshOutput)
    def get(self, request: Request) -> Response:
        """Whether the figures are being worked out, how far, and why the last time failed."""
        return Response(AgreementRefreshOutput(agreement_refresh()).data)

    @extend_schema(
        operation_id="ask_for_agreement_refresh",
        request=None,
        responses={status.HTTP_202_ACCEPTED: AgreementRefreshOutput},
    )
    def post(self, request: Request) -> Response:
        """Work the figures out at the next beat, within half a minute; asking twice is asking once.

        They are worked out by themselves too, only that a refresh rests behind a long one.
        """
        ask_for_refresh()
        shown = AgreementRefreshOutput(agreement_refresh())
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("agreement/refresh/", AgreementRefreshView.as_view(), name="agreement-refresh"),
]
