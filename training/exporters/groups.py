"""Some records of an export at a time, each group by itself into what it adds to every file.

What a group is made into depends on its own lines, on the number of its first record and on which
labelers have a number already: so groups can be worked on side by side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from training.exporters.line_files import Lines
from training.exporters.records import Pseudonyms, Task, Unit, records_of_unit
from training.exporters.rows import FILES, PREPARED
from training.exporters.tally import Tally

UNITS_PER_GROUP: Final = 100
# Of a compressed file, which can be left only where a member ends: far less than a second of work.
UNITS_PER_MEMBER: Final = 1_000


class Group(NamedTuple):
    """Units of one split; ``first`` is the number of records before them, ``end`` where the last
    line ends in the file of the records."""

    split: str
    first: int
    units: Sequence[Sequence[bytes]]
    end: int


@dataclass(frozen=True)
class Shape:
    """What records are made into: the files of their kind, and whether lines are packed."""

    kind: str
    files: Sequence[str]
    is_compressed: bool = False

    @property
    def units_per_group(self) -> int:
        return UNITS_PER_MEMBER if self.is_compressed else UNITS_PER_GROUP


class Made(NamedTuple):
    """What a group adds: bytes and rows by the name of the file, in the order of the shape."""

    contents: Sequence[bytes]
    num_rows: Sequence[int]
    tally: Tally


def groups_of(units: Iterator[Unit], shape: Shape, *, split: str, first: int) -> Iterator[Group]:
    """All units in their order. A record of rankings is a unit; nobody else asks for ``first``."""
    while some := list(islice(units, shape.units_per_group)):
        yield Group(split, first, [unit.lines for unit in some], some[-1].end)
        first += len(some)


def made_of(group: Group, shape: Shape, names: Pseudonyms) -> Made:
    """Labelers who are new are numbered in ``names``. Raises: ValueError for what is no record."""
    files = [
        (FILES[shape.kind][base], Lines(is_compressed=shape.is_compressed)) for base in shape.files
    ]
    prepare, tally = PREPARED[shape.kind], Tally()
    for lines in group.units:
        for record in records_of_unit(shape.kind, lines, names):
            tally.count(group.split)
            if isinstance(record, Task):
                said = [(one.labeler, one.ranks) for one in record.answers]
                tally.count_task(len(record.texts), said, prompt=record.prompt)
            prepared = prepare(record, group.split, group.first + tally.num_records)
            for lines_of, file in files:
                file.add(lines_of(prepared))
    return Made([file.content() for _, file in files], [file.number for _, file in files], tally)
