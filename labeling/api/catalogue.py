"""The label catalogue as the browser shows it: every key with its wording (R9, R26)."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsSignedIn
from labeling.catalogue import (
    ADVERSARIAL_TAGS,
    CATEGORIES,
    LABEL_ITEMS,
    LIKERT_ANCHORS,
    LIKERT_MAXIMUM,
    LIKERT_MINIMUM,
    PROMPT_FLAGS,
    SKIP_REASONS,
    TOXICITY_SCALES,
)


class LabelItemOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=["likert", "flag"])
    asked_when = serializers.ChoiceField(
        choices=["always", "closed_domain", "explicit_constraints"]
    )
    yes_is_problem = serializers.BooleanField()


class LikertOutput(serializers.Serializer[Any]):
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    anchors = serializers.DictField(child=serializers.CharField())


class ScaleOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    applies_to = serializers.ChoiceField(choices=["prompt", "completion"])
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    anchors = serializers.DictField(child=serializers.CharField())


class WordingOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class CatalogueOutput(serializers.Serializer[Any]):
    label_items = LabelItemOutput(many=True)
    likert = LikertOutput()
    toxicity_scales = ScaleOutput(many=True, help_text="What a toxicity task asks for (R39).")
    categories = WordingOutput(many=True)
    prompt_flags = WordingOutput(many=True)
    adversarial_tags = WordingOutput(
        many=True, help_text="What a prompt tries a model with; said as its flags are (R88)."
    )
    skip_reasons = WordingOutput(many=True)


def wordings(labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "label": label} for key, label in labels.items()]


class CatalogueView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="catalogue", responses=CatalogueOutput)
    def get(self, request: Request) -> Response:
        catalogue = {
            "label_items": LABEL_ITEMS,
            "likert": {
                "minimum": LIKERT_MINIMUM,
                "maximum": LIKERT_MAXIMUM,
                "anchors": {str(value): label for value, label in LIKERT_ANCHORS.items()},
            },
            "toxicity_scales": TOXICITY_SCALES,
            "categories": wordings(CATEGORIES),
            "prompt_flags": wordings(PROMPT_FLAGS),
            "adversarial_tags": wordings(ADVERSARIAL_TAGS),
            "skip_reasons": wordings(SKIP_REASONS),
        }
        return Response(CatalogueOutput(catalogue).data)


urlpatterns = [path("catalogue/", CatalogueView.as_view(), name="catalogue")]
