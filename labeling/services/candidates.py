"""Deciding about candidates: grades for what they wrote, and the human yes or no (R13)."""

from typing import Final, Literal

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Candidacy, Demonstration, DemonstrationGrade, User
from labeling.selectors.candidates import DECIDED, Scores, access_candidate, scores_of
from labeling.services.audit import record

STATE: Final = Candidacy.State
Decision = Literal["accept", "reject"]
STATE_AFTER: Final[dict[Decision, str]] = {"accept": STATE.ACCEPTED, "reject": STATE.REJECTED}


@transaction.atomic
def grade_demonstration(*, demonstration: Demonstration, grader: User, grade: int) -> None:
    """One grade per grader, 1 to 7; grading again replaces it until the decision is saved.

    Raises: Refused("already_decided").
    """
    candidacy = Candidacy.objects.select_for_update().get(labeler=demonstration.labeler_id)
    if candidacy.state in DECIDED:
        raise already_decided()
    DemonstrationGrade.objects.update_or_create(
        demonstration=demonstration, grader=grader, defaults={"grade": grade}
    )


@transaction.atomic
def decide_candidacy(
    *, candidacy: Candidacy, decided_by: User, decision: Decision, pool: str | None, reason: str
) -> Candidacy:
    """Accept into a pool, or reject; the scores are kept as they stand now (R11, R13).

    The cut-offs are not looked at: whoever decides may override them, and says why. The pool may
    still be chosen here, because nothing that a candidate has done is ever trained on.

    Raises: NotAccessible before it is handed in, Refused("already_decided"),
    Refused("pool_missing").
    """
    # Whoever comes second waits here and then finds the decision saved.
    Candidacy.objects.select_for_update().get(pk=candidacy.pk)
    candidacy = access_candidate(candidacy.pk)
    if candidacy.state in DECIDED:
        raise already_decided()
    check_pool_fits(decision, pool)
    scores = scores_of([candidacy], candidacy.screening)[candidacy.pk]
    _store(candidacy, scores, state=STATE_AFTER[decision], decided_by=decided_by, reason=reason)
    if pool is not None:
        User.objects.filter(pk=candidacy.labeler_id).update(pool=pool)
    record(
        actor=decided_by,
        action=f"{decision}_candidate",
        subject=candidacy,
        details={"code": candidacy.code, "pool": pool, "reason": reason, **_values(scores)},
    )
    return access_candidate(candidacy.pk)


def check_pool_fits(decision: Decision, pool: str | None) -> None:
    if (decision == "accept") == (pool is not None):
        return
    message = (
        "Say into which pool the candidate is accepted."
        if decision == "accept"
        else "A candidate who is not accepted joins no pool: leave this out."
    )
    raise Refused("pool_missing", message, status=400, fields={"pool": [message]})


def already_decided() -> Refused:
    return Refused("already_decided", "Somebody has already decided about this candidate.")


def _store(
    candidacy: Candidacy, scores: Scores, *, state: str, decided_by: User, reason: str
) -> None:
    Candidacy.objects.filter(pk=candidacy.pk).update(
        state=state, decided_by=decided_by, decided_at=Now(), reason=reason, **_values(scores)
    )


def _values(scores: Scores) -> dict[str, float | None]:
    return {
        "flags_score": scores.flags.value,
        "ranking_score": scores.ranking.value,
        "demonstration_score": scores.demonstration.value,
    }
