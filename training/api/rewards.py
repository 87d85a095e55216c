"""What reward models think of stored completions. For researchers only: a labeler judges blind."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.api.permissions import IsResearcher
from training.models import CompletionReward
from training.selectors.rewards import rewards_of_prompt


class ScoredByOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class CompletionRewardOutput(serializers.ModelSerializer[CompletionReward]):
    completion_id = serializers.IntegerField()
    reward_model = ScoredByOutput()
    run_id = serializers.UUIDField(help_text="The scoring run that gave it.")

    class Meta:
        model = CompletionReward
        fields = ["completion_id", "reward_model", "run_id", "reward", "scored_at"]
        read_only_fields = fields


class PromptRewardsView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="prompt_rewards", responses=CompletionRewardOutput(many=True))
    def get(self, request: Request, prompt_id: int) -> Response:
        """Of every completion of the prompt, by every reward model that has scored it."""
        return Response(CompletionRewardOutput(rewards_of_prompt(prompt_id), many=True).data)


urlpatterns = [
    path("prompts/<int:prompt_id>/rewards/", PromptRewardsView.as_view(), name="prompt-rewards"),
]
