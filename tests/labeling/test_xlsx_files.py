"""Workbooks as spreadsheets save them, and as somebody might send them to do harm."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from labeling.importers import xlsx_files
from labeling.importers.formats import FORMATS
from labeling.importers.records import JudgedTask, NumberedRow
from tests.labeling.import_samples import (
    TIDES,
    TULU_COLUMNS,
    WMT_COLUMNS,
    table,
    tulu_row,
    wmt_pair,
)

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006"
INLINE_TEXT = re.compile(rb'<c ([^>]*) t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>')
SHARED_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return with_shared_texts(out.getvalue())


def with_shared_texts(content: bytes) -> bytes:
    """Texts in a table of their own, as spreadsheets save them; openpyxl writes them in place."""
    texts: list[bytes] = []

    def share(found: re.Match[bytes]) -> bytes:
        texts.append(found[2])
        return b'<c %b t="s"><v>%d</v></c>' % (found[1], len(texts) - 1)

    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for part in before.namelist():
            xml = INLINE_TEXT.sub(share, before.read(part))
            after.writestr(part, xml.replace(b"</Types>", SHARED_TYPE + b"</Types>"))
        table_of = b"".join(b"<si><t>%b</t></si>" % text for text in texts)
        after.writestr(TEXTS, b'<sst xmlns="%b/main">%b</sst>' % (NAMESPACE, table_of))
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of its archive changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for part in before.namelist():
            text = before.read(part)
            after.writestr(part, change(text) if part == name else text)
    return out.getvalue()


def read(name: str, content: bytes, **choices: str) -> list[NumberedRow]:
    known = FORMATS[name]
    return list(known.read(io.BytesIO(content), known.choices_of(choices)))


def problem(content: bytes) -> str:
    """What is said of a file that cannot be read at all."""
    ((_, errors),) = read("tulu", content)
    assert isinstance(errors, list)
    return errors[0].message


def tulu(*rows: Sequence[object]) -> bytes:
    return workbook([TULU_COLUMNS, *rows])


def test_a_workbook_reads_as_the_same_table_in_csv() -> None:
    rows = [tulu_row("a-is-slightly-better"), tulu_row("tie"), tulu_row("b-is-better")]
    moment = datetime(2023, 5, 25, 14, 8, 33)  # noqa: DTZ001 - a cell of a sheet has no time zone
    as_cells = [[*row[:-1], moment] for row in rows]

    assert read("tulu", tulu(*as_cells)) == read("tulu", table(TULU_COLUMNS, *rows))
    pairs = [wmt_pair("a", "b", (1, 2)), wmt_pair("a", "c", (1, -1))]
    assert read("wmt-csv", workbook([WMT_COLUMNS, *pairs])) == read(
        "wmt-csv", table(WMT_COLUMNS, *pairs)
    )


def test_the_columns_of_a_workbook_are_chosen_as_those_of_a_csv() -> None:
    sheet = [["question", "one", "two", "r1", "r2"], [TIDES, "Moon.", "Sun.", 2.0, 1]]

    ((line, task),) = read(
        "csv", workbook(sheet), prompt="question", completions="one,two", ranks="r1,r2"
    )

    assert line == 2
    assert isinstance(task, JudgedTask)
    assert [judgment.ranks for judgment in task.judgments] == [(2, 1)]


def test_the_sheet_with_the_columns_is_read_and_what_stands_beside_its_table_is_not() -> None:
    notes = [["What we did"], ["We asked three people."]]
    judged = [[], [], [*TULU_COLUMNS, None, None], [*tulu_row("tie"), None, "odd one"], []]

    ((line, task),) = read("tulu", workbook(notes, judged))

    assert line == 4
    assert isinstance(task, JudgedTask)
    assert problem(workbook(notes, [])).startswith(
        "The first line names the columns; 'prompt' is missing. It holds "
    )
    assert problem(workbook([])) == "The workbook has no sheet with a row."


def test_a_formula_is_the_value_it_last_had_and_never_itself() -> None:
    """Text that begins with an equals sign stays text; a formula without a value is empty."""
    sun = "=1+1"
    sheet = tulu(tulu_row("tie"), tulu_row("tie"), tulu_row("tie"))

    def formulas(xml: bytes) -> bytes:
        for place, cell in (
            (b"F2", '<c r="F2" t="str"><f>1+1</f><v>The moon.</v></c>'),
            (b"F3", '<c r="F3"><f>1+1</f></c>'),
            (b"F4", f'<c r="F4" t="inlineStr"><is><t>{sun}</t></is></c>'),
        ):
            start = xml.index(b'<c r="' + place)
            xml = xml[:start] + cell.encode() + xml[xml.index(b"</c>", start) + 4 :]
        return xml

    tasks = [row for _, row in read("tulu", with_part(sheet, SHEET, formulas))]

    texts = [task.completions[0].text for task in tasks if isinstance(task, JudgedTask)]
    assert texts == ["The moon.", "", "=1+1"]


def test_a_cell_in_error_spoils_its_row_alone() -> None:
    sheet = tulu(tulu_row("tie"), tulu_row("tie"))

    def fail(xml: bytes) -> bytes:
        start = xml.index(b'<c r="C2"')
        broken = b'<c r="C2" t="e"><v>#REF!</v></c>'
        return xml[:start] + broken + xml[xml.index(b"</c>", start) + 4 :]

    (_, errors), (line, task) = read("tulu", with_part(sheet, SHEET, fail))

    assert isinstance(errors, list)
    assert errors[0].message == "prompt: the cell holds the error #REF!."
    assert line == 3
    assert isinstance(task, JudgedTask)


def test_line_ends_and_what_cannot_be_stored_are_told_from_text() -> None:
    def escape(xml: bytes) -> bytes:
        return xml.replace(b"The moon.", b"The_x000D_\nmoon.").replace(
            b"The sun", b"_x000D_The sun"
        )

    ((_, task),) = read("tulu", with_part(tulu(tulu_row("tie")), TEXTS, escape))

    assert isinstance(task, JudgedTask)
    assert [one.text for one in task.completions] == ["The\r\nmoon.", "\rThe sun, mostly."]


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros of the claimed size, and a great many empty parts."""
    sheet = tulu(tulu_row("tie"))

    def with_parts(*parts: tuple[str, bytes]) -> bytes:
        out = io.BytesIO(sheet)
        with ZipFile(out, "a", ZIP_DEFLATED) as archive:
            for name, content in parts:
                archive.writestr(name, content)
        return out.getvalue()

    bomb = with_parts(("xl/media/a.png", bytes(xlsx_files.MAX_UNPACKED_BYTES)))
    assert len(bomb) < 1_000_000
    assert "longer than 100 MB once unpacked" in problem(bomb)
    many = with_parts(*((f"p{number}", b"") for number in range(xlsx_files.MAX_PARTS)))
    assert "more than 2,000 parts" in problem(many)
    monkeypatch.setattr(xlsx_files, "MAX_UNPACKED_BYTES", 1_000)
    assert "once unpacked" in problem(sheet)


