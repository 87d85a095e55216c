"""What submitting a ranking and submitting a demonstration have in common."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Assignment, Demonstration, Project, Ranking, User
from labeling.services.slots import ANSWERED, State

# What a task of each kind of project is answered with.
ANSWER_TO: Mapping[str, str] = {
    Project.Kind.RANKING: "ranking",
    Project.Kind.TOXICITY: "ranking",
    Project.Kind.DEMONSTRATION: "demonstration",
}


@dataclass(frozen=True)
class StoredAnswer:
    """An answer that is safely stored; ``is_new`` is false when this was a replay."""

    id: UUID
    submitted_at: datetime
    is_surplus: bool
    is_new: bool

    @property
    def take_back_until(self) -> datetime:
        return take_back_until(self.submitted_at)


def take_back_until(submitted_at: datetime) -> datetime:
    return submitted_at + timedelta(seconds=settings.TAKE_BACK_SECONDS)


def payload_sha256(payload: Mapping[str, object]) -> str:
    """The hash that tells a retry of the same answer from another answer under the same key."""
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def replayed(
    answer: Ranking | Demonstration | None, *, labeler: User, sha256: str
) -> StoredAnswer | None:
    """The answer already stored under a client key, None when the key is new.

    Raises: Refused("key_reused") for another payload, Refused("taken_back") when the labeler has
    taken that answer back since: repeating it silently would look saved and be lost.
    """
    if answer is None:
        return None
    if answer.labeler_id != labeler.pk or answer.payload_sha256 != sha256:
        raise Refused("key_reused", "This submission key was used for another answer.", status=422)
    if answer.superseded_at is not None:
        raise Refused("taken_back", "This answer was taken back; submit again under a new key.")
    return StoredAnswer(answer.pk, answer.submitted_at, answer.is_surplus, is_new=False)


def check_answerable(assignment: Assignment, *, kind: str) -> None:
    """Whether the task still waits for a "ranking" or a "demonstration" from its labeler.

    Raises: Refused("wrong_kind"), Refused("already_ranked" or "already_submitted"),
    Refused("skipped").
    """
    if ANSWER_TO[assignment.task.project.kind] != kind:
        raise Refused("wrong_kind", f"This task does not ask for a {kind}.", status=422)
    if assignment.state in ANSWERED:
        code = "already_ranked" if kind == "ranking" else "already_submitted"
        raise Refused(code, "You have already answered this task; take that answer back first.")
    if assignment.state == State.SKIPPED:
        raise Refused("skipped", "You skipped this task; undo the skip first.")


def supersede(answer: Ranking | Demonstration) -> None:
    """Take a live answer out of every count, by the database's clock.

    Raises: Refused("sealed") once the time for taking back is over; a simulated labeler has none.
    """
    still_open = Now() - timedelta(seconds=settings.TAKE_BACK_SECONDS)
    num_taken_back = (
        type(answer)
        ._default_manager.filter(
            pk=answer.pk,
            superseded_at__isnull=True,
            submitted_at__gt=still_open,
            labeler__is_simulated=False,
        )
        .update(superseded_at=Now())
    )
    if not num_taken_back:
        raise Refused("sealed", "This answer can no longer be taken back.")


def bounded_seconds(assignment: Assignment, seconds_active: float) -> float:
    """The browser's count of active seconds, at most the time since the assignment was opened.

    The browser's clock may have slept or jumped; the database's has not.
    """
    return min(seconds_active, seconds_since_opened(assignment))


def seconds_since_opened(assignment: Assignment) -> float:
    """By the database's clock. Precondition: ``lock_own_assignment`` gave the assignment."""
    elapsed: timedelta = assignment.opened_for  # type: ignore[attr-defined]
    return elapsed.total_seconds()
