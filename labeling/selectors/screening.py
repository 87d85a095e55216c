"""Reading a screening: who may work where, and how far somebody has come in its parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from labeling.errors import NotAccessible
from labeling.models import (
    Assignment,
    Candidacy,
    Project,
    Screening,
    SensitivityAnswer,
    SensitivityItem,
    Task,
    User,
)
from labeling.selectors.compiled import CompiledQuery

STATE = Candidacy.State
ANSWERED = (Assignment.State.SUBMITTED, Assignment.State.SURPLUS)


@dataclass(frozen=True)
class PartProgress:
    """How many texts or tasks a part has, and what became of them; ``project`` None for texts."""

    num_total: int
    num_answered: int
    num_skipped: int = 0
    project_id: int | None = None

    @property
    def is_done(self) -> bool:
        """A skipped task is dealt with too: its reason says why."""
        return self.num_answered + self.num_skipped >= self.num_total


@dataclass(frozen=True)
class Progress:
    flags: PartProgress
    ranking: PartProgress
    demonstration: PartProgress


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
    unfinished = candidacy.exclude(state=STATE.ACCEPTED)
    return Q(Exists(own)) | (ordinary & Q(~Exists(unfinished)))


def known_by_name() -> Q:
    """A condition on judgments: their labeler is no candidate whom somebody is yet to decide about.

    Whoever decides must not meet a candidate's answers beside a name in some other list (R12).
    """
    undecided = Candidacy.objects.filter(
        labeler=OuterRef("labeler"), state__in=[STATE.IN_PROGRESS, STATE.SUBMITTED]
    )
    return Q(~Exists(undecided))


def candidacy_of(labeler: User) -> Candidacy | None:
    """With its screening. One query."""
    return CANDIDACY.first(labeler=labeler.pk)


# Asked before every task.
CANDIDACY = CompiledQuery(
    lambda labeler: Candidacy.objects.select_related("screening").filter(labeler=labeler)[:1],
    labeler=int,
)


def access_own_candidacy(labeler: User) -> Candidacy:
    """With its screening. Raises: NotAccessible for an account that was never a candidate."""
    candidacy = candidacy_of(labeler)
    if candidacy is None:
        raise NotAccessible
    return candidacy


def screenings() -> QuerySet[Screening]:
    """Every screening, the newest first, with how many candidates are in which state.

    One query.
    """
    by_state = {
        f"num_{state}": Count("candidacies", filter=Q(candidacies__state=state)) for state in STATE
    }
    return Screening.objects.annotate(**by_state).order_by("-id")


def access_screening(screening_id: int) -> Screening:
    """As ``screenings`` gives it. Raises: NotAccessible."""
    screening = screenings().filter(pk=screening_id).first()
    if screening is None:
        raise NotAccessible
    return screening


def progress_of(account: User, screening: Screening) -> Progress:
    """How far a candidate or an expert has come. Two queries."""
    items = SensitivityItem.objects.filter(screening=screening).aggregate(
        # Distinct, because a text stands once for everybody's answer to it.
        num_total=Count("pk", distinct=True),
        num_answered=Count("pk", filter=Q(answers__account=account), distinct=True),
    )
    projects = (screening.ranking_project_id, screening.demonstration_project_id)
    parts = _task_progress(account, projects)
    return Progress(PartProgress(**items), *parts)


def texts_to_flag(account: User, screening: Screening) -> QuerySet[SensitivityItem]:
    """The texts of the first part in order, each with this account's answer. Two queries."""
    mine = SensitivityAnswer.objects.filter(account=account)
    return SensitivityItem.objects.filter(screening=screening).prefetch_related(
        Prefetch("answers", queryset=mine, to_attr="mine")
    )


def access_text_to_flag(*, item_id: int, account: User) -> SensitivityItem:
    """A text of the caller's own screening, for a researcher of any.

    Raises: NotAccessible.
    """
    items = SensitivityItem.objects.filter(pk=item_id)
    if not account.is_researcher:
        items = items.filter(screening__candidacies__labeler=account)
    item = items.first()
    if item is None:
        raise NotAccessible
    return item


def _task_progress(
    account: User, project_ids: Sequence[int | None]
) -> tuple[PartProgress, PartProgress]:
    mine = Assignment.objects.filter(task=OuterRef("pk"), labeler=account)
    rows = (
        Task.objects.filter(project__in=project_ids, state=Task.State.OPEN, repeat_of__isnull=True)
        .order_by()
        .values("project")
        .annotate(
            num_total=Count("pk"),
            num_answered=Count("pk", filter=Exists(mine.filter(state__in=ANSWERED))),
            num_skipped=Count("pk", filter=Exists(mine.filter(state=Assignment.State.SKIPPED))),
        )
    )
    found = {
        row["project"]: (row["num_total"], row["num_answered"], row["num_skipped"]) for row in rows
    }
    ranking, demonstration = (
        PartProgress(*found.get(project_id or 0, (0, 0, 0)), project_id=project_id)
        for project_id in project_ids
    )
    return ranking, demonstration