def test_a_part_that_unpacks_to_more_than_it_claims_is_cut_and_refused() -> None:
    sheet = tulu(*[tulu_row("tie")] * 2_000)
    with ZipFile(io.BytesIO(sheet)) as archive:
        size = archive.getinfo(SHEET).file_size
    # The claim stands in the directory at the end and before the part itself.
    lying = sheet.replace(size.to_bytes(4, "little"), (64).to_bytes(4, "little"))
    assert lying != sheet

    assert "cannot be read" in problem(lying)


def test_entities_are_not_expanded() -> None:
    declared = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def declare(xml: bytes) -> bytes:
        head, tag, rest = xml.partition(b"<sst")
        return (head + declared + tag + rest).replace(b"The moon.", b"&b;")

    assert "cannot be read (EntitiesForbidden" in problem(
        with_part(tulu(tulu_row("tie")), TEXTS, declare)
    )


@pytest.mark.parametrize(
    "far", [b'<row r="900000000"><c r="A900000000"><v>1</v></c></row>', b'<row r="2000000"/>']
)
def test_a_row_that_says_it_stands_far_below_is_not_waited_for(far: bytes) -> None:
    sheet = with_part(
        tulu(tulu_row("tie")),
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", far + b"</sheetData>"),
    )

    assert [line for line, _ in read("tulu", sheet)] == [2]


def test_a_sheet_that_claims_to_be_as_wide_as_it_may_is_read_by_its_cells() -> None:
    sheet = with_part(
        tulu(*[tulu_row("tie")] * 300),
        SHEET,
        lambda xml: xml.replace(b'ref="A1:L301"', b'ref="A1:XFD1048576"'),
    )

    assert [line for line, _ in read("tulu", sheet)] == list(range(2, 302))


def test_what_is_no_workbook_or_half_of_one_is_told_with_a_remedy() -> None:
    sheet = tulu(*[tulu_row("tie")] * 20)
    zipped = io.BytesIO()
    with ZipFile(zipped, "w") as archive:
        archive.writestr("judgments.csv", "prompt\n")

    assert "no XLSX workbook" in problem(sheet[: len(sheet) // 2])
    assert "save it anew, or save the sheet as CSV" in problem(zipped.getvalue())
    for place in range(60, len(sheet), len(sheet) // 40):
        rows: Any = read("tulu", sheet[:place] + bytes([sheet[place] ^ 0x55]) + sheet[place + 1 :])
        assert all(isinstance(row, JudgedTask) or row[0].message for _, row in rows)
