"""Forward passes of writing: the prompts once, then one token of every answer at a time.

Legend: B prompts, N answers being written, T tokens, V vocabulary, P prompt tokens.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from training.ml.answer_caches import (
    Clock,
    FixedAnswerLayer,
    PromptGrid,
    RoomyLayer,
    SharedPromptLayer,
    sharing_prompts,
)
from training.ml.batches import prompts_and_answers

# Copying the cache to leave finished answers out pays below this share of unfinished ones.
COMPACT_BELOW = 0.75
# A new shape needs a new graph, which costs many steps.
COMPACT_GRAPHS_BELOW = 0.5
WARM_UP_STEPS = 3


class Decoder(Protocol):
    """Answers under way, as the network remembers them."""

    compact_below: float

    def at_work(self) -> AbstractContextManager[None]:
        """Every step happens inside this."""

    def step(self, token_N: Tensor) -> Tensor:
        """Read one more token of every answer; the logits of the next, (N, V)."""

    def keep(self, row_N: Tensor) -> None:
        """Go on with these rows alone, which are in ascending order."""


class ReadPrompts:
    """Prompts that have been read once: what comes next, and their keys and values."""

    def __init__(self, policy: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> None:
        batch = prompts_and_answers(prompts, [[] for _ in prompts])
        self.is_padded = len({len(prompt) for prompt in prompts}) > 1
        batch = batch.to(policy.device)
        self.attention_BP = batch.attention
        self.next_position_B = batch.position_BT[:, -1] + 1
        self.cache = Cache(layer_class_to_replicate=RoomyLayer)
        self.logit_BV: Tensor = policy(
            input_ids=batch.token_BT,
            attention_mask=batch.attention if self.is_padded else None,
            position_ids=batch.position_BT,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]

    def layers(self) -> list[RoomyLayer]:
        return [layer for layer in self.cache.layers if isinstance(layer, RoomyLayer)]


class GrowingDecoder:
    """For any architecture: every answer has a copy of its prompt's keys and values."""

    compact_below = COMPACT_BELOW

    def __init__(
        self, policy: PreTrainedModel, read: ReadPrompts, copies: int, max_tokens: int
    ) -> None:
        self.policy, self.cache = policy, read.cache
        if copies > 1:
            self.cache.batch_repeat_interleave(copies)
        self.position_N1 = read.next_position_B.repeat_interleave(copies)[:, None]
        self.length = read.attention_BP.shape[1]
        self.attention_NT: Tensor | None = None
        if read.is_padded:
            attention_NP = read.attention_BP.repeat_interleave(copies, dim=0)
            written = attention_NP.new_ones(len(attention_NP), max_tokens)
            self.attention_NT = torch.cat([attention_NP, written], dim=1)

    def at_work(self) -> AbstractContextManager[None]:
        return nullcontext()

    def step(self, token_N: Tensor) -> Tensor:
        self.length += 1
        attention = self.attention_NT
        logit_NV: Tensor = self.policy(
            input_ids=token_N[:, None],
            attention_mask=None if attention is None else attention[:, : self.length],
            position_ids=self.position_N1,
            past_key_values=self.cache,
            use_cache=True,
        ).logits[:, -1]
        self.position_N1 = self.position_N1 + 1
        return logit_NV

    def keep(self, row_N: Tensor) -> None:
        self.cache.batch_select_indices(row_N)
        self.position_N1 = self.position_N1[row_N]
        if self.attention_NT is not None:
            self.attention_NT = self.attention_NT[row_N]


