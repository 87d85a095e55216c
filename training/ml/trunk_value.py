"""A value network on the policy's own frozen trunk: a second set of adapters, and a head of zeros.

One trunk in memory instead of two. The paper's value network is one of its own, which starts as
the reward model; this one starts knowing nothing and says 0 of every state.
Source: Ziegler et al. 2019, whose value function is a head on the policy, started at 0.

Legend: B rows, T tokens.
"""

from typing import cast

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from training.ml.batches import TokenBatch
from training.ml.last_block import Places
from training.ml.lora import adapters_named, merged
from training.ml.networks import RewardModel, numbers_of
from training.ml.span_layout import SpanLayout

VALUE_ADAPTERS = "value"


class TrunkValue(nn.Module):
    """Reads the policy's trunk with adapters of its own. Those of the policy never move by it."""

    def __init__(self, policy: PreTrainedModel) -> None:
        super().__init__()
        self.policy = policy
        self.head = nn.Linear(int(policy.config.hidden_size), 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    @property
    def model(self) -> PreTrainedModel:
        return self.policy

    def forward(
        self,
        token_BT: Tensor,
        attention: Tensor,
        position_BT: Tensor,
        *,
        layout: SpanLayout | None = None,
        read_at: Places | None = None,
    ) -> Tensor:
        """Shapes: as in RewardModel."""
        with adapters_named(self.policy, VALUE_ADAPTERS):
            rows = TokenBatch(token_BT, attention, position_BT, layout)
            return numbers_of(self.policy, self.head, rows, read_at)

    def as_reward_model(self) -> RewardModel:
        """A network of its own, the adapters merged in: what is published."""
        with adapters_named(self.policy, VALUE_ADAPTERS):
            plain = merged(self.policy)
        config = plain.config
        config.num_labels = 1
        with torch.random.fork_rng(devices=[]):
            model = cast(PreTrainedModel, AutoModelForSequenceClassification.from_config(config))
        setattr(model, model.base_model_prefix, plain.base_model)
        model.score = self.head
        return RewardModel(model).eval()
