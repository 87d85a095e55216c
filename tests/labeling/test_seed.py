"""What the seed prompts are like: their mix, their flags, their lengths, their split."""

import json
from collections import Counter
from pathlib import Path

import pytest

from labeling.catalogue import CATEGORIES, PROMPT_FLAGS
from labeling.models import Prompt
from labeling.services.prompts import import_prompts
from labeling.text_hygiene import split_of_key, text_sha256

SEED = Path(__file__).resolve().parents[2] / "labeling" / "seed"

# Table 1 of the paper, in percent.
TABLE_1 = {
    "generation": 45.6,
    "open_qa": 12.4,
    "brainstorming": 11.2,
    "chat": 8.4,
    "rewrite": 6.6,
    "summarization": 4.2,
    "classification": 3.5,
    "other": 3.5,
    "closed_qa": 2.6,
    "extract": 1.9,
}


def rows_of(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (SEED / name).read_text().splitlines()]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["prompts.jsonl", "story_prompts.jsonl"])
def test_every_seed_prompt_imports_cleanly(name: str) -> None:
    with (SEED / name).open("rb") as lines:
        report = import_prompts(lines, submitted_by=None, dry_run=False)

    # Nothing in them is too long, over a cap, or points to a person.
    assert (report.errors, report.skipped, report.notes) == ([], [], [])
    assert report.num_stored == report.num_read == Prompt.objects.count()
    assert report.num_stored >= {"prompts.jsonl": 120, "story_prompts.jsonl": 60}[name]


def test_the_seed_prompts_are_spread_like_the_papers_table_1() -> None:
    categories = Counter(row["category"] for row in rows_of("prompts.jsonl"))
    total = sum(categories.values())

    assert set(categories) == set(CATEGORIES) == set(TABLE_1)
    # Within 4 percentage points, and at least two of each kind.
    off = {
        key: round(100 * categories[key] / total, 1)
        for key, percent in TABLE_1.items()
        if abs(100 * categories[key] / total - percent) > 4.0 or categories[key] < 2
    }
    assert off == {}


def test_the_seed_prompts_carry_the_flags_that_raise_the_two_conditional_questions() -> None:
    """R26: without such prompts nobody would ever see hallucination or satisfies_constraint."""
    flags = Counter(key for row in rows_of("prompts.jsonl") for key in row.get("flags", {}))

    assert flags["closed_domain"] >= 10
    assert flags["explicit_constraints"] >= 10
    assert set(flags) <= set(PROMPT_FLAGS)


def test_closed_tasks_bring_their_passage_and_say_so() -> None:
    closed = [
        row
        for row in rows_of("prompts.jsonl")
        if row["category"] in {"closed_qa", "extract", "summarization"}
    ]

    assert all(row["flags"].get("closed_domain") for row in closed)
    assert min(len(str(row["text"]).split()) for row in closed) >= 25


def test_the_lengths_vary_from_a_line_to_a_passage() -> None:
    """Words; the embedded model reads far more than the longest of them."""
    lengths = sorted(len(str(row["text"]).split()) for row in rows_of("prompts.jsonl"))

    assert lengths[0] <= 10
    assert 80 <= lengths[-1] <= 260


def test_the_split_of_the_seed_leaves_prompts_to_validate_on() -> None:
    """The split follows the text's hash, so it is a property of the file."""
    for name in ("prompts.jsonl", "story_prompts.jsonl"):
        splits = Counter(split_of_key(text_sha256(str(row["text"]))) for row in rows_of(name))
        assert splits["validation"] >= 3, name
        assert splits["train"] > 4 * splits["validation"], name


def test_every_seed_demonstration_answers_a_seed_prompt_once() -> None:
    texts = {row["text"] for row in rows_of("prompts.jsonl")}
    rows = rows_of("demonstrations.jsonl")
    answered = [row["prompt"] for row in rows]

    assert len(answered) >= 30
    assert len(set(answered)) == len(answered)
    assert set(answered) <= texts
    assert all(str(row["text"]).strip() == row["text"] != "" for row in rows)


def test_a_story_prompt_is_an_opening_to_continue() -> None:
    rows = rows_of("story_prompts.jsonl")

    assert all(row["category"] == "generation" for row in rows)
    assert all(row["flags"] == {"continuation_style": True} for row in rows)
