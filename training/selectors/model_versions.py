"""Reading model versions."""

from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Value, When

from labeling.errors import NotAccessible
from training.models import ModelVersion, Promotion

# Was current until another version of its kind was.
FORMER = "former"


def model_versions(*, kind: str | None = None) -> QuerySet[ModelVersion]:
    """With their artifact, run, ``stage`` and ``evidence``, None where they were never promoted.

    ``evidence`` is the figure of the newest promotion that stood on one. One query.
    """
    newest = Promotion.objects.filter(model_version=OuterRef("pk")).order_by("-pk")
    later = Promotion.objects.filter(
        model_version__kind=OuterRef("kind"),
        stage=Promotion.Stage.CURRENT,
        pk__gt=OuterRef("newest_promotion"),
    )
    found = (
        ModelVersion.objects.select_related("artifact", "run")
        .annotate(
            newest_promotion=Subquery(newest.values("pk")[:1]),
            newest_stage=Subquery(newest.values("stage")[:1]),
            evidence=Subquery(newest.filter(evidence__isnull=False).values("evidence")[:1]),
        )
        .annotate(
            stage=Case(
                When(Exists(later), newest_stage=Promotion.Stage.CURRENT, then=Value(FORMER)),
                default=F("newest_stage"),
                output_field=CharField(null=True),
            )
        )
    )
    return found if kind is None else found.filter(kind=kind)


def access_model_version(model_version_id: UUID) -> ModelVersion:
    """For researchers. Raises: NotAccessible."""
    version = model_versions().filter(pk=model_version_id).first()
    if version is None:
        raise NotAccessible
    return version
