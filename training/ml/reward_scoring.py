"""Whole ranked prompts through the reward model: losses while training, rewards while judging.

Legend: B prompts, N completions, P pairs, T tokens.
"""

from collections.abc import Sequence
from functools import partial
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn

from training.ml.engine import Engine, MicroLoss
from training.ml.hyperparameters import RankingHyperparameters
from training.ml.losses import ranking_loss
from training.ml.networks import autocast
from training.ml.ranking_batches import EncodedGroup, RewardBatch, reward_batches
from training.ml.world import World


class StepTally:
    """Sums over the micro-batches of one step of one process."""

    def __init__(self) -> None:
        self.num_rows = 0
        self.num_pairs = 0
        self.num_correct = 0.0
        self.margin = 0.0
        self.num_tokens = 0
        self.num_cells = 0

    def add(self, batch: RewardBatch, reward_N: Tensor) -> None:
        margin_P = (reward_N[batch.pair_P2[:, 0]] - reward_N[batch.pair_P2[:, 1]]).detach()
        self.num_rows += len(batch.row_N)
        self.num_tokens += batch.num_tokens
        self.num_cells += batch.num_cells
        self.num_pairs += len(margin_P)
        self.num_correct += float((margin_P > 0).sum() + 0.5 * (margin_P == 0).sum())
        self.margin += float(margin_P.sum())

    def metrics(self, world: World) -> dict[str, float]:
        total = world.total_number
        num_pairs = total(self.num_pairs)
        if not num_pairs:
            # Nothing but ties: nothing was read.
            return {"pairs": 0.0, "forward_rows": 0.0}
        return {
            "accuracy": total(self.num_correct) / num_pairs,
            "margin": total(self.margin) / num_pairs,
            "pairs": num_pairs,
            "forward_rows": total(self.num_rows),
            "fill_ratio": total(self.num_tokens) / total(self.num_cells),
        }


def rewards_of(network: nn.Module, batch: RewardBatch, precision: str) -> Tensor:
    """One reward per completion, read at its last real token. Shapes: (N,)."""
    rows = batch.rows
    with autocast(batch.row_N.device, precision):
        reward_N: Tensor = network(
            rows.token_BT,
            rows.attention,
            rows.position_BT,
            layout=rows.layout,
            read_at=(batch.row_N, batch.column_N),
        )
    return reward_N


class RewardScorer:
    """Runs groups through the network in the encoding that was chosen."""

    def __init__(self, settings: RankingHyperparameters, *, encoding: str) -> None:
        self.settings = settings
        self.encoding = encoding

    def batches(self, groups: Sequence[EncodedGroup]) -> list[tuple[list[int], RewardBatch]]:
        return reward_batches(
            groups,
            max_tokens=self.settings.max_tokens_per_forward,
            encoding=self.encoding,
            normalise_by=self.settings.normalise_by,
        )

    def rewards(self, network: nn.Module, batch: RewardBatch) -> Tensor:
        return rewards_of(network, batch, self.settings.precision)

    def micro_losses(
        self, engine: Engine, groups: Sequence[EncodedGroup], tally: StepTally
    ) -> list[MicroLoss]:
        """The step over these prompts. One of nothing but ties counts, and need not be read."""
        world = engine.world
        own = [groups[index] for index in world.share(len(groups)) if groups[index].pairs]

        def loss_of(batch: RewardBatch) -> Tensor:
            on_device = batch.to(world.device)
            reward_N = self.rewards(engine.forward, on_device)
            loss = ranking_loss(
                reward_N,
                on_device.pair_P2,
                on_device.prompt_of_pair_P,
                num_prompts=len(groups),
                divisor_of_prompt=on_device.divisor_B,
                weight_of_pair_P=on_device.weight_P,
                label_smoothing=self.settings.label_smoothing,
            )
            if engine.is_filling or not own:
                # Without a prompt of its own a process only takes part in the exchange.
                return 0.0 * loss
            tally.add(on_device, reward_N)
            return loss

        return [partial(loss_of, batch) for _, batch in self.batches(own or groups[:1])]

    @torch.no_grad()
    def score(self, engine: Engine, groups: Sequence[EncodedGroup]) -> list[list[float]]:
        """Each group's rewards in the order given, every process doing its share."""
        world = engine.world
        first_of = list(accumulate((len(group.completions) for group in groups), initial=0))
        reward_N = torch.zeros(first_of[-1], dtype=torch.float64, device=world.device)
        own = list(world.share(len(groups)))
        for indices, batch in self.batches([groups[index] for index in own]):
            scored_N = self.rewards(engine.module, batch.to(world.device)).double()
            places = [range(first_of[own[index]], first_of[own[index] + 1]) for index in indices]
            reward_N[[place for span in places for place in span]] = scored_N
        scored: list[float] = world.total(reward_N).tolist()
        return [scored[start:end] for start, end in pairwise(first_of)]
