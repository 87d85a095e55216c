"""What the surveys ask and what may be told of the answers (R18), worked out by hand."""

import pytest

from labeling.survey_questions import (
    SURVEYS,
    SurveyQuestion,
    counts_of,
    problems_of,
    shown_shares,
)

ONE = SurveyQuestion("gender", "one", ("a", "b", "c", "d"))
MANY = SurveyQuestion("ethnicity", "many", ("a", "b", "c"))


def told(question: SurveyQuestion, *counts: int, num_answers: int | None = None):
    """Which options are told, as a string; None where the question is not."""
    shares = shown_shares(
        question,
        num_answers=sum(counts) if num_answers is None else num_answers,
        counts=dict(zip(question.options, counts, strict=False)),
    )
    return shares and "".join(option for option, share in shares.items() if share is not None)


def test_the_surveys_ask_what_the_paper_asked():
    """R18: Table 12 has five questions, Table 13 five statements on five points."""
    assert [question.key for question in SURVEYS["demographic"]] == [
        "gender",
        "ethnicity",
        "nationality",
        "age",
        "education",
    ]
    assert {question.kind for question in SURVEYS["satisfaction"]} == {"agreement"}
    assert [len(question.options) for question in SURVEYS["satisfaction"]] == [5] * 5


def test_the_papers_shares_of_each_question_add_up():
    """Rounded to a tenth of a percent in the paper; ethnicity and nationality do not add up."""
    for survey in SURVEYS.values():
        for question in survey:
            if question.kind in {"one", "agreement"}:
                assert sum(question.reference.values()) == pytest.approx(1, abs=0.002)
            assert set(question.reference) <= set(question.options)


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        # Four answers: nothing is told.
        ((4, 0, 0, 0), None),
        # Nobody can be told apart: all is told, and that nobody chose c and d points at nobody.
        ((3, 3, 0, 0), "abcd"),
        # One person chose b: withheld, and with it the next rarest, or 5 - 4 would give it away.
        ((4, 1, 0, 0), None),
        ((5, 4, 1, 0), "ad"),
        # b and c were chosen once each: together 2, of which each must be 1. So a goes as well.
        ((6, 1, 1, 3), "a"),
        # One and two: together 3, and no reader can say which is which.
        ((6, 1, 2, 0), "ad"),
        # Two and two: together 4, the most that two small ones can be. So the next one goes.
        ((6, 2, 2, 4), "a"),
        # Three small ones, together 4, stand for (2, 1, 1) in any order.
        ((7, 2, 1, 1), "a"),
    ],
)
def test_what_points_at_a_person_is_withheld(counts, options):
    assert told(ONE, *counts) == options


@pytest.mark.parametrize(
    ("counts", "num_answers", "options"),
    [
        ((6, 3, 0), 9, "abc"),
        ((6, 1, 0), 9, "ac"),
        # All but one chose a: the one who did not could be recognised by it.
        ((8, 3, 0), 9, "bc"),
        ((1, 2, 0), 5, None),
        ((3, 3, 3), 4, None),
    ],
)
def test_where_several_may_be_chosen_each_option_stands_for_itself(counts, num_answers, options):
    assert told(MANY, *counts, num_answers=num_answers) == options


def test_shares_are_of_those_who_answered_the_question():
    responses = [{"gender": "a"}] * 6 + [{"gender": "b"}] * 4 + [{}] * 3

    num_answers, counts = counts_of(ONE, responses)

    assert (num_answers, counts) == (10, {"a": 6, "b": 4, "c": 0, "d": 0})
    assert shown_shares(ONE, num_answers=num_answers, counts=counts) == {
        "a": 0.6,
        "b": 0.4,
        "c": 0,
        "d": 0,
    }


def test_a_choice_of_several_counts_each_of_them():
    responses = [{"ethnicity": ["a", "b"]}, {"ethnicity": ["b"]}]

    assert counts_of(MANY, responses) == (2, {"a": 1, "b": 2, "c": 0})


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"gender": "female", "ethnicity": ["black", "white"], "nationality": "UY"}, set()),
        ({}, set()),
        ({"gender": "unknown"}, {"gender"}),
        ({"gender": ["female"]}, {"gender"}),
        ({"gender": None}, {"gender"}),
        ({"ethnicity": "black"}, {"ethnicity"}),
        ({"ethnicity": []}, {"ethnicity"}),
        ({"ethnicity": ["black", "black"]}, {"ethnicity"}),
        ({"ethnicity": [["black"]]}, {"ethnicity"}),
        ({"nationality": "Uruguay"}, {"nationality"}),
        ({"income": "high", "age": "18_24"}, {"income"}),
    ],
)
def test_a_response_is_checked_question_by_question(answers, wrong):
    assert set(problems_of("demographic", answers)) == wrong
