"""One evaluation: how far it is, and what was said about each of its models."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.agreement.intervals import INTERVAL_METHOD, Figure
from labeling.agreement.sizes import POOLING_DEFINITION
from labeling.agreement.win_rates import WIN_RATE_DEFINITION
from labeling.api.figures import FigureOutput, NamedFigureOutput
from labeling.api.permissions import IsResearcher
from labeling.catalogue import FLAG_ITEMS, TOXICITY_SCALES
from labeling.models import Pool, Project, Ranking
from labeling.selectors.evaluations import (
    EvaluationResults,
    ModelFigures,
    access_evaluation,
    evaluation_results,
    rankings_that_rated_inputs,
    sources_of,
)

SCALE_LABELS = {scale.key: scale.label for scale in TOXICITY_SCALES}
FLAG_LABELS = {key: item.label for key, item in FLAG_ITEMS.items()}


class ComparedSourceOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class EvaluationOutput(serializers.ModelSerializer[Project]):
    kind = serializers.ChoiceField(choices=Project.Kind.choices)
    state = serializers.ChoiceField(choices=Project.State.choices)
    pool = serializers.ChoiceField(choices=Pool.choices)
    priority_mode = serializers.ChoiceField(choices=Project.PriorityMode.choices)
    toxicity_instruction = serializers.ChoiceField(
        choices=Project.ToxicityInstruction.choices, allow_null=True
    )
    baseline = ComparedSourceOutput(source="baseline_source", allow_null=True)
    models = serializers.SerializerMethodField()
    num_tasks = serializers.IntegerField()
    num_slots = serializers.IntegerField(source="slot_counts.num_slots")
    num_open = serializers.IntegerField(source="slot_counts.num_open")
    num_submitted = serializers.IntegerField(source="slot_counts.num_submitted")

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "kind",
            "state",
            "pool",
            "priority_mode",
            "k",
            "overlap",
            "toxicity_instruction",
            "content_warning",
            "created_at",
            "baseline",
            "models",
            "num_tasks",
            "num_slots",
            "num_open",
            "num_submitted",
        ]
        read_only_fields = fields

    @extend_schema_field(ComparedSourceOutput(many=True))
    def get_models(self, project: Project) -> list[dict[str, Any]]:
        compared = [one for one in sources_of(project) if one.pk != project.baseline_source_id]
        return list(ComparedSourceOutput(compared, many=True).data)


class PooledFigureOutput(serializers.Serializer[Any]):
    figure = FigureOutput()
    models = ComparedSourceOutput(
        many=True, help_text="Whose judgments; all its sizes where its own are few."
    )


class FlagFigureOutput(PooledFigureOutput):
    key = serializers.CharField()
    # A declared field may be called label; only the base class's attribute is meant otherwise.
    label = serializers.CharField()  # type: ignore[assignment]


class ModelFiguresOutput(serializers.Serializer[Any]):
    source = ComparedSourceOutput()  # type: ignore[assignment]  # as above
    is_baseline = serializers.BooleanField()
    num_judgments = serializers.IntegerField(help_text="Completions of it that were judged.")
    win_rate = FigureOutput(allow_null=True, help_text="n counts tasks; null for the baseline.")
    likert = PooledFigureOutput(allow_null=True, help_text="Mean of 1 to 7; null for toxicity.")
    flags = FlagFigureOutput(many=True, help_text="The share of judgments that said yes.")
    scales = NamedFigureOutput(many=True, help_text="Means, of toxicity evaluations only.")


class EvaluationDetailOutput(serializers.Serializer[Any]):
    evaluation = EvaluationOutput()
    num_rankings = serializers.IntegerField(help_text="Sealed ones: the figures are over these.")
    num_labelers = serializers.IntegerField()
    win_rate_definition = serializers.CharField()
    pooling_definition = serializers.CharField()
    interval_method = serializers.CharField()
    models = ModelFiguresOutput(many=True, help_text="The baseline first.")
    input_toxicity = FigureOutput(allow_null=True)


class RatingLabelerOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    display_name = serializers.CharField()


class RatedInputOutput(serializers.Serializer[Any]):
    """One labeler's answer about the input of a task."""

    id = serializers.UUIDField(help_text="Of the ranking.")
    labeler = RatingLabelerOutput()
    excerpt = serializers.CharField(help_text="The first characters of the prompt.")
    input_toxicity = serializers.IntegerField(help_text="From 0, not toxic, to 2, clearly toxic.")
    submitted_at = serializers.DateTimeField()


class ResultsFilter(serializers.Serializer[Any]):
    include_simulated = serializers.BooleanField(
        default=False, help_text="Count simulated labelers among the people."
    )


def _named(figures: Mapping[str, Figure], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "label": labels[key], "figure": figure} for key, figure in figures.items()]


def _described(model: ModelFigures) -> dict[str, Any]:
    return {
        "source": model.source,
        "is_baseline": model.is_baseline,
        "num_judgments": model.num_judgments,
        "win_rate": model.win_rate,
        "likert": model.likert,
        "flags": [
            {"key": key, "label": FLAG_LABELS[key], **vars(pooled)}
            for key, pooled in model.flags.items()
        ],
        "scales": _named(model.scales, SCALE_LABELS),
    }


def describe_results(project: Project, results: EvaluationResults) -> dict[str, Any]:
    return {
        "evaluation": project,
        "num_rankings": results.num_rankings,
        "num_labelers": results.num_labelers,
        "win_rate_definition": WIN_RATE_DEFINITION,
        "pooling_definition": POOLING_DEFINITION,
        "interval_method": INTERVAL_METHOD,
        "models": [_described(model) for model in results.models],
        "input_toxicity": results.input_toxicity,
    }


class EvaluationView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="evaluation", parameters=[ResultsFilter], responses=EvaluationDetailOutput
    )
    def get(self, request: Request, evaluation_id: int) -> Response:
        """Progress and figures, over sealed judgments by people unless asked otherwise."""
        wanted = ResultsFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        project = access_evaluation(project_id=evaluation_id)
        results = evaluation_results(project=project, **wanted.validated_data)
        return Response(EvaluationDetailOutput(describe_results(project, results)).data)


class NewestRankings(KeysetPagination):
    ordering = ("-submitted_at", "-id")


class RatedInputsView(generics.ListAPIView[Ranking]):
    permission_classes = [IsResearcher]
    serializer_class = RatedInputOutput
    pagination_class = NewestRankings

    def get_queryset(self) -> Any:
        wanted = ResultsFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        project = access_evaluation(project_id=self.kwargs["evaluation_id"])
        return rankings_that_rated_inputs(project=project, **wanted.validated_data)

    @extend_schema(operation_id="rated_inputs", parameters=[ResultsFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sealed rankings behind the toxicity of the inputs, newest first."""
        return self.list(request)


urlpatterns = [
    path("evaluations/<int:evaluation_id>/", EvaluationView.as_view(), name="evaluation"),
    path(
        "evaluations/<int:evaluation_id>/inputs/",
        RatedInputsView.as_view(),
        name="evaluation-inputs",
    ),
]
