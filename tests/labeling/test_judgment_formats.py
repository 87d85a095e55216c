"""Reading files of judgments: every broken row is told apart, with its line and its place."""

from typing import Any

import pytest

from labeling.importers.pandalm import PANDALM
from labeling.importers.prompts import RowError
from labeling.importers.records import JudgedTask, LeftOut, NumberedRow
from labeling.importers.ukp_kwise import UKP
from labeling.services.imported_tasks import NamedTask, split_key
from tests.labeling.judgment_files import as_array, as_lines, debate, duel


def good(rows: list[NumberedRow]) -> JudgedTask:
    ((_, row),) = rows
    assert isinstance(row, JudgedTask), row
    return row


def left_out(rows: list[NumberedRow]) -> str:
    ((_, row),) = rows
    assert isinstance(row, LeftOut), row
    return row.reason


def broken(rows: list[NumberedRow]) -> list[RowError]:
    ((_, row),) = rows
    assert isinstance(row, list), row
    return row


def read_debate(**changes: object) -> list[NumberedRow]:
    return list(UKP.read(as_lines(debate(**changes)), {}))


def read_duel(**changes: object) -> list[NumberedRow]:
    return list(PANDALM.read(as_array(duel(**changes)), {}))


def comparison(**changes: object) -> dict[str, Any]:
    return {"labeler": "lea", "a": "c0", "b": "c1", "label": "a"} | changes


def test_a_comparison_becomes_a_ranking_of_two_out_of_k() -> None:
    task = good(read_debate())

    assert [judgment.ranks for judgment in task.judgments] == [
        (1, 2, None),
        # Max named them the other way round and preferred the second.
        (1, 2, None),
        (None, 1, 1),
    ]
    assert [judgment.labeler for judgment in task.judgments] == ["lea", "max", "max"]


def test_times_are_kept_and_their_absence_too() -> None:
    times = [judgment.judged_at for judgment in good(read_debate()).judgments]

    assert times[0] is None
    assert times[2] is not None
    assert times[2].isoformat() == "2016-02-01T21:11:30+00:00"


def test_the_texts_are_read_exactly() -> None:
    assert good(read_debate()).completions[0].text == " Argument 1.0\n"


def test_both_sides_of_a_debate_share_their_split_key() -> None:
    """RM11: no prompt key in two splits; here the key is the debate."""
    yes = good(read_debate(prompt="Debate: Tea or coffee?\nSide: Tea\nWhich?"))
    no = good(read_debate(prompt="Debate: Tea or coffee?\nSide: Coffee\nWhich?"))

    assert yes.group == no.group == "Debate: Tea or coffee?"
    assert split_key("ukp", yes.group) == "ukp/Debate: Tea or coffee?"


def test_a_very_long_debate_still_has_a_key_that_fits() -> None:
    group = good(read_debate(prompt="Debate: " + "x" * 500)).group

    assert len(split_key("ukp", group)) <= 120


def test_the_same_text_in_two_tasks_is_one_completion_only_with_the_same_source() -> None:
    one = good(read_debate())
    changed = debate()
    changed["completions"][0]["text"] = "Another argument."
    other = good(list(UKP.read(as_lines(changed), {})))

    assert NamedTask(1, one).keys[0] != NamedTask(1, other).keys[0]
    assert NamedTask(1, one).keys[1] == NamedTask(1, other).keys[1]


ARGUMENT = {"id": "c0", "source_id": "s0", "text": "An argument."}


def arguments(number: int) -> list[dict[str, str]]:
    return [{"id": f"c{n}", "source_id": f"s{n}", "text": f"Argument {n}."} for n in range(number)]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"task_id": ""}, "task_id", "Empty."),
        ({"task_id": "ukp/\x1b[2J"}, "task_id", "no control characters"),
        ({"prompt": " \n"}, "prompt", "Empty."),
        ({"completions": [ARGUMENT, ARGUMENT]}, "completions", "twice in one task"),
        (
            {"completions": [ARGUMENT, ARGUMENT | {"id": "c1", "source_id": "s1", "text": None}]},
            "completions.1.text",
            "text in quotes",
        ),
        ({"completions": "none"}, "completions", "This must be a list."),
        ({"completions": [1, 2]}, "completions", "This must be a JSON object."),
        ({"comparisons": [comparison(b="c7")]}, "comparisons.0.b", "no completion 'c7'"),
        ({"comparisons": [comparison(label="A")]}, "comparisons.0.label", "One of a, b, tie."),
        ({"comparisons": [comparison(label=["a"])]}, "comparisons.0.label", "One of a, b, tie."),
        ({"comparisons": [comparison(labeler=True)]}, "comparisons.0.labeler", "text in quotes"),
        (
            {"comparisons": [comparison(created_at="2016-02-01T21:11:30")]},
            "comparisons.0.created_at",
            "time zone",
        ),
        (
            {"comparisons": [comparison(created_at="yesterday")]},
            "comparisons.0.created_at",
            "A time as in 2023-05-25T14:08:33Z.",
        ),
        (
            {"comparisons": [comparison(created_at="0001-01-01T00:00:00+14:00")]},
            "comparisons.0.created_at",
            "between 1970 and 2999",
        ),
        ({"rankings": [{"labeler": "lea"}]}, "rankings", "Only pairwise comparisons"),
    ],
)
def test_each_mistake_in_a_debate_is_named_with_its_place(
    changes: dict[str, Any], place: str, message: str
) -> None:
    found = {error.field: error.message for error in broken(read_debate(**changes))}

    assert message in found[place]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"completions": arguments(1), "comparisons": []}, "Only one different completion"),
        ({"completions": arguments(10), "comparisons": []}, "10 completions; a task has at most 9"),
        ({"comparisons": []}, "no judgment"),
        ({"comparisons": [comparison(b="c0")]}, "fewer than two completions ranked"),
    ],
)
def test_a_debate_with_nothing_to_store_is_left_out_with_the_reason(
    changes: dict[str, Any], reason: str
) -> None:
    """R24: a task has 2 to 9 completions."""
    assert reason in left_out(read_debate(**changes))


