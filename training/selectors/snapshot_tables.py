"""A snapshot in the paper's tables, and how two snapshots differ (R45)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any, Final

from django.db import models
from django.db.models import Count, Q, QuerySet

from labeling.errors import Refused
from labeling.models import Demonstration, Prompt
from training.models import (
    Snapshot,
    SnapshotDemonstration,
    SnapshotPrompt,
    SnapshotRanking,
)
from training.selectors.paper_tables import (
    DemonstrationRow,
    PromptRow,
    Table,
    prompt_tables,
)
from training.selectors.snapshot_splits import SplitRule

ROWS_AT_ONCE: Final = 5_000
# What the names of counts by source begin with.
SOURCE: Final = "source_"
# What a snapshot of each kind is made of: the link rows, their column, and the noun.
LINKS: Final[Mapping[str, tuple[type[models.Model], str, str]]] = {
    Snapshot.Kind.RM: (SnapshotRanking, "ranking", "rankings"),
    Snapshot.Kind.SFT: (SnapshotDemonstration, "demonstration", "demonstrations"),
    Snapshot.Kind.PPO: (SnapshotPrompt, "prompt", "prompts"),
    Snapshot.Kind.COMPLETIONS: (SnapshotPrompt, "prompt", "prompts"),
    Snapshot.Kind.EVAL: (SnapshotPrompt, "prompt", "prompts"),
}
# The way from a link row to its prompt.
PROMPT_OF: Final[Mapping[str, str]] = {
    Snapshot.Kind.RM: "ranking__task__prompt",
    Snapshot.Kind.SFT: "demonstration__prompt",
    Snapshot.Kind.PPO: "prompt",
    Snapshot.Kind.COMPLETIONS: "prompt",
    Snapshot.Kind.EVAL: "prompt",
}


@dataclass(frozen=True)
class Difference:
    """What two snapshots of a kind share; ``counts`` gives each count in the one and the other."""

    noun: str
    num_shared: int
    num_only_first: int
    num_only_second: int
    counts: dict[str, tuple[int, int]]
    queries_differ_in: list[str]


def snapshot_tables(snapshot: Snapshot) -> list[Table]:
    """Tables 1, 6 to 11 and the languages; none for plain text. Two queries, three for sft.

    Categories, flags and languages are those of today; which prompts, and their split, are frozen.
    """
    if snapshot.kind not in LINKS:
        return []
    demonstrations = _demonstration_rows(snapshot) if snapshot.kind == Snapshot.Kind.SFT else ()
    return prompt_tables(list(_prompt_rows(snapshot)), demonstrations)


def prompts_of(snapshot: Snapshot) -> QuerySet[Prompt]:
    """The distinct prompts that a snapshot's records come from; none of plain text."""
    if snapshot.kind not in LINKS:
        return Prompt.objects.none()
    model: Any = LINKS[snapshot.kind][0]
    links = model.objects.filter(snapshot=snapshot)
    return Prompt.objects.filter(pk__in=links.values(PROMPT_OF[snapshot.kind]))


def share_held_out(snapshot: Snapshot) -> float | None:
    """What its records were split by; prompts that are frozen as such keep their own split."""
    if snapshot.kind not in (Snapshot.Kind.RM, Snapshot.Kind.SFT):
        return None
    share: float | None = snapshot.query.get("validation_share")
    return share


def difference(first: Snapshot, second: Snapshot) -> Difference:
    """What went into one and not into the other. Two queries.

    Raises: Refused("kinds_differ"), Refused("nothing_to_compare") for plain text (status 422).
    """
    check_same_kind(first, second, "other")
    if first.kind not in LINKS:
        said = "Plain text has no rows to compare; compare the hashes."
        raise Refused("nothing_to_compare", said, status=422)
    model, column, noun = LINKS[first.kind]
    shared, size, other_size = _overlap(model, column, first, second)
    return Difference(
        noun=noun,
        num_shared=shared,
        num_only_first=size - shared,
        num_only_second=other_size - shared,
        counts=_counts_beside(first.counts, second.counts),
        queries_differ_in=sorted(
            key
            for key in {*first.query, *second.query}
            if first.query.get(key) != second.query.get(key)
        ),
    )


def check_same_kind(first: Snapshot, second: Snapshot, field: str) -> None:
    """Raises: Refused("kinds_differ") naming the field of the second (status 422)."""
    if first.kind != second.kind:
        said = f"One is of kind {first.kind}, the other {second.kind}. Choose two of a kind."
        raise Refused("kinds_differ", said, status=422, fields={field: [said]})


def _counts_beside(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> dict[str, tuple[int, int]]:
    """What one of them lacks is none; but rankings were once frozen without counting sources."""
    sources = [{name for name in one if name.startswith(SOURCE)} for one in (first, second)]
    unknown = set() if all(sources) else sources[0] | sources[1]
    names = sorted({*first, *second} - unknown)
    return {name: (int(first.get(name, 0)), int(second.get(name, 0))) for name in names}


def _overlap(model: Any, column: str, first: Snapshot, second: Snapshot) -> tuple[int, int, int]:
    """(rows of both, of the first, of the second)."""
    links = model.objects.filter(snapshot__in=[first, second])
    sizes = links.aggregate(
        first=Count("pk", filter=Q(snapshot=first)), second=Count("pk", filter=Q(snapshot=second))
    )
    if first.pk == second.pk:
        return sizes["first"], sizes["first"], sizes["second"]
    of_both = model.objects.filter(
        snapshot=first,
        **{f"{column}__in": model.objects.filter(snapshot=second).values(column)},
    )
    return of_both.count(), sizes["first"], sizes["second"]


def _prompt_rows(snapshot: Snapshot) -> Iterator[PromptRow]:
    prompts = prompts_of(snapshot)
    splits = SplitRule.of(share_held_out(snapshot), prompts.values("pk"))
    # In no order: sorted, Postgres walks the index, nine times as long for a million rankings.
    rows = prompts.order_by().values_list(
        "pk",
        "split",
        "source_kind",
        "category",
        "flags",
        "token_count",
        "organization_key",
        "user_key",
        "language",
    )
    for pk, split, source, category, flags, tokens, organization, user, language in rows.iterator(
        ROWS_AT_ONCE
    ):
        yield PromptRow(
            pk=pk,
            # Each word once, not once for each of a million prompts.
            split=intern(splits.split_of(pk, split)),
            source_kind=intern(source),
            category=category and intern(category),
            flags=flags,
            num_tokens=tokens,
            customer_key=organization or user,
            language=language and intern(language),
        )


def _demonstration_rows(snapshot: Snapshot) -> Iterator[DemonstrationRow]:
    rows = Demonstration.objects.filter(pk__in=snapshot.demonstration_links.values("demonstration"))
    for source, tokens in rows.values_list("prompt__source_kind", "token_count"):
        yield DemonstrationRow(source, tokens)
