"""What a labeler says besides the order: questions switched on and off, the verdict, the time."""

import pytest

from labeling.models import Assignment, Ranking
from tests.cast import make_prompt, make_ranking_project, make_task
from tests.labeling.work import ranking_body, send, show, take, with_first

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(amina) -> Assignment:
    make_task(project := make_ranking_project(overlap=1))
    return take(project, amina)


def test_a_labeler_may_ask_a_question_that_the_prompts_flags_do_not(assignment, amina):
    """R26: the condition can be overridden, for all completions alike."""
    shown = show(amina, assignment)
    asked = [*shown["questions"], "hallucination"]

    answer = send(amina, ranking_body({**shown, "questions": asked}, questions=asked))

    assert shown["conditional_questions"] == [
        {"key": "hallucination", "is_asked": False},
        {"key": "satisfies_constraint", "is_asked": False},
    ]
    assert answer.status_code == 201
    assert all("hallucination" in item.flags for item in Ranking.objects.get().items.all())


def test_a_labeler_may_leave_out_a_question_that_the_prompts_flags_ask_for(amina):
    """R26."""
    make_task(project := make_ranking_project(), make_prompt(flags={"closed_domain": True}))
    shown = show(amina, take(project, amina))
    asked = [key for key in shown["questions"] if key != "hallucination"]

    answer = send(amina, ranking_body({**shown, "questions": asked}, questions=asked))

    assert {"key": "hallucination", "is_asked": True} in shown["conditional_questions"]
    assert answer.status_code == 201
    assert not any("hallucination" in item.flags for item in Ranking.objects.get().items.all())


def test_a_question_that_is_always_asked_cannot_be_left_out(assignment, amina):
    shown = show(amina, assignment)
    asked = shown["questions"][1:]

    answer = send(amina, ranking_body({**shown, "questions": asked}, questions=asked))

    assert answer.status_code == 422
    assert shown["questions"][0] in answer.json()["fields"]["questions"][0]


def test_every_completion_answers_the_questions_that_were_chosen(assignment, amina):
    shown = show(amina, assignment)
    asked = [*shown["questions"], "hallucination"]
    body = ranking_body(shown, questions=asked)

    answer = send(amina, body)

    assert answer.status_code == 422
    assert answer.json()["fields"] == {
        f"items.{item['handle']}": ["flags: Not answered: hallucination."] for item in body["items"]
    }


def test_what_was_said_besides_belongs_to_the_answer(assignment, amina):
    """The same key with another verdict is another answer."""
    body = ranking_body(show(amina, assignment))
    send(amina, body)

    verdict = send(amina, {**body, "none_acceptable": True})
    dwell = send(amina, with_first(body, seconds_shown=2.0))
    asked = send(amina, {**body, "questions": list(body["items"][0]["flags"])})

    assert [answer.json()["code"] for answer in (verdict, dwell, asked)] == ["key_reused"] * 3


def test_no_completion_was_shown_for_longer_than_the_task(assignment, amina):
    body = ranking_body(show(amina, assignment))

    send(amina, with_first(body, seconds_shown=80_000))

    seconds = Ranking.objects.get().items.values_list("seconds_shown", flat=True)
    assert sorted(second is None for second in seconds) == [False, True, True, True]
    assert max(second for second in seconds if second is not None) < 60


def test_that_no_completion_is_acceptable_is_stored(assignment, amina):
    send(amina, ranking_body(show(amina, assignment), none_acceptable=True))

    assert Ranking.objects.get().none_acceptable is True
