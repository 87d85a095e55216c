"""Writing answers token by token, with a key-value cache of our own.

Why not `generate`: its defaults filter the distribution behind one's back (top_k is 50 unless
set), and its random stream depends on which prompts happen to share a batch. Here every answer
has a stream of its own, so it is the same whatever is written beside it, up to rounding.

Legend: B prompts, N answers being written, A all answers, V vocabulary, T tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.ml.decoding import Decoder, FixedDecoder, GrowingDecoder, ReadPrompts, SharingDecoder
from training.ml.packing import can_pack
from training.ml.token_draws import SamplingRule, next_tokens

__all__ = ["Answer", "SamplingRule", "write_answers"]

# Asking whether answers have ended waits for the device; on a CPU there is nothing to wait for.
STEPS_BETWEEN_LOOKS = {"cpu": 1}
STEPS_BETWEEN_LOOKS_ELSEWHERE = 8


@dataclass(frozen=True)
class Answer:
    """The ids written, end-of-text included where it came, with the log-probability of each."""

    ids: list[int]
    logprobs: list[float]
    has_eos: bool


@torch.inference_mode()
def write_answers(
    policy: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    noise: Sequence[torch.Generator],
    rule: SamplingRule,
    *,
    caching: str = "auto",
) -> list[Answer]:
    """An answer for every random stream; streams go to prompts in equal, consecutive shares.

    Three streams for each of two prompts means noise[0:3] and noise[3:6]; each prompt is read
    once. A stream yields one number per token, whatever the batch. How keys are cached
    (`decoder_for`) changes speed and memory, not the answers.
    """
    copies = len(noise) // len(prompts)
    read = ReadPrompts(policy, prompts)
    decoder = decoder_for(policy, read, copies, rule.max_tokens, caching=caching)
    with decoder.at_work():
        return _Writing(decoder, noise, rule, policy.device).finish(
            read.logit_BV.repeat_interleave(copies, dim=0)
        )


def decoder_for(
    policy: PreTrainedModel, read: ReadPrompts, copies: int, max_tokens: int, *, caching: str
) -> Decoder:
    """`growing` for any architecture; `shared` keeps each prompt once for all its answers; `fixed`
    does so on memory that never moves, `graphs` replays its steps on a GPU. `auto` shares where
    several answers have a prompt to share.
    """
    knows_attention = can_pack(policy.config)
    if caching == "growing" or not knows_attention or (caching == "auto" and copies == 1):
        return GrowingDecoder(policy, read, copies, max_tokens)
    if caching in ("auto", "shared"):
        return SharingDecoder(policy, read, copies)
    return FixedDecoder(policy, read, copies, max_tokens, graphs=caching == "graphs")


class _Writing:
    """The answers under way: which rows still write, and what each has written."""

    def __init__(
        self,
        decoder: Decoder,
        noise: Sequence[torch.Generator],
        rule: SamplingRule,
        device: torch.device,
    ) -> None:
        self.decoder, self.rule = decoder, rule
        uniform_AT = torch.stack(
            [torch.rand(rule.max_tokens, generator=g, dtype=torch.float64) for g in noise]
        )
        self.uniform_TN = uniform_AT.T.contiguous().to(device)
        self.token_AT = torch.zeros(len(noise), rule.max_tokens, dtype=torch.long, device=device)
        self.logprob_AT = torch.zeros(len(noise), rule.max_tokens, device=device)
        # The answer that each row writes, and whether it has ended.
        self.answer_N = torch.arange(len(noise), device=device)
        self.has_eos_N = torch.zeros(len(noise), dtype=torch.bool, device=device)
        self.look_every = STEPS_BETWEEN_LOOKS.get(device.type, STEPS_BETWEEN_LOOKS_ELSEWHERE)

    def finish(self, logit_NV: Tensor) -> list[Answer]:
        for column in range(self.rule.max_tokens):
            token_N, logprob_N = next_tokens(logit_NV, self.uniform_TN[column], self.rule)
            self.token_AT[self.answer_N, column] = token_N
            self.logprob_AT[self.answer_N, column] = logprob_N
            self.has_eos_N |= token_N == self.rule.eos_id
            if (column + 1) % self.look_every == 0:
                token_N = self._without_finished(token_N)
            if len(token_N) == 0 or column + 1 == self.rule.max_tokens:
                break
            logit_NV = self.decoder.step(token_N)
        return self._answers()

    def _without_finished(self, token_N: Tensor) -> Tensor:
        """Drop finished rows once enough of them are idle, all when none is left to write."""
        row_N = (~self.has_eos_N).nonzero()[:, 0]
        if len(row_N) > self.decoder.compact_below * len(token_N):
            return token_N
        if len(row_N):
            self.decoder.keep(row_N)
        self.answer_N = self.answer_N[row_N]
        self.has_eos_N = self.has_eos_N[row_N]
        self.uniform_TN = self.uniform_TN[:, row_N]
        return token_N[row_N]

    def _answers(self) -> list[Answer]:
        """What each row wrote up to its first end-of-text: rows may have gone on behind it."""
        is_eos_AT = self.token_AT == self.rule.eos_id
        has_eos_A = is_eos_AT.any(1)
        first_A = is_eos_AT.int().argmax(1) + 1
        length_A = torch.where(has_eos_A, first_A, self.rule.max_tokens)
        written = zip(
            self.token_AT.tolist(),
            self.logprob_AT.tolist(),
            length_A.tolist(),
            has_eos_A.tolist(),
            strict=True,
        )
        return [Answer(ids[:n], logprobs[:n], ended) for ids, logprobs, n, ended in written]
