"""Storing a labeler's own answer to a prompt, exactly as written, and taking it back."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from labeling.errors import Refused
from labeling.models import Assignment, Demonstration, Project, User
from labeling.services.answers import (
    StoredAnswer,
    bounded_seconds,
    check_answerable,
    payload_sha256,
    replayed,
    supersede,
)
from labeling.services.drafts import DraftBody
from labeling.services.slots import lock_own_assignment, secure_slot, settle
from labeling.services.token_counts import TokenCount, count_tokens

MAX_TOKENS = 1_024


@dataclass(frozen=True)
class DemonstrationSubmission:
    assignment_id: UUID
    client_key: UUID
    text: str
    seconds_active: float
    # How the text came to be; None where the browser did not see all of it.
    characters_typed: int | None = None
    characters_pasted: int | None = None

    def sha256(self) -> str:
        said: dict[str, object] = {
            "assignment": str(self.assignment_id),
            "text": self.text,
            "seconds_active": self.seconds_active,
        }
        # Said only where it was counted: a retry from before it was is the same answer.
        if self.characters_typed is not None:
            said["characters_typed"] = self.characters_typed
        if self.characters_pasted is not None:
            said["characters_pasted"] = self.characters_pasted
        return payload_sha256(said)


@transaction.atomic
def submit_demonstration(*, labeler: User, submission: DemonstrationSubmission) -> StoredAnswer:
    """Store one labeler's answer to a prompt, once per client key; late ones as surplus.

    Raises: NotAccessible, Refused("key_reused" | "taken_back" | "wrong_kind"
    | "already_submitted" | "skipped" | "empty" | "too_long").
    """
    assignment = lock_own_assignment(assignment_id=submission.assignment_id, labeler=labeler)
    sha256 = submission.sha256()
    same_key = Demonstration.objects.filter(client_key=submission.client_key).first()
    if stored := replayed(same_key, labeler=labeler, sha256=sha256):
        return stored
    check_answerable(assignment, kind=Project.Kind.DEMONSTRATION)
    length = check_text(submission.text, project=assignment.task.project)
    demonstration = Demonstration.objects.create(
        prompt_id=assignment.task.prompt_id,
        assignment=assignment,
        labeler=labeler,
        instructions_id=assignment.instructions_id,
        text=submission.text,
        token_count=length.tokens if length.is_exact else None,
        is_surplus=not secure_slot(assignment),
        client_key=submission.client_key,
        payload_sha256=sha256,
        seconds_active=bounded_seconds(assignment, submission.seconds_active),
        characters_typed=submission.characters_typed,
        characters_pasted=submission.characters_pasted,
    )
    settle(assignment, surplus=demonstration.is_surplus, submitted_at=demonstration.submitted_at)
    return StoredAnswer(
        demonstration.pk, demonstration.submitted_at, demonstration.is_surplus, is_new=True
    )


def check_text(text: str, *, project: Project) -> TokenCount:
    """Raises: Refused("empty") unless the project allows it (R21), Refused("too_long") (R20)."""
    if not text.strip() and not project.allow_empty_demonstrations:
        raise _refused("empty", "Write an answer, or skip the task.")
    length = count_tokens(text)
    if length.tokens > MAX_TOKENS:
        about = "" if length.is_exact else "about "
        raise _refused(
            "too_long",
            f"An answer has at most {MAX_TOKENS:,} tokens; this one has {about}{length.tokens:,}.",
        )
    return length


def take_back_demonstration(assignment: Assignment) -> DraftBody:
    """Supersede the live demonstration of a locked assignment; its text, as a draft.

    Raises: Refused("sealed") once the time for taking back is over, or when the words that stand
    are a reviewer's correction.
    """
    demonstration = assignment.demonstrations.get(superseded_at__isnull=True)
    if demonstration.edited_by_id is not None:
        raise Refused("sealed", "A reviewer has corrected this answer; it is theirs by now.")
    supersede(demonstration)
    return draft_of(demonstration)


def draft_of(demonstration: Demonstration) -> DraftBody:
    """The draft from which writing goes on where this answer stopped."""
    counted = {
        "characters_typed": demonstration.characters_typed,
        "characters_pasted": demonstration.characters_pasted,
    }
    return {
        "text": demonstration.text,
        "seconds_active": demonstration.seconds_active,
        **{key: count for key, count in counted.items() if count is not None},
    }


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, status=422, fields={"text": [message]})
