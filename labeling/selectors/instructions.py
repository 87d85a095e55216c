"""Reading the versions of a project's instructions, and who has read which (R15)."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from labeling.errors import NotAccessible
from labeling.models import Acknowledgement, Assignment, InstructionVersion, User
from labeling.selectors.projects import projects_open_to


def instruction_versions(*, project_id: int) -> QuerySet[InstructionVersion]:
    """Every version, the newest first, with its author and ``num_readers``. One query."""
    return (
        InstructionVersion.objects.filter(project=project_id)
        .select_related("created_by")
        .annotate(num_readers=Count("acknowledgements"))
        .order_by("-version")
    )


def access_instructions(*, project_id: int, version: int) -> InstructionVersion:
    """One version as ``instruction_versions`` gives it. Raises: NotAccessible."""
    return _only(instruction_versions(project_id=project_id).filter(version=version))


def instruction_versions_for(*, project_id: int, labeler: User) -> QuerySet[InstructionVersion]:
    """What a labeler may read: the newest version, and those they have read or worked under.

    Each with ``acknowledged_at``, None where they have not. One query.
    """
    read = Acknowledgement.objects.filter(instructions=OuterRef("pk"), labeler=labeler)
    worked = Assignment.objects.filter(instructions=OuterRef("pk"), labeler=labeler)
    newer = InstructionVersion.objects.filter(
        project=OuterRef("project"), version__gt=OuterRef("version")
    )
    return (
        InstructionVersion.objects.filter(
            Exists(read) | Exists(worked) | ~Exists(newer),
            project=project_id,
            project__in=projects_open_to(labeler=labeler),
        )
        .annotate(acknowledged_at=Subquery(read.values("acknowledged_at")[:1]))
        .order_by("-version")
    )


def access_instructions_as_labeler(
    *, project_id: int, version: int, labeler: User
) -> InstructionVersion:
    """One version as ``instruction_versions_for`` gives it. Raises: NotAccessible."""
    versions = instruction_versions_for(project_id=project_id, labeler=labeler)
    return _only(versions.filter(version=version))


def readers_of_instructions(*, project_id: int) -> QuerySet[User]:
    """The labelers who have read any version, each with the latest: ``version`` and ``read_at``."""
    read = Acknowledgement.objects.filter(
        instructions__project=project_id, labeler=OuterRef("pk")
    ).order_by("-instructions__version")
    return (
        User.objects.annotate(
            version=Subquery(read.values(number=F("instructions__version"))[:1]),
            read_at=Subquery(read.values("acknowledged_at")[:1]),
        )
        .filter(Q(version__isnull=False))
        .order_by("display_name", "id")
    )


def _only(versions: QuerySet[InstructionVersion]) -> InstructionVersion:
    found = versions.first()
    if found is None:
        raise NotAccessible
    return found
