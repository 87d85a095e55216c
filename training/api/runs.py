"""Runs: requested, watched, cancelled, killed, paused, resumed and retried."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import (
    IsAdmin,
    IsResearcher,
    ResearcherReadsAdminWrites,
    account_of,
)
from labeling.catalogue import CATEGORIES
from labeling.models import Prompt
from training.api.authors import AuthorOutput
from training.api.run_outputs import RunOutput, StepMetricsOutput, context_for
from training.api.run_rows import RunRowOutput, row_context
from training.api.snapshots import RowIds
from training.api.stages import HyperparameterValue
from training.models import Run, RunState
from training.selectors.estimates import Plan, estimate
from training.selectors.queried_prompts import PromptQuery
from training.selectors.runs import (
    RunFilters,
    access_run,
    log_after,
    metrics_after,
    requesters,
    run_rows,
)
from training.services.queried_runs import check_queried_request, request_queried_run
from training.services.run_requests import RunRequest, check_request
from training.services.runs import (
    MAXIMUM_PRIORITY,
    MAXIMUM_SEED,
    cancel_run,
    kill_run,
    pause_run,
    prioritise_run,
    request_run,
    resume_run,
    retry_run,
)

MAXIMUM_PROMPTS = 10_000
MAXIMUM_EVALUATIONS = 20
MAXIMUM_STEP = 2**31 - 1
MAXIMUM_OFFSET = 2**63 - 1


class PromptQueryInput(serializers.Serializer[Any]):
    """Which prompts a sampling run answers, those with the fewest answers first; or of which
    prompts a scoring run scores the completions that its reward model has not scored yet.
    """

    num_prompts = serializers.IntegerField(min_value=1, max_value=MAXIMUM_PROMPTS)
    category = serializers.ChoiceField(
        choices=tuple(CATEGORIES.items()), required=False, allow_null=True
    )
    split = serializers.ChoiceField(choices=Prompt.Split.choices, required=False, allow_null=True)
    prompt_ids = RowIds(required=False, allow_null=True, max_length=MAXIMUM_PROMPTS)


class Priority(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=-MAXIMUM_PRIORITY,
            max_value=MAXIMUM_PRIORITY,
            help_text="Of two runs that could start the higher goes first.",
            **options,
        )


class PriorityInput(serializers.Serializer[Any]):
    priority = Priority()


class RunRequestInput(serializers.Serializer[Any]):
    """What to run. Hyperparameters that are not given take the stage's defaults."""

    stage = serializers.ChoiceField(choices=Run.Stage.choices)
    name = DisplayNameField(max_length=160, required=False, allow_blank=True, default="")
    inputs = serializers.DictField(child=serializers.UUIDField(), default=dict)
    hyperparameters = serializers.DictField(child=HyperparameterValue(), default=dict)
    seed = serializers.IntegerField(
        min_value=0, max_value=MAXIMUM_SEED, required=False, allow_null=True, default=None
    )
    priority = Priority(required=False)
    prompt_query = PromptQueryInput(required=False, allow_null=True, default=None)
    weights = serializers.DictField(
        child=serializers.FloatField(),
        default=dict,
        help_text="How much each policy of a sampling run writes, by its role among the inputs. "
        "Left out, supervised models write three quarters where there are others too.",
    )

    evaluations = serializers.ListField(
        child=serializers.CharField(max_length=64),
        max_length=MAXIMUM_EVALUATIONS,
        default=list,
        help_text="Automatic evaluations to end with, by the names that the stage lists.",
    )

    def request(self) -> RunRequest:
        wanted = self.validated_data
        return RunRequest(
            stage=wanted["stage"],
            name=wanted["name"],
            inputs=wanted["inputs"],
            hyperparameters=wanted["hyperparameters"],
            seed=wanted["seed"],
            weights=wanted.get("weights", {}),
            priority=wanted.get("priority", 0),
            evaluations=wanted["evaluations"],
        )


