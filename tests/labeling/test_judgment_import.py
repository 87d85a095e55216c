"""Storing judgments made elsewhere: whole tasks, once, and nothing else."""

import io
from collections import Counter
from typing import Any

import pytest

from labeling.errors import Refused
from labeling.importers.formats import FORMATS
from labeling.models import (
    Completion,
    Demonstration,
    Project,
    Prompt,
    RankedCompletion,
    Ranking,
    Task,
    TaskCompletion,
    User,
)
from labeling.selectors.demonstrations import demonstrations_for_training
from labeling.selectors.prompts import is_usable
from labeling.selectors.rankings import rankings_for_training, sealed_rankings
from labeling.services.import_counts import RowOutcome
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments
from tests.labeling.import_samples import SAMPLES, lines, vote, wmt_ranking
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


def test_who_comes_back_to_a_first_judgment_means_it() -> None:
    """Without times the last one in the file counts, also where it was said before."""
    said = [comparison("a"), comparison("b"), comparison("a")]

    report = import_debates(as_lines(debate(comparisons=said)))

    assert [note.reason for note in report.notes] == [
        "lea said the same twice; it counts once.",
        "lea judged it twice; the later one counts.",
    ]
    assert [record.rankings[0].ranks for record in rankings_for_training()] == [(1, 2, None)]


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

    # The ids that a dry run gave away are gone, and so is its moment.
    same = {name: vars(expected)[name] for name in ("dry_run", "line_of_task", "began_at")}
    assert vars(report) | same == vars(expected)
    assert rows_stored() != before


def test_broken_rows_are_reported_with_their_lines_and_the_good_ones_stored() -> None:
    too_many = [{"id": f"c{n}", "source_id": f"s{n}", "text": "x"} for n in range(10)]
    unknown, mislabeled, doubled, blank = debate(4), debate(5), debate(6), debate(8)
    unknown["comparisons"][1]["a"] = "c9"
    mislabeled["comparisons"][0]["label"] = "both"
    doubled["completions"][1]["id"] = "c0"
    blank["completions"][0]["text"] = True
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

    assert [task.line for task in report.stored] == [1]
    assert report.errors[0].message.startswith(
        "The row 1 has the same identity and other completions."
    )


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


WMT = lines(wmt_ranking(("kit uedin", 2), ("jhu", 1)))


def import_study(name: str, content: bytes, *, is_study: bool = True) -> JudgmentImportReport:
    known = FORMATS[name]
    rows = known.read(io.BytesIO(content), known.choices_of({}))
    target = Target(name, f"Study of {name}", is_study=is_study)
    return import_judgments(rows, target=target, dry_run=False, on_progress=id)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_format_is_stored_whole_and_only_once(name: str) -> None:
    report = import_study(name, SAMPLES[name]())
    before = rows_stored() | {"demonstrations": Demonstration.objects.count()}

    again = import_study(name, SAMPLES[name]())

    assert report.errors == []
    assert report.num_judgments + report.num_demonstrations > 0
    assert rows_stored() | {"demonstrations": Demonstration.objects.count()} == before
    assert again.num_judgments + again.num_demonstrations == 0
    num = again.rows.by_outcome()
    assert num[RowOutcome.SKIPPED] + num[RowOutcome.LEFT_OUT] == again.num_read == report.num_read


def test_what_has_no_texts_is_imported_for_a_study_only() -> None:
    report = import_study("wmt", WMT, is_study=False)

    assert report.num_tasks == 0
    assert "for a study only" in report.left_out[0].reason


def test_a_study_trains_nothing_though_its_figures_are_read() -> None:
    """R41: neither its rankings nor its prompts; agreement reads them like any other."""
    import_study("wmt", WMT)
    import_study("ukp", SAMPLES["ukp"]())

    assert sealed_rankings().count() == 7
    assert rankings_for_training() == []
    assert not Prompt.objects.filter(is_usable()).exists()
    assert set(Prompt.objects.values_list("standing", flat=True)) == {"study"}


def test_a_study_of_prompts_that_are_used_elsewhere_trains_nothing_either() -> None:
    import_debates(as_lines(debate(1)))
    one = Prompt.objects.get()

    import_study("ukp", as_lines(debate(1, task_id="other")).getvalue())

    one.refresh_from_db()
    assert one.standing == Prompt.Standing.ACCEPTED
    assert [record.task_id for record in rankings_for_training()] == [
        Task.objects.get(source_key="ukp/debate/1").pk
    ]


def test_a_project_is_for_training_or_for_a_study() -> None:
    import_study("ukp", as_lines(debate(1)).getvalue())

    with pytest.raises(Refused, match="is for study"):
        import_study("ukp", as_lines(debate(2)).getvalue(), is_study=False)


def test_one_output_of_two_systems_remembers_both() -> None:
    import_study("wmt", WMT)

    merged = Completion.objects.get(source__name="wmt/kit")
    assert merged.sampling == {"also_by": ["wmt/uedin"]}


def test_ratings_are_kept_on_our_scale_and_on_theirs() -> None:
    import_study("summarize-axes", SAMPLES["summarize-axes"]())

    items = RankedCompletion.objects.order_by("rank")
    assert [item.rating for item in items] == [6, 3]
    assert items[0].axes == {"overall": 6, "accuracy": 7, "coherence": 6}


def test_a_models_judgments_are_no_persons() -> None:
    import_study("ultrafeedback", SAMPLES["ultrafeedback"]())

    judge = User.objects.get(imported_from="ultrafeedback")
    assert (judge.is_simulated, judge.display_name) == (True, "ultrafeedback gpt-4")
    assert not sealed_rankings().exists()


def test_demonstrations_of_people_train_and_those_of_models_do_not() -> None:
    import_study("self-instruct", SAMPLES["self-instruct"](), is_study=False)
    import_study("alpaca", SAMPLES["alpaca"](), is_study=False)

    assert [record.text for record in demonstrations_for_training()] == ["Night", "Down"]
    assert {record.source for record in demonstrations_for_training()} == {"import"}


def test_a_person_judging_in_two_rows_of_a_file_is_one_labeler_and_the_later_row_counts() -> None:
    """MT-bench lists a vote a row, and the same pair the other way round is the same pair."""
    swapped = vote("model_a", model_a="gpt-3.5", model_b="alpaca-13b")
    swapped["conversation_a"], swapped["conversation_b"] = (
        swapped["conversation_b"],
        swapped["conversation_a"],
    )

    report = import_study("mt-bench", lines(vote("model_a"), swapped), is_study=False)

    assert (report.num_tasks, report.num_judgments) == (1, 2)
    assert report.notes[0].reason == "expert_1 judged it twice; the later one counts."
    (record,) = rankings_for_training()
    assert [ranking.ranks for ranking in record.rankings] == [(2, 1)]
