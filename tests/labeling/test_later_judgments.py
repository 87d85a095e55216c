"""Which of a person's judgments counts where a data set has no times: the last in the file."""

from unittest.mock import patch

import pytest

from labeling.models import Ranking
from labeling.selectors.rankings import rankings_for_training
from labeling.services import judgment_import_slices as slices
from labeling.services import judgment_imports
from tests.cast import client_of
from tests.labeling.import_samples import lines, wmt_ranking
from tests.labeling.judgment_files import as_lines, debate, import_debates
from tests.labeling.test_judgment_import import comparison, import_study
from tests.labeling.test_judgment_import_jobs import run_through, upload
from tests.labeling.uploads import json_lines

FOR_A, FOR_B = (1, 2, None), (2, 1, None)
COUNTS = "lea judged it twice; the later one counts."

pytestmark = pytest.mark.django_db


def test_without_times_the_last_in_the_file_counts_though_it_was_said_before() -> None:
    """First, another one, and the first again: the first counts, and its repetition is told."""
    said = [comparison("a"), comparison("b"), comparison("a")]

    report = import_debates(as_lines(debate(comparisons=said)))

    assert report.num_judgments == 2
    assert live_ranks() == [(1, 2, None)]
    assert [note.reason for note in report.notes] == [
        "lea said the same twice; it counts once.",
        "lea judged it twice; the later one counts.",
    ]
    again = import_debates(as_lines(debate(comparisons=said)))
    assert (again.num_judgments, live_ranks()) == (0, [(1, 2, None)])


def test_what_was_stored_before_counts_where_the_file_has_it_last() -> None:
    import_debates(as_lines(debate(comparisons=[comparison("b")])))

    report = import_debates(as_lines(debate(comparisons=[comparison("a"), comparison("b")])))

    assert report.num_judgments == 1
    assert live_ranks() == [(2, 1, None)]
    assert [note.reason for note in report.notes] == [
        "lea judged it twice; the later one counts.",
        "lea said this before; it is stored once.",
    ]


def test_of_two_rankings_of_a_pair_in_two_tasks_the_one_further_down_is_the_later() -> None:
    """Agreement takes a labeler's last word on a pair: the file's, and not any of two at once."""
    for first in (1, 11):
        rows = [
            wmt_ranking(("kit", rank), ("jhu", 3 - rank), ranking=first + rank) for rank in (1, 2)
        ]
        import_study("wmt", lines(*rows))

    keys = Ranking.objects.order_by("submitted_at").values_list("task__source_key", flat=True)
    assert [key.rpartition("/")[2] for key in keys] == ["2", "3", "12", "13"]


@pytest.mark.parametrize("rows_at_once", [1, 2, 100])
def test_the_last_in_the_file_counts_however_far_down_it_stands(rows_at_once: int) -> None:
    """First, another one, and the first again, each in a transaction of its own or together."""
    with patch.object(judgment_imports, "ROWS_AT_ONCE", rows_at_once):
        report = import_said("a", "b", "a")

        assert (report.num_judgments, live_ranks()) == (2, [FOR_A])
        assert [note.reason for note in report.notes] == [COUNTS]
        assert [row.line for row in report.skipped] == [3]
        again = import_said("a", "b", "a")

    assert (again.num_judgments, live_ranks()) == (0, [FOR_A])
    assert Ranking.objects.count() == 2


@pytest.mark.parametrize("rows_at_once", [1, 100])
def test_a_longer_copy_of_a_file_counts_to_its_end(rows_at_once: int) -> None:
    """Who goes on writing into one file and imports it again, or an import that was cut off."""
    import_said("a", "b")

    with patch.object(judgment_imports, "ROWS_AT_ONCE", rows_at_once):
        report = import_said("a", "b", "a")

    assert (report.num_judgments, live_ranks()) == (0, [FOR_A])
    assert {row.line for row in report.skipped} == {1, 2, 3}


@pytest.mark.parametrize("rows_at_once", [1, 100])
def test_an_old_file_read_once_more_undoes_nothing_and_says_what_counts(rows_at_once: int) -> None:
    import_said("a")
    import_said("b")

    with patch.object(judgment_imports, "ROWS_AT_ONCE", rows_at_once):
        report = import_said("a")

    assert live_ranks() == [FOR_B]
    assert report.skipped[0].reason.endswith(" lea said otherwise later, and that counts.")


def test_the_slices_of_one_upload_are_one_file(rosa) -> None:
    content = json_lines(*(debate(comparisons=[comparison(label)]) for label in "aba"))

    with patch.object(slices, "ROWS_PER_SLICE", 1):
        opened = upload(rosa, content, is_study=False)
        done = run_through(rosa, opened)

    assert (done["num_judgments"], live_ranks()) == (2, [FOR_A])
    rows = client_of(rosa).get(f"/api/judgment-imports/{opened['id']}/rows/").json()["results"]
    said = [(row["line"], row["outcome"]) for row in rows if row["message"].endswith(COUNTS)]
    assert sorted(said) == [(2, "note"), (3, "skipped")]


def import_said(*labels: str) -> judgment_imports.JudgmentImportReport:
    """What Lea said of one pair, a row each."""
    return import_debates(as_lines(*(debate(comparisons=[comparison(one)]) for one in labels)))


def live_ranks() -> list[tuple[int | None, ...]]:
    return [record.rankings[0].ranks for record in rankings_for_training()]
