"""What each exported file holds, by hand: pairs, weights, tiers, pseudonyms (R50)."""

from pathlib import Path

import pytest

from tests.training.exporters.frozen import (
    exported,
    frozen_demonstration,
    frozen_task,
    rows_of,
)
from training.exporters.rows import FILES, RESERVED

# What a file may call a column because its trainer reads it there.
READ_BY_TRAINERS = {
    "preference": {"prompt", "chosen", "rejected"},
    "preference_messages": {"prompt", "chosen", "rejected"},
    "unpaired": {"prompt", "completion", "label"},
    "sft": {"prompt", "completion"},
    "sft_messages": {"messages"},
    "prompts": {"prompt"},
    "ranking": {"prompt"},
}


def test_a_ranking_keeps_its_ties_and_gaps_under_pseudonyms(tmp_path: Path) -> None:
    records = [frozen_task(1, (71, [1, 2, 2]), (70, [None, 1, 2]))]

    out, _ = exported(tmp_path, "rm", records)

    (row,) = rows_of(out / "train/ranking.jsonl")
    assert row["rankings"] == [
        {"labeler": "labeler-1", "ranks": [None, 1, 2]},
        {"labeler": "labeler-2", "ranks": [1, 2, 2]},
    ]
    assert row["completions"][0] == {"text": "Answer 0", "source": "policy-0"}
    assert (row["prompt"], row["category"], row["split"]) == ("Prompt 1", "", "train")


def test_every_strict_pair_is_a_row_and_a_tie_makes_none(tmp_path: Path) -> None:
    """[1, 2, 2] has two strict pairs and [None, 1, 2] one: each weighs a third."""
    records = [frozen_task(1, (71, [1, 2, 2]), (70, [None, 1, 2]))]

    out, _ = exported(tmp_path, "rm", records)

    rows = rows_of(out / "train/preference.jsonl")
    assert [(row["chosen"], row["rejected"], row["labeler"]) for row in rows] == [
        ("Answer 1", "Answer 2", "labeler-1"),
        ("Answer 0", "Answer 1", "labeler-2"),
        ("Answer 0", "Answer 2", "labeler-2"),
    ]
    assert [row["pair_weight"] for row in rows] == [pytest.approx(1 / 3)] * 3
    assert [row["rank_gap"] for row in rows] == [1, 1, 1]
    assert (rows[0]["chosen_source"], rows[0]["rejected_source"]) == ("policy-1", "policy-2")


def test_the_first_tier_is_desirable_the_last_is_not_and_the_rest_is_left_out(
    tmp_path: Path,
) -> None:
    records = [frozen_task(1, (7, [2, 1, 3])), frozen_task(2, (7, [1, 1, 1]))]

    out, _ = exported(tmp_path, "rm", records)

    rows = rows_of(out / "train/unpaired.jsonl")
    assert [(row["completion"], row["label"]) for row in rows] == [
        ("Answer 1", True),
        ("Answer 2", False),
    ]


def test_messages_say_the_same_as_texts(tmp_path: Path) -> None:
    out, _ = exported(tmp_path, "rm", [frozen_task(1, (7, [2, 1, 3]))])

    texts = rows_of(out / "train/preference.jsonl")
    messages = rows_of(out / "train/preference_messages.jsonl")
    for text, message in zip(texts, messages, strict=True):
        assert message["prompt"] == [{"role": "user", "content": text["prompt"]}]
        assert message["chosen"] == [{"role": "assistant", "content": text["chosen"]}]
        assert message["pair_weight"] == text["pair_weight"]


def test_the_splits_are_folders(tmp_path: Path) -> None:
    records = [
        frozen_demonstration(1, " Hello", 5),
        frozen_demonstration(2, "Bye", 6, split="validation"),
    ]

    out, _ = exported(tmp_path, "sft", records)

    assert rows_of(out / "train/sft.jsonl") == [
        {
            "prompt": "Prompt 1",
            "completion": " Hello",
            "labeler": "labeler-1",
            "split": "train",
        }
    ]
    (row,) = rows_of(out / "validation/sft_messages.jsonl")
    assert row["messages"][1] == {"role": "assistant", "content": "Bye"}


def test_a_simulated_labeler_says_so(tmp_path: Path) -> None:
    out, _ = exported(tmp_path, "rm", [frozen_task(1, (7, [1, 2, 3]))], simulated=[7])

    assert rows_of(out / "train/ranking.jsonl")[0]["rankings"][0]["labeler"] == "simulated-1"


@pytest.mark.parametrize("kind", FILES)
def test_no_column_has_a_name_that_trl_takes_for_something_else(kind: str, tmp_path: Path) -> None:
    """A column `margin` would change the loss without a word (training.md, section 4)."""
    records = {
        "rm": [frozen_task(1, (7, [2, 1, 3]))],
        "sft": [frozen_demonstration(1, "Hello", 5)],
        "ppo": [{"prompt_id": 1, "prompt": "Prompt 1", "split": "train"}],
        "eval": [{"prompt_id": 1, "prompt": "Prompt 1", "split": "train"}],
    }[kind]

    out, _ = exported(tmp_path, kind, records)

    for base in FILES[kind]:
        names = set(rows_of(out / f"train/{base}.jsonl")[0])
        assert names & RESERVED == READ_BY_TRAINERS[base]
        assert not any("id" in name.split("_") for name in names)
