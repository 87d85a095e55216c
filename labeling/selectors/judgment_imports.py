"""Reading imports of judgments."""

from labeling.models import JudgmentImport, Project


def imported_project(found: JudgmentImport) -> int | None:
    """The project it went into, once something is there. One query."""
    return Project.objects.filter(name=found.project_name).values_list("pk", flat=True).first()
