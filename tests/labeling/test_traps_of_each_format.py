"""What a hostile researcher finds in files of each format: read as meant, or told with a remedy."""

from collections.abc import Sequence
from typing import Any

import pytest

from labeling.importers.records import JudgedTask, LeftOut
from tests.labeling.import_samples import (
    TIDES,
    TULU_COLUMNS,
    WMT_COLUMNS,
    annotation,
    argilla_record,
    array,
    benchmark,
    label_studio_task,
    lines,
    message,
    problems,
    ranker,
    ranks,
    rated_by_gpt,
    read,
    record,
    scored,
    sources,
    steered,
    summaries_compared,
    table,
    texts,
    tree,
    tulu_row,
    wmt_pair,
    wmt_ranking,
)
from tests.labeling.judgment_files import debate, duel

RANKER = ranker({"rank": ["g", "m", "s"]})
PLAIN = {"prompt": TIDES, "response 1": "Moon.", "response 2": "Sun.", "label": 0}


def items(*bodies: str) -> dict[str, Any]:
    """The data of a task of Label Studio, its items numbered from 0."""
    return {
        "prompt": TIDES,
        "items": [{"id": n, "body": body} for n, body in enumerate(bodies)],
    }


class TestNothingInside:
    """Null is nothing, wherever a tool writes it for what is not there."""

    def test_a_message_without_replies_or_language(self) -> None:
        moon = message("Moon.", rank=0, replies=None, lang=None)
        found = record("oasst", lines(tree(moon, message("Sun.", rank=1))))

        assert ranks(found) == [(1, 2)]

    def test_a_record_that_nobody_answered(self) -> None:
        (found,) = read("argilla", array(argilla_record([], responses=None)))

        assert isinstance(found, LeftOut)
        assert "Nobody has submitted" in found.reason

    def test_an_answer_whose_state_and_person_are_not_told(self) -> None:
        answer = {"value": ["reply-2", "reply-1"], "user_id": None, "status": None}
        row = argilla_record([], responses={"ranking": [answer]})

        found = record("argilla", array(row))

        assert ranks(found) == [(2, 1)]

    def test_a_field_that_was_left_empty_and_that_nobody_ranked(self) -> None:
        row = argilla_record(["reply-2", "reply-1"])
        row["fields"] |= {"explanation": None, "chat": [{"role": "user"}]}

        assert texts(record("argilla", array(row))) == ["The moon.", "The sun."]

    def test_an_axis_that_was_not_rated(self) -> None:
        row = rated_by_gpt("5", "2", "4")
        row["completions"][0]["annotations"]["honesty"] = None
        row["completions"][1]["annotations"] = None
        row["completions"][2]["annotations"]["honesty"]["Rating"] = None

        found = record("ultrafeedback", lines(row))

        assert ranks(found) == [(1, None, 2)]
        assert [dict(axes) for axes in found.judgments[0].axes] == [
            {"helpfulness": 5.0},
            {},
            {"helpfulness": 4.0},
        ]

    def test_a_response_that_nobody_rated_on_the_axis(self) -> None:
        rows = [steered("Moon.", 4), steered("Sun.", 2), steered("Gravity.", 0)]
        rows[1]["helpfulness"] = None

        assert ranks(record("helpsteer2", lines(*rows))) == [(1, None, 2)]

    def test_an_axis_that_is_not_there_is_still_told(self) -> None:
        rows = [steered("Moon.", 4), steered("Sun.", 2)]
        del rows[1]["helpfulness"]

        assert problems(read("helpsteer2", lines(*rows)))["helpfulness"] == "Missing."


class TestNames:
    """A number is as good a name as a text."""

    def test_of_a_debate(self) -> None:
        row = debate(1)
        row["task_id"] = 7
        for n, one in enumerate(row["completions"]):
            one["id"] = n
        for one in row["comparisons"]:
            one |= {"labeler": 12, "a": int(one["a"][1:]), "b": int(one["b"][1:])}

        found = record("ukp", lines(row))

        assert ranks(found) == ranks(record("ukp", lines(debate(1))))
        assert {one.labeler for one in found.judgments} == {"12"}

    def test_of_workers_and_batches(self) -> None:
        found = record("summarize", lines(summaries_compared(worker=3, batch=22)))

        assert (found.judgments[0].labeler, found.judgments[0].identity) == ("3", "22")

    def test_of_the_items_of_a_ranker_as_a_table_writes_them(self) -> None:
        row = label_studio_task(
            annotation(ranker({"rank": [1.0, "0"]})), data=items("The moon.", "The sun.")
        )

        assert ranks(record("label-studio", array(row))) == [(2, 1)]

    def test_of_a_seed_task(self) -> None:
        row = {"id": 5, "instruction": "Shorten.", "instances": [{"input": "", "output": "S."}]}

        assert record("self-instruct", lines(row)).group == "5"


class TestSameWords:
    """Shown apart they stay apart, and it is said; judged as one they are one."""

    SAID = "2 completions hold the same words and stay apart"

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("oasst", lines(tree(*(message("Moon.", message_id=f"m{n}", rank=n) for n in (0, 1))))),
            (
                "label-studio",
                array(
                    label_studio_task(
                        annotation(ranker({"rank": ["1", "0"]})), data=items("Moon.", "Moon.")
                    )
                ),
            ),
            ("judge-bench", benchmark(scored("Moon.", 5), scored("Moon.", 4) | {"id": "other"})),
            ("pandalm", array(duel(0, response1="Moon.", response2="Moon."))),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_of_two_names_are_two_completions_with_a_note(self, name: str, content: bytes) -> None:
        found = record(name, content)

        assert texts(found) == ["Moon.", "Moon."]
        assert any(note.startswith(self.SAID) for note in found.notes)

    def test_of_one_name_are_one_completion_and_nothing_to_compare(self) -> None:
        (found,) = read("auto-j", lines(PLAIN | {"response 2": "Moon."}))

        assert isinstance(found, LeftOut)

    def test_without_texts_nothing_is_the_same(self) -> None:
        found = record("wmt", lines(wmt_ranking(("online-B", 2), ("jhu", 1))))

        assert found.notes == ()

    def test_a_reply_that_no_person_wrote_is_a_models(self) -> None:
        """Though the tree does not say which."""
        moon, sun = message("Moon.", rank=0, synthetic=True), message("Sun.", rank=1)

        assert sources(record("oasst", lines(tree(moon, sun)))) == ["model", "people"]


