"""Reading imports of judgments: how far they are, and what was said of their rows."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, QuerySet

from labeling.errors import NotAccessible
from labeling.models import JudgmentImport, JudgmentImportRow, Project


def judgment_imports() -> QuerySet[JudgmentImport]:
    return JudgmentImport.objects.select_related("created_by")


def access_judgment_import(import_id: UUID) -> JudgmentImport:
    """For researchers. One query. Raises: NotAccessible."""
    found = judgment_imports().filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def judgment_pieces(found: JudgmentImport) -> list[int]:
    """Which pieces of the file are here, so that an upload goes on where it was cut off."""
    return list(found.chunks.order_by("position").values_list("position", flat=True))


def num_rows_by_outcome(found: JudgmentImport) -> dict[str, int]:
    """Every outcome has its number, 0 too. One query."""
    counted = dict(found.rows.order_by().values_list("outcome").annotate(num=Count("pk")))
    return {outcome: counted.get(outcome, 0) for outcome in JudgmentImportRow.Outcome.values}


def import_rows(
    found: JudgmentImport, *, outcome: str | None = None
) -> QuerySet[JudgmentImportRow]:
    """Unordered; only rows of this outcome, if one is given."""
    rows = found.rows.all()
    return rows if outcome is None else rows.filter(outcome=outcome)


def judgment_report_rows(found: JudgmentImport) -> Iterator[JudgmentImportRow]:
    """Every row with something to say, in the order of the file, a thousand at a time."""
    return found.rows.order_by("line", "pk").iterator(chunk_size=1_000)


def imported_project(found: JudgmentImport) -> int | None:
    """The project it went into, once something is there. One query."""
    return Project.objects.filter(name=found.project_name).values_list("pk", flat=True).first()
