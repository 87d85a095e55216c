"""Whose completions a task shows: by weights, in turns without them (R85)."""

from collections import Counter
from fractions import Fraction

import pytest

from labeling.selectors.completions import CompletionChoice
from labeling.services.tasks import mix, mix_sources, weights_of_sources
from tests.cast import make_completions, make_prompt, make_ranking_project, make_source
from tests.labeling.test_creating_tasks import ask, sources_of

pytestmark = pytest.mark.django_db


def test_sources_are_mixed(ada):
    project = make_ranking_project(k=4)
    for n in range(3):
        prompt = make_prompt()
        make_completions(prompt, texts=[f"{n} a{m}" for m in range(9)], source=make_source("a"))
        make_completions(prompt, texts=[f"{n} b{m}" for m in range(2)], source=make_source("b"))

    answer = ask(ada, project)

    assert [sources_of(task) for task in project.tasks.all()] == [{"a": 2, "b": 2}] * 3
    assert answer.json()["num_in_equal_parts"] == 3


def weighted(choices):
    """Choices from (source, weight) in turn, numbered from 0."""
    return [
        CompletionChoice(number, source, str(number), weight)
        for number, (source, weight) in enumerate(choices)
    ]


def chosen_of(choices, k, offset, asked=None):
    return mix(choices, k, offset, weights_of_sources(choices, asked))


def shares(weights, k, num_prompts=400):
    """How many of all places each source gets, over prompts with nine completions of each."""
    choices = weighted([(source, weights[source]) for source in weights for _ in range(9)])
    source_of = {choice.id: choice.source_id for choice in choices}
    given = Counter(
        source_of[completion_id]
        for number in range(num_prompts)
        for completion_id in chosen_of(choices, k, Fraction(number, num_prompts))
    )
    return {source: given[source] / (k * num_prompts) for source in weights}


@pytest.mark.parametrize("k", [4, 5, 9])
def test_the_weights_of_a_mix_are_kept_by_the_tasks_made_of_it(k):
    """R85: supervised models wrote three quarters, and labelers see three quarters."""
    assert shares({1: 0.75, 2: 0.25}, k) == pytest.approx({1: 0.75, 2: 0.25}, abs=0.01)
    assert shares({1: 0.5, 2: 0.4, 3: 0.1}, k) == pytest.approx({1: 0.5, 2: 0.4, 3: 0.1}, abs=0.01)


def test_a_policy_with_too_few_completions_leaves_its_places_to_the_others():
    choices = weighted([(1, 0.9), (2, 0.1), (2, 0.1), (2, 0.1), (2, 0.1)])

    chosen = chosen_of(choices, 4, Fraction(1, 2))

    assert len(set(chosen)) == 4
    assert 0 in chosen


def test_a_completion_from_outside_the_mix_makes_all_sources_alike():
    choices = weighted([(1, 0.9)] * 6 + [(2, 0.1)] * 6)
    outside = CompletionChoice(12, 3, "12")

    source_of = {choice.id: choice.source_id for choice in [*choices, outside]}
    chosen = chosen_of([*choices, outside], 4, Fraction(1, 2))

    assert Counter(source_of[one] for one in chosen) == {1: 2, 2: 1, 3: 1}


def test_tasks_of_stored_completions_keep_their_weights(ada):
    """R85: nine to three were sampled of each prompt; in turns four places would be two to two."""
    project = make_ranking_project(k=4)
    for n in range(12):
        prompt = make_prompt()
        for name, num, weight in (("a", 9, 0.75), ("b", 3, 0.25)):
            texts = [f"{n} {name}{m}" for m in range(num)]
            for one in make_completions(prompt, texts=texts, source=make_source(name)):
                one.sampling["weight"] = weight
                one.save(update_fields=["sampling"])

    answer = ask(ada, project, num_prompts=12)

    assert [sources_of(task) for task in project.tasks.all()] == [{"a": 3, "b": 1}] * 12
    assert answer.json()["num_in_equal_parts"] == 0


@pytest.fixture
def answered_apart(ada):
    """Sources a and b, whose completions were sampled apart: none of them has a weight."""
    for n in range(12):
        prompt = make_prompt()
        for name in ("a", "b"):
            texts = [f"{n} {name}{m}" for m in range(9)]
            make_completions(prompt, texts=texts, source=make_source(name))
    return [make_source(name).pk for name in ("a", "b")]


def test_completions_that_are_stored_already_are_mixed_by_the_weights_asked_for(
    ada, answered_apart
):
    """R85: whatever their own run knew of a mix."""
    project = make_ranking_project(k=4)

    answer = ask(ada, project, source_ids=answered_apart, source_weights=[3, 1])

    assert [sources_of(task) for task in project.tasks.all()] == [{"a": 3, "b": 1}] * 12
    assert answer.json()["num_in_equal_parts"] == 0


def test_weights_asked_for_count_before_those_of_the_mix():
    choices = weighted([(1, 0.9)] * 6 + [(2, 0.1)] * 6)

    chosen = chosen_of(choices, 4, Fraction(1, 2), asked={1: 0, 2: 1})

    assert Counter(choices[one].source_id for one in chosen) == {2: 4}


def test_a_source_without_weight_fills_the_places_that_nobody_else_can():
    choices = weighted([(1, None)] * 6 + [(2, None)] * 2)

    chosen = chosen_of(choices, 4, Fraction(1, 2), asked={1: 0, 2: 1})

    assert Counter(choices[one].source_id for one in chosen) == {2: 2, 1: 2}


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1], "Give each source one weight"),
        ([1, 1, 1], "Give each source one weight"),
        ([0, 0], "above 0"),
        ([-1, 2], "greater than or equal to 0"),
        ([1, "2"], "A valid number is required"),
        ([1, None], "may not be null"),
        ([], "at least 1"),
    ],
)
def test_weights_that_cannot_be_used_are_refused_by_name(ada, answered_apart, weights, said):
    project = make_ranking_project(k=4)

    answer = ask(ada, project, source_ids=answered_apart, source_weights=weights)

    assert answer.status_code == 400
    assert said in str(answer.json()["fields"])
    assert "source_weights" in next(iter(answer.json()["fields"]))
    assert not project.tasks.exists()


def test_weights_need_the_sources_that_they_belong_to_each_once(ada, answered_apart):
    project = make_ranking_project(k=4)
    twice = [answered_apart[0]] * 2

    for wanted in ({}, {"source_ids": twice}):
        answer = ask(ada, project, source_weights=[1, 2], **wanted)
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {"source_weights"})


def test_sources_take_turns():
    choices = [CompletionChoice(n, source, str(n)) for n, source in enumerate([1, 1, 1, 2, 3, 2])]

    # First of each source: 0, 3, 4; second of each: 1, 5; third: 2.
    assert mix_sources(choices) == [0, 3, 4, 1, 5, 2]