class SecondsOutput(serializers.Serializer[Any]):
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class RunEstimateOutput(serializers.Serializer[Any]):
    seconds = SecondsOutput(allow_null=True)
    reason_undefined = serializers.CharField(allow_blank=True)
    num_runs = serializers.IntegerField(help_text="Finished runs of the stage that it stands on.")
    off_by = serializers.FloatField(
        allow_null=True,
        help_text="The factor by which half of those runs were missed, each predicted from the "
        "others; null for fewer than three.",
    )
    memory_bytes = serializers.IntegerField(help_text="Main memory of each process.")
    is_memory_measured = serializers.BooleanField(
        help_text="From the peaks of finished runs; otherwise weights, gradients and moments alone."
    )
    disk_bytes = serializers.IntegerField(
        help_text="Of the run at most, with every checkpoint that is kept."
    )
    num_processes = serializers.IntegerField(
        help_text="Of the run, with an accelerator each, as the GPU workers report them."
    )
    num_records = serializers.IntegerField(
        help_text="What it reads: records of its snapshot, or prompts that its query finds now."
    )


class RunCheckOutput(serializers.Serializer[Any]):
    hyperparameters = serializers.DictField(child=HyperparameterValue())
    weights = serializers.DictField(child=serializers.FloatField())
    warnings = serializers.ListField(child=serializers.CharField())
    estimate = RunEstimateOutput(
        allow_null=True, help_text="Null until the model and the data are chosen."
    )
    fields = serializers.DictField(  # type: ignore[assignment]  # part of the contract
        child=serializers.ListField(child=serializers.CharField())
    )


class RunFilter(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Run.Stage.choices, required=False)
    state = serializers.ChoiceField(choices=RunState.choices, required=False)
    input = serializers.UUIDField(
        required=False, help_text="Runs that read this model version or snapshot."
    )
    requested_by = serializers.IntegerField(min_value=1, max_value=MAXIMUM_OFFSET, required=False)
    search = serializers.CharField(
        max_length=160, required=False, allow_blank=True, help_text="A part of the run's name."
    )


class MetricsFilter(serializers.Serializer[Any]):
    after_step = serializers.IntegerField(min_value=-1, max_value=MAXIMUM_STEP, default=-1)


class MetricsOutput(serializers.Serializer[Any]):
    points = StepMetricsOutput(many=True)
    next_step = serializers.IntegerField()


class LogFilter(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0,
        max_value=MAXIMUM_OFFSET,
        required=False,
        help_text="The next_offset of the page before; without it the end of the output.",
    )


class LogOutput(serializers.Serializer[Any]):
    text = serializers.CharField(allow_blank=True)
    next_offset = serializers.IntegerField()
    truncated = serializers.BooleanField()


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


def shown(run_id: UUID) -> dict[str, Any]:
    run = access_run(run_id)
    return dict(RunOutput(run, context=context_for([run])).data)


class RunsView(generics.GenericAPIView[Run]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = RunRowOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        wanted = RunFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return run_rows(RunFilters(**wanted.validated_data))

    @extend_schema(
        operation_id="list_runs", parameters=[RunFilter], responses=RunRowOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        rows = RunRowOutput(page, many=True, context=row_context(page)).data
        return self.get_paginated_response(rows)

    @extend_schema(operation_id="request_run", request=RunRequestInput, responses={201: RunOutput})
    def post(self, request: Request) -> Response:
        """Queue a run. A gpu-worker with a free slot starts it within seconds."""
        given = RunRequestInput(data=request.data)
        given.is_valid(raise_exception=True)
        by, wanted = account_of(request), given.request()
        query = given.validated_data["prompt_query"]
        if query is None:
            run = request_run(by=by, request=wanted)
        else:
            run = request_queried_run(by=by, request=wanted, prompt_query=PromptQuery(**query))
        return Response(shown(run.pk), status=status.HTTP_201_CREATED)


class RequestersView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="list_run_requesters", responses=AuthorOutput(many=True))
    def get(self, request: Request) -> Response:
        """Everybody who has requested a run."""
        return Response(AuthorOutput(requesters(), many=True).data)


class RunCheckView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="check_run", request=RunRequestInput, responses=RunCheckOutput)
    def post(self, request: Request) -> Response:
        """What would be run, what is worth knowing first and what is wrong; stores nothing."""
        given = RunRequestInput(data=request.data)
        given.is_valid(raise_exception=True)
        request_made, query, amount = given.request(), given.validated_data["prompt_query"], None
        if query is None:
            checked = check_request(request_made)
        else:
            checked, amount = check_queried_request(
                request=request_made, prompt_query=PromptQuery(**query)
            )
        plan = Plan(
            request_made.stage,
            checked.hyperparameters,
            checked.inputs,
            request_made.evaluations,
            checked.weights,
        )
        found = {
            "hyperparameters": asdict(checked.hyperparameters),
            "weights": checked.weights,
            "warnings": checked.warnings,
            "estimate": estimate(plan, amount),
            "fields": checked.fields,
        }
        return Response(RunCheckOutput(found).data)


