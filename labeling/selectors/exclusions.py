"""Which prompts a researcher took out of one project's training and statistics."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from labeling.models import PromptExclusion, Task


def is_excluded(through: str) -> Exists:
    """A condition on whatever leads, by ``through``, to a task."""
    return Exists(
        PromptExclusion.objects.filter(
            project=OuterRef(f"{through}project"),
            prompt=OuterRef(f"{through}prompt"),
            lifted_at__isnull=True,
        )
    )


def is_asked_about(project_ids: Sequence[int] | None = None) -> Q:
    """A condition on prompts: one of these projects has a task of it and has not excluded it.

    Of all projects a prompt that none has excluded will do, whether or not it has a task.
    """
    tasks = Task.objects.filter(~is_excluded(""), prompt=OuterRef("pk"))
    if project_ids is not None:
        return Q(Exists(tasks.filter(project__in=project_ids)))
    excluded = PromptExclusion.objects.filter(prompt=OuterRef("pk"), lifted_at__isnull=True)
    return ~Q(Exists(excluded)) | Q(Exists(tasks))
