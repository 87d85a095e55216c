"""The XML from which WMT's rankings were made; see ``labeling.importers.wmt``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

# A document type is refused before expat could expand anything that it declares.
from xml.parsers import expat

from labeling.importers.csv_files import read_cell_rank
from labeling.importers.files import BYTE_ORDER_MARK, pieces_of
from labeling.importers.not_kept import with_not_kept
from labeling.importers.prompts import RowError
from labeling.importers.reading import MAX_SECONDS, Row, read_identity, stored_as
from labeling.importers.records import Choices, DataFormat, NumberedRow
from labeling.importers.wmt import (
    LANG_PAIR,
    Output,
    Ranked,
    names_in,
    other_pair,
    task_of,
)

RESULT: Final = "ranking-result"
SIDES: Final = ("source", "target")
# A language that the file does not name, as ISO 639 has it.
UNKNOWN: Final = "und"


class RefusedXml(Exception):
    """The document declares what none of these files needs."""


@dataclass
class Results:
    """Takes rankings out of the stream of elements; holds one at a time.

    A ranking has no name of its own in the file: it is told by its place among all rankings.
    """

    parser: expat.XMLParserType
    choices: Choices
    finished: list[NumberedRow] = field(default_factory=list)
    num_seen: int = 0
    num_tasks: int = 0
    _hit: dict[str, str] = field(default_factory=dict)
    _task: dict[str, str] = field(default_factory=dict)
    _result: dict[str, str] = field(default_factory=dict)
    _translations: list[dict[str, str]] = field(default_factory=list)
    _line: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "HIT":
            self._hit = attributes
        elif name == "ranking-task":
            self._task = attributes
            self.num_tasks += 1
        elif name == RESULT:
            self._result, self._translations = attributes, []
            self._line = self.parser.CurrentLineNumber
        elif name == "translation":
            self._translations.append(attributes)

    def end(self, name: str) -> None:
        if name != RESULT:
            return
        self.num_seen += 1
        row = Row.of(
            self._line,
            {
                "HIT": self._hit,
                "ranking-task": self._task,
                RESULT: self._result,
                "translation": self._translations,
            },
        )
        ranked = self._ranked(row)
        if row.problems.found:
            self.finished.append((self._line, row.problems.found))
            return
        record = other_pair(ranked.lang_pair, self.choices) or stored_as(task_of(ranked))
        self.finished += [(self._line, one) for one in with_not_kept([record], [row.members])]

    def _ranked(self, row: Row) -> Ranked:
        hit, task, result = row.row("HIT"), row.row("ranking-task"), row.row(RESULT)
        return Ranked(
            lang_pair="-".join(hit.name(f"{side}-language", UNKNOWN) for side in SIDES),
            # Without a name a task is known by its place in the file.
            segment=task.read("id", read_identity, str(self.num_tasks)) or "",
            ranking=str(self.num_seen),
            labeler=result.name("user"),
            outputs=[output_of(one) for one in row.rows("translation")],
            seconds=result.optional("duration", read_duration),
        )


def output_of(row: Row) -> Output:
    return names_in(row.text("system"), ","), row.read("rank", read_cell_rank)


def read_duration(value: object) -> float:
    """Hours, minutes and seconds with colons between them, in seconds."""
    parts = str(value).split(":")
    if len(parts) != 3:
        raise ValueError("A time as in 00:01:14.5.")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError as error:
        raise ValueError("A time as in 00:01:14.5.") from error
    total = hours * 3600 + minutes * 60 + seconds
    if not 0 <= total < MAX_SECONDS:
        raise ValueError("A time as in 00:01:14.5.")
    return total


def refuse_document_type(*_: object) -> None:
    raise RefusedXml("A document type is not read; take it out.")


def read_rankings(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    parser = expat.ParserCreate()
    results = Results(parser, choices)
    parser.StartElementHandler = results.start
    parser.EndElementHandler = results.end
    parser.StartDoctypeDeclHandler = refuse_document_type
    try:
        is_empty = True
        for piece in pieces_of(file):
            is_empty = is_empty and not piece.removeprefix(BYTE_ORDER_MARK).strip()
            parser.Parse(piece)
            yield from results.finished
            results.finished.clear()
        if not is_empty:
            parser.Parse(b"", True)
    except (expat.ExpatError, RefusedXml) as error:
        yield from results.finished
        line = parser.CurrentLineNumber
        yield line, [RowError(line, "", f"Not XML: {error}.")]


WMT_XML: Final = DataFormat(
    name="wmt-xml",
    about="Rankings of systems' outputs, as the tasks' XML.",
    row="line",
    read=read_rankings,
    choices=(LANG_PAIR,),
)
