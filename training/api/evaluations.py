"""Evaluations: planned, opened, enlarged (R34, R36).

They stand in this room and not with the other projects, because only here is known what a model
has learned from; the judgments are labeling's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsAdmin, IsResearcher, ResearcherReadsAdminWrites, account_of
from labeling.catalogue import CATEGORIES
from labeling.errors import Refused
from labeling.models import CompletionSource, Pool, Project, Prompt
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.selectors.evaluation_plans import (
    ComparedModels,
    EvaluationPlan,
    PromptChoice,
    plan_evaluation,
)
from labeling.selectors.evaluations import access_evaluation, evaluations
from labeling.services.evaluations import (
    NewEvaluation,
    add_evaluation_tasks,
    check_evaluation,
    default_instructions,
    models_of,
    open_evaluation,
)
from training.api.evaluation_results import ComparedSourceOutput, EvaluationOutput
from training.selectors.evaluation_prompts import prompts_frozen_for_evaluation
from training.selectors.held_out import (
    default_baseline,
    keys_seen_in_training,
    sources_without_lineage,
)

ID_MAXIMUM = 2**63 - 1
MAX_PROMPTS = 10_000
MAX_SOURCES = 30
MAX_INSTRUCTIONS_CHARACTERS = 100_000
MAX_WARNING_CHARACTERS = 2_000
DEFAULT_K = 5
# Enough to see what is wrong; the counts are complete.
LEFT_OUT_SHOWN = 200
REASONS = (
    "unknown_prompt",
    "already_in_evaluation",
    "over_cap",
    "personal_data",
    "seen_in_training",
    "no_baseline_completion",
    "no_model_completion",
    "too_few_distinct_completions",
)
KINDS = (Project.Kind.RANKING, Project.Kind.TOXICITY)


def row_id(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM, **options)


class PromptChoiceInput(serializers.Serializer[Any]):
    """Which prompts to judge; null means any."""

    num_prompts = serializers.IntegerField(min_value=1, max_value=MAX_PROMPTS)
    category = serializers.ChoiceField(
        choices=tuple(CATEGORIES.items()), allow_null=True, required=False
    )
    split = serializers.ChoiceField(choices=Prompt.Split.choices, allow_null=True, required=False)
    distribution = serializers.ChoiceField(
        choices=Prompt.Distribution.choices, allow_null=True, required=False
    )
    prompt_ids = serializers.ListField(
        child=row_id(), allow_null=True, required=False, min_length=1, max_length=MAX_PROMPTS
    )
    snapshot = serializers.UUIDField(
        allow_null=True,
        required=False,
        help_text="Of kind eval: only prompts that it holds. The other choices narrow it further.",
    )


class EvaluationInstructionsInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=160)
    body = ExactText(max_length=MAX_INSTRUCTIONS_CHARACTERS)


class EvaluationPlanInput(serializers.Serializer[Any]):
    """What decides which tasks there will be."""

    kind = serializers.ChoiceField(choices=KINDS)
    baseline_source = row_id(
        required=False,
        allow_null=True,
        help_text="What every task shows; the newest supervised model with completions if null.",
    )
    sources = serializers.ListField(
        child=row_id(),
        min_length=1,
        max_length=MAX_SOURCES,
        help_text="The models to compare with it.",
    )
    prompts = PromptChoiceInput()
    k = serializers.IntegerField(
        min_value=NATIVE_K_MINIMUM, max_value=K_MAXIMUM, required=False, default=DEFAULT_K
    )
    overlap = serializers.IntegerField(min_value=1, max_value=50, required=False, default=1)
    toxicity_instruction = serializers.ChoiceField(
        choices=Project.ToxicityInstruction.choices,
        required=False,
        allow_null=True,
        help_text="Toxicity only: what the completions were asked to be.",
    )


class EvaluationInput(EvaluationPlanInput):
    name = DisplayNameField(max_length=160)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False, default=Pool.TRAINING)
    priority_mode = serializers.ChoiceField(
        choices=Project.PriorityMode.choices,
        required=False,
        default=Project.PriorityMode.TRUTH_HARMLESS_FIRST,
    )
    instructions = EvaluationInstructionsInput(
        required=False, allow_null=True, help_text="The text of ``defaults`` unless given."
    )
    content_warning = ExactText(
        max_length=MAX_WARNING_CHARACTERS, required=False, allow_blank=True, default=""
    )


class LeftOutCountOutput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=REASONS)
    sources = serializers.ListField(
        child=serializers.CharField(), help_text="The models that stand in the way, by name."
    )
    num_prompts = serializers.IntegerField()


class LeftOutOutput(serializers.Serializer[Any]):
    prompt_id = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=REASONS)
    sources = serializers.ListField(child=serializers.CharField())


class SourceTasksOutput(ComparedSourceOutput):
    num_tasks = serializers.IntegerField()


class EvaluationPlanOutput(serializers.Serializer[Any]):
    """What was made, or with a preview would be made, and every prompt left out of it."""

    baseline = ComparedSourceOutput()
    num_tasks = serializers.IntegerField()
    num_slots = serializers.IntegerField()
    num_beyond = serializers.IntegerField(help_text="Usable prompts beyond the number asked for.")
    num_left_out = serializers.IntegerField()
    reasons = LeftOutCountOutput(many=True)
    left_out = LeftOutOutput(many=True, help_text=f"The first {LEFT_OUT_SHOWN} of them.")
    tasks_by_source = SourceTasksOutput(many=True, help_text="In how many tasks each is shown.")
    without_lineage = ComparedSourceOutput(
        many=True, help_text="Sources of which nobody knows what they learned from."
    )


class OpenedEvaluationOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    plan = EvaluationPlanOutput()


class DefaultInstructionsOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    title = serializers.CharField()
    body = serializers.CharField()


class EvaluationDefaultsOutput(serializers.Serializer[Any]):
    baseline = ComparedSourceOutput(allow_null=True)
    k = serializers.IntegerField()
    priority_mode = serializers.ChoiceField(choices=Project.PriorityMode.choices)
    instructions = DefaultInstructionsOutput(many=True)


@dataclass(frozen=True)
class Described:
    """A plan with all that is needed to show it."""

    plan: EvaluationPlan
    models: ComparedModels
    overlap: int


def prompt_choice(given: Mapping[str, Any]) -> PromptChoice:
    """Raises: Refused("not_frozen") for a snapshot that is none of prompts for evaluation."""
    named = {key: value for key, value in given.items() if key != "snapshot"}
    ids = given.get("prompt_ids")
    if (snapshot_id := given.get("snapshot")) is not None:
        frozen = prompts_frozen_for_evaluation(snapshot_id)
        ids = frozen if ids is None else [one for one in ids if one in set(frozen)]
    return PromptChoice(**{**named, "prompt_ids": None if ids is None else tuple(ids)})


def new_evaluation(given: Mapping[str, Any]) -> NewEvaluation:
    """Raises: Refused("no_baseline") when none is named and no supervised model has answered."""
    instructions = given.get("instructions")
    return NewEvaluation(
        name=given.get("name", ""),
        kind=given["kind"],
        models=ComparedModels(_baseline_id(given), tuple(dict.fromkeys(given["sources"]))),
        prompts=prompt_choice(given["prompts"]),
        priority_mode=given.get("priority_mode", ""),
        pool=given.get("pool", ""),
        k=given["k"],
        overlap=given["overlap"],
        instructions=instructions and (instructions["title"], instructions["body"]),
        toxicity_instruction=given.get("toxicity_instruction"),
        content_warning=given.get("content_warning", ""),
    )


def _baseline_id(given: Mapping[str, Any]) -> int:
    chosen: int | None = given.get("baseline_source")
    if chosen is not None:
        return chosen
    baseline = default_baseline()
    if baseline is None:
        message = "No supervised model has written completions; name what to compare with."
        raise Refused("no_baseline", message, status=422, fields={"baseline_source": [message]})
    return baseline.pk


def describe_plan(described: Described) -> dict[str, Any]:
    plan, models = described.plan, described.models
    source_of = CompletionSource.objects.in_bulk(models.all_ids)

    def names(source_ids: Collection[int]) -> list[str]:
        return [source_of[source_id].name for source_id in source_ids]

    return {
        "baseline": source_of[models.baseline_id],
        "num_tasks": len(plan.tasks),
        "num_slots": len(plan.tasks) * described.overlap,
        "num_beyond": plan.num_beyond,
        "num_left_out": len(plan.left_out),
        "reasons": [
            {"reason": reason, "sources": names(source_ids), "num_prompts": number}
            for (reason, source_ids), number in plan.reasons().most_common()
        ],
        "left_out": [
            {"prompt_id": one.prompt_id, "reason": one.reason, "sources": names(one.source_ids)}
            for one in plan.left_out[:LEFT_OUT_SHOWN]
        ],
        "tasks_by_source": [
            {
                "id": source_id,
                "name": source_of[source_id].name,
                "num_tasks": plan.num_tasks_of_source[source_id],
            }
            for source_id in models.all_ids
        ],
        "without_lineage": sources_without_lineage(models.all_ids),
    }


class EvaluationsView(generics.ListAPIView[Project]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = EvaluationOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return evaluations()

    @extend_schema(operation_id="list_evaluations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="open_evaluation",
        request=EvaluationInput,
        responses={201: OpenedEvaluationOutput},
    )
    def post(self, request: Request) -> Response:
        """The project, its instructions and its first tasks, all or nothing."""
        given = EvaluationInput(data=request.data)
        given.is_valid(raise_exception=True)
        new = new_evaluation(given.validated_data)
        made = open_evaluation(
            new=new,
            seen=keys_seen_in_training(new.models.all_ids),
            created_by=account_of(request),
        )
        plan = describe_plan(Described(made.plan, new.models, new.overlap))
        shown = OpenedEvaluationOutput({"id": made.project.pk, "plan": plan})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class EvaluationPreviewView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="preview_evaluation",
        request=EvaluationPlanInput,
        responses=EvaluationPlanOutput,
    )
    def post(self, request: Request) -> Response:
        """What opening it would make, and why prompts would be left out; nothing is stored."""
        given = EvaluationPlanInput(data=request.data)
        given.is_valid(raise_exception=True)
        new = new_evaluation(given.validated_data)
        check_evaluation(new)
        plan = plan_evaluation(
            choice=new.prompts,
            models=new.models,
            k=new.k,
            seen=keys_seen_in_training(new.models.all_ids),
        )
        shown = describe_plan(Described(plan, new.models, new.overlap))
        return Response(EvaluationPlanOutput(shown).data)


class EvaluationDefaultsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="evaluation_defaults", responses=EvaluationDefaultsOutput)
    def get(self, request: Request) -> Response:
        """What a new evaluation starts from."""
        texts = [(kind, *default_instructions(kind)) for kind in KINDS]
        defaults = {
            "baseline": default_baseline(),
            "k": DEFAULT_K,
            "priority_mode": Project.PriorityMode.TRUTH_HARMLESS_FIRST,
            "instructions": [
                {"kind": kind, "title": title, "body": body} for kind, title, body in texts
            ],
        }
        return Response(EvaluationDefaultsOutput(defaults).data)


class EvaluationTasksView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(
        operation_id="add_evaluation_tasks",
        request=PromptChoiceInput,
        responses={201: EvaluationPlanOutput},
    )
    def post(self, request: Request, evaluation_id: int) -> Response:
        """More prompts, judged against the same models."""
        given = PromptChoiceInput(data=request.data)
        given.is_valid(raise_exception=True)
        project = access_evaluation(project_id=evaluation_id)
        models = models_of(project)
        plan = add_evaluation_tasks(
            project=project,
            prompts=prompt_choice(given.validated_data),
            seen=keys_seen_in_training(models.all_ids),
            added_by=account_of(request),
        )
        shown = describe_plan(Described(plan, models, project.overlap))
        return Response(EvaluationPlanOutput(shown).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("evaluations/", EvaluationsView.as_view(), name="evaluations"),
    path("evaluations/preview/", EvaluationPreviewView.as_view(), name="evaluation-preview"),
    path("evaluations/defaults/", EvaluationDefaultsView.as_view(), name="evaluation-defaults"),
    path(
        "evaluations/<int:evaluation_id>/tasks/",
        EvaluationTasksView.as_view(),
        name="evaluation-tasks",
    ),
]
