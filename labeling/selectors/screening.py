"""Reading a screening: who may work where, and how far a candidate has come."""

from django.db.models import Exists, OuterRef, Q

from labeling.models import Candidacy, Project, User

STATE = Candidacy.State


def may_work_in(labeler: User) -> Q:
    """The projects this account may be given work in, as a condition on ``Project``.

    A candidate works in the two projects of their screening and nowhere else until they are
    accepted; researchers judge the same tasks, to be compared with; nobody else meets them.
    """
    screening = Q(purpose=Project.Purpose.SCREENING)
    ordinary = Q(pool=labeler.pool) & ~screening
    if labeler.is_researcher:
        return screening | ordinary
    candidacy = Candidacy.objects.filter(labeler=labeler)
    own = candidacy.filter(
        Q(screening__ranking_project=OuterRef("pk"))
        | Q(screening__demonstration_project=OuterRef("pk")),
        state=STATE.IN_PROGRESS,
    )
    return Q(Exists(own)) | (ordinary & ~Exists(candidacy.exclude(state=STATE.ACCEPTED)))
