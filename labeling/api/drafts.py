"""The draft of an assignment: saved while the labeler works, refused when a tab is behind."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.api.assignments import DraftOutput
from labeling.api.permissions import MayLabel, account_of
from labeling.api.strict_fields import StrictBoolean, StrictInteger, StrictNumber
from labeling.catalogue import FLAG_ITEMS, LIKERT_MAXIMUM, LIKERT_MINIMUM, TOXICITY_SCALES
from labeling.models import Project
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.assignments import access_assignment_kind
from labeling.services.drafts import DraftConflict, save_draft

MAX_NOTE_CHARACTERS = 2_000
# Far above 1,024 tokens, so that a draft that is too long is kept while it is shortened.
MAX_TEXT_CHARACTERS = 50_000
# Text that is deleted and written anew counts again.
MAX_CHARACTERS_COUNTED = 100 * MAX_TEXT_CHARACTERS
MAX_SECONDS_ACTIVE = 7 * 24 * 3600.0
MAX_VERSION = 2**31 - 2
MAX_PAIRS = K_MAXIMUM * (K_MAXIMUM - 1) // 2
SCALES = {scale.key: scale for scale in TOXICITY_SCALES}


def seconds_field(**options: Any) -> StrictNumber:
    return StrictNumber(min_value=0.0, max_value=MAX_SECONDS_ACTIVE, **options)


def rank_field(**options: Any) -> StrictInteger:
    return StrictInteger(min_value=1, max_value=K_MAXIMUM, **options)


def rating_field(**options: Any) -> StrictInteger:
    return StrictInteger(min_value=LIKERT_MINIMUM, max_value=LIKERT_MAXIMUM, **options)


def note_field(**options: Any) -> ExactText:
    return ExactText(max_length=MAX_NOTE_CHARACTERS, allow_blank=True, **options)


def scale_field(key: str, **options: Any) -> StrictInteger:
    """One of the numbers that only a toxicity task asks for (R39)."""
    scale = SCALES[key]
    return StrictInteger(
        min_value=scale.minimum,
        max_value=scale.maximum,
        required=False,
        allow_null=True,
        help_text=f"Toxicity tasks only: {scale.label[0].lower()}{scale.label[1:]}.",
        **options,
    )


def questions_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=list(FLAG_ITEMS)),
        max_length=len(FLAG_ITEMS),
        required=False,
        allow_null=True,
        help_text="The flags that were asked; left out, those of the assignment (R26).",
    )


class DraftItem(serializers.Serializer[Any]):
    """What is said about one completion so far; what is absent is not answered yet."""

    rank = rank_field(allow_null=True, required=False)
    rating = rating_field(allow_null=True, required=False)
    flags = serializers.DictField(child=StrictBoolean(), required=False)
    note = note_field(required=False)
    seconds_shown = seconds_field(required=False, allow_null=True)
    toxicity = scale_field("toxicity")
    relative_toxicity = scale_field("relative_toxicity")
    continuity = scale_field("continuity")


class RankingDraft(serializers.Serializer[Any]):
    items = serializers.DictField(child=DraftItem(), help_text="By handle.")
    seconds_active = seconds_field()
    phase = serializers.ChoiceField(choices=["rate", "order"])
    questions = questions_field()
    none_acceptable = StrictBoolean(required=False, allow_null=True)
    input_toxicity = scale_field("input_toxicity")
    kept = serializers.ListField(
        child=serializers.ListField(child=ExactText(max_length=36), min_length=2, max_length=2),
        max_length=MAX_PAIRS,
        required=False,
        allow_null=True,
        help_text="Pairs of handles whose order contradicts their ratings on purpose.",
    )


class DemonstrationDraft(serializers.Serializer[Any]):
    text = ExactText(max_length=MAX_TEXT_CHARACTERS, allow_blank=True)
    seconds_active = seconds_field()
    characters_typed = StrictInteger(min_value=0, max_value=MAX_CHARACTERS_COUNTED, required=False)
    characters_pasted = StrictInteger(min_value=0, max_value=MAX_CHARACTERS_COUNTED, required=False)


class RankingDraftInput(serializers.Serializer[Any]):
    version = StrictInteger(min_value=0, max_value=MAX_VERSION)
    body = RankingDraft()


class DemonstrationDraftInput(serializers.Serializer[Any]):
    version = StrictInteger(min_value=0, max_value=MAX_VERSION)
    body = DemonstrationDraft()


class SavedDraftOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    leased_until = serializers.DateTimeField(
        allow_null=True, help_text="Null when the lease is lost: the draft is kept all the same."
    )


class DraftConflictOutput(serializers.Serializer[Any]):
    """An error like all others, with the draft that is stored, to be shown beside one's own."""

    code = serializers.CharField()
    detail = serializers.CharField()
    draft = DraftOutput()


DRAFT_INPUTS: dict[str, type[serializers.Serializer[Any]]] = {
    Project.Kind.RANKING: RankingDraftInput,
    Project.Kind.TOXICITY: RankingDraftInput,
    Project.Kind.DEMONSTRATION: DemonstrationDraftInput,
}


class DraftView(APIView):
    permission_classes = [MayLabel]

    @extend_schema(
        operation_id="save_draft",
        request=PolymorphicProxySerializer(
            component_name="DraftInput",
            serializers=[RankingDraftInput, DemonstrationDraftInput],
            resource_type_field_name=None,
        ),
        responses={200: SavedDraftOutput, 412: DraftConflictOutput},
    )
    def put(self, request: Request, assignment_id: UUID) -> Response:
        """Store what follows ``version`` (0 is before the first) and renew the lease."""
        kind = access_assignment_kind(assignment_id=assignment_id, labeler=account_of(request))
        given = DRAFT_INPUTS[kind](data=request.data)
        given.is_valid(raise_exception=True)
        try:
            saved = save_draft(
                labeler=account_of(request), assignment_id=assignment_id, **given.validated_data
            )
        except DraftConflict as conflict:
            return Response(
                {
                    "code": "draft_conflict",
                    "detail": str(conflict),
                    "fields": {},
                    "draft": {"version": conflict.version, "body": conflict.body},
                },
                status=status.HTTP_412_PRECONDITION_FAILED,
            )
        return Response(SavedDraftOutput(saved).data)


urlpatterns = [
    path("assignments/<uuid:assignment_id>/draft/", DraftView.as_view(), name="draft"),
]
