"""Writing answers token by token, with a key-value cache of our own.

Why not `generate`: its defaults filter the distribution behind one's back (top_k is 50 unless
set), and its random stream depends on which prompts happen to share a batch. Here every answer
has a stream of its own, so it is the same whatever is written beside it, up to rounding.

Legend: B prompts, N answers being written, V vocabulary, T tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PreTrainedModel
from transformers.cache_utils import Cache, DynamicLayer

from training.ml.batches import prompts_and_answers
from training.ml.token_draws import SamplingRule, next_tokens

__all__ = ["Answer", "SamplingRule", "write_answers"]

# Rewriting the cache without finished answers costs a copy: worth it once this share is left.
COMPACT_BELOW = 0.75
# Room for this many more tokens whenever a cache runs full.
SLACK = 64


@dataclass(frozen=True)
class Answer:
    """The ids written, end-of-text included where it came, with the log-probability of each."""

    ids: list[int]
    logprobs: list[float]
    has_eos: bool


class RoomyLayer(DynamicLayer):
    """A cache layer that grows into spare room instead of copying itself at every token."""

    _room: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        used = self.get_seq_length()
        needed = used + key_states.shape[-2]
        room_keys, room_values = self._room_for(key_states, value_states, used, needed)
        room_keys[:, :, used:needed] = key_states
        room_values[:, :, used:needed] = value_states
        self.keys, self.values = room_keys[:, :, :needed], room_values[:, :, :needed]
        return self.keys, self.values

    def _room_for(
        self, key_states: Tensor, value_states: Tensor, used: int, needed: int
    ) -> tuple[Tensor, Tensor]:
        if self._room is not None and self._fits(self._room[0], needed):
            return self._room
        room_keys = _with_length(key_states, needed + SLACK)
        room_values = _with_length(value_states, needed + SLACK)
        if used and self.keys is not None and self.values is not None:
            room_keys[:, :, :used] = self.keys
            room_values[:, :, :used] = self.values
        self._room = room_keys, room_values
        return self._room

    def _fits(self, room: Tensor, needed: int) -> bool:
        # Repeating or selecting rows replaces the keys: the old room is then not theirs.
        is_ours = self.keys is not None and self.keys.data_ptr() == room.data_ptr()
        return is_ours and room.shape[-2] >= needed


@torch.no_grad()
def write_answers(
    policy: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    noise: Sequence[torch.Generator],
    rule: SamplingRule,
) -> list[Answer]:
    """An answer for every random stream; streams go to prompts in equal, consecutive shares.

    Three streams for each of two prompts means noise[0:3] and noise[3:6]; each prompt is read
    once. A stream yields one number per token, whatever the batch.
    """
    device = policy.device
    batch = prompts_and_answers(prompts, [[] for _ in prompts]).to(device)
    cache = Cache(layer_class_to_replicate=RoomyLayer)
    logit_BV = policy(
        input_ids=batch.token_BT,
        attention_mask=batch.attention,
        position_ids=batch.position_BT,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    ).logits[:, -1]
    copies = len(noise) // len(prompts)
    cache.batch_repeat_interleave(copies)
    logit_NV = logit_BV.repeat_interleave(copies, dim=0)
    attention_NT = batch.attention.repeat_interleave(copies, dim=0)
    return _Writing(policy, cache, attention_NT, noise, rule).finish(logit_NV)


class _Writing:
    """The answers under way: which rows still write, and what each has written."""

    def __init__(
        self,
        policy: PreTrainedModel,
        cache: Cache,
        attention_NT: Tensor,
        noise: Sequence[torch.Generator],
        rule: SamplingRule,
    ) -> None:
        self.policy, self.cache, self.rule = policy, cache, rule
        self.attention_NT = attention_NT
        self.uniforms = torch.stack(
            [torch.rand(rule.max_tokens, generator=g, dtype=torch.float64) for g in noise]
        ).to(attention_NT.device)
        self.ids: list[list[int]] = [[] for _ in noise]
        self.logprobs: list[list[float]] = [[] for _ in noise]
        self.has_eos = [False] * len(noise)
        # The answer that each row of the cache writes.
        self.rows = list(range(len(noise)))

    def finish(self, logit_NV: Tensor) -> list[Answer]:
        for column in range(self.rule.max_tokens):
            token_N, logprob_N = next_tokens(logit_NV, self.uniforms[self.rows, column], self.rule)
            self._keep(token_N.tolist(), logprob_N.tolist())
            token_N = self._compact(token_N)
            if not self.rows or column + 1 == self.rule.max_tokens:
                break
            logit_NV = self._advance(token_N)
        return [
            Answer(ids, logprobs, ended)
            for ids, logprobs, ended in zip(self.ids, self.logprobs, self.has_eos, strict=True)
        ]

    def _keep(self, tokens: list[int], logprobs: list[float]) -> None:
        for row, answer in enumerate(self.rows):
            if not self.has_eos[answer]:
                self.ids[answer].append(tokens[row])
                self.logprobs[answer].append(logprobs[row])
                self.has_eos[answer] = tokens[row] == self.rule.eos_id

    def _compact(self, token_N: Tensor) -> Tensor:
        """Drop finished rows from the cache once enough of them are idle."""
        writing = [row for row, answer in enumerate(self.rows) if not self.has_eos[answer]]
        if len(writing) > COMPACT_BELOW * len(self.rows):
            return token_N
        self.rows = [self.rows[row] for row in writing]
        if not writing:
            return token_N
        kept = torch.tensor(writing, device=token_N.device)
        self.cache.batch_select_indices(kept)
        self.attention_NT = self.attention_NT[kept]
        return token_N[kept]

    def _advance(self, token_N: Tensor) -> Tensor:
        position_N1 = self.attention_NT.sum(1, keepdim=True)
        self.attention_NT = F.pad(self.attention_NT, (0, 1), value=1)
        logit_NV: Tensor = self.policy(
            input_ids=token_N[:, None],
            attention_mask=self.attention_NT,
            position_ids=position_N1,
            past_key_values=self.cache,
            use_cache=True,
        ).logits[:, -1]
        return logit_NV


def _with_length(states: Tensor, length: int) -> Tensor:
    rows, heads, _, width = states.shape
    return states.new_empty(rows, heads, length, width)
