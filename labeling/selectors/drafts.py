"""Reading drafts: the work that a labeler began and has not handed in."""

from django.db.models import QuerySet

from labeling.models import Assignment, Draft, User

UNFINISHED = [Assignment.State.LEASED, Assignment.State.EXPIRED, Assignment.State.SKIPPED]


def kept_drafts(*, labeler: User) -> QuerySet[Draft]:
    """The labeler's drafts of tasks still in hand, lost or skipped, unordered. One query."""
    return Draft.objects.filter(
        assignment__labeler=labeler, assignment__state__in=UNFINISHED
    ).select_related("assignment__task__prompt", "assignment__task__project")
