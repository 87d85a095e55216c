"""What a reward model thinks of a policy on prompts that nobody trains on.

Legend: B prompts, T tokens.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.ml.batches import split_by_tokens
from training.ml.errors import BadInput
from training.ml.language_modelling import Example, answer_rewards, padded_batch
from training.ml.networks import RewardModel, autocast, sampling_copy
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.seeding import generator
from training.ml.sharding import num_idle
from training.ml.world import World


class ForwardSettings(Protocol):
    """How every stage runs its forward passes."""

    @property
    def precision(self) -> str: ...
    @property
    def max_tokens_per_forward(self) -> int: ...


def check_context(
    reward: RewardModel, prompts: Iterable[Sequence[int]], answer_tokens: int, *, knob: str
) -> None:
    """Raises: BadInput where a prompt with its answer is longer than what the judge has places for.

    ``knob`` is the hyperparameter that says how long an answer may be.
    """
    places = int(reward.model.config.max_position_embeddings)
    longest = max(map(len, prompts), default=0) + answer_tokens
    if longest > places:
        raise BadInput(
            f"the reward model reads at most {places:,} tokens, and a prompt with its answer may "
            f"have {longest:,}: lower max_prompt_tokens or {knob}, or choose another reward model"
        )


class RewardJudge:
    """The mean reward of one answer per held-out prompt, with the same random streams each time."""

    def __init__(
        self,
        reward: RewardModel,
        prompts: Sequence[list[int]],
        rule: SamplingRule,
        settings: ForwardSettings,
        *,
        seed: int,
        world: World,
    ) -> None:
        self.reward = reward
        self.prompts = prompts
        self.rule = rule
        self.settings = settings
        self.seed = seed
        self.world = world

    @torch.no_grad()
    def mean_reward(self, policy: PreTrainedModel) -> float:
        """Precondition: the policy is in evaluation mode. Every process calls this."""
        writer = sampling_copy(policy, self.settings.precision)
        own = list(self.world.share(len(self.prompts)))
        lengths = [len(self.prompts[place]) + self.rule.max_tokens for place in own]
        total = torch.zeros((), dtype=torch.float64, device=self.world.device)
        batches = list(split_by_tokens(lengths, self.settings.max_tokens_per_forward))
        for rows in batches:
            total += self._sum_of_rewards(writer, [own[row] for row in rows])
        for _ in range(num_idle(self.reward, len(batches), self.world)):
            self.rewards_of([Example(self.prompts[0], [self.rule.eos_id])])
        return float(self.world.total(total)) / len(self.prompts)

    def _sum_of_rewards(self, writer: PreTrainedModel, places: list[int]) -> Tensor:
        prompts = [self.prompts[place] for place in places]
        noise = [generator(self.seed, "selection", place) for place in places]
        answers = write_answers(writer, prompts, noise, self.rule)
        examples = [Example(*pair) for pair in zip(prompts, (a.ids for a in answers), strict=True)]
        return self.rewards_of(examples).sum()

    @torch.no_grad()
    def rewards_of(self, examples: Sequence[Example]) -> Tensor:
        """The reward of each answer, all read in one forward pass. Shapes: (B,)."""
        batch = padded_batch(examples).to(self.world.device)
        with autocast(self.world.device, self.settings.precision):
            return answer_rewards(self.reward, batch).double()
