"""Keys and values of answers under way: in spare room, and beside a prompt that several share.

Legend: B prompts, S answers of one prompt at most, N answers being written, H heads of keys and
values, G query heads to each of them, P prompt tokens, R answer tokens, D width of a head.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, PreTrainedModel
from transformers.cache_utils import DynamicLayer

# Room for this many more tokens whenever a cache runs full.
SLACK = 64
SHARED_PROMPTS = "concord_shared_prompts"


class RoomyLayer(DynamicLayer):
    """A cache layer that grows into spare room instead of copying itself at every token."""

    _room: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Any, Any]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        used = self.get_seq_length()
        needed = used + key_states.shape[-2]
        room_keys, room_values = self._room_for(key_states, value_states, used, needed)
        room_keys[:, :, used:needed] = key_states
        room_values[:, :, used:needed] = value_states
        self.keys, self.values = room_keys[:, :, :needed], room_values[:, :, :needed]
        return self.keys, self.values

    def states(self) -> tuple[Tensor, Tensor]:
        assert self.keys is not None  # noqa: S101 - only asked after a first update
        assert self.values is not None  # noqa: S101 - as above
        return self.keys, self.values

    def _room_for(
        self, key_states: Tensor, value_states: Tensor, used: int, needed: int
    ) -> tuple[Tensor, Tensor]:
        if self._room is not None and self._fits(self._room[0], needed):
            return self._room
        room_keys = _with_length(key_states, needed + SLACK)
        room_values = _with_length(value_states, needed + SLACK)
        if used:
            room_keys[:, :, :used], room_values[:, :, :used] = self.states()
        self._room = room_keys, room_values
        return self._room

    def _fits(self, room: Tensor, needed: int) -> bool:
        # Repeating or selecting rows replaces the keys: the old room is then not theirs.
        is_ours = self.keys is not None and self.keys.data_ptr() == room.data_ptr()
        return is_ours and room.shape[-2] >= needed


@dataclass(frozen=True)
class PromptGrid:
    """Which answer belongs to which prompt: a grid of prompts by answers, with gaps.

    `place_N` is each answer's place in the grid, None where the grid has no gaps. `bias_B11P`
    keeps queries from what pads a prompt; None where nothing does.
    """

    num_prompts: int
    width: int
    place_N: Tensor | None
    bias_B11P: Tensor | None

    def spread(self, query_NHGD: Tensor) -> Tensor:
        """Queries by their prompt. Shapes: (N, H, G, D) gives (B, H, S * G, D)."""
        _, heads, group, size = query_NHGD.shape
        if self.place_N is not None:
            grid = query_NHGD.new_zeros(self.num_prompts * self.width, heads, group, size)
            query_NHGD = grid.index_copy_(0, self.place_N, query_NHGD)
        by_prompt = query_NHGD.view(self.num_prompts, self.width, heads, group, size)
        return by_prompt.transpose(1, 2).reshape(self.num_prompts, heads, self.width * group, size)

    def gather(self, result_BHQD: Tensor, group: int) -> Tensor:
        """The way back. Shapes: (B, H, S * G, D) gives (N, H, G, D)."""
        _, heads, _, size = result_BHQD.shape
        by_prompt = result_BHQD.view(self.num_prompts, heads, self.width, group, size)
        answers = by_prompt.transpose(1, 2).reshape(-1, heads, group, size)
        return answers if self.place_N is None else answers[self.place_N]


class SharedPromptLayer(RoomyLayer):
    """A prompt's keys and values once for all its answers, and each answer's own.

    Repeating the prompt for K answers reads its keys K times for every token; here all K queries
    meet them at once. `update` hands the layer itself to the attention function.
    """

    own_keys: Tensor
    own_values: Tensor
    # Added to the scores of the answers' own tokens, to keep queries from unused places.
    own_bias: Tensor | None = None

    def __init__(self, prompt: RoomyLayer, grid: PromptGrid) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of transformers
        self.prompt_keys, self.prompt_values = prompt.states()
        self.grid = grid

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Any, Any]:
        self.own_keys, self.own_values = super().update(key_states, value_states)
        return self, self

    def attend(self, query_NQ1D: Tensor, scale: float) -> Tensor:
        """One new token of every answer looks at its prompt and its own tokens. (N, 1, Q, D)."""
        rows, num_query_heads, _, size = query_NQ1D.shape
        heads = self.own_keys.shape[1]
        group = num_query_heads // heads
        query_NHGD = (query_NQ1D * scale).reshape(rows, heads, group, size)
        score_BHQP = self.grid.spread(query_NHGD) @ self.prompt_keys.transpose(2, 3)
        if self.grid.bias_B11P is not None:
            score_BHQP += self.grid.bias_B11P
        score_NHGR = query_NHGD @ self.own_keys.transpose(2, 3)
        if self.own_bias is not None:
            score_NHGR += self.own_bias
        score = torch.cat([self.grid.gather(score_BHQP, group), score_NHGR], dim=-1)
        weight = score.softmax(-1, dtype=torch.float32).to(score.dtype)
        num_prompt = self.prompt_keys.shape[2]
        weight_NHGP, weight_NHGR = weight[..., :num_prompt], weight[..., num_prompt:]
        seen_BHQD = self.grid.spread(weight_NHGP) @ self.prompt_values
        result_NHGD = self.grid.gather(seen_BHQD, group) + weight_NHGR @ self.own_values
        return result_NHGD.flatten(1, 2)[:, None]

    def keep(self, row_N: Tensor, prompt_B: Tensor, grid: PromptGrid) -> None:
        """Go on with these answers and these prompts alone, which the new grid describes."""
        self.batch_select_indices(row_N)
        if len(prompt_B) < len(self.prompt_keys):
            self.prompt_keys = self.prompt_keys[prompt_B]
            self.prompt_values = self.prompt_values[prompt_B]
        self.grid = grid


@dataclass(frozen=True)
class Clock:
    """Which token of their answers all rows write now, kept on the device.

    Shapes: place_1, an index; bias_R, 0 for tokens written so far and minus infinity beyond.
    """

    place_1: Tensor
    bias_R: Tensor

    @classmethod
    def before_the_first(cls, max_tokens: int, device: torch.device, dtype: torch.dtype) -> "Clock":
        return cls(
            torch.full((1,), -1, device=device),
            torch.full((max_tokens,), float("-inf"), device=device, dtype=dtype),
        )

    def advance(self) -> None:
        self.place_1.add_(1)
        self.bias_R.index_fill_(0, self.place_1, 0.0)


class FixedAnswerLayer(SharedPromptLayer):
    """The same, with all room from the beginning: every step runs on the same memory.

    That is what a CUDA graph needs. No shape and no number in Python depends on the step.
    """

    def __init__(self, prompt: RoomyLayer, grid: PromptGrid, clock: Clock) -> None:
        super().__init__(prompt, grid)
        self.clock = clock
        self.own_bias = clock.bias_R

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Any, Any]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            room = len(self.clock.bias_R)
            # What is not written yet is multiplied by a weight of zero, so it must be a number.
            self.keys = _with_length(key_states, room).zero_()
            self.values = _with_length(value_states, room).zero_()
        self.own_keys, self.own_values = self.states()
        self.own_keys.index_copy_(2, self.clock.place_1, key_states)
        self.own_values.index_copy_(2, self.clock.place_1, value_states)
        return self, self


@contextmanager
def sharing_prompts(policy: PreTrainedModel) -> Iterator[None]:
    """Attention inside goes through SharedPromptLayer.attend; masks are then not made at all."""
    AttentionInterface.register(SHARED_PROMPTS, _attend_through_the_cache)
    usual = policy.config._attn_implementation
    policy.set_attn_implementation(SHARED_PROMPTS)
    try:
        yield
    finally:
        policy.set_attn_implementation(usual)


def _attend_through_the_cache(
    module: nn.Module,
    query: Tensor,
    key: SharedPromptLayer,
    _value: SharedPromptLayer,
    _attention_mask: None,
    scaling: float | None = None,
    **_kwargs: Any,
) -> tuple[Tensor, None]:
    del module
    return key.attend(query, query.shape[-1] ** -0.5 if scaling is None else scaling), None


def _with_length(states: Tensor, length: int) -> Tensor:
    rows, heads, _, width = states.shape
    return states.new_empty(rows, heads, length, width)
