"""Reading imports of prompt files: how far they are, what became of each line."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, QuerySet

from labeling.errors import NotAccessible
from labeling.models import PromptImport, PromptImportLine


def prompt_imports() -> QuerySet[PromptImport]:
    return PromptImport.objects.select_related("created_by")


def access_prompt_import(import_id: UUID) -> PromptImport:
    """For researchers. One query. Raises: NotAccessible."""
    found = prompt_imports().filter(pk=import_id).first()
    if found is None:
        raise NotAccessible
    return found


def uploaded_positions(prompt_import: PromptImport) -> list[int]:
    """Which pieces of the file are here, so that an upload goes on where it was cut off."""
    positions = prompt_import.chunks.order_by("position").values_list("position", flat=True)
    return list(positions)


def num_lines_by_outcome(prompt_import: PromptImport) -> dict[str, int]:
    """Every outcome has its number, 0 too. One query."""
    counted = dict(prompt_import.lines.order_by().values_list("outcome").annotate(num=Count("pk")))
    return {outcome: counted.get(outcome, 0) for outcome in PromptImportLine.Outcome.values}


def import_lines(
    prompt_import: PromptImport, *, outcome: str | None = None
) -> QuerySet[PromptImportLine]:
    """Unordered; only lines of this outcome, if one is given."""
    lines = prompt_import.lines.all()
    return lines if outcome is None else lines.filter(outcome=outcome)


def report_rows(prompt_import: PromptImport) -> Iterator[PromptImportLine]:
    """Every line in the order of the file, read a thousand at a time."""
    return prompt_import.lines.order_by("line", "pk").iterator(chunk_size=1_000)
