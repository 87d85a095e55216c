"""How an attempt ended: what the trainer said of itself, and what its exit code says of it."""

from collections.abc import Mapping
from typing import Any

from training.runner.letting_go import Ending
from training.runner.wrapper import LEASE_IS_GONE

# Another attempt would end the same way.
PERMANENT = frozenset({"nan", "out_of_memory", "disk_full", "bad_input", "kl_ceiling"})
DETAIL_CHARACTERS = 4_000


def ending_of(
    *, exit_code: int, result: Mapping[str, Any] | None, last_step: int, was_told_to_stop: bool
) -> Ending:
    """Classify an end. torchrun turns every exit code of a rank into 1, so the result leads.

    Without a result the trainer was killed: from outside, by the kernel, or by a stop that it did
    not answer in time (which is no failure of its own).
    """
    said = dict(result or {})
    facts: dict[str, Any] = {
        "exit_code": exit_code,
        "last_step": int(said.get("steps") or last_step),
        "resumed_from_step": int(said.get("resumed_from_step") or 0),
        "report": said.get("report") or {},
    }
    outcome = said.get("outcome")
    if outcome == "succeeded" and exit_code == 0:
        return Ending(reason="succeeded", **facts)
    if outcome == "stopped":
        return Ending(reason="stopped", **facts)
    if outcome == "failed":
        reason = str(said.get("reason") or "error")
        return Ending(
            reason=reason[:32],
            detail=str(said.get("detail") or "")[-DETAIL_CHARACTERS:],
            is_transient=reason not in PERMANENT,
            **facts,
        )
    if was_told_to_stop:
        detail = (
            "It did not stop in time and was killed; what followed its last checkpoint is lost."
        )
        return Ending(reason="stopped", detail=detail, **facts)
    return Ending(
        reason="lost" if exit_code == LEASE_IS_GONE else "killed",
        detail=f"The trainer ended with exit code {exit_code} and left no result.",
        is_transient=True,
        **facts,
    )
