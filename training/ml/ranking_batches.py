"""Ranked prompts as batches: all completions of a prompt stay together, each read once.

Legend: B prompts, K completions of a prompt, N completions in the batch, P pairs, T tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, compress

import torch
from torch import Tensor

from training.ml.batches import TextEncoder, TokenBatch, right_padded, split_by_tokens
from training.ml.encodings import PACKED, ROWS, SHARED, Shape
from training.ml.errors import LearnedFrom
from training.ml.packing import fill_rows, join_spans, pack_prompt, stack_rows
from training.ml.records import RankedPrompt


@dataclass(frozen=True)
class EncodedGroup:
    """A prompt, its K completions as ids, and the labelers' (preferred, other) pairs.

    `judges` holds the labeler of every pair.
    """

    prompt_id: str
    prompt: list[int]
    completion_ids: Sequence[str]
    completions: list[list[int]]
    text_lengths: list[int]
    pairs: list[tuple[int, int]]
    judges: list[str]
    num_judged_pairs: int
    category: str | None = None
    # What each pair counts; empty where every pair counts alike.
    pair_weights: Sequence[float] = ()

    def divisor(self, normalise_by: str) -> int:
        """What the loss divides the sum over the pairs by; 0 for one that it is no mean over."""
        return self.num_judged_pairs if normalise_by == "choose_2" else len(self.pairs)

    @property
    def num_tokens_packed(self) -> int:
        return len(self.prompt) + sum(len(completion) for completion in self.completions)

    @property
    def widest_row(self) -> int:
        return len(self.prompt) + max(len(completion) for completion in self.completions)


@dataclass(frozen=True)
class RewardBatch:
    """Rows and where each completion's reward is read, with the pairs between completions.

    Shapes: row_N and column_N point at every completion's last real token; pair_P2 holds
    (preferred, other) indices into N; prompt_of_pair_P, divisor_B and weight_P belong to
    ranking_loss. num_tokens counts the tokens of the rows without their padding.
    """

    rows: TokenBatch
    row_N: Tensor
    column_N: Tensor
    pair_P2: Tensor
    prompt_of_pair_P: Tensor
    divisor_B: Tensor
    weight_P: Tensor
    num_tokens: int

    @property
    def num_cells(self) -> int:
        return self.rows.token_BT.numel()

    def to(self, device: torch.device) -> "RewardBatch":
        return replace(
            self,
            rows=self.rows.to(device),
            row_N=self.row_N.to(device),
            column_N=self.column_N.to(device),
            pair_P2=self.pair_P2.to(device),
            prompt_of_pair_P=self.prompt_of_pair_P.to(device),
            divisor_B=self.divisor_B.to(device),
            weight_P=self.weight_P.to(device),
        )


def encode_group(
    ranked: RankedPrompt, encoder: TextEncoder, weight_of: Mapping[str, float] | None = None
) -> EncodedGroup:
    """``weight_of`` says what the comparisons of a labeler count; all count 1 without it."""
    return EncodedGroup(
        prompt_id=ranked.prompt_id,
        prompt=encoder.prompt(ranked.prompt),
        completion_ids=ranked.completion_ids,
        completions=[encoder.completion(text) for text in ranked.completions],
        text_lengths=[len(text) for text in ranked.completions],
        pairs=ranked.comparisons(),
        judges=ranked.judges(),
        num_judged_pairs=ranked.num_judged_pairs(),
        category=ranked.category,
        pair_weights=[weight_of[judge] for judge in ranked.judges()] if weight_of else (),
    )


def read_by(groups: Sequence[EncodedGroup]) -> LearnedFrom:
    """What a step over these groups reads: those of nothing but ties are left out."""
    return LearnedFrom.prompts(group.prompt_id for group in groups if group.pairs)


def shapes_of(groups: Sequence[EncodedGroup]) -> list[Shape]:
    return [(len(group.prompt), [len(one) for one in group.completions]) for group in groups]


def reward_batches(
    groups: Sequence[EncodedGroup], *, max_tokens: int, encoding: str, normalise_by: str
) -> list[tuple[list[int], RewardBatch]]:
    """Micro-batches of whole groups, each with the indices of the groups inside."""
    return [
        (share, one_batch([groups[index] for index in share], encoding, normalise_by))
        for share in shares_of(groups, max_tokens=max_tokens, encoding=encoding)
    ]


def shares_of(groups: Sequence[EncodedGroup], *, max_tokens: int, encoding: str) -> list[list[int]]:
    """Which groups share a micro-batch of at most so many tokens, by their indices."""
    num_tokens = [group.num_tokens_packed for group in groups]
    if encoding == SHARED:
        return fill_rows(num_tokens, max_tokens)
    if encoding == PACKED:
        return split_by_tokens(num_tokens, max_tokens)
    heights = [len(group.completions) for group in groups]
    widths = [group.widest_row for group in groups]
    return split_by_tokens(widths, max_tokens, heights=heights)


def one_batch(groups: Sequence[EncodedGroup], encoding: str, normalise_by: str) -> RewardBatch:
    makers = {SHARED: shared_groups, PACKED: packed_groups, ROWS: groups_in_rows}
    return makers[encoding](groups, normalise_by)


def shared_groups(groups: Sequence[EncodedGroup], normalise_by: str) -> RewardBatch:
    """One row for all prompts: each prompt once, its completions behind it."""
    spans = join_spans([(group.prompt, group.completions) for group in groups])
    lengths = [len(part) for group in groups for part in (group.prompt, *group.completions)]
    is_completion = [place > 0 for group in groups for place in range(len(group.completions) + 1)]
    places = [(0, end - 1) for end in compress(accumulate(lengths), is_completion)]
    return _with_pairs(spans, places, groups, normalise_by, num_tokens=sum(lengths))


def packed_groups(groups: Sequence[EncodedGroup], normalise_by: str) -> RewardBatch:
    """One row per prompt: the prompt once, its completions behind it."""
    rows = [pack_prompt(group.prompt, group.completions) for group in groups]
    places = [(number, end) for number, row in enumerate(rows) for end in row.ends]
    num_tokens = sum(len(row.tokens) for row in rows)
    return _with_pairs(stack_rows(rows), places, groups, normalise_by, num_tokens=num_tokens)


def groups_in_rows(groups: Sequence[EncodedGroup], normalise_by: str) -> RewardBatch:
    """One row per completion, the prompt repeated, padded on the right."""
    rows = [group.prompt + answer for group in groups for answer in group.completions]
    places = [(number, len(row) - 1) for number, row in enumerate(rows)]
    num_tokens = sum(map(len, rows))
    return _with_pairs(right_padded(rows), places, groups, normalise_by, num_tokens=num_tokens)


def _with_pairs(
    rows: TokenBatch,
    places: Sequence[tuple[int, int]],
    groups: Sequence[EncodedGroup],
    normalise_by: str,
    *,
    num_tokens: int,
) -> RewardBatch:
    """``places`` are the (row, column) at which each completion's reward is read."""
    pairs, prompt_of_pair, divisors, first = [], [], [], 0
    weights: list[float] = []
    for number, group in enumerate(groups):
        pairs += [(first + preferred, first + other) for preferred, other in group.pairs]
        prompt_of_pair += [number] * len(group.pairs)
        divisors.append(group.divisor(normalise_by))
        weights += group.pair_weights or [1.0] * len(group.pairs)
        first += len(group.completions)
    return RewardBatch(
        rows=rows,
        row_N=torch.tensor([row for row, _ in places]),
        column_N=torch.tensor([column for _, column in places]),
        pair_P2=torch.tensor(pairs, dtype=torch.long).reshape(-1, 2),
        prompt_of_pair_P=torch.tensor(prompt_of_pair, dtype=torch.long),
        divisor_B=torch.tensor(divisors),
        weight_P=torch.tensor(weights),
        num_tokens=num_tokens,
    )
