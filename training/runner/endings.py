"""How an attempt ended: what the trainer said of itself, and what its exit code says of it."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.runner.letting_go import Ending
from training.runner.wrapper import LEASE_IS_GONE

# Why a run can fail. docs/operations.md says what to do about each; a test compares the two.
REASONS = (
    "lost",
    "killed",
    "out_of_memory",
    "nan",
    "kl_ceiling",
    "sampler_gap",
    "disk_full",
    "deadline",
    "bad_input",
    "bad_output",
    "no_progress",
    "error",
)
# Another attempt would end the same way. Too little memory may be a neighbour's fault, once.
PERMANENT = frozenset({"nan", "disk_full", "bad_input", "kl_ceiling", "sampler_gap"})
DETAIL_CHARACTERS = 4_000


@dataclass(frozen=True)
class TrainerEnd:
    """What was seen of a trainer's end from outside."""

    exit_code: int
    last_step: int
    was_told_to_stop: bool = False
    was_killed_on_request: bool = False
    # The kernel killed some process of this machine for memory while the trainer ran.
    memory_ran_out: bool = False
    # Native code aborts where an allocation is refused, and no result is written.
    was_refused_memory: bool = False


def ending_of(seen: TrainerEnd, result: Mapping[str, Any] | None) -> Ending:
    """Classify an end. torchrun turns every exit code of a rank into 1, so the result leads.

    Without a result the trainer was killed: from outside, by the kernel, or by a stop that it did
    not answer in time (which is no failure of its own).
    """
    said = dict(result or {})
    facts: dict[str, Any] = {
        "exit_code": seen.exit_code,
        "last_step": int(said.get("steps") or seen.last_step),
        "resumed_from_step": int(said.get("resumed_from_step") or 0),
        "report": said.get("report") or {},
    }
    outcome = said.get("outcome")
    if outcome == "succeeded" and seen.exit_code == 0:
        return Ending(reason="succeeded", **facts)
    if outcome == "stopped":
        return Ending(reason="stopped", **facts)
    if outcome == "failed":
        reason = str(said.get("reason"))
        return Ending(
            reason=reason if reason in REASONS else "error",
            detail=str(said.get("detail") or "")[-DETAIL_CHARACTERS:],
            is_transient=reason not in PERMANENT,
            **facts,
        )
    return _ending_without_a_word(seen, facts)


def _ending_without_a_word(seen: TrainerEnd, facts: Mapping[str, Any]) -> Ending:
    if seen.was_killed_on_request:
        detail = "It was killed on request, without a last checkpoint."
        return Ending(reason="stopped", detail=detail, **facts)
    if seen.was_told_to_stop:
        detail = (
            "It did not stop in time and was killed; what followed its last checkpoint is lost."
        )
        return Ending(reason="stopped", detail=detail, **facts)
    left = f"The trainer ended with exit code {seen.exit_code} and left no result."
    if seen.exit_code == LEASE_IS_GONE:
        return Ending(reason="lost", detail=left, is_transient=True, **facts)
    if seen.memory_ran_out:
        detail = f"{left} Meanwhile the kernel killed a process of this machine for memory."
        return Ending(reason="out_of_memory", detail=detail, is_transient=True, **facts)
    if seen.was_refused_memory:
        detail = f"{left} Its log says that it asked for memory and got none."
        return Ending(reason="out_of_memory", detail=detail, is_transient=True, **facts)
    return Ending(reason="killed", detail=left, is_transient=True, **facts)


def ending_of_os_error(error: OSError) -> Ending:
    """A full disk is full for the next attempt too; anything else may pass."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Ending(
        reason="disk_full" if is_full else "error", detail=str(error), is_transient=not is_full
    )
