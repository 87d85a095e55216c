"""The frozen records of a snapshot in the order and under the names in which they leave the house.

Both depend on what the records say and not on the rows they came from: an export that is imported
elsewhere, frozen and exported again is the same to the byte.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, TypeVar

# Data that was exported here and imported again has its sources under this name.
OWN_PREFIX: Final = "concord/"

Ranks = tuple[int | None, ...]
Record = Mapping[str, Any]
Said = TypeVar("Said")


@dataclass
class Pseudonyms:
    """Labelers by the order in which they first appear; simulated ones say so in their name.

    Numbers belong to one export: nobody can follow a labeler from one to the next.
    """

    simulated: Collection[int] = frozenset()
    numbers: dict[int, int] = field(default_factory=dict)

    def name(self, labeler: int) -> str:
        kind = "simulated" if labeler in self.simulated else "labeler"
        return f"{kind}-{self.numbers.setdefault(labeler, len(self.numbers) + 1)}"

    def place(self, labeler: int) -> tuple[int, int]:
        """Where the labeler sorts: known ones by their number, before new ones by their account."""
        known = self.numbers.get(labeler)
        return (1, labeler) if known is None else (0, known)


@dataclass(frozen=True)
class Unit:
    """Records that are exported together, and how many bytes of the file end with them."""

    records: Sequence[Record]
    end: int


def read_units(kind: str, split: str, lines: Iterable[bytes], *, start: int) -> Iterator[Unit]:
    """The records of a split from the byte ``start`` on; one prompt's demonstrations together."""
    numbered = records_of_split(kind, split, lines, start=start)
    for _, group in groupby(numbered, key=lambda one: one[0]):
        records, ends = [], [start]
        for _, end, record in group:
            records.append(record)
            ends.append(end)
        yield Unit(records, ends[-1])


def records_of_split(
    kind: str, split: str, lines: Iterable[bytes], *, start: int
) -> Iterator[tuple[int, int, Record]]:
    """(what it belongs to, where it ends, record) of each line of the split."""
    # Records are canonical JSON, within whose strings no quote stands alone: nothing else looks so.
    mark = f'"split":"{split}"'.encode()
    end = start
    for number, line in enumerate(lines):
        end += len(line)
        if mark in line:
            record: Record = json.loads(line)
            yield record["prompt_id"] if kind == "sft" else number, end, record


def rows_of_unit(kind: str, unit: Unit, names: Pseudonyms) -> list[dict[str, Any]]:
    if kind == "rm":
        return [ranking_row(record, names) for record in unit.records]
    if kind == "sft":
        return demonstration_rows(unit.records, names)
    return [{"prompt": one["prompt"], "split": one["split"]} for one in unit.records]


def ranking_row(record: Record, names: Pseudonyms) -> dict[str, Any]:
    """One task with all its labelers' ranks: completions by source and text, rankings by ranks."""
    completions = [
        (str(one["source"]).removeprefix(OWN_PREFIX), str(one["text"]))
        for one in record["completions"]
    ]
    order = sorted(range(len(completions)), key=completions.__getitem__)
    rankings = [(_said(one, order), int(one["labeler"])) for one in record["rankings"]]
    return {
        "prompt": record["prompt"],
        "category": record["category"] or "",
        "split": record["split"],
        "completions": [
            {"text": text, "source": source}
            for source, text in (completions[place] for place in order)
        ],
        "rankings": [
            {"labeler": name, "ranks": list(ranks), **({"axes": json.loads(axes)} if axes else {})}
            for (ranks, axes), name in named(rankings, names, sortable)
        ],
    }


def _said(ranking: Record, order: Sequence[int]) -> tuple[Ranks, str]:
    """The ranks, and the axes as JSON where some came with an imported judgment, in this order."""
    ranks = tuple(ranking["ranks"][place] for place in order)
    axes = [ranking["axes"][place] for place in order] if ranking.get("axes") else []
    return ranks, json.dumps(axes, sort_keys=True) if axes else ""


def sortable(said: tuple[Ranks, str]) -> tuple[tuple[int, ...], str]:
    ranks, axes = said
    return tuple(0 if rank is None else rank for rank in ranks), axes


def demonstration_rows(records: Sequence[Record], names: Pseudonyms) -> list[dict[str, Any]]:
    """The demonstrations of one prompt, by their text."""
    first = records[0]
    written = [(str(one["completion"]), int(one["labeler"])) for one in records]
    return [
        {"prompt": first["prompt"], "completion": text, "labeler": name, "split": first["split"]}
        for text, name in named(written, names, str)
    ]


def named(
    said: Sequence[tuple[Said, int]], names: Pseudonyms, key: Callable[[Said], Any]
) -> Iterator[tuple[Said, str]]:
    """What was said in its own order, each with who said it.

    Whoever said the same is in the order of their numbers, those given a moment ago included.
    """
    if len(said) == 1:
        # As of most tasks: nothing to order.
        [(what, labeler)] = said
        yield what, names.name(labeler)
        return
    ordered = sorted(said, key=lambda one: key(one[0]))
    for what, group in groupby(ordered, key=lambda one: one[0]):
        for labeler in sorted((labeler for _, labeler in group), key=names.place):
            yield what, names.name(labeler)
