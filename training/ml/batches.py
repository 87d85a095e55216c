"""Text to token ids, and token ids to padded batches.

Prompt and completion are tokenised apart, so that a rollout's prompt ids are the training
prompt's ids; masks come from lengths, never from pad ids, because pad may equal end-of-text.

Legend: B rows, N completions in the batch, T tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedConfig, PreTrainedTokenizerBase

from training.ml.span_layout import SpanLayout

# Any id that the embedding has: what stands under the mask is never read.
FILLER_ID = 0


@dataclass(frozen=True)
class TokenBatch:
    """Rows of tokens ready for a trunk.

    Shapes: token_BT and position_BT; attention is (B, T) for padded rows and (B, 1, T, T), True
    where a query may look, for packed rows. A layout says it all for a single row of spans, whose
    attention is a mere placeholder.
    """

    token_BT: Tensor
    attention: Tensor
    position_BT: Tensor
    layout: SpanLayout | None = None

    def to(self, device: torch.device) -> "TokenBatch":
        layout = self.layout
        return TokenBatch(
            self.token_BT.to(device),
            self.attention.to(device),
            self.position_BT.to(device),
            None if layout is None else layout.to(device),
        )


@dataclass(frozen=True)
class TokenLimits:
    """How long a prompt and a completion may be so that both fit the model's context."""

    prompt: int
    completion: int

    @classmethod
    def for_model(
        cls, config: PreTrainedConfig, *, max_prompt_tokens: int, max_completion_tokens: int
    ) -> "TokenLimits":
        """Halve a context that is too short, leaving either side what the other does not use."""
        context = int(config.max_position_embeddings)
        completion = min(max_completion_tokens, max(context // 2, context - max_prompt_tokens))
        return cls(prompt=min(max_prompt_tokens, context - completion), completion=completion)


class TextEncoder:
    """Prompts and completions as token ids, cut to their limits."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, limits: TokenLimits) -> None:
        self.tokenizer = tokenizer
        self.limits = limits
        self.eos_id = int(tokenizer.eos_token_id)
        self.num_cut_prompts = 0
        self.num_cut_completions = 0
        beginning = tokenizer("")["input_ids"][:1]
        self._beginning = beginning if beginning == [tokenizer.bos_token_id] else []

    def prompt(self, text: str) -> list[int]:
        """The ids a completion follows; a prompt that is too long loses its beginning."""
        ids = self._plain(self._framed(text))
        if self.tokenizer.chat_template is None:
            ids = self._beginning + ids
        if len(ids) > self.limits.prompt:
            self.num_cut_prompts += 1
        # An empty prompt still needs one token to predict the first answer token from.
        return ids[-self.limits.prompt :] or [self.eos_id]

    def completion(self, text: str) -> list[int]:
        """The ids of an answer, always ending in end-of-text."""
        ids = self._plain(text)
        if len(ids) >= self.limits.completion:
            self.num_cut_completions += 1
        return [*ids[: self.limits.completion - 1], self.eos_id]

    def text(self, text: str) -> list[int]:
        """The ids of plain text, however long."""
        return self._beginning + self._plain(text)

    def document(self, text: str, max_tokens: int) -> tuple[list[int], list[int]]:
        """The beginning of a text as (context, continuation): all but its first token is
        predicted."""
        ids = self.text(text)[:max_tokens]
        return ids[:1] or [self.eos_id], ids[1:]

    def _framed(self, text: str) -> str:
        if self.tokenizer.chat_template is None:
            return text
        turns = [{"role": "user", "content": text}]
        # As text: the template's token output has changed its type between versions.
        return str(
            self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        )

    def _plain(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def warnings(self) -> list[str]:
        found = []
        if self.num_cut_prompts:
            limit = self.limits.prompt
            found.append(
                f"{self.num_cut_prompts} prompts lost their beginning beyond {limit} tokens."
            )
        if self.num_cut_completions:
            cut, limit = self.num_cut_completions, self.limits.completion
            found.append(f"{cut} completions were cut at {limit} tokens.")
        return found


def right_padded(rows: Sequence[Sequence[int]]) -> TokenBatch:
    """Rows that begin at column 0; positions run on under the padding."""
    width = max(len(row) for row in rows)
    token_BT = torch.tensor([[*row, *[FILLER_ID] * (width - len(row))] for row in rows])
    length_B = torch.tensor([len(row) for row in rows])
    column_T = torch.arange(width)
    attention_BT = (column_T < length_B[:, None]).long()
    return TokenBatch(token_BT, attention_BT, column_T.expand(len(rows), width).contiguous())


def prompts_and_answers(
    prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> TokenBatch:
    """Prompts padded on their left, answers on their right: every answer starts in one column."""
    before = max(len(prompt) for prompt in prompts)
    after = max(len(answer) for answer in answers)
    rows = [
        [FILLER_ID] * (before - len(prompt))
        + [*prompt, *answer]
        + [FILLER_ID] * (after - len(answer))
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    start_B = torch.tensor([before - len(prompt) for prompt in prompts])
    end_B = torch.tensor([before + len(answer) for answer in answers])
    column_T = torch.arange(before + after)
    attention_BT = (column_T >= start_B[:, None]) & (column_T < end_B[:, None])
    # Learned position embeddings need the first real token at position 0.
    position_BT = (column_T - start_B[:, None]).clamp(min=0)
    return TokenBatch(torch.tensor(rows), attention_BT.long(), position_BT)


def padded_answers(answers: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Answers as ids and as a mask of real tokens. Shapes: (B, R) both, the mask boolean."""
    batch = right_padded(answers)
    return batch.token_BT, batch.attention.bool()


def split_by_tokens(
    lengths: Sequence[int], max_tokens: int, *, heights: Sequence[int] | None = None
) -> list[list[int]]:
    """Indices in micro-batches whose padded size stays within the budget, alike with alike.

    An index stands for as many rows of its length as its height says, one by default. What is
    longer than the budget goes alone.
    """
    height_of = heights or [1] * len(lengths)
    batches: list[list[int]] = []
    num_rows = 0
    for index in sorted(range(len(lengths)), key=lambda index: (lengths[index], index)):
        num_rows += height_of[index]
        # Ascending, so the newest row is the widest of its batch.
        if batches and num_rows * lengths[index] <= max_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
            num_rows = height_of[index]
    return batches
