"""Reading rewards: what reward models think of the completions of a prompt."""

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from labeling.models import Prompt
from training.models import CompletionReward


def rewards_of_prompt(prompt_id: int) -> QuerySet[CompletionReward]:
    """Of every completion, the newest reward model first. For researchers. Two queries.

    Raises: NotAccessible.
    """
    if not Prompt.objects.filter(pk=prompt_id).exists():
        raise NotAccessible
    return (
        CompletionReward.objects.filter(completion__prompt=prompt_id)
        .select_related("reward_model")
        .order_by("-reward_model__created_at", "reward_model", "completion")
    )
