"""Whether place, length, formatting or a model's manner go with being preferred."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.agreement.bias import BY_PLACE_DEFINITION, DEFINITION, LIKE_LENGTH
from labeling.agreement.intervals import INTERVAL_METHOD
from labeling.agreement.leak import DEFINITION as LEAK_DEFINITION
from labeling.agreement.leak import SIGHTS
from labeling.agreement.presentation import FORMATTING_LABELS
from labeling.api.permissions import IsResearcher
from labeling.api.strict_fields import ID_MAXIMUM
from labeling.models import Pool
from labeling.selectors.bias import Bias, SourceLeak, bias, source_leak

LABELS = {
    "first_shown": "Shown earlier",
    "longer": "Longer",
    **FORMATTING_LABELS,
    **{
        f"{key}:like_length": f"{label}, texts at most {LIKE_LENGTH} times as long"
        for key, label in FORMATTING_LABELS.items()
    },
}


class BiasFilter(serializers.Serializer[Any]):
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, required=False)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False)
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )


class PreferenceShareOutput(serializers.Serializer[Any]):
    """Either a value or the reason why there is none."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(source="num_counted")
    num_prompts = serializers.IntegerField()
    reason_undefined = serializers.CharField(allow_null=True)
    reason_no_interval = serializers.CharField(allow_null=True)


class NamedShareOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]
    figure = PreferenceShareOutput()


class PlaceShareOutput(serializers.Serializer[Any]):
    place = serializers.IntegerField(help_text="0 was shown first.")
    figure = PreferenceShareOutput()


class BiasOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    by_place_definition = serializers.CharField()
    interval_method = serializers.CharField()
    num_rankings = serializers.IntegerField(help_text="Those read: the newest.")
    num_sealed = serializers.IntegerField(help_text="Those that fit.")
    preferences = NamedShareOutput(many=True)
    places = PlaceShareOutput(many=True)


class SourceRecallOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    figure = PreferenceShareOutput(help_text="The share of its completions told right.")


class LeakOutput(serializers.Serializer[Any]):
    definition = serializers.CharField()
    interval_method = serializers.CharField()
    num_completions = serializers.IntegerField()
    chance = serializers.FloatField()
    sights = NamedShareOutput(many=True)
    sources = SourceRecallOutput(many=True)


class BiasView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="bias", parameters=[BiasFilter], responses=BiasOutput)
    def get(self, request: Request) -> Response:
        """Place, length and formatting, over the newest sealed rankings."""
        return Response(BiasOutput(_described(bias(**_wanted(request)))).data)


class LeakView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="source_leak", parameters=[BiasFilter], responses=LeakOutput)
    def get(self, request: Request) -> Response:
        """Whether what labelers saw tells which model wrote it. Takes a second or two."""
        return Response(LeakOutput(_leak_described(source_leak(**_wanted(request)))).data)


def _wanted(request: Request) -> dict[str, Any]:
    wanted = BiasFilter(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    options = dict(wanted.validated_data)
    return {"project_id": options.pop("project", None), **options}


def _described(found: Bias) -> dict[str, Any]:
    return {
        "definition": DEFINITION,
        "by_place_definition": BY_PLACE_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "num_rankings": found.num_rankings,
        "num_sealed": found.num_sealed,
        "preferences": [
            {"key": key, "label": LABELS[key], "figure": figure}
            for key, figure in found.preferences.items()
        ],
        "places": [
            {"place": place, "figure": figure} for place, figure in sorted(found.places.items())
        ],
    }


def _leak_described(found: SourceLeak) -> dict[str, Any]:
    return {
        "definition": LEAK_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "num_completions": found.num_completions,
        "chance": found.leak.chance,
        "sights": [
            {"key": key, "label": SIGHTS[key], "figure": figure}
            for key, figure in found.leak.figures.items()
        ],
        "sources": [
            {"id": source, "name": found.sources[source].name, "figure": figure}
            for source, figure in found.leak.recalls.items()
        ],
    }


urlpatterns = [
    path("bias/", BiasView.as_view(), name="bias"),
    path("bias/leak/", LeakView.as_view(), name="bias-leak"),
]
