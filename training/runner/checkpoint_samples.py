"""Brings the answers of a run's checkpoints from its work folder into the database (R47).

They may come late or twice without harm: of two answers to one prompt at one checkpoint the later
line of the file counts, and an attempt that goes on sends the whole file again.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from training.models import LIVE_STATES, CheckpointSample, Run, SamplePrompt
from training.runner.claim import Claim
from training.runner.storable_text import storable

LARGEST_STEP = 2**31 - 1
LARGEST_PLACE = 2**15 - 1
PROMPT_ID_CHARACTERS = 64
ROWS_A_STATEMENT = 500


@dataclass(frozen=True)
class Asked:
    place: int
    prompt_id: str
    text: str


@dataclass(frozen=True)
class Answered:
    step: int
    place: int
    text: str
    token_count: int
    finish_reason: str
    reward: float | None
    kl_nats: float | None


def parse_sample(line: bytes) -> Asked | Answered | None:
    """One line of samples.jsonl; None for a line that is not one."""
    try:
        content = json.loads(line)
        parsed = _answered(content) if "step" in content else _asked(content)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    if not 0 <= parsed.place <= LARGEST_PLACE:
        return None
    if isinstance(parsed, Asked):
        return parsed
    numbers = (parsed.step, parsed.token_count)
    is_whole = all(0 <= number <= LARGEST_STEP for number in numbers)
    return parsed if is_whole and parsed.finish_reason in CheckpointSample.FinishReason else None


@transaction.atomic
def store_samples(held: Claim, lines: Iterable[bytes]) -> None:
    """Four queries. Raises: django.db.Error. An attempt that has lost its run stores nothing."""
    parsed = [parse_sample(line) for line in lines]
    asked = {one.place: one for one in parsed if isinstance(one, Asked)}
    answered = {(one.step, one.place): one for one in parsed if isinstance(one, Answered)}
    SamplePrompt.objects.bulk_create(
        [
            SamplePrompt(run_id=held.run_id, place=place, prompt_id=one.prompt_id, text=one.text)
            for place, one in asked.items()
        ],
        update_conflicts=True,
        unique_fields=["run", "place"],
        update_fields=["prompt_id", "text"],
    )
    # A prompt stands in the file before its first answer, but may have been sent long ago.
    known = dict(SamplePrompt.objects.filter(run=held.run_id).values_list("place", "pk"))
    CheckpointSample.objects.bulk_create(
        [_row(known[place], one) for (_, place), one in answered.items() if place in known],
        batch_size=ROWS_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["prompt", "step"],
        update_fields=["text", "token_count", "finish_reason", "reward", "kl_nats"],
    )
    own = Run.objects.filter(pk=held.run_id, fence=held.fence, state__in=LIVE_STATES)
    if not own.exists():
        transaction.set_rollback(True)


def _row(prompt: int, one: Answered) -> CheckpointSample:
    return CheckpointSample(
        prompt_id=prompt,
        step=one.step,
        text=one.text,
        token_count=one.token_count,
        finish_reason=one.finish_reason,
        reward=one.reward,
        kl_nats=one.kl_nats,
    )


def _asked(content: dict[str, Any]) -> Asked:
    return Asked(
        place=int(content["place"]),
        prompt_id=storable(str(content["prompt_id"]))[:PROMPT_ID_CHARACTERS],
        text=storable(str(content["prompt"])),
    )


def _answered(content: dict[str, Any]) -> Answered:
    return Answered(
        step=int(content["step"]),
        place=int(content["place"]),
        text=storable(str(content["text"])),
        token_count=int(content["token_count"]),
        finish_reason=str(content["finish_reason"]),
        reward=_finite(content["reward"]),
        kl_nats=_finite(content["kl_nats"]),
    )


def _finite(value: object) -> float | None:
    """Raises: TypeError for what is neither a number nor null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value) if math.isfinite(value) else None
