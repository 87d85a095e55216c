"""The road of a candidate through a screening: texts flagged, topics named, handed in."""

import re
import secrets
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from labeling.counting_words import are, count_of
from labeling.errors import NotAccessible, Refused
from labeling.models import (
    Assignment,
    Candidacy,
    Project,
    Screening,
    SensitivityAnswer,
    SensitivityItem,
    User,
)
from labeling.selectors.screening import Progress, candidacy_of, progress_of
from labeling.services.slots import lock_labeler

STATE: Final = Candidacy.State
# Without characters that are taken for one another. Drawn by chance, so that neither the code nor
# the order of codes says when somebody came: 32 to the power of 8 leaves no two alike.
CODE_CHARACTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
NUM_CODE_CHARACTERS: Final = 8
MAX_WORDS_NAMED: Final = 20
MAX_CHARACTERS_NAMED: Final = 80


def check_may_work(labeler: User, project: Project) -> None:
    """One query, none for a researcher.

    Raises: Refused("candidacy_undecided"), Refused("candidacy_rejected"); NotAccessible for the
    project of a screening that is none of theirs.
    """
    if labeler.is_researcher:
        return
    candidacy = candidacy_of(labeler)
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


def check_still_open(assignment: Assignment) -> None:
    """What belongs to a screening stands as it is from the moment the candidate hands in.

    Precondition: the assignment comes with its task's project; its labeler is locked.

    Raises: what ``check_may_work`` refuses.
    """
    project = assignment.task.project
    if project.purpose == Project.Purpose.SCREENING and assignment.labeler is not None:
        check_may_work(assignment.labeler, project)


def is_part_of(candidacy: Candidacy, project: Project) -> bool:
    screening = candidacy.screening
    return project.pk in {screening.ranking_project_id, screening.demonstration_project_id}


def start_candidacy(*, labeler: User, screening: Screening) -> Candidacy:
    """Precondition: inside the transaction that opens the account."""
    code = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(NUM_CODE_CHARACTERS))
    return Candidacy.objects.create(screening=screening, labeler=labeler, code=code)


@transaction.atomic
def flag_text(*, account: User, item: SensitivityItem, is_sensitive: bool) -> None:
    """Say whether a text is sensitive; saying it again replaces the answer.

    Raises: Refused("screening_submitted") for a candidate who has handed in.
    """
    if not account.is_researcher:
        lock_open_candidacy(account)
    SensitivityAnswer.objects.update_or_create(
        item=item, account=account, defaults={"is_sensitive": is_sensitive}
    )


@transaction.atomic
def declare_topics(
    *, labeler: User, topics: Sequence[str], cultural_groups: Sequence[str]
) -> Candidacy:
    """The fourth part, in the candidate's own words; what was named twice is kept once.

    Raises: NotAccessible, Refused("screening_submitted").
    """
    candidacy = lock_open_candidacy(labeler)
    candidacy.topics = named_once(topics)
    candidacy.cultural_groups = named_once(cultural_groups)
    candidacy.save(update_fields=["topics", "cultural_groups"])
    return candidacy


@transaction.atomic
def submit_screening(*, labeler: User) -> None:
    """Hand the screening in; from then on nothing of it changes. Twice is once.

    Raises: NotAccessible, Refused("screening_incomplete").
    """
    # Before the candidacy, so that no answer is being taken back while the parts are counted.
    lock_labeler(labeler)
    candidacy = lock_candidacy(labeler)
    if candidacy.state != STATE.IN_PROGRESS:
        return
    if missing := missing_parts(progress_of(labeler, candidacy.screening)):
        raise Refused(
            "screening_incomplete", "Some parts are not finished yet.", status=422, fields=missing
        )
    Candidacy.objects.filter(pk=candidacy.pk).update(state=STATE.SUBMITTED, submitted_at=Now())


def missing_parts(progress: Progress) -> dict[str, list[str]]:
    """What each unfinished part lacks. The fourth may stay empty: nobody has to name anything."""
    parts = {
        "flags": (progress.flags, "text", "to flag"),
        "ranking": (progress.ranking, "task", "to rank"),
        "demonstration": (progress.demonstration, "demonstration", "to write"),
    }
    left = {
        name: one.num_total - one.num_answered - one.num_skipped
        for name, (one, *_) in parts.items()
    }
    return {
        name: [f"{count_of(left[name], noun)} {verb} {are(left[name])} left."]
        for name, (part, noun, verb) in parts.items()
        if not part.is_done
    }


def lock_candidacy(labeler: User) -> Candidacy:
    """Precondition: inside a transaction. Raises: NotAccessible."""
    candidacy = (
        Candidacy.objects.select_for_update(of=("self",))
        .select_related("screening")
        .filter(labeler=labeler)
        .first()
    )
    if candidacy is None:
        raise NotAccessible
    return candidacy


def lock_open_candidacy(labeler: User) -> Candidacy:
    """Raises: NotAccessible, Refused("screening_submitted")."""
    candidacy = lock_candidacy(labeler)
    if candidacy.state != STATE.IN_PROGRESS:
        raise Refused("screening_submitted", "You have handed your screening in already.")
    return candidacy


def named_once(words: Sequence[str]) -> list[str]:
    """In the order given, white space evened out; what differs only in capitals counts as one."""
    kept: dict[str, str] = {}
    for word in words:
        even = re.sub(r"\s+", " ", word).strip()
        if even:
            kept.setdefault(even.casefold(), even)
    return list(kept.values())
