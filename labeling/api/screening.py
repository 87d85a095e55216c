"""The screening as a candidate goes through it; researchers flag the same texts.

Nothing here shows a score: candidates are told the decision, which people take.
"""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.api.permissions import IsResearcher, MayLabel, account_of
from labeling.api.strict_fields import StrictBoolean
from labeling.models import Candidacy, Screening, SensitivityItem, User
from labeling.selectors.screening import (
    access_own_candidacy,
    access_screening,
    access_text_to_flag,
    candidacy_of,
    progress_of,
    texts_to_flag,
)
from labeling.services.screening import (
    MAX_CHARACTERS_NAMED,
    MAX_WORDS_NAMED,
    declare_topics,
    flag_text,
    submit_screening,
)


class PartProgressOutput(serializers.Serializer[Any]):
    num_total = serializers.IntegerField()
    num_answered = serializers.IntegerField()
    num_skipped = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id", allow_null=True)
    is_done = serializers.BooleanField()


class ProgressOutput(serializers.Serializer[Any]):
    flags = PartProgressOutput()
    ranking = PartProgressOutput()
    demonstration = PartProgressOutput()


class OwnCandidacyOutput(serializers.ModelSerializer[Candidacy]):
    state = serializers.ChoiceField(choices=Candidacy.State.choices)
    topics = serializers.ListField(child=serializers.CharField())
    cultural_groups = serializers.ListField(child=serializers.CharField())
    progress = ProgressOutput()

    class Meta:
        model = Candidacy
        fields = ["state", "topics", "cultural_groups", "submitted_at", "decided_at", "progress"]
        read_only_fields = fields


class OwnScreeningOutput(serializers.Serializer[Any]):
    candidacy = OwnCandidacyOutput(allow_null=True)
    max_named = serializers.IntegerField(help_text="Topics, and cultural groups, at most.")
    max_characters_named = serializers.IntegerField()


class TextToFlagOutput(serializers.ModelSerializer[SensitivityItem]):
    is_sensitive = serializers.SerializerMethodField()

    class Meta:
        model = SensitivityItem
        fields = ["id", "position", "text", "is_sensitive"]
        read_only_fields = fields

    def get_is_sensitive(self, item: SensitivityItem) -> bool | None:
        """The caller's own answer; null until there is one."""
        mine = vars(item)["mine"]
        return mine[0].is_sensitive if mine else None


class FlagInput(serializers.Serializer[Any]):
    is_sensitive = StrictBoolean()


def named_field(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=ExactText(max_length=MAX_CHARACTERS_NAMED),
        max_length=MAX_WORDS_NAMED,
        help_text=help_text,
    )


class DeclarationInput(serializers.Serializer[Any]):
    topics = named_field("Subjects in which the candidate recognises sensitive speech.")
    cultural_groups = named_field("Groups about which the candidate recognises it.")


def own_screening(labeler: User) -> Any:
    candidacy = candidacy_of(labeler)
    if candidacy is not None:
        vars(candidacy)["progress"] = progress_of(labeler, candidacy.screening)
    limits = {"max_named": MAX_WORDS_NAMED, "max_characters_named": MAX_CHARACTERS_NAMED}
    return OwnScreeningOutput({"candidacy": candidacy, **limits}).data


def texts_for(account: User, screening: Screening) -> Any:
    return TextToFlagOutput(texts_to_flag(account, screening), many=True).data


class OwnScreeningView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="own_screening", responses=OwnScreeningOutput)
    def get(self, request: Request) -> Response:
        """How far the caller has come; the candidacy is null for who was invited without one."""
        return Response(own_screening(account_of(request)))


class OwnTextsView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="own_texts_to_flag", responses=TextToFlagOutput(many=True))
    def get(self, request: Request) -> Response:
        labeler = account_of(request)
        return Response(texts_for(labeler, access_own_candidacy(labeler).screening))


class ScreeningTextsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="screening_texts", responses=TextToFlagOutput(many=True))
    def get(self, request: Request, screening_id: int) -> Response:
        """The same texts for a researcher, whose answers candidates are compared with."""
        return Response(texts_for(account_of(request), access_screening(screening_id)))


class FlagView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="flag_text", request=FlagInput, responses={204: None})
    def put(self, request: Request, item_id: int) -> Response:
        """Sensitive or not, for a text of the caller's screening; the last word counts."""
        given = FlagInput(data=request.data)
        given.is_valid(raise_exception=True)
        account = account_of(request)
        item = access_text_to_flag(item_id=item_id, account=account)
        flag_text(account=account, item=item, is_sensitive=given.validated_data["is_sensitive"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeclarationView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="declare_topics", request=DeclarationInput, responses=OwnScreeningOutput
    )
    def put(self, request: Request) -> Response:
        """The fourth part; either list may be empty."""
        given = DeclarationInput(data=request.data)
        given.is_valid(raise_exception=True)
        declare_topics(labeler=account_of(request), **given.validated_data)
        return Response(own_screening(account_of(request)))


class SubmitView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(operation_id="submit_screening", request=None, responses=OwnScreeningOutput)
    def post(self, request: Request) -> Response:
        """Hand in. From then on nothing changes until people have decided."""
        submit_screening(labeler=account_of(request))
        return Response(own_screening(account_of(request)))


urlpatterns = [
    path("screening/", OwnScreeningView.as_view(), name="own-screening"),
    path("screening/texts/", OwnTextsView.as_view(), name="own-texts"),
    path("screening/texts/<int:item_id>/", FlagView.as_view(), name="flag-text"),
    path("screening/declaration/", DeclarationView.as_view(), name="declaration"),
    path("screening/submit/", SubmitView.as_view(), name="submit-screening"),
    path(
        "screenings/<int:screening_id>/texts/",
        ScreeningTextsView.as_view(),
        name="screening-texts",
    ),
]
