"""Reading model versions."""

from uuid import UUID

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from training.models import ModelVersion


def model_versions(*, kind: str | None = None) -> QuerySet[ModelVersion]:
    """With their artifact and run. One query."""
    found = ModelVersion.objects.select_related("artifact", "run")
    return found if kind is None else found.filter(kind=kind)


def access_model_version(model_version_id: UUID) -> ModelVersion:
    """For researchers. Raises: NotAccessible."""
    version = model_versions().filter(pk=model_version_id).first()
    if version is None:
        raise NotAccessible
    return version
