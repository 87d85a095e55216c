"""A small file of every format, shaped exactly as the format is handed out, and written here."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labeling.importers.formats import FORMATS
from labeling.importers.records import JudgedTask
from tests.labeling.judgment_files import debate, duel

HUMAN, ASSISTANT = "\n\nHuman: ", "\n\nAssistant: "
TIDES = "Why are there tides?"


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def array(*rows: object) -> bytes:
    return json.dumps(rows, indent=2).encode()


def table(names: Sequence[str], *rows: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([names, *rows])
    return out.getvalue().encode()


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def dialogue(**changes: str) -> dict[str, str]:
    asked = f"{HUMAN}Hello{ASSISTANT}Hello. What is it?{HUMAN}{TIDES}\n\nAssistant:"
    return {"chosen": f"{asked} The moon.", "rejected": f"{asked} I like the sea."} | changes


def post(**changes: object) -> dict[str, Any]:
    return {
        "id": "t3_abc",
        "post": "My cat hid for a week and came back fat.",
        "title": "Cat",
        "subreddit": "pets",
        "site": None,
    } | changes


def summaries_compared(**changes: object) -> dict[str, Any]:
    return {
        "info": post(),
        "summaries": [
            {"text": " Cat hid.", "policy": "sup4", "note": "ok"},
            {"text": " Cat came back fat.", "policy": "ref", "note": ""},
        ],
        "choice": 1,
        "worker": "w1",
        "batch": "batch7",
        "split": "train",
        "extra": {"confidence": 8},
    } | changes


def summary_rated(text: str, overall: int | None, **changes: object) -> dict[str, Any]:
    axes = {"overall": overall, "accuracy": 7, "coverage": None, "coherence": 6, "compatible": True}
    return {
        "info": post(),
        "summary": {"text": text, "policy": "sup4", "note": "", "axes": axes},
        "worker": "w1",
        "batch": "axis1",
        "split": "valid2",
    } | changes


def best_of_four(**changes: object) -> dict[str, Any]:
    samples = {f"sample{n}": f" Continuation {n}." for n in range(4)}
    return {"query": "Once upon a time", **samples, "best": 2} | changes


def message(text: str, role: str = "assistant", **changes: object) -> dict[str, Any]:
    return {
        "message_id": f"id of {text}",
        "text": text,
        "role": role,
        "lang": "en",
        "replies": [],
        "synthetic": False,
        "deleted": False,
    } | changes


def tree(*replies: object, **changes: object) -> dict[str, Any]:
    root = message(TIDES, "prompter", replies=list(replies))
    return {
        "message_tree_id": root["message_id"],
        "tree_state": "ready_for_export",
        "prompt": root,
    } | changes


def some_tree() -> dict[str, Any]:
    """Three ranked replies, the second followed by a question with two, one of them unranked."""
    more = message(
        "And at night?",
        "prompter",
        replies=[message("Too.", rank=1), message("The same.", rank=0), message("No.", rank=None)],
    )
    return tree(
        message("The sun.", rank=2),
        message("The moon.", rank=0, replies=[more]),
        message("Gravity.", rank=1, synthetic=True, model_name="chip"),
    )


def ranker(columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "id": "Pp",
        "from_name": "rank",
        "to_name": "results",
        "type": "ranker",
        "value": {"ranker": columns},
    }


def annotation(*results: object, **changes: object) -> dict[str, Any]:
    return {
        "id": 11,
        "completed_by": 4,
        "lead_time": 31.5,
        "was_cancelled": False,
        "created_at": "2024-05-01T08:00:00.123456Z",
        "result": list(results),
    } | changes


def label_studio_task(*annotations: object, **changes: object) -> dict[str, Any]:
    return {
        "id": 5,
        "data": {
            "prompt": TIDES,
            "items": [
                {"id": "m", "title": "First", "body": "The moon."},
                {"id": "s", "body": "The sun."},
                {"id": "g", "body": "Gravity."},
            ],
        },
        "annotations": list(annotations),
    } | changes


def argilla_record(value: object, **changes: object) -> dict[str, Any]:
    return {
        "fields": {"prompt": TIDES, "reply-1": "The moon.", "reply-2": "The sun."},
        "responses": {"ranking": [{"value": value, "user_id": "u1", "status": "submitted"}]},
    } | changes


def rated_by_gpt(*ratings: str) -> dict[str, Any]:
    return {
        "source": "sharegpt",
        "instruction": TIDES,
        "models": [f"model-{n}" for n, _ in enumerate(ratings)],
        "completions": [
            {
                "model": f"model-{n}",
                "response": f"Answer {n}.",
                "annotations": {
                    "helpfulness": {"Rating": rating, "Rationale": "So."},
                    "honesty": {"Rating": "3", "Rationale": "So."},
                },
            }
            for n, rating in enumerate(ratings)
        ],
    }


def steered(response: str, helpfulness: int, prompt: str = TIDES) -> dict[str, Any]:
    axes = {"correctness": 3, "coherence": 4, "complexity": 1, "verbosity": 2}
    return {"prompt": prompt, "response": response, "helpfulness": helpfulness, **axes}


def web_answers(first: float, second: float) -> dict[str, Any]:
    return {
        "question": {"dataset": "eli5", "id": "q1", "full_text": TIDES},
        "quotes_0": {"title": [], "extract": []},
        "answer_0": "The moon [1].",
        "answer_1": "The sun [1].",
        "score_0": first,
        "score_1": second,
    }


def vote(winner: str = "model_a", **changes: object) -> dict[str, Any]:
    talks = {
        f"conversation_{side}": [
            user(TIDES),
            assistant(f"Because {side}."),
            user("Shorter?"),
            assistant(side),
        ]
        for side in "ab"
    }
    return {
        "question_id": 81,
        "model_a": "alpaca-13b",
        "model_b": "gpt-3.5",
        "winner": winner,
        "judge": "expert_1",
        "turn": 1,
        **talks,
    } | changes


def judged_pair(label: int) -> dict[str, Any]:
    return {
        "scenario": "explaining",
        "label": label,
        "prompt": TIDES,
        "response 1": "The moon.",
        "response 2": "The sun.",
    }


TULU_COLUMNS = (
    "instance_index,instance_id,prompt,model_a,model_b,completion_a,completion_b,"
    "completion_a_is_acceptable,completion_b_is_acceptable,preference,evaluator,timestamp"
).split(",")


def tulu_row(preference: str, timestamp: str = "2023-05-25 14:08:33") -> list[object]:
    said = ["The moon.", "The sun, mostly.", "yes", "no", preference, "eva", timestamp]
    return [1, "task_7", TIDES, "tulu-7b", "gpt-4", *said]


WMT_COLUMNS = (
    "srclang,trglang,srcIndex,segmentId,judgeID,system1Id,system1rank,system2Id,system2rank,"
    "rankingID"
).split(",")


def wmt_pair(first: str, second: str, ranks: tuple[int, int], ranking: int = 1) -> list[object]:
    return ["ron", "eng", 7, 7, "judge1", first, ranks[0], second, ranks[1], ranking]


def wmt_ranking(*items: tuple[str, int], ranking: int = 1263) -> dict[str, Any]:
    return {
        "task_id": "wmt16/tur-eng/620",
        "ranking_id": ranking,
        "lang_pair": "tur-eng",
        "segment": 620,
        "labeler": "b49d",
        "duration_s": 27.8,
        "items": [{"systems": names.split(), "rank": rank} for names, rank in items],
    }


WMT_XML = """<WMT16-results>
<HIT hit-id="32872282" source-language="ron" block-id="-1" target-language="eng">
<ranking-task id="7">
  <ranking-result duration="00:01:14.500" user="jo">
    <translation system="online-B" rank="2" />
    <translation system="uedin,kit" rank="1" />
    <translation system="jhu" rank="-1" />
  </ranking-result>
  <ranking-result duration="00:00:02" user="mo">
    <translation system="online-B" rank="3" />
  </ranking-result>
