"""Predicting answers token by token: batches of (context, answer), side by side or padded.

Legend: B answers, R tokens of the longest, N answer tokens in all, C columns, T tokens of a row,
V vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

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
from training.ml.last_block import Places
from training.ml.losses import token_entropies, token_logprobs
from training.ml.networks import answer_logits, autocast
from training.ml.packing import can_pack, fill_rows, join_spans, pack_documents, stack_rows
from training.ml.span_attention import reads_spans
from training.ml.vocabulary_head import head_scores, in_place_of

# Architectures whose logits are what their output head says, and nothing is done to them after.
PLAIN_HEADS = ("llama", "qwen2", "qwen3", "mistral", "gpt2", "gpt_neox")


@dataclass(frozen=True)
class Example:
    """A context that is given and an answer that is learned, as token ids.

    ``prompt_id`` names whose context it is where somebody may ask; a pretraining text has none.
    """

    context: list[int]
    answer: list[int]
    prompt_id: str = ""

    @property
    def length(self) -> int:
        return len(self.context) + len(self.answer)


@dataclass(frozen=True)
class AnswerBatch:
    """Rows, the columns that predict their answers, and the answers.

    An answer has a row of its own and the columns hold for all of them, or all stand side by side
    in one row, with a column for each of their tokens.
    Shapes: column_C; token_BR and mask_BR, True on real answer tokens; end_B, the column of the
    last token of every example.
    """

    rows: TokenBatch
    column_C: Tensor
    token_BR: Tensor
    mask_BR: Tensor
    end_B: Tensor
    is_side_by_side: bool = False

    @property
    def num_tokens(self) -> int:
        """Padding included."""
        return self.rows.token_BT.numel()

    @property
    def predicting(self) -> Places:
        """The (rows, columns) of what predicts each answer token, answer by answer: (N,) each."""
        if self.is_side_by_side:
            return torch.zeros_like(self.column_C), self.column_C
        row_N, place_N = self.mask_BR.nonzero(as_tuple=True)
        return row_N, self.column_C[place_N]

    @property
    def ends(self) -> Places:
        """The (rows, columns) of the last tokens: (B,) each."""
        if self.is_side_by_side:
            return torch.zeros_like(self.end_B), self.end_B
        return torch.arange(len(self.end_B), device=self.end_B.device), self.end_B

    def by_answer(self, number_N: Tensor) -> Tensor:
        """A number of every answer token in its answer's row, 0 behind it. Shapes: (B, R)."""
        empty_BR = torch.zeros(self.mask_BR.shape, dtype=number_N.dtype, device=number_N.device)
        return empty_BR.masked_scatter(self.mask_BR, number_N)

    def to(self, device: torch.device) -> "AnswerBatch":
        return replace(
            self,
            rows=self.rows.to(device),
            column_C=self.column_C.to(device),
            token_BR=self.token_BR.to(device),
            mask_BR=self.mask_BR.to(device),
            end_B=self.end_B.to(device),
        )


def answer_batches(
    examples: Sequence[Example], *, max_tokens: int, packing: bool, config: PreTrainedConfig
) -> Iterator[AnswerBatch]:
    """The examples in micro-batches, each in the order of `rows_together`."""
    is_packed = packing and can_pack(config)
    for rows in rows_together(examples, max_tokens=max_tokens, is_packed=is_packed):
        chosen = [examples[index] for index in rows]
        if not is_packed:
            yield padded_batch(chosen)
        else:
            yield side_by_side(chosen) if reads_spans(config) else packed_batch(chosen)


def rows_together(
    examples: Sequence[Example], *, max_tokens: int, is_packed: bool
) -> list[list[int]]:
    """Which examples share a micro-batch: whatever fits into a row, or those of similar length."""
    lengths = [example.length for example in examples]
    return (fill_rows if is_packed else split_by_tokens)(lengths, max_tokens)


def answer_rewards(reward_network: Callable[..., Tensor], batch: AnswerBatch) -> Tensor:
    """The reward of each answer, read at its last real token. Shapes: (B,)."""
    return _numbers_at(reward_network, batch, batch.ends)


def answer_values(value_network: Callable[..., Tensor], batch: AnswerBatch) -> Tensor:
    """The value of the state before each answer token. Shapes: (B, R)."""
    return batch.by_answer(_numbers_at(value_network, batch, batch.predicting))


