"""Serving a labeler one of their own earlier tasks again, unmarked: it measures self-consistency.

A repeat is a task of its own, so that the earlier ranking and this one both stay whole. It is made
for one labeler and leased to them at once; nobody else is ever given its slot.
"""

import random

from django.conf import settings
from django.db.models import Exists, OuterRef

from labeling.models import (
    Assignment,
    InstructionVersion,
    Project,
    Ranking,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.sealing import sealed_answer
from labeling.services.claims import lease_new_slot

# The repeat is drawn from so many of the rankings that lie long enough back.
NUM_CHOICES = 100


def lease_repeat(
    *, labeler: User, project: Project, instructions: InstructionVersion
) -> Assignment | None:
    """One of their own tasks again, for ``project.repeat_share`` of the requests; mostly None.

    Whether it is time is drawn at random, since whoever knows when a repeat comes can look up what
    they said. No query where the project asks for none.
    """
    if not project.repeat_share or project.kind == Project.Kind.DEMONSTRATION:
        return None
    if random.SystemRandom().random() >= project.repeat_share:
        return None
    original = _earlier_task(labeler=labeler, project=project)
    if original is None:
        return None
    return lease_new_slot(_copy(original), slot=1, labeler=labeler, instructions=instructions)


def _earlier_task(*, labeler: User, project: Project) -> Task | None:
    """A task whose ranking is sealed and lies ``REPEAT_AFTER_RANKINGS`` of their own back.

    Each task is repeated once at most, and none that was retired since.
    """
    repeats = Task.objects.filter(repeat_of=OuterRef("task"), assignments__labeler=labeler)
    back = settings.REPEAT_AFTER_RANKINGS
    rankings = (
        Ranking.objects.filter(sealed_answer(), labeler=labeler, task__project=project)
        .filter(task__repeat_of__isnull=True)
        .select_related("task")
        .annotate(is_repeated=Exists(repeats))
        .order_by("-submitted_at", "-pk")
    )
    choices = [
        ranking.task
        for ranking in rankings[back : back + NUM_CHOICES]
        if not ranking.is_repeated and ranking.task.state == Task.State.OPEN
    ]
    return random.SystemRandom().choice(choices) if choices else None


def _copy(original: Task) -> Task:
    """The same prompt and completions, as a task of its own."""
    task = Task.objects.create(
        project_id=original.project_id,
        prompt_id=original.prompt_id,
        k=original.k,
        shuffle_key=original.shuffle_key,
        repeat_of=original,
    )
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, prompt_id=task.prompt_id, completion_id=completion_id)
        for completion_id in original.task_completions.values_list("completion", flat=True)
    )
    return task
