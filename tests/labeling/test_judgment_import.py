"""Storing judgments made elsewhere: whole tasks, once, and nothing else."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.errors import Refused
from labeling.models import (
    Completion,
    Project,
    Prompt,
    RankedCompletion,
    Ranking,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.rankings import rankings_for_training, sealed_rankings
from tests.labeling.judgment_files import (
    as_array,
    as_lines,
    debate,
    duel,
    import_debates,
    import_duels,
)

pytestmark = pytest.mark.django_db

TABLES = (Prompt, Completion, Project, Task, TaskCompletion, Ranking, RankedCompletion, User)


def rows_stored() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def test_a_debate_is_stored_with_its_partial_rankings() -> None:
    report = import_debates(as_lines(debate()))

    task = Task.objects.get()
    assert (task.origin, task.k, task.source_key) == ("imported", 3, "ukp/debate/1")
    assert task.prompt.imported_from == "ukp"
    assert Counter(Ranking.objects.values_list("k", "is_partial", "order_source")) == {
        (2, True, "imported"): 3
    }
    assert (report.num_prompts, report.num_completions, report.num_labelers) == (1, 3, 2)
    assert report.num_judgments == 3


def test_what_training_reads_has_gaps_where_nobody_judged() -> None:
    import_debates(as_lines(debate()))

    (record,) = rankings_for_training()

    assert [shown.text for shown in record.completions] == [f" Argument 1.{n}\n" for n in range(3)]
    assert sorted(
        ranking.ranks for ranking in record.rankings if None not in ranking.ranks[:2]
    ) == [
        (1, 2, None),
        (1, 2, None),
    ]
    assert (None, 1, 1) in [ranking.ranks for ranking in record.rankings]


def test_imported_judgments_are_sealed_at_once_and_keep_their_time() -> None:
    import_debates(as_lines(debate()))

    assert sealed_rankings().count() == 3
    assert Ranking.objects.filter(submitted_at__year=2016).count() == 1


def test_imported_labelers_can_never_sign_in_and_keep_no_readable_name() -> None:
    import_debates(as_lines(debate()))

    labelers = User.objects.filter(imported_from="ukp")
    assert labelers.count() == 2
    assert not labelers.filter(is_active=True).exists()
    assert all(labeler.email.endswith("@ukp.invalid") for labeler in labelers)
    assert not any("lea" in labeler.email + labeler.display_name for labeler in labelers)
    assert not any(labeler.has_usable_password() for labeler in labelers)


def test_a_duel_is_stored_as_complete_rankings_of_two_sides_in_their_order() -> None:
    import_duels(as_array(duel()))

    task = Task.objects.get()
    shown = [row.completion.text for row in task.task_completions.order_by("pk")]
    assert shown == ["Short 0.", ""]
    assert Counter(Ranking.objects.values_list("k", "is_partial")) == {(2, False): 3}


def test_completions_of_the_same_model_for_the_same_prompt_are_shared() -> None:
    same_prompt = {"instruction": "Do it.", "input": ""}
    import_duels(
        as_array(
            duel(0, **same_prompt, cmp_key="a_b", response1="A", response2="B"),
            duel(1, **same_prompt, cmp_key="a_c", response1="A", response2="C"),
        )
    )

    assert Completion.objects.count() == 3
    assert Prompt.objects.count() == 1


def test_importing_again_stores_nothing_and_says_where_everything_is() -> None:
    import_debates(as_lines(debate(1), debate(2)))
    before = rows_stored()

    report = import_debates(as_lines(debate(1), debate(2)), project="Another name")

    assert rows_stored() == before
    assert report.stored == []
    assert [skipped.line for skipped in report.skipped] == [1, 2]
    assert "of 'Debates'" in report.skipped[0].reason


def test_an_import_that_was_cut_off_is_finished_by_running_it_again() -> None:
    import_debates(as_lines(debate(1)))

    report = import_debates(as_lines(debate(1), debate(2)))

    assert [task.identity for task in report.stored] == ["ukp/debate/2"]
    assert Task.objects.count() == 2


def test_a_stored_task_takes_up_judgments_that_came_later() -> None:
    import_debates(as_lines(debate()))
    more = debate()
    more["comparisons"].append({"labeler": "noa", "a": "c0", "b": "c2", "label": "a"})

    report = import_debates(as_lines(more))

    assert (report.num_tasks, report.num_judgments, report.num_labelers) == (0, 1, 1)
    assert Task.objects.count() == 1
    assert Ranking.objects.count() == 4


def test_a_stored_task_never_changes_its_completions() -> None:
    import_debates(as_lines(debate()))
    before = rows_stored()
    other = debate()
    other["completions"][0]["text"] = "Another argument."

    report = import_debates(as_lines(other))

    assert rows_stored() == before
    assert "same identity and other completions" in report.errors[0].message


def test_of_two_judgments_by_one_person_the_later_one_counts_and_it_is_said() -> None:
    """The file lists the later one first; both are kept, one of them superseded."""
    later = {"labeler": "lea", "a": "c1", "b": "c0", "label": "a", "created_at": at(2)}
    earlier = {"labeler": "lea", "a": "c0", "b": "c1", "label": "a", "created_at": at(1)}

    report = import_debates(as_lines(debate(comparisons=[later, earlier])))

    (note,) = report.notes
    assert note.reason == "lea judged it twice; the later one counts."
    assert Ranking.objects.count() == 2
    live = Ranking.objects.get(superseded_at__isnull=True)
    assert live.submitted_at.hour == 2
    assert [record.rankings[0].ranks for record in rankings_for_training()] == [(2, 1, None)]


def test_a_later_judgment_in_another_import_supersedes_the_stored_one() -> None:
    import_debates(as_lines(debate(comparisons=[comparison("a")])))

    report = import_debates(as_lines(debate(comparisons=[comparison("b")])))

    assert report.notes[0].reason == "lea judged it twice; the later one counts."
    assert [record.rankings[0].ranks for record in rankings_for_training()] == [(2, 1, None)]
    # And the first file again changes nothing: what it says is known.
    report = import_debates(as_lines(debate(comparisons=[comparison("a")])))
    assert report.num_judgments == 0


def comparison(label: str) -> dict[str, str]:
    return {"labeler": "lea", "a": "c0", "b": "c1", "label": label}


def at(hour: int) -> str:
    return f"2016-02-01T0{hour}:00:00Z"


def test_a_dry_run_reports_exactly_what_the_import_then_does() -> None:
    file = [debate(1), "{", debate(1), debate(2, prompt="")]
    before = rows_stored()

    expected = import_debates(as_lines(*file), dry_run=True)
    assert rows_stored() == before
    report = import_debates(as_lines(*file))

    # The ids that a dry run gave away are gone.
    same = {"dry_run": True, "line_of_task": expected.line_of_task}
    assert vars(report) | same == vars(expected)
    assert rows_stored() != before


def test_broken_rows_are_reported_with_their_lines_and_the_good_ones_stored() -> None:
    too_many = [{"id": f"c{n}", "source_id": f"s{n}", "text": "x"} for n in range(10)]
    unknown, mislabeled, doubled, blank = debate(4), debate(5), debate(6), debate(8)
    unknown["comparisons"][1]["a"] = "c9"
    mislabeled["comparisons"][0]["label"] = "both"
    doubled["completions"][1]["id"] = "c0"
    blank["completions"][0]["text"] = ""
    rows: list[Any] = [
        debate(1),
        '{"task_id": ',
        debate(3),
        unknown,
        mislabeled,
        doubled,
        debate(7, completions=too_many),
        blank,
        debate(1),
        debate(10),
    ]

    report = import_debates(as_lines(*rows))

    assert report.num_read == 10
    assert [task.line for task in report.stored] == [1, 3, 10]
    assert sorted({error.line for error in report.errors}) == [2, 4, 5, 6, 8]
    # Ten completions, and a task that stands in the file before.
    assert [row.line for row in report.left_out] == [7]
    assert [row.line for row in report.skipped] == [9]
    # Of a broken task nothing is kept, not even its prompt or its labelers.
    assert Task.objects.count() == 3
    assert Prompt.objects.count() == 3
    assert Ranking.objects.count() == 9


def test_an_item_number_that_comes_twice_is_an_error() -> None:
    report = import_duels(as_array(duel(4), duel(4, response1="Something else.")))

    assert [task.line for task in report.stored] == [0]
    assert report.errors[0].message == "The row 0 has the same identity and other completions."


def test_a_project_that_holds_something_else_is_left_alone() -> None:
    import_debates(as_lines(debate()), project="Debates")

    with pytest.raises(Refused, match="holds other tasks"):
        import_duels_into_debates()

    assert Task.objects.count() == 1


def import_duels_into_debates() -> None:
    Project.objects.filter(name="Debates").update(name="Duels")
    import_duels(as_array(duel()))


def test_nothing_good_makes_no_project() -> None:
    import_debates(as_lines("{"))

    assert rows_stored() == dict.fromkeys(rows_stored(), 0)


def run_command(*arguments: str) -> str:
    output = io.StringIO()
    call_command("import_judgments", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_shows_progress_and_a_summary(tmp_path: Path) -> None:
    path = tmp_path / "debates.jsonl"
    path.write_bytes(as_lines(debate(1), debate(2)).getvalue())

    dry = run_command("ukp", str(path), "--dry-run")
    wet = run_command("ukp", str(path), "--project", "Tea and coffee")

    assert "line 2: would store task ukp/debate/2: K = 3, 3 judgments" in dry
    assert "2 read, 6 judgments so far" in wet
    assert wet.splitlines()[-1] == (
        "read 2, stored 2 tasks with 2 new prompts, 6 new completions, 2 new labelers, "
        "6 judgments and 0 demonstrations; skipped 0, left out 0, broken 0"
    )
    assert Project.objects.get().name == "Tea and coffee"


def test_the_command_keeps_the_good_rows_and_fails_on_broken_ones(tmp_path: Path) -> None:
    path = tmp_path / "debates.jsonl"
    path.write_bytes(as_lines(debate(1), "{").getvalue())

    with pytest.raises(CommandError, match="1 rows are broken"):
        run_command("ukp", str(path))

    assert Task.objects.count() == 1


def test_the_command_says_when_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run_command("pandalm", str(tmp_path / "nothing.json"))
