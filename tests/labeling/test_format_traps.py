"""Files as people really save them: what would be misread is told, and the rest is read."""

import json
from typing import Any

import pytest

from labeling.importers.records import LeftOut
from tests.labeling.import_samples import (
    TIDES,
    TULU_COLUMNS,
    argilla_record,
    array,
    assistant,
    judged_pair,
    lines,
    problems,
    ranks,
    read,
    record,
    some_tree,
    steered,
    table,
    texts,
    tulu_row,
    user,
    vote,
)
from tests.labeling.judgment_files import duel

COLUMNS = ["q", "a", "b", "best"]
MAPPING = {"prompt": "q", "completions": "a,b", "preferred": "best"}


def sheet(*answers: str) -> bytes:
    return table(COLUMNS, *([TIDES, "The moon.", "The sun.", answer] for answer in answers))


def problem(content: bytes, name: str = "csv", **choices: str) -> str:
    """The one thing that is wrong with a file as a whole."""
    ((error,),) = read(name, content, **(choices or (MAPPING if name == "csv" else {})))
    assert error.line == 0
    message: str = error.message
    return message


class TestNumbersOfThePreferredOne:
    def test_a_zero_is_told_with_what_it_may_mean(self) -> None:
        """The 1 beside it is read as the first, which in this file it may not be."""
        found = read("csv", sheet("0", "1"), **MAPPING)

        assert "unless the first number is chosen to be 0" in problems(found)["best"]
        assert ranks(found[1]) == [(1, 2)]

    def test_a_file_that_counts_from_0_can_be_read(self) -> None:
        found = read("csv", sheet("0", "1", "1.0"), **MAPPING, first_number="0")

        assert [ranks(task) for task in found] == [[(1, 2)], [(2, 1)], [(2, 1)]]

    def test_a_code_that_was_chosen_for_ties_is_one_whatever_else_it_could_be(self) -> None:
        """Auto-J's codes in a table: 0 and 1 are the responses, 2 is a tie."""
        found = read("csv", sheet("0", "1", "2"), **MAPPING, first_number="0", tie="2")

        assert [ranks(task) for task in found] == [[(1, 2)], [(2, 1)], [(1, 1)]]

    def test_nothing_preferred_is_missing_and_nothing_else(self) -> None:
        assert problems(read("csv", sheet(""), **MAPPING)) == {"best": "Missing."}


class TestTablesOfSeveral:
    def test_an_empty_cell_of_which_nothing_is_said_is_no_completion(self) -> None:
        """Not every prompt has as many; of two columns the empty one was judged too."""
        names = ["q", "a", "b", "c", "ra", "rb", "rc"]
        content = table(names, [TIDES, "x", "y", "", 2, 1, ""], [TIDES, "x", "", "", 1, 2, ""])
        chosen = {"prompt": "q", "completions": "a,b,c", "ranks": "ra,rb,rc"}

        first, second = read("csv", content, **chosen)

        assert (texts(first), ranks(first)) == (["x", "y"], [(2, 1)])
        assert (texts(second), ranks(second)) == (["x", ""], [(1, 2)])

    def test_nobody_preferred_an_answer_to_one_that_is_not_there(self) -> None:
        names = ["q", "a", "b", "c", "ma", "mb", "mc", "best"]
        said = [[TIDES, "x", "y", "", "m1", "m2", "", best] for best in ("a", "tie", "c")]
        chosen = {"prompt": "q", "completions": "a,b,c", "sources": "ma,mb,mc", "preferred": "best"}

        first, tied, third = read(
            "csv", table(names, *said[:2], [*said[2][:6], "m3", "c"]), **chosen
        )

        assert (texts(first), ranks(first)) == (["x", "y"], [(1, 2)])
        assert (texts(tied), ranks(tied)) == (["x", "y"], [(1, 1)])
        assert (texts(third), ranks(third)) == (["x", "y", ""], [(2, None, 1), (None, 2, 1)])

    def test_the_preferred_one_may_be_named_by_its_model(self) -> None:
        names = ["q", "a", "b", "ma", "mb", "best"]
        rows = [[TIDES, "x", "y", "GPT-4", "tulu", "gpt-4"], [TIDES, "x", "y", "m", "m", "m"]]
        chosen = {**MAPPING, "sources": "ma,mb"}

        first, second = read("csv", table(names, *rows), **chosen)

        assert ranks(first) == [(1, 2)]
        assert "Neither a completion nor a tie: 'm'." in problems([second])["best"]


