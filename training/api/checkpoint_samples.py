"""What a run answered at its checkpoints to the same few held-out prompts (R47)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.models import CheckpointSample, SamplePrompt
from training.selectors.checkpoint_samples import samples_after

MAXIMUM_STEP = 2**31 - 1


class SamplesFilter(serializers.Serializer[Any]):
    after_step = serializers.IntegerField(min_value=-1, max_value=MAXIMUM_STEP, default=-1)


class SamplePromptOutput(serializers.ModelSerializer[SamplePrompt]):
    class Meta:
        model = SamplePrompt
        fields = ["place", "prompt_id", "text"]
        read_only_fields = fields


class CheckpointSampleOutput(serializers.ModelSerializer[CheckpointSample]):
    place = serializers.IntegerField(source="prompt.place", help_text="Of the prompt it answers.")
    finish_reason = serializers.ChoiceField(choices=CheckpointSample.FinishReason.choices)
    reward = serializers.FloatField(
        allow_null=True, help_text="Of the run's reward model; null where it has none."
    )
    kl_nats = serializers.FloatField(
        allow_null=True,
        help_text="log p(answer) under the policy minus that under its reference, in nats; null "
        "where the stage has no reference.",
    )

    class Meta:
        model = CheckpointSample
        fields = ["step", "place", "text", "token_count", "finish_reason", "reward", "kl_nats"]
        read_only_fields = fields


class SamplesOutput(serializers.Serializer[Any]):
    prompts = SamplePromptOutput(many=True, help_text="Those that this page's samples answer.")
    samples = CheckpointSampleOutput(many=True)
    next_step = serializers.IntegerField(help_text="Ask after this step for what is newer.")
    has_more = serializers.BooleanField()
    reason_undefined = serializers.CharField(
        allow_blank=True, help_text="Why the run has no samples; empty where it has."
    )


class RunSamplesView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="run_samples", parameters=[SamplesFilter], responses=SamplesOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The answers at later checkpoints, about 256 a page, never half a checkpoint."""
        wanted = SamplesFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        page = samples_after(run_id, wanted.validated_data["after_step"])
        return Response(SamplesOutput(page).data)


urlpatterns = [
    path("runs/<uuid:run_id>/samples/", RunSamplesView.as_view(), name="run-samples"),
]
