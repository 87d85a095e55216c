"""Reading slots: which a labeler could be given, and the ones that are theirs."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import Now

from labeling.errors import NotAccessible
from labeling.models import Assignment, PresentedCompletion, Project, Task, User
from labeling.selectors.compiled import CompiledQuery
from labeling.selectors.screening import may_work_in

# The order in which a project's slots are handed out; an index of the open ones has it.
SERVING_ORDER = ("serve_key", "task_id", "slot")
# Beyond this a labeler is told that there are more.
NUM_SERVABLE_COUNTED = 1_000


def open_slots(*, project_id: int) -> QuerySet[Assignment]:
    """The slots of a project that nobody holds, in the order of serving; their tasks are open."""
    return Assignment.objects.filter(project=project_id, state=Assignment.State.OPEN).order_by(
        *SERVING_ORDER
    )


def servable_slots(*, labeler_id: int) -> QuerySet[Assignment]:
    """Open slots whose task this labeler has never held, skipped or submitted."""
    return _never_mine(labeler_id).filter(state=Assignment.State.OPEN)


def num_servable_tasks(*, labeler: User) -> Case:
    """As a column of ``Project``: how many tasks the labeler could be given now.

    At most ``NUM_SERVABLE_COUNTED + 1``: counting on to a million would take a second.
    """
    of_project = {"project": OuterRef("pk")}
    slots = (
        servable_slots(labeler_id=labeler.pk).filter(**of_project).order_by("serve_key", "task_id")
    )
    mine = Assignment.objects.filter(task=OuterRef("pk"), labeler=labeler)
    tasks = Task.objects.filter(
        ~Exists(mine), **of_project, state=Task.State.OPEN, repeat_of__isnull=True
    )
    return Case(
        # A screening has a place for everybody in every task.
        When(purpose=Project.Purpose.SCREENING, then=_num_counted(tasks.values("pk"))),
        default=_num_counted(slots.distinct("serve_key", "task_id").values("task")),
    )


def _num_counted(tasks: QuerySet[Any, Any]) -> Func:
    counted = ArraySubquery(tasks[: NUM_SERVABLE_COUNTED + 1])
    return Func(counted, function="cardinality", output_field=IntegerField())


def num_waiting_for_others(*, project_ids: Collection[int], labeler: User) -> int:
    """How many tasks are in other hands now and come to this labeler if they are given back."""
    leased = _never_mine(labeler.pk).filter(
        project__in=project_ids,
        task__repeat_of__isnull=True,
        task__state=Task.State.OPEN,
        state=Assignment.State.LEASED,
    )
    return leased.values("task").distinct().count()


def project_to_work_in(*, project_id: int) -> Project:
    """The bare project; whether the caller may work in it is for the service to say.

    Raises: NotAccessible.
    """
    project = PROJECT.first(project=project_id)
    if project is None:
        raise NotAccessible
    return project


PROJECT = CompiledQuery(lambda project: Project.objects.filter(pk=project)[:1], project=int)


def projects_with_work(*, labeler: User) -> QuerySet[Project]:
    """The open projects that the labeler is qualified for and that have a slot to give, the
    highest priority first; that they may have done all of it already is not looked at.
    """
    open_ended = Q(purpose=Project.Purpose.SCREENING)
    lapsed = Q(state=Assignment.State.LEASED, leased_until__lte=Now())
    slots = Assignment.objects.filter(project=OuterRef("pk"))
    free = Q(Exists(slots.filter(state=Assignment.State.OPEN))) | Q(Exists(slots.filter(lapsed)))
    return Project.objects.filter(
        may_work_in(labeler),
        free | open_ended | Q(repeat_share__gt=0),
        imported_from="",
        state=Project.State.OPEN,
        languages__contained_by=labeler.languages,
        skills__contained_by=labeler.skills,
    ).order_by("-priority", "pk")


def access_assignment(*, assignment_id: UUID, labeler: User) -> Assignment:
    """The labeler's own assignment with all that its page shows. Two queries.

    Raises: NotAccessible when there is none of this id, or it is somebody else's.
    """
    assignment = PAGE.first(assignment=assignment_id, labeler=labeler.pk)
    if assignment is None:
        raise NotAccessible
    presented = assignment.presented.all()
    presented._result_cache = PRESENTED(assignment=assignment_id)
    assignment._prefetched_objects_cache = {"presented": presented}  # type: ignore[attr-defined]
    return assignment


def _page(*, assignment: UUID, labeler: int) -> QuerySet[Assignment]:
    return Assignment.objects.filter(pk=assignment, labeler=labeler).select_related(
        "task__prompt", "task__project", "instructions", "draft"
    )[:1]


def _presented(*, assignment: UUID) -> QuerySet[PresentedCompletion]:
    shown = PresentedCompletion.objects.filter(assignment=assignment)
    return shown.select_related("completion").order_by("position")


PAGE = CompiledQuery(_page, assignment=UUID, labeler=int)
PRESENTED = CompiledQuery(_presented, assignment=UUID)


def access_assignment_kind(*, assignment_id: UUID, labeler: User) -> str:
    """Whether the labeler's own assignment asks for a ranking or a demonstration.

    Raises: NotAccessible.
    """
    kind = (
        Assignment.objects.filter(pk=assignment_id, labeler=labeler)
        .values_list("task__project__kind", flat=True)
        .first()
    )
    if kind is None:
        raise NotAccessible
    return kind


def assignments_of(
    *, labeler: User, project: int | None = None, state: str | None = None
) -> QuerySet[Assignment]:
    """All that this labeler was ever given, the latest first, each with its prompt and project.

    A late, surplus answer is among the submitted ones.
    """
    assignments = (
        Assignment.objects.filter(labeler=labeler)
        .select_related("task__prompt", "task__project")
        .order_by("-opened_at", "-id")
    )
    if project is not None:
        assignments = assignments.filter(task__project=project)
    if state is None:
        return assignments
    late = [Assignment.State.SURPLUS] if state == Assignment.State.SUBMITTED else []
    return assignments.filter(state__in=[state, *late])


def _never_mine(labeler_id: int) -> QuerySet[Assignment]:
    mine = Assignment.objects.filter(task=OuterRef("task"), labeler=labeler_id)
    return Assignment.objects.filter(~Exists(mine))
