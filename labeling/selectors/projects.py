"""Reading projects: for those who run them, and for those who label in them."""

from typing import Any

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject, Now, TruncDay

from labeling.errors import NotAccessible
from labeling.models import (
    Acknowledgement,
    Assignment,
    Candidacy,
    InstructionVersion,
    Project,
    Role,
    Task,
    User,
)
from labeling.selectors.assignments import num_servable_tasks
from labeling.selectors.screening import may_work_in


def projects_with_counts() -> QuerySet[Project]:
    """Every project with ``num_tasks``, ``num_qualified_labelers``, the newest ``instructions`` and
    its ``slot_counts``.

    A slot is one of a task's places for a labeler; a late, surplus answer takes none. One query.
    """
    return Project.objects.annotate(
        num_tasks=_count(
            Task.objects.filter(project=OuterRef("pk"), repeat_of__isnull=True), by="project"
        ),
        slot_counts=_slot_counts(),
        num_qualified_labelers=_num_qualified_labelers(),
        instructions=_newest_instructions(),
    ).order_by("-id")


def access_project(*, project_id: int) -> Project:
    """The project as ``projects_with_counts`` gives it. Raises: NotAccessible."""
    project = projects_with_counts().filter(pk=project_id).first()
    if project is None:
        raise NotAccessible
    return project


def projects_open_to(*, labeler: User) -> QuerySet[Project]:
    """The projects this account may be given work in: those of its pool (R14), for a candidate
    those of their screening alone."""
    return Project.objects.filter(may_work_in(labeler), imported_from="")


def projects_for_labeler(*, labeler: User) -> QuerySet[Project]:
    """The projects open to the labeler by name, paused ones too.

    Each with ``num_mine_today`` (submitted since midnight UTC), ``num_waiting_for_me`` (tasks they
    could be given now, at most one more than ``NUM_SERVABLE_COUNTED``), the newest
    ``instructions`` and ``instructions_acknowledged``. One query.
    """
    mine = Assignment.objects.filter(labeler=labeler, project=OuterRef("pk"))
    done = [Assignment.State.SUBMITTED, Assignment.State.SURPLUS]
    mine_today = mine.filter(state__in=done, submitted_at__gte=TruncDay(Now()))
    newest = _instruction_versions().values("pk")[:1]
    return (
        projects_open_to(labeler=labeler)
        .annotate(
            num_mine_today=_count(mine_today, by="project"),
            num_waiting_for_me=num_servable_tasks(labeler=labeler),
            instructions=_newest_instructions(),
            newest_id=Subquery(newest),
        )
        .annotate(
            instructions_acknowledged=Exists(
                Acknowledgement.objects.filter(instructions=OuterRef("newest_id"), labeler=labeler)
            )
        )
        .order_by("name")
    )


def access_project_as_labeler(*, project_id: int, labeler: User) -> Project:
    """A project this labeler may work in, as ``projects_for_labeler`` gives it.

    Raises: NotAccessible.
    """
    project = projects_for_labeler(labeler=labeler).filter(pk=project_id).first()
    if project is None:
        raise NotAccessible
    return project


def _instruction_versions() -> QuerySet[InstructionVersion]:
    """Those of the project around this subquery, the newest first."""
    return InstructionVersion.objects.filter(project=OuterRef("pk")).order_by("-version")


def _newest_instructions() -> Subquery:
    """Version, title and body in one JSON column; null for a project that was imported."""
    shown = JSONObject(version="version", title="title", body="body")
    return Subquery(_instruction_versions().values(shown=shown)[:1], output_field=JSONField())


def _num_qualified_labelers() -> Coalesce:
    """Labelers who could be given the project's tasks: neither candidates nor simulated."""
    qualified = User.objects.filter(
        Q(candidacy__isnull=True) | Q(candidacy__state=Candidacy.State.ACCEPTED),
        role=Role.LABELER,
        is_active=True,
        is_simulated=False,
        pool=OuterRef("pool"),
        languages__contains=OuterRef("languages"),
        skills__contains=OuterRef("skills"),
    )
    return _count(qualified, by="pool")


def _slot_counts() -> Coalesce:
    """``num_slots``, ``num_open`` and ``num_submitted`` in one JSON column, from one scan."""
    state = Assignment.State
    held = Q(state__in=[state.OPEN, state.LEASED, state.SUBMITTED])
    counts = (
        Assignment.objects.filter(project=OuterRef("pk"), task__repeat_of__isnull=True)
        .order_by()
        .values("project")
        .annotate(
            shown=JSONObject(
                num_slots=Count("pk", filter=held),
                num_open=Count("pk", filter=Q(state=state.OPEN)),
                num_submitted=Count("pk", filter=Q(state=state.SUBMITTED)),
            )
        )
        .values("shown")
    )
    none = Value({"num_slots": 0, "num_open": 0, "num_submitted": 0}, JSONField())
    return Coalesce(Subquery(counts, output_field=JSONField()), none)


def _count(rows: QuerySet[Any], *, by: str) -> Coalesce:
    """How many rows a correlated subquery finds; zero when it finds none."""
    counted = rows.order_by().values(by).annotate(num=Count("pk")).values("num")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
