"""Records are read whole or refused with the line that is wrong."""

import pytest

from tests.training.ml.jobs import demonstration, ranked, write_records
from training.ml.errors import BadInput
from training.ml.records import (
    RankedPrompt,
    read_demonstrations,
    read_pretraining,
    read_rankings,
    weight_of_labelers,
)

GOOD = ranked(1, "Say hi.", ["hi", "ho"], ("amina", [1, 2]))


def test_a_ranking_gives_pairs_and_the_labeler_behind_each(tmp_path):
    """R28, R63: ranks 2, 1, 1 and an unjudged first."""
    path = write_records(
        tmp_path / "rankings.jsonl",
        [ranked(4, "p", ["a", "b", "c"], (7, [2, 1, 1]), (9, [None, 1, 2]))],
    )

    (prompt,) = read_rankings(path)

    assert prompt.comparisons() == [(1, 0), (2, 0), (1, 2)]
    assert prompt.judges() == ["7", "7", "9"]
    # Three pairs by the first, one by the second, who saw two completions.
    assert prompt.num_judged_pairs() == 4
    assert prompt.completion_ids == ("40", "41", "42")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"prompt": None}, "prompt is not text"),
        ({"split": "test"}, "split 'test'"),
        ({"completions": [{"id": 1, "text": "alone"}]}, "1 completions, expected 2 to 9"),
        ({"rankings": [{"labeler": 1, "ranks": [1]}]}, "1 ranks for 2 completions"),
        ({"rankings": [{"labeler": 1, "ranks": [1, 0]}]}, "0 is not a rank"),
        ({"rankings": [{"labeler": 1, "ranks": [1, "2"]}]}, "'2' is not a rank"),
        ({"rankings": [{"ranks": [1, 2]}]}, "no 'labeler'"),
        ({"prompt_id": None}, "prompt_id is not an identifier"),
    ],
)
def test_a_bad_ranking_is_refused_with_its_line(tmp_path, change, complaint):
    """The contract: bad_input names file and line."""
    path = write_records(tmp_path / "rankings.jsonl", [GOOD, GOOD | change])

    with pytest.raises(BadInput, match=rf"^rankings.jsonl line 2: {complaint}"):
        read_rankings(path)


@pytest.mark.parametrize("line", ["{", "[1]", "3", '{"prompt_id": 1}'])
def test_a_line_that_is_no_record_is_refused_with_its_number(tmp_path, line):
    """The contract."""
    path = write_records(tmp_path / "demonstrations.jsonl", [demonstration(1, "p", "c")])
    with path.open("a") as opened:
        opened.write(line + "\n")

    with pytest.raises(BadInput, match=r"^demonstrations.jsonl line 2: "):
        read_demonstrations(path)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("completions", None),
        ("completions", ["text", "another"]),
        ("rankings", [{"labeler": 1, "ranks": 3}]),
        ("rankings", [{"labeler": 1, "ranks": [True, 2]}]),
    ],
)
def test_a_part_of_another_type_is_refused_with_its_line(tmp_path, part, value):
    """The contract: never an error without file and line, and true is no rank."""
    path = write_records(tmp_path / "rankings.jsonl", [GOOD, GOOD | {part: value}])

    with pytest.raises(BadInput, match=r"^rankings.jsonl line 2: "):
        read_rankings(path)


def test_a_prompt_on_both_sides_of_the_split_is_refused(tmp_path):
    """RM11: what is held out must be unseen."""
    rows = [demonstration(5, "p", "a"), demonstration(5, "p", "b", split="validation")]
    path = write_records(tmp_path / "demonstrations.jsonl", rows)

    with pytest.raises(BadInput, match="prompt 5 is in both splits"):
        read_demonstrations(path)


def test_a_line_separator_inside_a_text_ends_no_record(tmp_path):
    """U+2028 is text; only the newline ends a record."""
    path = tmp_path / "pretraining.jsonl"
    path.write_text('{"text": "one\u2028two"}\n\n{"text": "three"}\n', encoding="utf-8")

    assert read_pretraining(path) == ["one\u2028two", "three"]


def test_an_empty_or_undecodable_file_is_refused(tmp_path):
    """The contract."""
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe{}")

    with pytest.raises(BadInput, match=r"empty\.jsonl holds no records"):
        read_pretraining(tmp_path / "empty.jsonl")
    with pytest.raises(BadInput, match=r"bytes\.jsonl cannot be read"):
        read_pretraining(tmp_path / "bytes.jsonl")


def test_every_labeler_can_be_made_to_count_alike():
    """Amina gave 3 of a prompt's 4 comparisons and Otto 1: 2/3 and 2 make both add up to 2/4."""
    ranked = RankedPrompt(
        prompt_id="1",
        prompt="P",
        completion_ids=("a", "b", "c"),
        completions=("A", "B", "C"),
        labelers=("amina", "otto"),
        rankings=((1, 2, 3), (1, None, 2)),
        split="train",
    )

    assert weight_of_labelers([ranked], "pairs_present") == {
        "amina": pytest.approx(2 / 3),
        "otto": 2.0,
    }
    assert ranked.without({"amina"}).labelers == ranked.judged_by({"otto"}).labelers == ("otto",)


# What each labeler ranked: how many completions, and how many of the first of them tie.
RANKED_BY = {"amina": [(4, 0), (4, 2)], "otto": [(9, 0)], "kay": [(9, 3), (4, 0), (4, 0), (4, 4)]}


def ranked_once(number, labeler, k, num_tied):
    """A prompt that one labeler ranked: the first places tied, then a strict order."""
    ranks = [1] * num_tied + list(range(2 if num_tied else 1, k + 2 - max(num_tied, 1)))
    return RankedPrompt(
        prompt_id=str(number),
        prompt="P",
        completion_ids=tuple(f"{number}-{place}" for place in range(k)),
        completions=("A",) * k,
        labelers=(labeler,),
        rankings=(tuple(ranks[:k]),),
        split="train",
    )


@pytest.mark.parametrize("normalise_by", ["pairs_present", "choose_2"])
def test_labelers_who_ranked_four_completions_count_as_much_as_those_who_ranked_nine(normalise_by):
    """A pair adds one over its prompt's divisor to the loss, which all labelers' weights undo."""
    rankings = [
        ranked_once(f"{labeler}-{number}", labeler, *shape)
        for labeler, shapes in RANKED_BY.items()
        for number, shape in enumerate(shapes)
    ]

    weight_of = weight_of_labelers(rankings, normalise_by)

    before, after = dict.fromkeys(RANKED_BY, 0.0), dict.fromkeys(RANKED_BY, 0.0)
    for one in rankings:
        for judge in one.judges():
            before[judge] += 1 / one.divisor(normalise_by)
            after[judge] += weight_of[judge] / one.divisor(normalise_by)
    alike = sum(before.values()) / 3
    assert after == {labeler: pytest.approx(alike) for labeler in RANKED_BY}
    # Amina's two rankings of four against Otto's one of nine: two prompts against one.
    expected = {"pairs_present": 2, "choose_2": 1 + 5 / 6}
    assert before["amina"] / before["otto"] == pytest.approx(expected[normalise_by])
    assert weight_of["otto"] / weight_of["amina"] == pytest.approx(expected[normalise_by])