class SharingDecoder:
    """For architectures whose attention we know: a prompt is kept once for all its answers."""

    compact_below = COMPACT_BELOW

    def __init__(self, policy: PreTrainedModel, read: ReadPrompts, copies: int) -> None:
        self.policy = policy
        self.read = read
        num_prompts = len(read.next_position_B)
        self.position_N1 = read.next_position_B.repeat_interleave(copies)[:, None]
        self.prompt_N = torch.arange(num_prompts, device=policy.device).repeat_interleave(copies)
        bias_B11P = None
        if read.is_padded:
            is_pad_BP = read.attention_BP == 0
            bias_BP = torch.zeros(is_pad_BP.shape, device=policy.device, dtype=policy.dtype)
            bias_B11P = bias_BP.masked_fill_(is_pad_BP, float("-inf"))[:, None, None]
        self.grid = PromptGrid(num_prompts, copies, None, bias_B11P)
        self.layers = [self._layer(prompt) for prompt in read.layers()]
        self.cache = Cache(layers=[*self.layers])

    def _layer(self, prompt: RoomyLayer) -> SharedPromptLayer:
        return SharedPromptLayer(prompt, self.grid)

    def at_work(self) -> AbstractContextManager[None]:
        return sharing_prompts(self.policy)

    def step(self, token_N: Tensor) -> Tensor:
        logit_NV = self._forward(token_N[:, None], self.position_N1)
        self.position_N1 = self.position_N1 + 1
        return logit_NV

    def _forward(self, token_N1: Tensor, position_N1: Tensor) -> Tensor:
        logit_NV: Tensor = self.policy(
            input_ids=token_N1,
            position_ids=position_N1,
            past_key_values=self.cache,
            use_cache=True,
        ).logits[:, -1]
        return logit_NV

    def keep(self, row_N: Tensor) -> None:
        """Prompts without an answer under way leave the grid, and its width shrinks."""
        self.position_N1 = self.position_N1[row_N]
        kept_B, self.prompt_N, count_B = torch.unique(
            self.prompt_N[row_N], return_inverse=True, return_counts=True
        )
        width = int(count_B.max())
        first_B = count_B.cumsum(0) - count_B
        slot_N = torch.arange(len(row_N), device=row_N.device) - first_B[self.prompt_N]
        has_gaps = len(kept_B) * width > len(row_N)
        place_N = self.prompt_N * width + slot_N if has_gaps else None
        bias = self.grid.bias_B11P
        bias_B11P = None if bias is None else bias[kept_B]
        self.grid = PromptGrid(len(kept_B), width, place_N, bias_B11P)
        for layer in self.layers:
            layer.keep(row_N, kept_B, self.grid)


class FixedDecoder(SharingDecoder):
    """The same on memory that never moves, so that a GPU can replay a step as one graph."""

    compact_below = COMPACT_GRAPHS_BELOW

    def __init__(
        self,
        policy: PreTrainedModel,
        read: ReadPrompts,
        copies: int,
        max_tokens: int,
        *,
        graphs: bool,
    ) -> None:
        self.clock = Clock.before_the_first(max_tokens, policy.device, policy.dtype)
        super().__init__(policy, read, copies)
        self.graphs = graphs and policy.device.type == "cuda"
        self.token_N1 = torch.zeros_like(self.position_N1)
        self.replay: Callable[[], Tensor] | None = None

    def _layer(self, prompt: RoomyLayer) -> SharedPromptLayer:
        return FixedAnswerLayer(prompt, self.grid, self.clock)

    def step(self, token_N: Tensor) -> Tensor:
        self.clock.advance()
        self.token_N1.copy_(token_N[:, None])
        if self.replay is None:
            self.replay = captured(self._run) if self.graphs else self._run
        logit_NV = self.replay()
        self.position_N1.add_(1)
        return logit_NV

    def _run(self) -> Tensor:
        return self._forward(self.token_N1, self.position_N1)

    def keep(self, row_N: Tensor) -> None:
        super().keep(row_N)
        self.token_N1 = torch.zeros_like(self.position_N1)
        self.replay = None


def captured(run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """The same computation as a CUDA graph over the same memory.

    Precondition: running it twice does what running it once does. The result is overwritten by
    the next replay.
    """
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # of torch
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UP_STEPS):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = run()

    def replay() -> Tensor:
        graph.replay()
        return result

    return replay
