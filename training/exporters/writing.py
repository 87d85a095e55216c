"""Writing the files of an export: streamed, and resumed where the last whole step ended.

``state.json`` beside the files says how far they are. It is written after them and replaces the
earlier one in one step, so a writer that dies in the middle loses that step only: what stands in
the files behind the recorded length is cut off before anything is added.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from training.exporters.line_files import LineFile
from training.exporters.records import Pseudonyms, Record, Task, read_units, records_of_unit
from training.exporters.rows import FILES, PREPARED
from training.exporters.tally import Tally

SPLITS: Final = ("train", "validation")
STATE: Final = "state.json"
UNITS_PER_LOOK: Final = 100
# Of a compressed file, which can be left only where one ends: far less than a second of work.
UNITS_PER_MEMBER: Final = 1_000
CHUNK_BYTES: Final = 1 << 20


@dataclass
class Progress:
    """How far an export is. ``labelers`` are accounts in the order of their numbers."""

    # One split after the other: where its records begin does not depend on the other's.
    num_splits: int = 0
    record_bytes: int = 0
    num_bytes: dict[str, int] = field(default_factory=dict)
    num_rows: dict[str, int] = field(default_factory=dict)
    labelers: list[int] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def is_over(self) -> bool:
        return self.num_splits == len(SPLITS)


def read_progress(folder: Path) -> Progress:
    """From the beginning where nothing was written yet."""
    try:
        said = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return Progress()
    return Progress(**said | {"tally": Tally(**said["tally"])})


@dataclass(frozen=True)
class Wanted:
    """What is to be written: the records of a snapshot of this kind, into which of its files."""

    records: Path
    kind: str
    files: Sequence[str]
    simulated: frozenset[int] = frozenset()
    is_compressed: bool = False

    @property
    def units_per_look(self) -> int:
        return UNITS_PER_MEMBER if self.is_compressed else UNITS_PER_LOOK

    def file_name(self, split: str, base: str) -> str:
        return file_name(split, base, is_compressed=self.is_compressed)

    def file_names(self) -> Iterator[str]:
        for split in SPLITS:
            for base in self.files:
                yield self.file_name(split, base)


def write_on(wanted: Wanted, folder: Path, go_on: Callable[[], bool]) -> Progress:
    """Write until there is nothing left, or ``go_on`` says that it is enough for now."""
    progress = read_progress(folder)
    numbers = {labeler: number for number, labeler in enumerate(progress.labelers, start=1)}
    names = Pseudonyms(wanted.simulated, numbers)
    with ExitStack() as stack:
        files = Files(stack, folder, wanted, progress)
        source = stack.enter_context(wanted.records.open("rb", buffering=CHUNK_BYTES))
        while progress.num_splits < len(SPLITS):
            if not write_split(source, files, names, go_on):
                break
            progress.num_splits += 1
            progress.record_bytes = 0
        files.sync()
    progress.labelers = list(names.numbers)
    save(progress, folder)
    return progress


def write_split(
    source: BinaryIO, files: "Files", names: Pseudonyms, go_on: Callable[[], bool]
) -> bool:
    """Write on with the split that it is the turn of; whether all of it is written."""
    progress = files.progress
    source.seek(progress.record_bytes)
    split = SPLITS[progress.num_splits]
    kind = files.wanted.kind
    units = read_units(kind, split, source, start=progress.record_bytes)
    for count, unit in enumerate(units):
        if count % files.wanted.units_per_look == 0:
            # Whether it is left here or not, so that it is the same bytes.
            files.end_members()
            if not go_on():
                return False
        for record in records_of_unit(kind, unit, names):
            progress.tally.count(split)
            if isinstance(record, Task):
                progress.tally.count_task(len(record.texts), [one.ranks for one in record.answers])
            files.write(record, split)
        progress.record_bytes = unit.end
    return True


class Files:
    """The open files of both splits, each standing where the progress says."""

    def __init__(self, stack: ExitStack, folder: Path, wanted: Wanted, progress: Progress) -> None:
        self._lines_of = {base: FILES[wanted.kind][base] for base in wanted.files}
        self.wanted = wanted
        self.progress = progress
        self._open: dict[str, LineFile] = {}
        for name in wanted.file_names():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            file = stack.enter_context(path.open("r+b", buffering=CHUNK_BYTES))
            num_bytes = progress.num_bytes.get(name, 0)
            progress.num_rows.setdefault(name, 0)
            self._open[name] = LineFile(
                file, num_bytes=num_bytes, is_compressed=wanted.is_compressed
            )

    def write(self, record: Task | Record, split: str) -> None:
        prepared = PREPARED[self.wanted.kind](record, split, self.progress.tally.num_records)
        for base, lines_of in self._lines_of.items():
            name = self.wanted.file_name(split, base)
            lines = lines_of(prepared)
            self._open[name].write(b"".join(lines))
            self.progress.num_rows[name] += len(lines)

    def end_members(self) -> None:
        for file in self._open.values():
            file.end_member()

    def sync(self) -> None:
        """Whatever the progress says is on disk."""
        self.progress.num_bytes = {name: file.sync() for name, file in self._open.items()}


def file_name(split: str, base: str, *, is_compressed: bool = False) -> str:
    return f"{split}/{base}.jsonl{'.gz' if is_compressed else ''}"


def save(progress: Progress, folder: Path) -> None:
    draft = folder / f"{STATE}.new"
    draft.write_text(json.dumps(asdict(progress)))
    draft.replace(folder / STATE)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()
