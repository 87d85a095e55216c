"""The table of faults: measuring one again renews its row and leaves the others alone."""

from tests.chaos.ledger import DOCUMENT, Ledger, Row, page


def row(number, measured="orphans 0"):
    return Row(number, "Runner killed", "SIGKILL", "orphans 0", measured, "31 s", "2026-11-29")


def test_a_row_reads_as_it_was_written():
    assert Row.of_line(row(3).line()) == row(3)


def test_measuring_again_renews_one_row(tmp_path):
    document = tmp_path / "faults.md"
    document.write_text(page([row(3), row(12)]))
    ledger = Ledger(document)

    ledger.add(row(12, "claims 1"))
    ledger.save()

    assert Ledger(document).rows() == [row(3), row(12, "claims 1")]


def test_the_page_in_the_docs_is_one_that_the_command_writes():
    assert DOCUMENT.read_text() == page(Ledger().rows())
