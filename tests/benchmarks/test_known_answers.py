"""The table of expected and computed figures is whole, alike, and what the command writes."""

import pytest

from benchmarks.known_answers import DOCUMENT, document, known_answers, main
from tests.reference_data import reference_data


def test_every_figure_with_a_known_answer_is_computed_to_the_printed_digit():
    """R42, R38: textbook tables, three annotators, a crowd, and four language pairs."""
    folder = reference_data("classics.json").parent

    parts = known_answers(folder)

    rows = [row for _, part in parts for row in part]
    assert len(rows) >= 60
    assert [row for row in rows if not row.is_alike] == []
    assert document(parts) == DOCUMENT.read_text()


def test_the_committed_table_says_of_no_figure_that_it_differs():
    """Also where the published data are not at hand."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]

    assert len(rows) >= 60
    assert "differs" not in DOCUMENT.read_text()


def test_a_folder_that_lacks_a_file_is_told_which(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["known_answers", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "classics.json is missing" in capsys.readouterr().err
