"""Writing the files of an export: streamed, and resumed where the last whole step ended.

``state.json`` beside the files says how far they are. It is written after them and replaces the
earlier one in one step, so a writer that dies in the middle loses that step only: what stands in
the files behind the recorded length is cut off before anything is added.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from training.exporters.records import Pseudonyms, Record, Task, read_units, records_of_unit
from training.exporters.rows import FILES, PREPARED
from training.exporters.tally import Tally

SPLITS: Final = ("train", "validation")
STATE: Final = "state.json"
UNITS_PER_LOOK: Final = 100
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
    units = read_units(files.kind, split, source, start=progress.record_bytes)
    for count, unit in enumerate(units):
        if count % UNITS_PER_LOOK == 0 and not go_on():
            return False
        for record in records_of_unit(files.kind, unit, names):
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
        self.kind = wanted.kind
        self.progress = progress
        self._open: dict[str, BinaryIO] = {}
        for name in file_names(wanted.files):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            file = stack.enter_context(path.open("r+b", buffering=CHUNK_BYTES))
            file.truncate(progress.num_bytes.setdefault(name, 0))
            file.seek(0, os.SEEK_END)
            progress.num_rows.setdefault(name, 0)
            self._open[name] = file

    def write(self, record: Task | Record, split: str) -> None:
        prepared = PREPARED[self.kind](record, split, self.progress.tally.num_records)
        for base, lines_of in self._lines_of.items():
            name = file_name(split, base)
            lines = lines_of(prepared)
            content = b"".join(lines)
            self._open[name].write(content)
            self.progress.num_bytes[name] += len(content)
            self.progress.num_rows[name] += len(lines)

    def sync(self) -> None:
        for file in self._open.values():
            file.flush()
            os.fsync(file.fileno())


def file_name(split: str, base: str) -> str:
    return f"{split}/{base}.jsonl"


def file_names(bases: Sequence[str]) -> Iterator[str]:
    for split in SPLITS:
        for base in bases:
            yield file_name(split, base)


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
