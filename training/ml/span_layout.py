"""Where prompts and their completions lie in one long row, and which of them are read together.

Legend: T tokens of the row, H heads, N sequences of a block, R tokens of the longest of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

# A sequence of so many tokens stands alone: reading it where it lies is cheaper than padding it.
LONG = 64


@dataclass(frozen=True)
class Block:
    """Sequences of the row as one padded batch; one alone is read where it lies.

    Shapes: token_NR, where a cell without a token repeats the last one; is_real_NR boolean.
    """

    token_NR: Tensor
    is_real_NR: Tensor

    def to(self, device: torch.device) -> "Block":
        return Block(self.token_NR.to(device), self.is_real_NR.to(device))

    @cached_property
    def is_full(self) -> bool:
        return bool(self.is_real_NR.all())

    @cached_property
    def place(self) -> slice | None:
        """Where a sequence alone lies."""
        if len(self.token_NR) > 1:
            return None
        first, last = self.token_NR[0, [0, -1]].tolist()
        return slice(first, last + 1)

    @cached_property
    def tokens(self) -> Tensor:
        """The places of the real cells, row by row."""
        return self.token_NR.flatten() if self.is_full else self.token_NR[self.is_real_NR]

    def gather(self, part_TH: Tensor) -> Tensor:
        """Shapes: (T, H, ...) to (N, H, R, ...)."""
        if self.place is not None:
            return part_TH[self.place][None].transpose(1, 2)
        gathered = part_TH.index_select(0, self.token_NR.flatten())
        return gathered.view(*self.token_NR.shape, *part_TH.shape[1:]).transpose(1, 2)

    def real(self, part_NHR: Tensor) -> Tensor:
        """What stands in the real cells. Shapes: (N, H, R, ...) to (tokens, H, ...)."""
        part_NRH = part_NHR.transpose(1, 2)
        return part_NRH.flatten(0, 1) if self.is_full else part_NRH[self.is_real_NR]

    def add_to(self, part_TH: Tensor, change_NHR: Tensor) -> None:
        change = self.real(change_NHR)
        if self.place is not None:
            part_TH[self.place] += change
        else:
            part_TH.index_add_(0, self.tokens, change.to(part_TH.dtype))

    def write_to(self, part_TH: Tensor, values_NHR: Tensor) -> None:
        values = self.real(values_NHR)
        if self.place is not None:
            part_TH[self.place] = values
        else:
            part_TH.index_copy_(0, self.tokens, values.to(part_TH.dtype))


@dataclass(frozen=True)
class SpanLayout:
    """Spans side by side, each a prompt with its completions behind it.

    `spans` holds (start, end of the prompt, end) of each; `prompts` the prompts as one block,
    `blocks` all completions, and `prompt_of` the number of the prompt of every completion.
    """

    spans: tuple[tuple[int, int, int], ...]
    prompts: Block
    blocks: tuple[Block, ...]
    prompt_of: tuple[Tensor, ...]

    def to(self, device: torch.device) -> "SpanLayout":
        return SpanLayout(
            self.spans,
            self.prompts.to(device),
            tuple(block.to(device) for block in self.blocks),
            tuple(prompt_N.to(device) for prompt_N in self.prompt_of),
        )


def lay_out(shapes: Sequence[tuple[int, Sequence[int]]]) -> SpanLayout:
    """Spans in the order given, from the lengths of each prompt and of its completions."""
    spans: list[tuple[int, int, int]] = []
    completions: list[tuple[int, int, int]] = []
    end = 0
    for number, (prompt_length, lengths) in enumerate(shapes):
        start, end = end, end + prompt_length
        prompt_end = end
        for length in lengths:
            completions.append((length, end, number))
            end += length
        spans.append((start, prompt_end, end))
    alone = [[one] for one in completions if one[0] >= LONG]
    together = [one for one in completions if one[0] < LONG]
    members = alone + ([together] if together else [])
    return SpanLayout(
        spans=tuple(spans),
        prompts=_block([(prompt_end - start, start) for start, prompt_end, _ in spans]),
        blocks=tuple(_block([(length, at) for length, at, _ in block]) for block in members),
        prompt_of=tuple(torch.tensor([number for *_, number in block]) for block in members),
    )


def _block(sequences: Sequence[tuple[int, int]]) -> Block:
    """One block of these (length, start)."""
    length_N1, start_N1 = torch.tensor(sequences).T[:, :, None]
    column_R = torch.arange(int(length_N1.max()))
    token_NR = start_N1 + torch.minimum(column_R, length_N1 - 1)
    return Block(token_NR, column_R < length_N1)