class RunView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="run", responses=RunOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(shown(run_id))


class RunMetricsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="run_metrics", parameters=[MetricsFilter], responses=MetricsOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The figures of later steps, about 500 a page; a shorter page is the last."""
        wanted = MetricsFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        page = metrics_after(run_id, wanted.validated_data["after_step"])
        return Response(MetricsOutput(page).data)


class RunLogView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="run_log", parameters=[LogFilter], responses=LogOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        """Console output as it was delivered; only ever shown as text."""
        wanted = LogFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        return Response(LogOutput(log_after(run_id, wanted.validated_data.get("after"))).data)


class RunControlView(APIView):
    """One thing that an admin may do with a run."""

    permission_classes = [IsAdmin]
    control: ClassVar[Callable[..., Run]]

    def post(self, request: Request, run_id: UUID) -> Response:
        run = type(self).control(by=account_of(request), run=access_run(run_id))
        return Response(shown(run.pk))


@extend_schema_view(
    post=extend_schema(operation_id="cancel_run", request=None, responses=RunOutput)
)
class CancelView(RunControlView):
    control = staticmethod(cancel_run)


@extend_schema_view(post=extend_schema(operation_id="kill_run", request=None, responses=RunOutput))
class KillView(RunControlView):
    """End the trainer of a run at work at once, without a last checkpoint; the run is cancelled."""

    control = staticmethod(kill_run)


@extend_schema_view(post=extend_schema(operation_id="pause_run", request=None, responses=RunOutput))
class PauseView(RunControlView):
    control = staticmethod(pause_run)


@extend_schema_view(
    post=extend_schema(operation_id="resume_run", request=None, responses=RunOutput)
)
class ResumeView(RunControlView):
    control = staticmethod(resume_run)


class RetryInput(serializers.Serializer[Any]):
    """What the new run does otherwise; most hyperparameters cannot change."""

    hyperparameters = serializers.DictField(child=HyperparameterValue(), default=dict)


class RetryView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="retry_run", request=RetryInput, responses=RunOutput)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Answers with the new run; the one that ended stays as it is."""
        given = RetryInput(data=request.data)
        given.is_valid(raise_exception=True)
        run = retry_run(by=account_of(request), run=access_run(run_id), **given.validated_data)
        return Response(shown(run.pk))


class PriorityView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="prioritise_run", request=PriorityInput, responses=RunOutput)
    def post(self, request: Request, run_id: UUID) -> Response:
        given = PriorityInput(data=request.data)
        given.is_valid(raise_exception=True)
        prioritise_run(by=account_of(request), run=access_run(run_id), **given.validated_data)
        return Response(shown(run_id))


urlpatterns = [
    path("runs/", RunsView.as_view(), name="runs"),
    path("runs/requesters/", RequestersView.as_view(), name="run-requesters"),
    path("runs/check/", RunCheckView.as_view(), name="runs-check"),
    path("runs/<uuid:run_id>/", RunView.as_view(), name="run"),
    path("runs/<uuid:run_id>/metrics/", RunMetricsView.as_view(), name="run-metrics"),
    path("runs/<uuid:run_id>/log/", RunLogView.as_view(), name="run-log"),
    path("runs/<uuid:run_id>/cancel/", CancelView.as_view(), name="run-cancel"),
    path("runs/<uuid:run_id>/kill/", KillView.as_view(), name="run-kill"),
    path("runs/<uuid:run_id>/pause/", PauseView.as_view(), name="run-pause"),
    path("runs/<uuid:run_id>/resume/", ResumeView.as_view(), name="run-resume"),
    path("runs/<uuid:run_id>/retry/", RetryView.as_view(), name="run-retry"),
    path("runs/<uuid:run_id>/priority/", PriorityView.as_view(), name="run-priority"),
]
