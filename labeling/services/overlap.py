"""Having more labelers judge the same prompts, so that there is something to compare."""

from dataclasses import replace

from django.db import transaction
from django.db.models import Count, Max, Q

from labeling.errors import Refused
from labeling.models import Assignment, Project, Task, User
from labeling.selectors.overlap import HELD, OverlapPlan, overlap_plan, tasks_below
from labeling.services.audit import record


@transaction.atomic
def raise_overlap(
    *, project: Project, overlap: int, num_prompts: int, raised_by: User
) -> OverlapPlan:
    """Open as many slots on the next prompts as they lack for ``overlap`` labelers; what was done.

    Asking again goes on with the prompts after these. What a labeler does stays as it is: slots are
    added, none is taken away, and the project's own overlap, that of tasks still to be made, is not
    changed.

    Raises: Refused("imported_project"), Refused("nothing_to_compare"), Refused("enough_overlap").
    """
    check_project(project)
    # Two requests at once would otherwise open the same slots.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    plan = overlap_plan(project=project, overlap=overlap, num_prompts=num_prompts)
    if not plan.num_prompts:
        raise Refused(
            "enough_overlap",
            f"Every open task of this project goes to {overlap} labelers or more already. Make "
            "more tasks, or ask for a higher overlap.",
        )
    chosen = tasks_below(project=project, overlap=overlap).values_list("pk", flat=True)
    keys = list(chosen[:num_prompts])
    # Locked in the order of their numbers, whoever else locks several.
    tasks = list(Task.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    counted = {
        task: (num_held, highest or 0)
        for task, num_held, highest in Assignment.objects.filter(task__in=keys)
        .order_by()
        .values_list("task")
        .annotate(num_held=Count("pk", filter=Q(state__in=HELD)), highest=Max("slot"))
    }
    slots = [
        Assignment(
            task=task,
            project_id=task.project_id,
            serve_key=task.shuffle_key,
            slot=counted[task.pk][1] + number,
        )
        for task in tasks
        if task.state == Task.State.OPEN
        for number in range(1, overlap - counted[task.pk][0] + 1)
    ]
    Assignment.objects.bulk_create(slots, batch_size=1_000)
    # A task may have been closed, or judged, between being chosen and being locked.
    done = replace(plan, num_prompts=len({slot.task_id for slot in slots}), num_rankings=len(slots))
    record(
        actor=raised_by,
        action="raise_overlap",
        subject=project,
        details={
            "overlap": overlap,
            "num_prompts": done.num_prompts,
            "num_rankings": done.num_rankings,
        },
    )
    return done


def check_project(project: Project) -> None:
    """Raises: Refused("imported_project"), Refused("nothing_to_compare")."""
    if project.imported_from:
        raise Refused("imported_project", "The rankings of this project come from its import.")
    if project.kind == Project.Kind.DEMONSTRATION:
        raise Refused("nothing_to_compare", "Demonstrations are no judgments to be compared.")
    if project.purpose == Project.Purpose.SCREENING:
        raise Refused(
            "nothing_to_compare", "Every task of a screening goes to everybody who is asked."
        )
