"""Predicting answers token by token: batches of (context, answer), packed or padded.

Legend: B rows, R answer tokens, T tokens, V vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from transformers import PreTrainedConfig, PreTrainedModel

from training.ml.batches import (
    TokenBatch,
    padded_answers,
    prompts_and_answers,
    split_by_tokens,
)
from training.ml.losses import token_entropies, token_logprobs
from training.ml.networks import answer_logits, autocast
from training.ml.packing import can_pack, fill_rows, pack_documents, stack_rows
from training.ml.vocabulary_head import head_scores, in_place_of

# Architectures whose logits are what their output head says, and nothing is done to them after.
PLAIN_HEADS = ("llama", "qwen2", "qwen3", "mistral", "gpt2", "gpt_neox")


@dataclass(frozen=True)
class Example:
    """A context that is given and an answer that is learned, as token ids."""

    context: list[int]
    answer: list[int]

    @property
    def length(self) -> int:
        return len(self.context) + len(self.answer)


@dataclass(frozen=True)
class AnswerBatch:
    """Rows, the columns that predict their answers, and the answers.

    Shapes: column_R; token_BR and mask_BR, True on real answer tokens.
    """

    rows: TokenBatch
    column_R: Tensor
    token_BR: Tensor
    mask_BR: Tensor

    @property
    def num_tokens(self) -> int:
        """Padding included."""
        return self.rows.token_BT.numel()

    def to(self, device: torch.device) -> "AnswerBatch":
        return AnswerBatch(
            self.rows.to(device),
            self.column_R.to(device),
            self.token_BR.to(device),
            self.mask_BR.to(device),
        )


def answer_batches(
    examples: Sequence[Example], *, max_tokens: int, packing: bool, config: PreTrainedConfig
) -> Iterator[AnswerBatch]:
    """The examples in micro-batches; packed only where the architecture allows it."""
    lengths = [example.length for example in examples]
    if packing and can_pack(config):
        for row in fill_rows(lengths, max_tokens):
            yield packed_batch([examples[index] for index in row])
        return
    for rows in split_by_tokens(lengths, max_tokens):
        yield padded_batch([examples[index] for index in rows])


def answer_rewards(reward_network: Callable[..., Tensor], batch: AnswerBatch) -> Tensor:
    """The reward of each answer, read at its last real token. Shapes: (B,)."""
    rows = batch.rows
    reward_BT = reward_network(rows.token_BT, rows.attention, rows.position_BT)
    last_B = batch.column_R[0] + batch.mask_BR.sum(1)
    return reward_BT[torch.arange(len(last_B), device=last_B.device), last_B]


def packed_batch(examples: Sequence[Example]) -> AnswerBatch:
    """All examples in one row; only the columns that predict an answer token make logits."""
    row = pack_documents([example.context + example.answer for example in examples])
    columns: list[int] = []
    for example, end in zip(examples, row.ends, strict=True):
        columns += range(end - len(example.answer), end)
    column_R = torch.tensor(columns)
    token_1R = torch.tensor([row.tokens])[:, column_R + 1]
    return AnswerBatch(stack_rows([row]), column_R, token_1R, torch.ones_like(token_1R).bool())


def padded_batch(examples: Sequence[Example]) -> AnswerBatch:
    """One example a row, contexts padded on the left, answers on the right."""
    contexts = [example.context for example in examples]
    answers = [example.answer for example in examples]
    rows = prompts_and_answers(contexts, answers)
    token_BR, mask_BR = padded_answers(answers)
    first = rows.token_BT.shape[1] - token_BR.shape[1] - 1
    return AnswerBatch(rows, torch.arange(first, first + token_BR.shape[1]), token_BR, mask_BR)


@dataclass(frozen=True)
class AnswerScores:
    """What a language model says of each answer token; 0 at padding.

    Shapes: (B, R) both. Units: nats; the entropy is that of the distribution the token came from.
    """

    logprob_BR: Tensor
    entropy_BR: Tensor


def answer_scores(
    network: nn.Module, batch: AnswerBatch, precision: str, *, temperature: float = 1.0
) -> AnswerScores:
    """Log-probabilities and entropies of the answers, under logits divided by the temperature.

    Logits are made for a few real answer tokens at a time, and never kept. Only the log-probability
    has a gradient.
    """
    model = network.module if isinstance(network, DistributedDataParallel) else network
    assert isinstance(model, PreTrainedModel)  # noqa: S101 - every stage's network is one
    head, mask_BR = model.get_output_embeddings(), batch.mask_BR
    entropy_BR = torch.zeros(mask_BR.shape, device=mask_BR.device)

    def scored(hidden_BRD: Tensor) -> Tensor:
        logprob_N, entropy_BR[mask_BR] = head_scores(
            hidden_BRD[mask_BR], head, batch.token_BR[mask_BR], temperature
        )
        return torch.zeros_like(entropy_BR).masked_scatter(mask_BR, logprob_N)

    with autocast(batch.column_R.device, precision):
        if model.config.model_type not in PLAIN_HEADS:
            logit_BRV = answer_logits(network, batch.rows, batch.column_R)
            entropy_BR = token_entropies(logit_BRV, temperature)
            return AnswerScores(token_logprobs(logit_BRV, batch.token_BR, temperature), entropy_BR)
        with in_place_of(head, scored):
            logprob_BR = answer_logits(network, batch.rows, batch.column_R)
    return AnswerScores(logprob_BR, entropy_BR)


def answer_loss(network: nn.Module, batch: AnswerBatch, precision: str) -> Tensor:
    """Negative log-likelihood summed over the batch's answer tokens. Units: nats."""
    return -answer_scores(network, batch, precision).logprob_BR[batch.mask_BR].sum()


def num_answer_tokens(examples: Sequence[Example]) -> int:
    return sum(len(example.answer) for example in examples)
