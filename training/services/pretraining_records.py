"""The documents of a pretraining snapshot."""

from collections.abc import Iterable

from training.services.canonical import canonical_line
from training.services.snapshot_records import Records


def pretraining_records(text: str) -> Records:
    """One record per document; documents are set apart by blank lines."""
    documents = [document for document in _documents(text) if document.strip()]
    return Records(
        lines=[canonical_line({"text": document}) for document in documents],
        counts={"documents": len(documents), "characters": sum(map(len, documents))},
        problems=[] if documents else ["The text is empty."],
    )


def _documents(text: str) -> Iterable[str]:
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []
