"""Why a job ends early, in the words its result carries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# A step of the paper's PPO learns from 64 answers, and nobody reads a thousand prompts for a fault.
MOST_PROMPTS_NAMED = 100


class BadInput(ValueError):
    """A file, record or option of the job cannot be used as it is."""


@dataclass(frozen=True)
class LearnedFrom:
    """What a step reads: prompts by their ids, and pretraining texts, which have none."""

    prompt_ids: Sequence[str] = ()
    num_pretraining_texts: int = 0

    @classmethod
    def prompts(cls, ids: Iterable[str]) -> "LearnedFrom":
        """Each prompt once, however often the step reads it."""
        return cls(list(dict.fromkeys(ids)))

    def __add__(self, other: "LearnedFrom") -> "LearnedFrom":
        return LearnedFrom(
            list(dict.fromkeys([*self.prompt_ids, *other.prompt_ids])),
            self.num_pretraining_texts + other.num_pretraining_texts,
        )

    def described(self) -> dict[str, Any]:
        """For the job's result: the first prompts, and how many there are of everything."""
        return {
            "prompt_ids": list(self.prompt_ids[:MOST_PROMPTS_NAMED]),
            "num_prompts": len(self.prompt_ids),
            "num_pretraining_texts": self.num_pretraining_texts,
        }


class NonFinite(RuntimeError):
    """A loss, reward or gradient is not a number any more. ``behind`` is what the step read."""

    def __init__(self, message: str, behind: LearnedFrom | None = None) -> None:
        super().__init__(message)
        self.behind = behind or LearnedFrom()


class KlCeilingExceeded(RuntimeError):
    """The policy has moved further from its reference than the run allows."""


class SamplerMismatch(RuntimeError):
    """Answers were drawn from other probabilities than those that are trained."""


class StopRequested(Exception):
    """The run was asked to stop and has written its checkpoint."""

    def __init__(self, reason: str, steps: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps = steps