class TestTables:
    @pytest.mark.parametrize(
        ("mark", "word"), [(b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")]
    )
    def test_other_separators_are_named(self, mark: bytes, word: str) -> None:
        content = sheet("a").replace(b",", mark)

        assert f"separated by {word}; save it with commas" in problem(content)

    def test_a_column_that_is_missing_is_told_with_those_that_there_are(self) -> None:
        said = problem(sheet("a"), **{**MAPPING, "labeler": "who"})

        assert said.endswith("'who' is missing. It holds 'q', 'a', 'b', 'best'.")

    def test_a_mark_before_a_quoted_name_is_no_part_of_it(self) -> None:
        content = sheet("a").replace(b"q,a", b'"q","a"', 1)

        assert ranks(record("csv", b"\xef\xbb\xbf" + content, **MAPPING)) == [(1, 2)]

    def test_a_name_with_a_comma_stands_in_quotes(self) -> None:
        content = table(["q", "Answer, first", "second", "best"], [TIDES, "x", "y", "second"])
        chosen = {**MAPPING, "completions": '"Answer, first", second'}

        assert ranks(record("csv", content, **chosen)) == [(2, 1)]

    def test_empty_rows_and_columns_without_a_name_are_passed_over(self) -> None:
        content = b"\n,,,,,\nq,a,b,best,,\n,,,,,\nQ,x,y,b,beside,\n,,,,,\n"

        assert ranks(record("csv", content, **MAPPING)) == [(2, 1)]

    def test_a_name_that_comes_twice_is_told(self) -> None:
        assert problem(b"q,a,b,a\n") == "The column 'a' appears twice in the first line."

    def test_what_excel_saves_on_windows_is_told_with_the_remedy(self) -> None:
        """In the code page of the country, in the names of the columns as well as in a cell."""
        content = sheet("a").decode()
        head = content.replace("best", "Größe").encode("cp1252")

        assert problem(head).endswith("is not UTF-8; save the file as CSV in UTF-8.")
        (errors,) = read("csv", content.replace("sun", "Süd").encode("cp1252"), **MAPPING)
        assert errors[0].message == "b: The text is not UTF-8; save the file as CSV in UTF-8."

    @pytest.mark.parametrize("content", [b"\n", b"\xef\xbb\xbf", b"\r\n,,\r\n"])
    def test_an_empty_file_is_told(self, content: bytes) -> None:
        assert problem(content) == "The file is empty: its first line names the columns."

    def test_lone_carriage_returns_a_cell_too_long_and_one_cut_off_are_told(self) -> None:
        content = sheet("a", "b")

        assert "carriage return alone" in problem(content.replace(b"\n", b"\r"))
        first, second = read("csv", content.replace(b"The moon.", b"x" * 200_002, 1), **MAPPING)
        assert problems([first]) == {"": "A cell is longer than 200,000 characters."}
        assert ranks(second) == [(2, 1)]
        (quoted,) = read("csv", sheet("a").replace(b"The moon.", b'"The" moon.'), **MAPPING)
        assert "a quote is written twice" in problems([quoted])[""]
        first, second = read("csv", content + b'Q,x,"y', **MAPPING)[1:]
        assert ranks(first) == [(2, 1)]
        assert "the file ends within a cell" in problems([second])[""]

    def test_spaces_and_capitals_of_a_spreadsheet_do_not_count(self) -> None:
        rows = [tulu_row("A-is-better "), tulu_row("tie", timestamp="5/25/2023 14:08")]

        first, second = read("tulu", table(TULU_COLUMNS, *rows))
        assert ranks(first) == [(1, 2)]
        assert problems([second]) == {"timestamp": "A time as in 2023-05-25 14:08:33."}


class TestJson:
    def test_one_object_on_several_lines_is_told_once(self) -> None:
        said = problem(json.dumps(duel(), indent=2).encode(), "pandalm")

        assert said.startswith("One JSON object stands on several lines")

    def test_a_workbook_is_told_once(self) -> None:
        assert "a workbook or a ZIP archive" in problem(b"PK\x03\x04\x14\n\n", "auto-j")

    @pytest.mark.parametrize("name", ["helpsteer2", "csv"])
    def test_what_holds_no_line_of_text_is_told_once(self, name: str) -> None:
        said = problem(b"PAR1\x15\x04\n\x15\n\x00", name)

        assert said == "The file is a Parquet file; save it as text first: JSON Lines or CSV."

    def test_the_first_item_of_an_array_is_not_the_file(self) -> None:
        """Row 0 is what is wrong with the file as a whole."""
        (errors,) = read("pandalm", array(duel(cmp_key="x")))

        assert [error.line for error in errors] == [1]

    def test_a_cut_array_is_told_behind_its_last_good_item(self) -> None:
        good, errors = read("pandalm", array(duel(0), duel(1))[:-40])

        assert good.identity == "0"
        assert [error.line for error in errors] == [2]

    def test_a_whole_number_with_a_fraction_of_nothing_is_one(self) -> None:
        """How a table with an empty cell in the column writes its numbers."""
        assert ranks(record("auto-j", lines(judged_pair(0) | {"label": 2.0}))) == [(1, 1)]
        rated = [{**steered("x", 4), "helpfulness": 4.0}, steered("y", 2)]
        assert ranks(record("helpsteer2", lines(*rated))) == [(1, 2)]

    def test_a_member_that_is_wrong_is_told_once(self) -> None:
        (errors,) = read("helpsteer2", lines(steered("x", 7), steered("y", 2)))

        assert [(error.line, error.field, error.message) for error in errors] == [
            (1, "helpfulness", "0 to 4."),
            (2, "", "Not stored, for row 1 of the same task is broken."),
        ]

    def test_rows_without_what_they_would_share_are_each_broken_themselves(self) -> None:
        bare = [{"completion": "x", "label": True}, {"completion": "y", "label": False}]
        for name, rows in (("trl", bare), ("helpsteer2", [{"response": "x"}, {"response": "y"}])):
            found = read(name, lines(*rows))

            assert [error.field for errors in found for error in errors].count("prompt") == 2

    def test_a_whole_number_with_a_fraction_of_nothing_is_an_id_too(self) -> None:
        ids = [record("mt-bench", array(vote(question_id=one))).group for one in (7, 7.0, "7")]

        assert ids == ["question 7"] * 3
        found = problems(read("mt-bench", array(vote(question_id=1e300))))
        assert found == {"question_id": "Longer than 120 characters."}

    def test_a_prompt_of_nothing_is_told_where_a_dialogue_begins_with_it(self) -> None:
        rows = [{"prompt": [], "completion": [assistant(x)], "label": x == "y"} for x in "xy"]
        assert problems(read("trl", lines(*rows))) == {"prompt": "Empty."}

        empty = some_tree()
        empty["prompt"]["text"] = ""
        assert problems(read("oasst", lines(empty))) == {"prompt.text": "Empty."}

    def test_labelled_answers_of_one_prompt_throughout_are_counted_before_they_are_paired(
        self,
    ) -> None:
        rows = [{"prompt": TIDES, "completion": str(n), "label": n % 2 == 0} for n in range(20_000)]

        found = record("trl", lines(*rows))

        assert found == LeftOut("20000 completions; a task has at most 9.")
        few = [row | {"completion": str(row["label"])} for row in rows]
        task = record("trl", lines(*few))
        assert (ranks(task), len(task.notes)) == ([(1, 2)], 1)

    def test_a_prompt_beside_messages_may_be_a_string(self) -> None:
        """As in UltraFeedback, binarized: the prompt once more, or alone."""
        sides = {"chosen": [assistant("Moon.")], "rejected": [assistant("Sun.")]}
        whole = {side: [user(TIDES), *turns] for side, turns in sides.items()}

        for row in (sides, whole):
            task = record("trl", lines({"prompt": TIDES, **row}))
            assert (task.prompt, texts(task)) == (TIDES, ["Moon.", "Sun."])

    @pytest.mark.parametrize(("name", "member"), [("alpaca", "input"), ("dolly", "context")])
    def test_nothing_beside_an_instruction_may_be_null(self, name: str, member: str) -> None:
        row = {"instruction": TIDES, member: None, "output": "Moon.", "response": "Moon."}

        assert record(name, lines(row)).prompt == TIDES

    @pytest.mark.parametrize("code", ["0", 3, True, 1.5])
    def test_a_code_that_is_none_is_told_with_those_that_are(self, code: Any) -> None:
        said = "0 for a tie, 1 or 2 for the better response, as numbers."

        assert problems(read("pandalm", array(duel(annotator2=code)))) == {"annotator2": said}

    def test_an_annotator_who_said_nothing_does_not_spoil_the_others(self) -> None:
        task = record("pandalm", array(duel(annotator1=None, annotator2=2, annotator3=0)))

        assert [(one.labeler, one.ranks) for one in task.judgments] == [
            ("annotator2", (2, 1)),
            ("annotator3", (1, 1)),
        ]

    def test_both_bad_is_a_tie(self) -> None:
        assert ranks(record("mt-bench", array(vote("tie (bothbad)")))) == [(1, 1)]

    def test_ranks_below_0_are_none_in_what_was_exported_here_too(self) -> None:
        task = {
            "prompt": TIDES,
            "completions": [{"text": text, "source": "m"} for text in "abc"],
            "rankings": [{"labeler": "labeler-1", "ranks": [-1, 2, 1]}],
        }

        assert ranks(record("concord", lines(task))) == [(None, 2, 1)]


class TestArgilla:
    FIELDS = {"prompt": TIDES, "r1": "Moon.", "r2": "Sun.", "r3": "Sea.", "why": "So."}

    def test_who_was_not_ranked_is_a_completion_and_the_explanation_is_none(self) -> None:
        order = [{"value": "r1", "rank": 1}, {"value": "r2", "rank": None}]
        order += [{"value": "r3", "rank": -1}]
        task = record("argilla", array(argilla_record(order, fields=self.FIELDS)))
        assert task == LeftOut("u1: fewer than two completions ranked; not counted.")

        order[2] = {"value": "r3", "rank": 0}
        task = record("argilla", array(argilla_record(order, fields=self.FIELDS)))
        assert (texts(task), ranks(task)) == (["Moon.", "Sun.", "Sea."], [(2, None, 1)])

    def test_nobody_ranked_anything_is_left_out_and_other_questions_are_told(self) -> None:
        empty = record("argilla", array(argilla_record([])))
        assert empty == LeftOut("No answer to the question 'ranking' ranks anything.")

        other = record("argilla", array(argilla_record([], responses={"order": [], "best": []})))
        assert other == LeftOut(
            "Nobody has submitted an answer to the question 'ranking'; answers are there to: "
            "best, order."
        )
