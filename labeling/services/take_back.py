"""Taking a submitted answer back while it is not sealed."""

from uuid import UUID

from django.db import transaction

from labeling.errors import Refused
from labeling.models import Draft, Project, User
from labeling.services.assignments import reopen_assignment
from labeling.services.demonstrations import take_back_demonstration
from labeling.services.drafts import write_draft
from labeling.services.rankings import take_back_ranking
from labeling.services.screening import check_still_open
from labeling.services.slots import ANSWERED, State, lock_own_assignment, renew_lease


@transaction.atomic
def take_back(*, labeler: User, assignment_id: UUID) -> None:
    """Reopen an answered assignment with its answer as the draft; the answer is superseded.

    The slot stays with the labeler; a surplus answer looks for a free slot again.

    Raises: NotAccessible, Refused("not_submitted"), Refused("sealed"), and once a screening is
    handed in what ``check_may_work`` refuses.
    """
    assignment = lock_own_assignment(assignment_id=assignment_id, labeler=labeler)
    if assignment.state not in ANSWERED:
        raise Refused("not_submitted", "There is no answer to take back.")
    check_still_open(assignment)
    draft = Draft.objects.filter(assignment=assignment).first()
    if assignment.task.project.kind == Project.Kind.DEMONSTRATION:
        body = take_back_demonstration(assignment)
    else:
        body = take_back_ranking(assignment, draft=draft)
    write_draft(assignment, version=(draft.version if draft else 0) + 1, body=body)
    if assignment.state == State.SUBMITTED:
        renew_lease(assignment)
    else:
        reopen_assignment(assignment)
