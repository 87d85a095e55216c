"""What labelers agree to before they work."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.permissions import MayLabel, ResearcherReadsAdminWrites, account_of
from labeling.api.strict_fields import StrictInteger
from labeling.models import ConsentVersion
from labeling.selectors.consent import asks_consent_of, consent_versions, newest_consent
from labeling.services.consent import agree_to_consent, publish_consent

MAX_CONSENT_CHARACTERS = 100_000


class ConsentVersionInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=160)
    body = ExactText(max_length=MAX_CONSENT_CHARACTERS)


class ConsentVersionOutput(serializers.ModelSerializer[ConsentVersion]):
    author_name = serializers.CharField(source="created_by.display_name")
    num_agreed = serializers.IntegerField()

    class Meta:
        model = ConsentVersion
        fields = ["id", "version", "title", "body", "author_name", "created_at", "num_agreed"]
        read_only_fields = fields


class AskedConsentOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    agreed_at = serializers.DateTimeField(allow_null=True)


class ConsentOutput(serializers.Serializer[Any]):
    consent = AskedConsentOutput(allow_null=True)
    is_needed = serializers.BooleanField(
        help_text="Whether this account gets no task before it agrees."
    )


class AgreementInput(serializers.Serializer[Any]):
    version = StrictInteger(min_value=1, max_value=2**31 - 1)


class ConsentView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="consent", responses=ConsentOutput)
    def get(self, request: Request) -> Response:
        """The version that counts now, and whether the caller has agreed to it."""
        labeler = account_of(request)
        newest = newest_consent(labeler=labeler)
        is_needed = newest is not None and newest.agreed_at is None and asks_consent_of(labeler)
        return Response(ConsentOutput({"consent": newest, "is_needed": is_needed}).data)

    @extend_schema(operation_id="agree_to_consent", request=AgreementInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Agree. Whoever does not need do nothing: the account simply gets no tasks."""
        given = AgreementInput(data=request.data)
        given.is_valid(raise_exception=True)
        agree_to_consent(labeler=account_of(request), version=given.validated_data["version"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConsentVersionsView(generics.ListAPIView[ConsentVersion]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = ConsentVersionOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return consent_versions()

    @extend_schema(operation_id="list_consent_versions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="publish_consent",
        request=ConsentVersionInput,
        responses={201: ConsentVersionOutput},
    )
    def post(self, request: Request) -> Response:
        """A new version, about which every labeler is asked before their next task."""
        given = ConsentVersionInput(data=request.data)
        given.is_valid(raise_exception=True)
        published = publish_consent(published_by=account_of(request), **given.validated_data)
        shown = ConsentVersionOutput(consent_versions().get(pk=published.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("consent/", ConsentView.as_view(), name="consent"),
    path("consent/versions/", ConsentVersionsView.as_view(), name="consent-versions"),
]
