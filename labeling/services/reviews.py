"""Reviewing demonstrations: accept, return with a comment, or accept with a correction."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.models import Assignment, Demonstration, DemonstrationReview, Draft, User
from labeling.selectors.reviews import returns_to, reviewable_demonstrations
from labeling.services.answers import payload_sha256
from labeling.services.assignments import reopen_assignment
from labeling.services.demonstrations import check_text, draft_of
from labeling.services.drafts import write_draft
from labeling.services.slots import State, lock_own_assignment, renew_lease

Outcome = DemonstrationReview.Outcome
# A writer does not sit there waiting: a returned task stays theirs for so long before somebody
# else may be given it. What they send after that is kept all the same, as surplus.
HELD_FOR_THE_WRITER: Final = timedelta(days=3)


@dataclass(frozen=True)
class Verdict:
    """``text`` is the reviewer's own wording, given when and only when it corrects."""

    outcome: str
    comment: str
    grade: int | None
    text: str | None


@transaction.atomic
def review_demonstration(
    *, reviewer: User, demonstration_id: UUID, verdict: Verdict
) -> tuple[DemonstrationReview, bool]:
    """The review and whether it is new: the same verdict sent again is stored once.

    Raises: NotAccessible, Refused("already_reviewed" | "own_work" | "not_reviewable"
    | "incomplete_review" | "empty" | "too_long" | "nothing_corrected").
    """
    found = (
        Demonstration.objects.select_related("labeler")
        .filter(pk=demonstration_id, assignment__isnull=False)
        .first()
    )
    if found is None or found.assignment_id is None:
        raise NotAccessible
    # The writer's locks, in the writer's order: nothing of theirs happens meanwhile.
    assignment = lock_own_assignment(assignment_id=found.assignment_id, labeler=found.labeler)
    demonstration = Demonstration.objects.select_for_update(of=("self",)).get(pk=found.pk)
    decided = DemonstrationReview.objects.filter(demonstration=demonstration).first()
    if decided is not None:
        return _same_verdict(decided, reviewer, verdict), False
    _check_reviewable(demonstration, reviewer)
    _check_verdict(verdict)
    review = DemonstrationReview.objects.create(
        demonstration=demonstration,
        reviewer=reviewer,
        outcome=verdict.outcome,
        comment=verdict.comment,
        grade=verdict.grade,
    )
    if verdict.outcome == Outcome.CORRECTED:
        _correct(demonstration, assignment, reviewer=reviewer, text=verdict.text or "")
    elif verdict.outcome == Outcome.RETURNED:
        _give_back(demonstration, assignment)
    return review, True


def mark_return_read(*, writer: User, review_id: int) -> None:
    """The writer has opened what came back to them; the first time is kept.

    Raises: NotAccessible.
    """
    mine = returns_to(writer=writer).filter(pk=review_id)
    if not mine.exists():
        raise NotAccessible
    DemonstrationReview.objects.filter(pk=review_id, read_at__isnull=True).update(read_at=Now())


def _same_verdict(
    decided: DemonstrationReview, reviewer: User, verdict: Verdict
) -> DemonstrationReview:
    said = (decided.reviewer_id, decided.outcome, decided.comment, decided.grade)
    if said != (reviewer.pk, verdict.outcome, verdict.comment, verdict.grade):
        raise Refused("already_reviewed", "This demonstration has been reviewed meanwhile.")
    return decided


def _check_reviewable(demonstration: Demonstration, reviewer: User) -> None:
    if demonstration.labeler_id == reviewer.pk:
        raise Refused("own_work", "Somebody else reviews what you have written.", status=422)
    if not reviewable_demonstrations(reviewer=reviewer).filter(pk=demonstration.pk).exists():
        raise Refused(
            "not_reviewable",
            "This answer can still be taken back, was replaced, or is not reviewed here.",
        )


def _check_verdict(verdict: Verdict) -> None:
    wrong: dict[str, list[str]] = {}
    if verdict.outcome == Outcome.RETURNED:
        if not verdict.comment.strip():
            wrong["comment"] = ["Say what to change: the writer gets it back with these words."]
    elif verdict.grade is None:
        wrong["grade"] = ["Give it a grade from 1 to 7."]
    if verdict.outcome == Outcome.CORRECTED and verdict.text is None:
        wrong["text"] = ["Send the corrected text."]
    if verdict.outcome != Outcome.CORRECTED and verdict.text is not None:
        wrong["text"] = ["Only a correction brings a text of its own."]
    if wrong:
        raise Refused("incomplete_review", "The review is not complete.", status=422, fields=wrong)


def _correct(
    demonstration: Demonstration, assignment: Assignment, *, reviewer: User, text: str
) -> None:
    """The reviewer's wording takes the place of the writer's, whose answer it remains."""
    if text == demonstration.text:
        raise Refused(
            "nothing_corrected",
            "The text is as it was: accept it, or change it first.",
            status=422,
            fields={"text": ["Nothing was changed."]},
        )
    length = check_text(text, project=assignment.task.project)
    _supersede(demonstration)
    Demonstration.objects.create(
        prompt_id=demonstration.prompt_id,
        assignment=assignment,
        labeler_id=demonstration.labeler_id,
        instructions_id=demonstration.instructions_id,
        text=text,
        token_count=length.tokens if length.is_exact else None,
        is_surplus=demonstration.is_surplus,
        client_key=uuid.uuid4(),
        payload_sha256=payload_sha256({"revision_of": str(demonstration.pk), "text": text}),
        revision_of=demonstration,
        edited_by=reviewer,
    )


def _give_back(demonstration: Demonstration, assignment: Assignment) -> None:
    """The writer's task is open again with their text; a slot that is lost is looked for anew."""
    _supersede(demonstration)
    kept = Draft.objects.filter(assignment=assignment).first()
    version = (kept.version if kept else 0) + 1
    write_draft(assignment, version=version, body=draft_of(demonstration))
    if assignment.state == State.SUBMITTED:
        renew_lease(assignment)
    else:
        reopen_assignment(assignment)
    Assignment.objects.filter(pk=assignment.pk, state=State.LEASED).update(
        leased_until=Now() + HELD_FOR_THE_WRITER
    )


def _supersede(demonstration: Demonstration) -> None:
    Demonstration.objects.filter(pk=demonstration.pk).update(superseded_at=Now())
