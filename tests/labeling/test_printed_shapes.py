"""Every format is read as its shape is printed: with these members and no others."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from labeling.importers.formats import FORMATS
from labeling.importers.records import Demonstrated, JudgedTask
from tests.labeling.import_samples import (
    ASSISTANT,
    HUMAN,
    TIDES,
    array,
    assistant,
    lines,
    ranks,
    read,
    table,
    user,
)

FIRST, SECOND = "The moon.", "The sun."
ASKED = f"{HUMAN}{TIDES}{ASSISTANT}"
ANNOTATION = {"completed_by": 4, "lead_time": 31.5, "was_cancelled": False}
ITEMS = [{"id": "m", "body": FIRST}, {"id": "s", "body": SECOND}]
SUMMARIES = [{"text": text, "policy": "sup4"} for text in (" Cat hid.", " Cat is fat.")]
STEERED = dict.fromkeys(("correctness", "coherence", "complexity", "verbosity"), 2)
TULU = (
    "instance_id,prompt,model_a,model_b,completion_a,completion_b,completion_a_is_acceptable,"
    "completion_b_is_acceptable,preference,evaluator,timestamp"
)
WMT_CSV = "srclang,trglang,segmentId,judgeID,system1Id,system1rank,system2Id,system2rank,rankingID"
RANKED = ["ron", "eng", 7, "judge1"]
TRANSLATIONS = '<translation system="a,b" rank="1"/><translation system="c" rank="2"/>'
RESULT = f'<ranking-result duration="00:00:02" user="jo">{TRANSLATIONS}</ranking-result>'
TASK = f"<ranking-task>{RESULT}</ranking-task>"

Ranks = Sequence[Sequence[int | None]]


def annotated(*results: object) -> bytes:
    data = {"prompt": TIDES, "items": ITEMS}
    return array({"data": data, "annotations": [ANNOTATION | {"result": list(results)}]})


def rated(summary: dict[str, str], overall: int) -> dict[str, Any]:
    axes = {"overall": overall, "accuracy": 6, "coverage": 5, "coherence": 4}
    # The post is that of the comparisons.
    return {"info": {"id": "t3_a", "post": "My cat hid."}, "summary": summary | {"axes": axes}}


def said(text: str, role: str, rank: int | None, *replies: object) -> dict[str, Any]:
    one = {"message_id": text, "text": text, "role": role, "lang": "en", "rank": rank}
    return one | {"replies": list(replies)}


def scored(text: str, *scores: int) -> dict[str, Any]:
    return {
        "id": text,
        "instance": {"prompt": TIDES, "completion": text},
        "annotations": {"engaging": {"individual_human_scores": list(scores)}},
    }


def pandalm(**annotators: int) -> bytes:
    said = {"instruction": "Shorten.", "input": TIDES, "response1": FIRST, "response2": SECOND}
    return array({"idx": 0, "cmp_key": "m1_m2", **said, **annotators})


SHAPES: list[tuple[str, bytes, Ranks]] = [
    (
        "ukp",
        lines(
            {
                "task_id": "t1",
                "prompt": TIDES,
                "completions": [
                    {"id": "c0", "text": FIRST},
                    {"id": "c1", "text": SECOND, "source_id": "arg1"},
                ],
                "comparisons": [
                    {"labeler": "lea", "a": "c0", "b": "c1", "label": "a"},
                    {"labeler": "max", "a": "c0", "b": "c1", "label": "tie"},
                ],
            }
        ),
        [(1, 2), (1, 1)],
    ),
    (
        "wmt",
        lines(
            {
                "task_id": "wmt16/tur-eng/620",
                "ranking_id": 1263,
                "labeler": "b49d",
                "duration_s": 27.8,
                "items": [{"systems": ["a", "b"], "rank": 1}, {"systems": ["c"], "rank": 2}],
            }
        ),
        [(1, 2)],
    ),
    ("hh-rlhf", lines({"chosen": f"{ASKED}The moon.", "rejected": f"{ASKED}A sun."}), [(1, 2)]),
    ("trl", lines({"prompt": TIDES, "chosen": FIRST, "rejected": SECOND}), [(1, 2)]),
    (
        "trl",
        lines(
            {
                "prompt": [user(TIDES)],
                "chosen": [assistant(FIRST)],
                "rejected": [assistant(SECOND)],
            }
        ),
        [(1, 2)],
    ),
    (
        "trl",
        lines(
            {
                "chosen": [user(TIDES), assistant(FIRST)],
                "rejected": [user(TIDES), assistant(SECOND)],
            }
        ),
        [(1, 2)],
    ),
    (
        "trl",
        lines(
            {"prompt": TIDES, "completion": FIRST, "label": True},
            {"prompt": TIDES, "completion": SECOND, "label": False},
        ),
        [(1, 2)],
    ),
    *[
        (
            "summarize",
            lines(
                {
                    "info": {"id": "t3_a", text: "My cat hid."},
                    "summaries": SUMMARIES,
                    "choice": 1,
                    "worker": "w1",
                    "batch": "batch7",
                    "split": "train",
                    "extra": {"confidence": 8},
                }
            ),
            [(2, 1)],
        )
        for text in ("post", "article")
    ],
    ("summarize-axes", lines(rated(SUMMARIES[0], 3), rated(SUMMARIES[1], 6)), [(2, 1)]),
    (
        "lm-human-preferences",
        array({"query": "Once", **{f"sample{n}": f" Sample {n}." for n in range(4)}, "best": 1}),
        [(2, 1, None, None), (None, 1, 2, None), (None, 1, None, 2)],
    ),
    (
        "oasst",
        lines(
            {
                "message_tree_id": "tree",
                "prompt": said(
                    TIDES,
                    "prompter",
                    None,
                    said(FIRST, "assistant", 0),
                    said(SECOND, "assistant", 1),
                    said("No.", "assistant", None),
                ),
            }
        ),
        [(1, 2, None)],
    ),
    (
        "label-studio",
        annotated({"type": "ranker", "value": {"ranker": {"r": ["s", "m"]}}}),
        [(2, 1)],
    ),
    ("label-studio", annotated({"type": "pairwise", "value": {"selected": "right"}}), [(2, 1)]),
    (
        "argilla",
        array(
            {
                "fields": {"prompt": TIDES, "one": FIRST, "two": SECOND},
                "responses": {"ranking": [{"value": ["two", "one"], "user_id": "u1"}]},
            }
        ),
        [(2, 1)],
    ),
    (
        "ultrafeedback",
        lines(
            {
                "instruction": TIDES,
                "completions": [
                    {
                        "model": f"m{rating}",
                        "response": FIRST,
                        "annotations": {"helpfulness": {"Rating": rating}},
                    }
                    for rating in ("2", "5")
                ],
            }
        ),
        [(2, 1)],
    ),
    (
        "helpsteer2",
        lines(
            {"prompt": TIDES, "response": FIRST, "helpfulness": 4, **STEERED},
            {"prompt": TIDES, "response": SECOND, "helpfulness": 1, **STEERED},
        ),
        [(1, 2)],
    ),
    (
        "webgpt",
        lines(
            {
                "question": {"full_text": TIDES},
                "answer_0": FIRST,
                "answer_1": SECOND,
                "score_0": -0.5,
                "score_1": 0.5,
            }
        ),
        [(2, 1)],
    ),
    (
        "mt-bench",
        lines(
            {
                "question_id": 81,
                "model_a": "alpaca",
                "model_b": "vicuna",
                "winner": "model_b",
                "judge": "expert_1",
                "turn": 1,
            }
        ),
        [(2, 1)],
    ),
    ("pandalm", pandalm(annotator1=0, annotator2=1, annotator3=2), [(1, 1), (1, 2), (2, 1)]),
    (
        "tulu",
        table(
            TULU.split(","),
            ["t1", TIDES, "a", "b", FIRST, SECOND, "yes", "no", "a-is-better", "eva", "2023-05-25"],
        ),
        [(1, 2)],
    ),
    (
        "wmt-csv",
        table(
            WMT_CSV.split(","),
            [*RANKED, "a", 1, "b", 2, 5],
            [*RANKED, "a", 1, "c", 3, 5],
            [*RANKED, "b", 2, "c", 3, 5],
        ),
        [(1, 2, 3)],
    ),
    ("wmt-xml", f"<HIT>{TASK}</HIT>".encode(), [(1, 2)]),
    (
        "judge-bench",
        json.dumps(
            {
                "annotations": [
                    {"metric": "engaging", "category": "graded", "worst": 1, "best": 5}
                ],
                "instances": [scored(FIRST, 5, 3), scored(SECOND, 1, 3)],
            }
        ).encode(),
        [(1, 2), (1, 1)],
    ),
    *[
        (
            "auto-j",
            lines(
                {
                    "scenario": "chitchat",
                    "label": label,
                    "prompt": TIDES,
                    "response 1": FIRST,
                    "response 2": SECOND,
                }
            ),
            [expected],
        )
        for label, expected in ((0, (1, 2)), (1, (2, 1)), (2, (1, 1)))
    ],
]

DEMONSTRATIONS = [
    (
        "self-instruct",
        lines({"instruction": "Say so.", "instances": [{"input": TIDES, "output": FIRST}]}),
    ),
    ("alpaca", array({"instruction": "Say so.", "input": TIDES, "output": FIRST})),
    ("dolly", lines({"instruction": "Say so.", "context": TIDES, "response": FIRST})),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    SHAPES,
    ids=[f"{n}-{shape[0]}" for n, shape in enumerate(SHAPES)],
)
def test_a_file_with_the_printed_members_alone_is_read(
    name: str, content: bytes, expected: Ranks
) -> None:
    """R42."""
    (task,) = read(name, content)

    assert isinstance(task, JudgedTask), task
    assert ranks(task) == list(expected)


@pytest.mark.parametrize(("name", "content"), DEMONSTRATIONS, ids=[d[0] for d in DEMONSTRATIONS])
def test_a_demonstration_with_the_printed_members_alone_is_read(name: str, content: bytes) -> None:
    """R42."""
    (found,) = read(name, content)

    assert isinstance(found, Demonstrated), found
    assert (found.prompt, found.text) == (f"Say so.\n\n{TIDES}", FIRST)


def test_the_printed_shape_of_every_format_is_here() -> None:
    """Ours is a shape of our own, and a table has the columns that are chosen."""
    named = {name for name, *_ in SHAPES} | {name for name, _ in DEMONSTRATIONS}

    assert named == FORMATS.keys() - {"concord", "csv"}


def test_null_in_argilla_is_nothing() -> None:
    """No name, no status, no answer: a person who is not known, submitted, and nothing ranked."""
    answers = [
        {"value": ["two", "one"], "user_id": None, "status": None},
        {"value": None, "user_id": "u2"},
    ]
    fields = {"prompt": TIDES, "one": FIRST, "two": SECOND, "three": None}

    (task,) = read("argilla", array({"fields": fields, "responses": {"ranking": answers}}))

    assert [(one.labeler, one.ranks) for one in task.judgments] == [("somebody", (2, 1))]
    assert task.notes == ("u2: fewer than two completions ranked; not counted.",)


def test_an_instance_or_an_instruction_may_have_no_input() -> None:
    instances = [{"output": FIRST}, {"input": None, "output": FIRST}]
    self_instruct = lines({"id": "t", "instruction": "Say so.", "instances": instances})
    alpaca = array({"instruction": "Say so.", "output": FIRST})

    found = [*read("self-instruct", self_instruct), *read("alpaca", alpaca)]

    assert [(one.prompt, one.text) for one in found] == [("Say so.", FIRST)] * 3


def test_a_ranking_whose_task_names_no_segment_says_what_is_missing() -> None:
    row = {"task_id": "620", "ranking_id": 1, "labeler": "jo", "items": []}

    ((*errors,),) = read("wmt", lines(row))

    assert [(error.field, error.message) for error in errors] == [
        ("lang_pair", "Missing."),
        ("segment", "Missing."),
    ]


def test_tasks_of_xml_without_names_stay_apart() -> None:
    first, second = read("wmt-xml", f"<HITs><HIT>{TASK}{TASK}</HIT></HITs>".encode())

    assert first.prompt == "Segment 1 of und-und"
    assert second.prompt == "Segment 2 of und-und"
