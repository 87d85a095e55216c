"""The table of faults: measuring one again renews its row and leaves the others alone."""

import pytest

from tests.chaos.ledger import DOCUMENT, SHORTENED, Ledger, Row, page


def row(number, measured="orphans 0", injected="SIGKILL", fault="Runner killed"):
    return Row(number, fault, injected, "orphans 0", measured, "31 s", "2026-11-29")


SHORT, LONG = f"6 s refused{SHORTENED}", "60 s refused"


def test_a_row_reads_as_it_was_written():
    assert Row.of_line(row(3).line()) == row(3)


def test_measuring_again_renews_one_row(tmp_path):
    document = tmp_path / "faults.md"
    document.write_text(page([row(3), row(12)]))
    ledger = Ledger(document)

    ledger.add(row(12, "claims 1"))
    ledger.save()

    assert Ledger(document).rows() == [row(3), row(12, "claims 1")]


@pytest.mark.parametrize(
    ("kept", "fresh", "stays"),
    [(LONG, SHORT, LONG), (SHORT, LONG, LONG), (SHORT, SHORT, SHORT), (None, SHORT, SHORT)],
)
def test_a_shortened_fault_does_not_replace_one_of_full_length(tmp_path, kept, fresh, stays):
    document = tmp_path / "faults.md"
    document.write_text(page([] if kept is None else [row(10, "kept", kept)]))
    ledger = Ledger(document)

    ledger.add(row(10, "fresh", fresh))
    ledger.save()

    [left] = Ledger(document).rows()
    assert left.injected == stays
    assert left.measured == ("kept" if (kept, fresh) == (LONG, SHORT) else "fresh")


def test_a_fault_of_the_plan_can_be_injected_in_two_ways(tmp_path):
    document = tmp_path / "faults.md"
    document.write_text(page([row(5, fault="Rank killed"), row(5, fault="Out of memory")]))
    ledger = Ledger(document)

    ledger.add(row(5, "attempts 3", fault="Rank killed"))
    ledger.save()

    assert [one.measured for one in Ledger(document).rows()] == ["orphans 0", "attempts 3"]


def test_the_page_in_the_docs_is_one_that_the_command_writes():
    assert DOCUMENT.read_text() == page(Ledger().rows())
