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

from training.exporters.groups import Shape, groups_of
from training.exporters.line_files import LineFile
from training.exporters.makers import Makers, Part, makers_of
from training.exporters.records import Pseudonyms, read_units
from training.exporters.tally import Tally

SPLITS: Final = ("train", "validation")
STATE: Final = "state.json"
CHUNK_BYTES: Final = 1 << 20


class OtherExportError(Exception):
    """The folder holds something else than the beginning of what is to be written."""


@dataclass
class Progress:
    """How far an export is of ``what``. ``labelers`` are accounts in the order of their numbers."""

    what: str = ""
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
    records_sha256: str
    kind: str
    files: Sequence[str]
    simulated: frozenset[int] = frozenset()
    is_compressed: bool = False

    @property
    def shape(self) -> Shape:
        return Shape(self.kind, self.files, self.is_compressed)

    @property
    def what(self) -> str:
        """The same for exports of the same bytes only."""
        lines = "gzip" if self.is_compressed else "plain"
        return " ".join([self.records_sha256, lines, *self.files])

    def file_name(self, split: str, base: str) -> str:
        return file_name(split, base, is_compressed=self.is_compressed)

    def file_names(self) -> Iterator[str]:
        for split in SPLITS:
            for base in self.files:
                yield self.file_name(split, base)


def write_on(wanted: Wanted, folder: Path, go_on: Callable[[], bool]) -> Progress:
    """Write until there is nothing left, or ``go_on`` says that it is enough for now.

    Raises: OtherExportError.
    """
    progress = read_progress(folder)
    if progress.what not in ("", wanted.what):
        raise OtherExportError(f"{folder} holds a part of another export.")
    progress.what = wanted.what
    numbers = {labeler: number for number, labeler in enumerate(progress.labelers, start=1)}
    names = Pseudonyms(wanted.simulated, numbers)
    with ExitStack() as stack:
        files = Files(stack, folder, wanted, progress)
        source = stack.enter_context(wanted.records.open("rb", buffering=CHUNK_BYTES))
        makers = stack.enter_context(
            makers_of(wanted.shape, names, files.paths, num_bytes=_left(files))
        )
        while progress.num_splits < len(SPLITS):
            if not write_split(source, files, makers, go_on):
                break
            progress.num_splits += 1
            progress.record_bytes = 0
        makers.settle()
        files.sync()
    progress.labelers = list(names.numbers)
    save(progress, folder)
    return progress


def _left(files: "Files") -> int:
    """How many bytes of the records are still to be gone through, about."""
    num_bytes = files.wanted.records.stat().st_size
    return num_bytes * (len(SPLITS) - files.progress.num_splits) - files.progress.record_bytes


def write_split(
    source: BinaryIO, files: "Files", makers: Makers, go_on: Callable[[], bool]
) -> bool:
    """Write on with the split that it is the turn of; whether all of it is written."""
    progress, shape = files.progress, files.wanted.shape
    source.seek(progress.record_bytes)
    split = SPLITS[progress.num_splits]
    units = read_units(shape.kind, split, source, start=progress.record_bytes)
    groups = groups_of(units, shape, split=split, first=progress.tally.num_records)
    for group, made in makers.all_of(groups):
        if not go_on():
            return False
        files.add(split, made())
        progress.record_bytes = group.end
    return True


class Files:
    """The open files of both splits, each standing where the progress says."""

    def __init__(self, stack: ExitStack, folder: Path, wanted: Wanted, progress: Progress) -> None:
        self.wanted = wanted
        self.progress = progress
        self.paths = {
            split: [folder / wanted.file_name(split, base) for base in wanted.files]
            for split in SPLITS
        }
        self._open: dict[str, LineFile] = {}
        for name in wanted.file_names():
            progress.num_rows.setdefault(name, 0)
            file = LineFile(folder / name, num_bytes=progress.num_bytes.get(name, 0))
            stack.callback(file.close)
            self._open[name] = file

    def add(self, split: str, part: Part) -> None:
        names = [self.wanted.file_name(split, base) for base in self.wanted.files]
        files = [self._open[name] for name in names]
        part.write(files)
        for file, length in zip(files, part.lengths, strict=True):
            file.num_bytes += length
        for name, number in zip(names, part.num_rows, strict=True):
            self.progress.num_rows[name] += number
        self.progress.tally.add(part.tally)

    def sync(self) -> None:
        """Whatever the progress says is on disk."""
        for file in self._open.values():
            file.sync()
        self.progress.num_bytes = {name: file.num_bytes for name, file in self._open.items()}


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
