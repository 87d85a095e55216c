"""Storing rewards by the batch, so that scoring again doubles nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from labeling.models import Completion
from training.models import CompletionReward, ModelVersion, Run

BATCH_SIZE = 1_000


@dataclass(frozen=True)
class StoredRewards:
    num_stored: int
    num_already_stored: int


@transaction.atomic
def store_rewards(
    *, run: Run, reward_model: ModelVersion, rewards: Iterable[tuple[int, float]]
) -> StoredRewards:
    """Store each completion's reward unless this model has scored it before. Three queries a batch.

    Raises: ValueError for a completion that does not exist.
    """
    num_stored = num_already_stored = 0
    given = iter(rewards)
    while reward_of := dict(islice(given, BATCH_SIZE)):
        known = set(Completion.objects.filter(pk__in=reward_of).values_list("pk", flat=True))
        if strangers := reward_of.keys() - known:
            raise ValueError(f"a reward of completion {min(strangers)}, which does not exist")
        before = set(
            CompletionReward.objects.filter(
                reward_model=reward_model, completion__in=reward_of
            ).values_list("completion", flat=True)
        )
        # Two runs at once may both score what neither has found.
        CompletionReward.objects.bulk_create(
            [
                CompletionReward(
                    run=run, reward_model=reward_model, completion_id=pk, reward=reward
                )
                for pk, reward in reward_of.items()
                if pk not in before
            ],
            ignore_conflicts=True,
        )
        num_stored += len(reward_of) - len(before)
        num_already_stored += len(before)
    return StoredRewards(num_stored, num_already_stored)