</ranking-task>
</HIT>
</WMT16-results>
"""


def benchmark(*instances: object, **changes: object) -> bytes:
    document = {
        "dataset": "dialogue",
        "dataset_url": "none",
        "annotations": [
            {"metric": "kind", "category": "categorical", "worst": None, "best": None},
            {"metric": "engaging", "category": "graded", "worst": 1, "best": 5},
        ],
        "instances": list(instances),
    } | changes
    return json.dumps(document, indent=2).encode()


def scored(text: str, *scores: float | None) -> dict[str, Any]:
    return {
        "id": f"id of {text}",
        "instance": {"prompt": TIDES, "completion": text},
        "annotations": {"engaging": {"mean_human": 2.0, "individual_human_scores": list(scores)}},
    }


SAMPLES: dict[str, Callable[[], bytes]] = {
    "alpaca": lambda: array(
        {"instruction": "Shorten.", "input": "A long sentence.", "output": "A sentence."},
        {"instruction": TIDES, "input": "", "output": "The moon."},
    ),
    "argilla": lambda: array(argilla_record(["reply-2", "reply-1"])),
    "auto-j": lambda: lines(judged_pair(0), judged_pair(2)),
    "concord": lambda: lines(
        {
            "task": 1,
            "prompt": TIDES,
            "category": "open_qa",
            "split": "train",
            "completions": [{"text": text, "source": "sft-1"} for text in ("Moon.", "Sun.")],
            "rankings": [
                {"labeler": "labeler-1", "ranks": [1, 2]},
                {"labeler": "simulated-2", "ranks": [1, 1]},
            ],
        },
        {"prompt": TIDES, "completion": " The moon.", "labeler": "labeler-1", "split": "train"},
    ),
    "csv": lambda: table(["prompt", "completion_a", "completion_b"], [TIDES, "Moon.", ""]),
    "dolly": lambda: lines(
        {"instruction": TIDES, "context": "", "response": "Moon.", "category": "open_qa"}
    ),
    "helpsteer2": lambda: lines(steered("The moon.", 4), steered("The sun.", 2)),
    "hh-rlhf": lambda: lines(dialogue()),
    "judge-bench": lambda: benchmark(scored("Moon!", 5, 4), scored("Sun.", 2, None)),
    "label-studio": lambda: array(label_studio_task(annotation(ranker({"rank": ["g", "m", "s"]})))),
    "lm-human-preferences": lambda: array(best_of_four()),
    "mt-bench": lambda: array(vote(), vote("tie", turn=2, judge=["gpt-4", "pair-v2"])),
    "oasst": lambda: lines(some_tree()),
    "pandalm": lambda: array(duel(0), duel(1)),
    "self-instruct": lambda: lines(
        {
            "id": "seed_task_1",
            "name": "antonyms",
            "instruction": "Say the opposite.",
            "instances": [{"input": "Day", "output": "Night"}, {"input": "Up", "output": "Down"}],
            "is_classification": False,
        }
    ),
    "summarize": lambda: lines(summaries_compared()),
    "summarize-axes": lambda: lines(summary_rated(" Cat hid.", 3), summary_rated(" Fat cat.", 6)),
    "trl": lambda: lines({"prompt": TIDES, "chosen": " The moon.", "rejected": " The sun."}),
    "tulu": lambda: table(TULU_COLUMNS, tulu_row("a-is-slightly-better"), tulu_row("tie")),
    "ukp": lambda: lines(debate(1), debate(2)),
    "ultrafeedback": lambda: lines(rated_by_gpt("5", "2", "N/A")),
    "webgpt": lambda: lines(web_answers(0.5, -0.5)),
    "wmt": lambda: lines(wmt_ranking(("online-B", 2), ("kit uedin", 1), ("jhu", 1))),
    "wmt-csv": lambda: table(
        WMT_COLUMNS, wmt_pair("jhu", "kit+uedin", (2, 1)), wmt_pair("jhu", "online-B", (2, -1))
    ),
    "wmt-xml": lambda: WMT_XML.encode(),
}


def read(name: str, content: bytes, **choices: str) -> list[Any]:
    """What becomes of each row of a file, in order: a record, or the errors."""
    known = FORMATS[name]
    return [row for _, row in known.read(io.BytesIO(content), known.choices_of(choices))]


def record(name: str, content: bytes, **choices: str) -> Any:
    """The one record of a file."""
    (found,) = read(name, content, **choices)
    assert not isinstance(found, list), found
    return found


def ranks(task: JudgedTask) -> list[tuple[int | None, ...]]:
    return [judgment.ranks for judgment in task.judgments]


def texts(task: JudgedTask) -> list[str]:
    return [completion.text for completion in task.completions]


def sources(task: JudgedTask) -> list[str]:
    return [completion.source for completion in task.completions]


def problems(found: list[Any]) -> dict[str, str]:
    """The messages of all broken rows by their places."""
    return {error.field: error.message for row in found if isinstance(row, list) for error in row}
