"""Keeping the unsent state of an assignment: nothing a labeler does is lost on a reload (R31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Assignment, Draft, User
from labeling.services.ranking_checks import check_draft
from labeling.services.slots import State, hold_again, lock_own_assignment, renew_lease

DraftBody = Mapping[str, Any]


@dataclass(frozen=True)
class SavedDraft:
    version: int
    saved_at: datetime
    # None where the lease is lost: the draft is kept, the slot is in other hands.
    leased_until: datetime | None


class DraftConflict(Exception):
    """Another tab has saved since this one read; carries what is stored, to show both."""

    def __init__(self, stored: Draft | None) -> None:
        super().__init__("The draft was changed in another tab.")
        self.version = stored.version if stored else 0
        self.body: DraftBody = stored.body if stored else {}


@transaction.atomic
def save_draft(*, labeler: User, assignment_id: UUID, version: int, body: DraftBody) -> SavedDraft:
    """Store the draft that follows ``version`` and renew the lease; 0 is before the first.

    A repeat of the last save (its answer was lost on the way) is answered like the first time.
    A lease that ran out is taken up again where a slot is still free.

    Raises: NotAccessible, Refused("not_open"), Refused("unknown_item"), DraftConflict.
    """
    assignment = lock_own_assignment(assignment_id=assignment_id, labeler=labeler)
    if assignment.state not in {State.LEASED, State.EXPIRED}:
        raise Refused("not_open", "This task is not open any more; nothing was overwritten.")
    check_draft(assignment, body)
    stored = Draft.objects.filter(assignment=assignment).first()
    if not _is_repeat(stored, version, body):
        if version != (stored.version if stored else 0):
            raise DraftConflict(stored)
        write_draft(assignment, version=version + 1, body=body)
    if assignment.state == State.LEASED or hold_again(assignment):
        renew_lease(assignment)
    saved = Draft.objects.select_related("assignment").get(assignment=assignment)
    return SavedDraft(saved.version, saved.saved_at, saved.assignment.leased_until)


def write_draft(assignment: Assignment, *, version: int, body: DraftBody) -> None:
    """Store without looking at what is there. Precondition: the assignment is locked."""
    Draft.objects.bulk_create(
        [Draft(assignment=assignment, version=version, body=body, saved_at=Now())],
        update_conflicts=True,
        unique_fields=["assignment"],
        update_fields=["version", "body", "saved_at"],
    )


def _is_repeat(stored: Draft | None, version: int, body: DraftBody) -> bool:
    return stored is not None and stored.version == version + 1 and stored.body == body