def test_all_mistakes_of_a_row_are_reported_at_once() -> None:
    errors = broken(read_debate(task_id=[3], comparisons=[comparison(label="x", a="c9")]))

    assert [error.field for error in errors] == [
        "task_id",
        "comparisons.0.label",
        "comparisons.0.a",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        "7",
        '{"a": 1, "a": 2}',
        '{"task_id": "\\u0000"}',
        '{"task_id": "\\ud800"}',
        "[" * 5_000,
        '{"x": 1e999}',
    ],
)
def test_lines_that_are_no_json_objects_are_reported_and_the_rest_is_read(line: str) -> None:
    rows = list(UKP.read(as_lines(debate(1), line, "", debate(2)), {}))

    assert [number for number, _ in rows] == [1, 2, 4]
    assert [isinstance(row, JudgedTask) for _, row in rows] == [True, False, True]


def test_a_duel_is_a_task_of_two_with_one_ranking_per_annotator() -> None:
    task = good(read_duel())

    assert [judgment.ranks for judgment in task.judgments] == [(1, 2), (1, 2), (1, 1)]
    assert [judgment.labeler for judgment in task.judgments] == [
        "annotator1",
        "annotator2",
        "annotator3",
    ]
    assert [completion.source for completion in task.completions] == ["bloom-7b", "llama-7b"]


def test_the_prompt_of_a_duel_is_its_instruction_and_its_input() -> None:
    assert good(read_duel()).prompt == "Shorten the sentence.\n\nSentence number 0."
    assert good(read_duel(input="")).prompt == "Shorten the sentence."
    assert good(read_duel(instruction=" ")).prompt == " \n\nSentence number 0."


def test_an_empty_response_is_an_answer_that_was_judged() -> None:
    assert good(read_duel()).completions[1].text == ""


def test_a_truth_value_for_a_response_is_read_as_its_word_and_noted() -> None:
    task = good(read_duel(response1=True))

    assert task.completions[0].text == "True"
    assert task.notes == ("response1 is the JSON value true, stored as the text True.",)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"idx": "one"}, "idx", "A whole number."),
        ({"idx": -1}, "idx", "A whole number from 0."),
        ({"motivation_app": ""}, "motivation_app", "Empty."),
        ({"cmp_key": "bloom"}, "cmp_key", "Two different model names"),
        ({"cmp_key": "a_b_c"}, "cmp_key", "Two different model names"),
        ({"cmp_key": "a_a"}, "cmp_key", "Two different model names"),
        ({"cmp_key": "a_b\n"}, "cmp_key", "no control characters"),
        ({"instruction": "", "input": " "}, "instruction", "Empty, and so is the input."),
        ({"instruction": "", "input": ""}, "instruction", "Empty, and so is the input."),
        ({"response1": 7}, "response1", "text in quotes"),
        ({"annotator2": 3}, "annotator2", "0 for a tie, 1 or 2"),
        ({"annotator2": True}, "annotator2", "0 for a tie, 1 or 2"),
    ],
)
def test_each_mistake_in_a_duel_is_named_with_its_place(
    changes: dict[str, Any], place: str, message: str
) -> None:
    found = {error.field: error.message for error in broken(read_duel(**changes))}

    assert message in found[place]


def test_a_duel_that_nobody_judged_is_reported() -> None:
    row = {name: value for name, value in duel().items() if not name.startswith("annotator")}

    assert "no judgment" in left_out(list(PANDALM.read(as_array(row), {})))


def test_items_that_are_no_objects_are_reported_and_the_rest_is_read() -> None:
    rows = list(PANDALM.read(as_array(duel(0), 7, duel(2)), {}))

    assert [number for number, _ in rows] == [1, 2, 3]
    assert [isinstance(row, JudgedTask) for _, row in rows] == [True, False, True]


@pytest.mark.parametrize("text", ["{}", "[1,", '{"idx": 0}'])
def test_a_file_that_is_no_array_is_one_error(text: str) -> None:
    rows = list(PANDALM.read(as_lines(text), {}))

    assert all(isinstance(row, list) for _, row in rows)
