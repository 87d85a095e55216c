"""A file that is given under the name of another format is told what it is."""

import io
from itertools import permutations

import pytest

from labeling.importers.formats import FORMATS
from labeling.importers.other_formats import read_as
from tests.labeling.import_samples import SAMPLES, judged_pair, lines

NAMES = sorted(FORMATS)


def said_of(content: bytes, name: str) -> str:
    """All that is wrong with the first row of a file of nothing but broken ones."""
    known = FORMATS[name]
    rows = [row for _, row in read_as(known, io.BytesIO(content), known.choices_of({}))]
    broken = [row for row in rows if isinstance(row, list)]
    return " ".join(error.message for error in broken[0]) if len(broken) == len(rows) > 0 else ""


@pytest.mark.parametrize(("name", "other"), list(permutations(NAMES, 2)))
def test_the_format_that_reads_a_file_is_named_where_the_chosen_one_does_not(
    name: str, other: str
) -> None:
    content = SAMPLES[other]()

    said = said_of(content, name)

    if said:
        assert f"not of the format {name}; it reads as " in said
        assert other in said.replace(" or ", " ").replace(".", " ").split()


def test_most_formats_do_not_read_one_another() -> None:
    silent = [pair for pair in permutations(NAMES, 2) if not said_of(SAMPLES[pair[1]](), pair[0])]

    assert len(silent) < len(NAMES) * 2, silent


def test_rows_that_no_format_reads_are_told_by_what_they_hold() -> None:
    said = said_of(lines({"question": "Why?", "good": "a", "bad": "b"}), "trl")

    assert "A row of the file holds 'question', 'good', 'bad'." in said
    wrong = said_of(lines(judged_pair(0) | {"label": 7}), "auto-j")
    assert wrong == "0 or 1 for the better response, 2 for a tie, as numbers."


def test_a_good_row_among_broken_ones_needs_no_advice_and_none_is_lost() -> None:
    known = FORMATS["auto-j"]
    content = lines(*[{"chosen": "a", "rejected": "b"}] * 3, judged_pair(0), *[{}] * 40)

    rows = list(read_as(known, io.BytesIO(content), {}))

    assert [number for number, _ in rows] == list(range(1, 45))
    assert not any("reads as" in one.message for _, row in rows[:3] for one in row)
