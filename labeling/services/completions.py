"""Storing completions by the batch, so that a repeated import or sampling job doubles nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from labeling.errors import Refused
from labeling.models import Completion, CompletionSource

BATCH_SIZE = 1_000
NUL = "\x00"


@dataclass(frozen=True)
class NewCompletion:
    """A completion to store. ``source_key`` is its identity within its source."""

    prompt_id: int
    text: str
    source_key: str
    sampling: Mapping[str, object] = field(default_factory=dict)
    seed: int | None = None
    token_count: int | None = None
    finish_reason: str = ""


@dataclass(frozen=True)
class StoredCompletions:
    """What became of a batch; ``refused_keys`` are texts that Postgres cannot hold (NUL)."""

    num_stored: int
    num_already_stored: int
    refused_keys: tuple[str, ...]


def get_or_create_source(*, kind: CompletionSource.Kind, name: str) -> CompletionSource:
    """The source of this name.

    Raises: Refused("source_kind_differs") when the name belongs to a source of another kind.
    """
    source, _ = CompletionSource.objects.get_or_create(name=name, defaults={"kind": kind})
    if source.kind != kind:
        raise Refused(
            "source_kind_differs", f"The completion source {name!r} is already a {source.kind}."
        )
    return source


@transaction.atomic
def store_completions(
    *, source: CompletionSource, rows: Iterable[NewCompletion]
) -> StoredCompletions:
    """Store the rows that are not there yet, all or none, a thousand at a time.

    Raises: Refused("completion_changed") when a key is already stored with another text, since a
    stored completion never changes (R32).
    """
    num_stored = num_already_stored = 0
    refused_keys: list[str] = []
    batch: dict[str, NewCompletion] = {}
    for row in rows:
        if NUL in row.text:
            refused_keys.append(row.source_key)
            continue
        if row.source_key in batch or len(batch) == BATCH_SIZE:
            stored, already = _store_batch(source, batch)
            num_stored, num_already_stored = num_stored + stored, num_already_stored + already
            batch = {}
        batch[row.source_key] = row
    stored, already = _store_batch(source, batch)
    return StoredCompletions(num_stored + stored, num_already_stored + already, tuple(refused_keys))


def _store_batch(source: CompletionSource, batch: Mapping[str, NewCompletion]) -> tuple[int, int]:
    """How many rows were stored, and how many were there before. Two queries, three if some were.

    The insert skips what exists instead of asking first, so two jobs at once cannot collide.
    """
    before = dict(
        Completion.objects.filter(source=source, source_key__in=batch).values_list(
            "source_key", "text"
        )
    )
    for key, text in before.items():
        if batch[key].text != text:
            raise Refused(
                "completion_changed", f"{source.name} already holds another text under {key!r}."
            )
    new = [
        Completion(
            source=source,
            prompt_id=row.prompt_id,
            text=row.text,
            source_key=row.source_key,
            sampling=dict(row.sampling),
            seed=row.seed,
            token_count=row.token_count,
            finish_reason=row.finish_reason,
        )
        for row in batch.values()
        if row.source_key not in before
    ]
    Completion.objects.bulk_create(new, ignore_conflicts=True)
    return len(new), len(before)
