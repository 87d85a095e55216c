"""Which of a person's judgments counts where a data set has no times: the last in the file."""

import pytest

from labeling.models import Ranking
from labeling.selectors.rankings import rankings_for_training
from tests.labeling.import_samples import lines, wmt_ranking
from tests.labeling.judgment_files import as_lines, debate, import_debates
from tests.labeling.test_judgment_import import comparison, import_study

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


def live_ranks() -> list[tuple[int | None, ...]]:
    return [record.rankings[0].ranks for record in rankings_for_training()]
