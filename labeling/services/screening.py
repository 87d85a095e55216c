"""The road of a candidate through a screening."""

from typing import Final

from labeling.errors import NotAccessible, Refused
from labeling.models import Candidacy, Project, User

STATE: Final = Candidacy.State


def check_may_work(labeler: User, project: Project) -> None:
    """One query, none for a researcher.

    Raises: Refused("candidacy_undecided"), Refused("candidacy_rejected"); NotAccessible for the
    project of a screening that is none of theirs.
    """
    if labeler.is_researcher:
        return
    candidacy = Candidacy.objects.select_related("screening").filter(labeler=labeler).first()
    if candidacy is None or candidacy.state == STATE.ACCEPTED:
        if project.purpose == Project.Purpose.SCREENING:
            raise NotAccessible
        return
    if candidacy.state == STATE.REJECTED:
        raise Refused("candidacy_rejected", "You were not accepted, so there are no tasks for you.")
    if candidacy.state == STATE.SUBMITTED or not is_part_of(candidacy, project):
        raise Refused(
            "candidacy_undecided", "Your screening comes first; other tasks follow its decision."
        )


def is_part_of(candidacy: Candidacy, project: Project) -> bool:
    screening = candidacy.screening
    return project.pk in {screening.ranking_project_id, screening.demonstration_project_id}
