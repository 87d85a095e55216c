"""What the model in training answers to the same few held-out prompts at every checkpoint (R47).

People read the answers; nothing is learned from them. Every answer has a random stream of its own
and the same one at every checkpoint, so that two answers differ by the weights alone, and a run
goes through the same bits with and without them.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from training.ml.batches import TextEncoder, TokenLimits, split_by_tokens
from training.ml.drafts import append_lines
from training.ml.job import Job
from training.ml.seeding import generator, permutation

FILE_NAME = "samples.jsonl"
STREAM = "checkpoint sample"


@dataclass(frozen=True)
class FixedPrompt:
    """A prompt that is answered again and again. `place` is its row wherever they are shown."""

    place: int
    prompt_id: str
    text: str
    ids: list[int]


@dataclass(frozen=True)
class JudgedAnswer:
    """`reward` and `kl_nats`, summed over the answer's tokens, where the stage has them."""

    ids: list[int]
    has_eos: bool
    reward: float | None = None
    kl_nats: float | None = None


# One answer for each prompt, drawn from the random stream beside it. Every process calls it.
AnswerPrompts = Callable[[list[list[int]], list[torch.Generator]], list[JudgedAnswer]]


def choose_prompts(
    job: Job,
    held_out: Iterable[tuple[str, str]],
    tokenizer: PreTrainedTokenizerBase,
    limits: TokenLimits,
) -> list[FixedPrompt]:
    """As many of the held-out (id, text) as the job asks for, chosen by its seed.

    A larger number keeps those of a smaller one at their places.
    """
    texts = list(dict(held_out).items())
    order = permutation(len(texts), job.seed, "checkpoint sample prompts")
    # Of its own: the stage's encoder counts what it cut, and reports it.
    encoder = TextEncoder(tokenizer, limits)
    return [
        FixedPrompt(place, *texts[number], encoder.prompt(texts[number][1]))
        for place, number in enumerate(order[: job.hyperparameters.sample_prompts])
    ]


class CheckpointSamples:
    """The answers of one job, in a file of their own beside its metrics.

    What fails here is given up with a warning: nobody loses a run to its samples. Only of several
    processes that answer together none can go on without the others.
    """

    def __init__(
        self,
        job: Job,
        prompts: Sequence[FixedPrompt],
        tokenizer: PreTrainedTokenizerBase,
        answer: AnswerPrompts,
    ) -> None:
        self.prompts = prompts
        self._job = job
        self._tokenizer = tokenizer
        self._answer = answer
        self._path = job.work_dir / FILE_NAME
        self._written = {(row.get("step"), row["place"]) for row in _rows(self._path)}
        self._is_given_up = False
        self._unsaid: list[str] = []

    def at_boundary(self, step: int, total_steps: int) -> None:
        """Answer at the start, at the end and where a checkpoint is due after `step` steps.

        Every process calls this, since several may hold a slice of the networks each; the main one
        writes. Of a step that an earlier attempt has answered nothing is written again.
        """
        every = self._job.hyperparameters.checkpoint_every_steps
        is_due = step in (0, total_steps) or (every and step % every == 0)
        world = self._job.world
        if not is_due or not self.prompts or not world.from_main(int(self._lacks(step))):
            return
        try:
            rows = self._rows_of(step)
            if world.is_main:
                self._write(rows)
        except (OSError, RuntimeError) as fault:
            if world.size > 1 and not isinstance(fault, OSError):
                raise
            self._is_given_up = True
            self._unsaid.append(f"No more samples from step {step} on: {str(fault)[:300]}")
        self._written |= {(step, prompt.place) for prompt in self.prompts}

    def warnings(self) -> list[str]:
        """What has gone wrong since this was last asked."""
        unsaid, self._unsaid = self._unsaid, []
        return unsaid

    def _lacks(self, step: int) -> bool:
        if self._is_given_up:
            return False
        return any((step, prompt.place) not in self._written for prompt in self.prompts)

    def _rows_of(self, step: int) -> list[dict[str, Any]]:
        rows = [_row_of_prompt(prompt) for prompt in self.prompts]
        settings = self._job.hyperparameters
        lengths = [len(prompt.ids) + settings.sample_max_tokens for prompt in self.prompts]
        for places in split_by_tokens(lengths, settings.max_tokens_per_forward):
            prompts = [self.prompts[place] for place in places]
            streams = [generator(self._job.seed, STREAM, prompt.place) for prompt in prompts]
            answers = self._answer([prompt.ids for prompt in prompts], streams)
            rows += [self._row(step, *pair) for pair in zip(prompts, answers, strict=True)]
        return rows

    def _write(self, rows: Iterable[dict[str, Any]]) -> None:
        append_lines(self._path, (json.dumps(row, allow_nan=False) + "\n" for row in rows))

    def _row(self, step: int, prompt: FixedPrompt, answer: JudgedAnswer) -> dict[str, Any]:
        ids = answer.ids[:-1] if answer.has_eos else answer.ids
        return {
            "step": step,
            "place": prompt.place,
            "text": str(self._tokenizer.decode(ids, skip_special_tokens=True)),
            "token_count": len(ids),
            "finish_reason": "stop" if answer.has_eos else "length",
            "reward": _finite(answer.reward),
            "kl_nats": _finite(answer.kl_nats),
        }


def _row_of_prompt(prompt: FixedPrompt) -> dict[str, Any]:
    return {"place": prompt.place, "prompt_id": prompt.prompt_id, "prompt": prompt.text}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that can be read; half a line is none."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "place" in row:
            yield row


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