def _numbers_at(network: Callable[..., Tensor], batch: AnswerBatch, places: Places) -> Tensor:
    rows = batch.rows
    return network(
        rows.token_BT, rows.attention, rows.position_BT, layout=rows.layout, read_at=places
    )


def packed_batch(examples: Sequence[Example]) -> AnswerBatch:
    """All examples in one row behind a mask, for any network that `can_pack`."""
    row = pack_documents([example.context + example.answer for example in examples])
    return _in_one_row(stack_rows([row]), row.ends, examples)


def side_by_side(examples: Sequence[Example]) -> AnswerBatch:
    """All examples in one row without a mask, for networks that read spans."""
    rows = join_spans([(example.context + example.answer, []) for example in examples])
    ends = [length - 1 for length in accumulate(example.length for example in examples)]
    return _in_one_row(rows, ends, examples)


def _in_one_row(rows: TokenBatch, ends: Sequence[int], examples: Sequence[Example]) -> AnswerBatch:
    """Only the columns that predict an answer token make logits."""
    columns: list[int] = []
    for example, end in zip(examples, ends, strict=True):
        columns += range(end - len(example.answer), end)
    token_BR, mask_BR = padded_answers([example.answer for example in examples])
    return AnswerBatch(
        rows, torch.tensor(columns), token_BR, mask_BR, torch.tensor(ends), is_side_by_side=True
    )


def padded_batch(examples: Sequence[Example]) -> AnswerBatch:
    """One example a row, contexts padded on the left, answers on the right."""
    contexts = [example.context for example in examples]
    answers = [example.answer for example in examples]
    rows = prompts_and_answers(contexts, answers)
    token_BR, mask_BR = padded_answers(answers)
    first = rows.token_BT.shape[1] - token_BR.shape[1] - 1
    column_R = torch.arange(first, first + token_BR.shape[1])
    return AnswerBatch(rows, column_R, token_BR, mask_BR, first + mask_BR.sum(1))


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
    if model.config.model_type not in PLAIN_HEADS:
        return _scores_of_whole_logits(network, batch, precision, temperature)
    head, entropies = model.get_output_embeddings(), []

    def scored(hidden_BCD: Tensor) -> Tensor:
        hidden_ND = hidden_BCD[0] if batch.is_side_by_side else hidden_BCD[batch.mask_BR]
        token_N = batch.token_BR[batch.mask_BR]
        logprob_N, entropy_N = head_scores(hidden_ND, head, token_N, temperature)
        entropies.append(batch.by_answer(entropy_N))
        return batch.by_answer(logprob_N)

    # Only packed architectures are known to hand this on to their blocks.
    places = batch.predicting if can_pack(model.config) else None
    with autocast(batch.column_C.device, precision), in_place_of(head, scored):
        logprob_BR = answer_logits(network, batch.rows, batch.column_C, read_at=places)
    return AnswerScores(logprob_BR, entropies[0])


def _scores_of_whole_logits(
    network: nn.Module, batch: AnswerBatch, precision: str, temperature: float
) -> AnswerScores:
    """The same for a head that is not known: all logits of the answers at once."""
    with autocast(batch.column_C.device, precision):
        logit_BCV = answer_logits(network, batch.rows, batch.column_C)
    if not batch.is_side_by_side:
        logprob_BR = token_logprobs(logit_BCV, batch.token_BR, temperature)
        return AnswerScores(logprob_BR, token_entropies(logit_BCV, temperature))
    token_1N = batch.token_BR[batch.mask_BR][None]
    logprob_1N = token_logprobs(logit_BCV, token_1N, temperature)
    entropy_1N = token_entropies(logit_BCV, temperature)
    return AnswerScores(batch.by_answer(logprob_1N[0]), batch.by_answer(entropy_1N[0]))


def answer_loss(network: nn.Module, batch: AnswerBatch, precision: str) -> Tensor:
    """Negative log-likelihood summed over the batch's answer tokens. Units: nats."""
    return -answer_scores(network, batch, precision).logprob_BR[batch.mask_BR].sum()


def num_answer_tokens(examples: Sequence[Example]) -> int:
    return sum(len(example.answer) for example in examples)