class TestOutputsOfSystems:
    def test_one_system_wrote_one_output(self) -> None:
        twice = wmt_ranking(("online-B", 1), ("online-B jhu", 2), ("kit", 3))

        (found,) = read("wmt", lines(twice))

        assert isinstance(found, LeftOut)
        assert "'online-B' is said to have written two different outputs" in found.reason

    def test_also_where_pairs_are_put_together(self) -> None:
        pairs = [wmt_pair("jhu", "kit+jhu", (1, 2)), wmt_pair("jhu", "online-B", (1, 3))]

        (found,) = read("wmt-csv", table(WMT_COLUMNS, *pairs))

        assert isinstance(found, LeftOut)

    @pytest.mark.parametrize("first", [0, 1, 5])
    def test_ranks_count_from_anywhere_and_below_0_are_none(self, first: int) -> None:
        ranked = wmt_ranking(("online-B", first + 3), ("jhu", first), ("kit", -1))

        assert ranks(record("wmt", lines(ranked))) == [(2, 1, None)]


class TestCommas:
    def test_one_behind_a_row_of_a_table_holds_nothing(self) -> None:
        content = b"prompt,completion_a,completion_b,better\r\nWhy?,A,B,a,,\r\nHow?,A,,b,\r\n"

        found = read("csv", content, preferred="better")

        assert [ranks(one) for one in found] == [[(1, 2)], [(2, 1)]]

    def test_a_cell_too_many_is_told(self) -> None:
        content = b"prompt,completion_a,completion_b,better\nWhy?,A,B,a,,and more\n"

        (told,) = problems(read("csv", content, preferred="better")).values()

        assert told == "6 cells, but the first line names 4 columns."

    def test_one_behind_a_line_of_json_is_told_with_the_remedy(self) -> None:
        content = b",\n".join(lines(PLAIN).strip() for _ in range(3)) + b"\n"

        first, second, third = read("auto-j", content)

        assert problems([first, second])[""].startswith("A comma follows the object")
        assert isinstance(third, JudgedTask)

    def test_one_behind_the_last_item_of_an_array_is_told_and_the_items_are_read(self) -> None:
        content = array(duel(0), duel(1)).rstrip().removesuffix(b"]") + b",]"

        *good, last = read("pandalm", content)

        assert [type(one) for one in good] == [JudgedTask, JudgedTask]
        assert problems([last])[""].startswith("Nothing stands beside a comma")


class TestSpreadsheets:
    def test_what_nobody_sees_in_a_cell_does_not_count(self) -> None:
        row = tulu_row("Tie ")
        row[7], row[8] = "Yes ", "NO"

        found = record("tulu", table(TULU_COLUMNS, row))

        assert [dict(axes) for axes in found.judgments[0].axes] == [
            {"acceptable": 1.0},
            {"acceptable": 0.0},
        ]


@pytest.mark.parametrize(
    ("k", "expected"),
    [(0, "No completion"), (1, "Only one different"), (10, "10 completions; a task has at most 9")],
)
@pytest.mark.parametrize("name", ["label-studio", "ultrafeedback", "wmt", "judge-bench", "trl"])
def test_a_task_of_too_few_or_too_many_is_left_out_with_the_number(
    name: str, k: int, expected: str
) -> None:
    bodies = [f"Answer {n}." for n in range(k)]
    made: dict[str, Any] = {
        "label-studio": lambda: array(label_studio_task(data=items(*bodies))),
        "ultrafeedback": lambda: lines(rated_by_gpt(*("3" for _ in bodies))),
        "wmt": lambda: lines(wmt_ranking(*((body.replace(" ", "-"), 1) for body in bodies))),
        "judge-bench": lambda: benchmark(*(scored(body, 3) for body in bodies)),
        "trl": lambda: lines(
            *({"prompt": TIDES, "completion": b, "label": not n} for n, b in enumerate(bodies))
        ),
    }

    found: Sequence[Any] = read(name, made[name]())

    # A file without a row has none to leave out, and answers of one label are not compared.
    assert [type(one) for one in found] in ([], [LeftOut])
    for one in found:
        assert one.reason.startswith(expected) or "carry the same label" in one.reason


def test_words_of_any_script_come_out_as_they_went_in() -> None:
    said = "\u202e\u0627\u0628 🇩🇪 e\u0301 \u2028 \ufeff 一\r\n\t\\ \" ' =1+1"

    found = record("auto-j", lines(PLAIN | {"prompt": said, "response 1": said}))

    assert (found.prompt, texts(found)[0]) == (said, said)


@pytest.mark.parametrize("number", ["1" * 5_000, "9223372036854775808", "1e999", "-1e400", "NaN"])
def test_a_number_of_any_size_breaks_its_row_alone(number: str) -> None:
    content = lines(PLAIN, PLAIN).replace(b'"label": 0', b'"label": ' + number.encode(), 1)

    broken, good = read("auto-j", content)

    assert isinstance(broken, list)
    assert isinstance(good, JudgedTask)
