"""Which prompts a researcher took out of one project's training and statistics."""

from django.db.models import Exists, OuterRef

from labeling.models import PromptExclusion


def is_excluded(through: str) -> Exists:
    """A condition on whatever leads, by ``through``, to a task."""
    return Exists(
        PromptExclusion.objects.filter(
            project=OuterRef(f"{through}project"),
            prompt=OuterRef(f"{through}prompt"),
            lifted_at__isnull=True,
        )
    )
