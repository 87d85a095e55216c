"""The frozen records of a snapshot in the order and under the names in which they leave the house.

Both depend on what the records say and not on the rows they came from: an export that is imported
elsewhere, frozen and exported again is the same to the byte.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeVar

from training.exporters.frozen_tasks import FrozenRanking, FrozenTask, Ranks, frozen_task

# Data that was exported here and imported again has its sources under this name.
OWN_PREFIX: Final = "concord/"
# The end of a record, with its split.
TAIL_BYTES: Final = 80
SIMULATED: Final = "simulated"

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
        kind = SIMULATED if labeler in self.simulated else "labeler"
        return f"{kind}-{self.numbers.setdefault(labeler, len(self.numbers) + 1)}"

    def place(self, labeler: int) -> tuple[int, int]:
        """Where the labeler sorts: known ones by their number, before new ones by their account."""
        known = self.numbers.get(labeler)
        return (1, labeler) if known is None else (0, known)


def is_simulated(pseudonym: str) -> bool:
    return pseudonym.startswith(SIMULATED)


class Unit(NamedTuple):
    """Lines that are exported together, and how many bytes of the file end with them."""

    lines: Sequence[bytes]
    end: int


def read_units(kind: str, split: str, lines: Iterable[bytes], *, start: int) -> Iterator[Unit]:
    """The lines of a split from the byte ``start`` on; one prompt's demonstrations together."""
    found = lines_of_split(split, lines, start=start)
    if kind != "sft":
        for line, end in found:
            yield Unit([line], end)
        return
    for _, group in groupby(found, key=lambda one: json.loads(one[0])["prompt_id"]):
        of_prompt = list(group)
        yield Unit([line for line, _ in of_prompt], of_prompt[-1][1])


def lines_of_split(
    split: str, lines: Iterable[bytes], *, start: int
) -> Iterator[tuple[bytes, int]]:
    """Each line of the split, and where it ends."""
    # Records are canonical JSON, within whose strings no quote stands alone: nothing else looks so.
    # In the order of the alphabet, at most the number of a task comes behind it.
    mark = f'"split":"{split}"'.encode()
    end = start
    for line in lines:
        end += len(line)
        if mark in line[-TAIL_BYTES:]:
            yield line, end


class Answer(NamedTuple):
    """Who ranked, and how; ``axes`` is JSON where ratings came with the judgment."""

    labeler: str
    ranks: Ranks
    axes: str


class Task(NamedTuple):
    """A task as it leaves the house; ``prompt`` and ``texts`` are JSON in UTF-8."""

    prompt: bytes
    category: str
    sources: Sequence[str]
    texts: Sequence[bytes]
    answers: Sequence[Answer]


def records_of_unit(
    kind: str, lines: Sequence[bytes], names: Pseudonyms
) -> Sequence[Task | Record]:
    if kind == "rm":
        return [exported_task(frozen_task(line), names) for line in lines]
    records = [json.loads(line) for line in lines]
    if kind == "sft":
        return demonstration_rows(records, names)
    return [{"prompt": one["prompt"], "split": one["split"]} for one in records]


def exported_task(frozen: FrozenTask, names: Pseudonyms) -> Task:
    """One task with all its labelers' ranks: completions by source and text, rankings by ranks."""
    sources = tuple([source.removeprefix(OWN_PREFIX) for source in frozen.sources])
    order = order_of(sources, frozen.texts)
    rankings = [(_said(one, order), one.labeler) for one in frozen.rankings]
    return Task(
        prompt=frozen.prompt,
        category=frozen.category,
        sources=[sources[place] for place in order],
        texts=[frozen.texts[place] for place in order],
        answers=[
            Answer(name, ranks, axes) for (ranks, axes), name in named(rankings, names, sortable)
        ],
    )


def order_of(sources: tuple[str, ...], texts: Sequence[bytes]) -> Sequence[int]:
    """The places of the completions by source, and by text where one source wrote several."""
    if len(set(sources)) == len(sources):
        return order_of_sources(sources)
    return sorted(range(len(sources)), key=lambda place: (sources[place], json.loads(texts[place])))


@lru_cache(maxsize=1 << 12)
def order_of_sources(sources: tuple[str, ...]) -> Sequence[int]:
    return tuple(sorted(range(len(sources)), key=sources.__getitem__))


def _said(ranking: FrozenRanking, order: Sequence[int]) -> tuple[Ranks, str]:
    """The ranks, and the axes as JSON where some came with an imported judgment, in this order."""
    ranks = tuple([ranking.ranks[place] for place in order])
    axes = [ranking.axes[place] for place in order] if ranking.axes else []
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
