"""The examples that a few-shot set stands for (R2)."""

import pytest

from labeling.few_shot import Pair, examples_of, leaks_of

PAIRS = [Pair("2 + 2", "4"), Pair("3 + 3", "6"), Pair("5 + 5", "10")]


def test_k_pairs_are_k_examples_each_with_the_others_in_context():
    """R2."""
    examples = examples_of("Add.", PAIRS)

    assert [example.response for example in examples] == ["4", "6", "10"]
    assert examples[1].prompt == (
        "Add.\n\nQuery: 5 + 5\nResponse: 10\n\nQuery: 2 + 2\nResponse: 4\n\nQuery: 3 + 3\nResponse:"
    )


def test_no_example_shows_its_own_answer():
    """R2: each pair's answer stands in every example but its own."""
    pairs = [Pair(f"query {n}", f"answer-{n}.") for n in range(9)]

    for own, example in enumerate(examples_of("Answer.", pairs)):
        shown = [n for n in range(9) if f"answer-{n}." in example.prompt]
        assert shown == [n for n in range(9) if n != own]


def test_a_text_is_taken_exactly_as_written():
    pairs = [Pair("  a\n", "\tb "), Pair("c", "d")]

    assert examples_of(" Do.\n", pairs)[1].prompt == (
        " Do.\n\n\nQuery:   a\n\nResponse: \tb \n\nQuery: c\nResponse:"
    )


def test_an_honest_set_leaks_nothing():
    """Classes repeat, and short words are part of longer ones."""
    pairs = [Pair("the", "le"), Pair("the cat", "le chat"), Pair("a cat", "le")]

    assert leaks_of("Translate. Example: le is the.", pairs) == {}


@pytest.mark.parametrize("again", ["2 + 2", " 2  +\n2", "\uff12 + 2"])
def test_the_same_query_twice_would_show_the_answer(again):
    assert list(leaks_of("Add.", [*PAIRS, Pair(again, "4")])) == [3]


def test_a_query_in_other_letters_is_the_same_query():
    assert list(leaks_of("Name it.", [Pair("Capital?", "Rome"), Pair("CAPITAL?", "Oslo")])) == [1]


def test_a_pair_written_out_in_the_instruction_leaks():
    pair = Pair("What is the capital of France?", "Paris")
    instruction = "Answer, as in: what is the capital of  France? Paris"

    leaks = leaks_of(instruction, [pair, PAIRS[0]])

    assert leaks == {0: "This query and its response also stand in the instruction."}


def test_a_pair_written_out_in_another_pair_leaks():
    pair = Pair("What is the capital of France?", "Paris")
    other = Pair("Known: What is the capital of France? Paris. And of Italy?", "Rome")

    assert list(leaks_of("Answer.", [pair, other])) == [0]


def test_a_query_that_another_only_mentions_leaks_nothing():
    pair = Pair("What is the capital of France?", "Paris")
    other = Pair("Translate: What is the capital of France?", "Quelle est la capitale ?")

    assert leaks_of("Do it.", [pair, other]) == {}
