"""POST /api/text-checks/: the length of a text while it is written (R20), and a friendly hint."""

import pytest

from labeling.models import Demonstration
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_task,
)
from tests.labeling.work import take

pytestmark = pytest.mark.django_db


def check(user, text: object, **more: object):
    return client_of(user).post("/api/text-checks/", {"text": text, **more}, format="json")


def test_the_count_is_that_of_the_limit(amina, tokenizer):
    """R20: what the writer sees is what the server will refuse by."""
    answer = check(amina, "word " * 1_025)

    assert answer.json() == {
        "num_tokens": 1_025,
        "is_exact": True,
        "max_tokens": 1_024,
        "same_answer": None,
        "other_language": None,
    }


def test_without_a_tokenizer_the_count_says_that_it_is_an_estimate(amina, no_tokenizer):
    answer = check(amina, "four").json()

    assert (answer["num_tokens"], answer["is_exact"]) == (1, False)


def test_an_earlier_answer_in_the_same_words_is_pointed_out(amina):
    """Softly: it is not refused."""
    project = make_demonstration_project()
    earlier = make_demonstration(make_task(project), amina, "The same words.")
    make_task(project)
    now = take(project, amina)

    same = check(amina, "The same words.", assignment=str(now.pk)).json()["same_answer"]

    assert same == {
        "assignment": str(earlier.assignment_id),
        "project": project.pk,
        "prompt_excerpt": earlier.prompt.text,
        "submitted_at": earlier.submitted_at.isoformat().replace("+00:00", "Z"),
    }


def test_other_peoples_answers_other_words_and_answers_taken_back_are_not(amina, otto):
    project = make_demonstration_project()
    make_demonstration(make_task(project), otto, "Otto's words.")
    gone = make_demonstration(make_task(project), amina, "Taken back.")
    Demonstration.objects.filter(pk=gone.pk).update(superseded_at=gone.submitted_at)
    make_demonstration(make_task(project), amina, "")
    make_task(project)
    now = str(take(project, amina).pk)

    for text in ("Otto's words.", "Taken back.", ""):
        assert check(amina, text, assignment=now).json()["same_answer"] is None


def test_the_task_itself_is_no_earlier_answer(amina):
    project = make_demonstration_project()
    written = make_demonstration(make_task(project), amina, "My words.")

    answer = check(amina, "My words.", assignment=str(written.assignment_id))

    assert answer.json()["same_answer"] is None


FRENCH = "La mer monte et descend parce que la lune l'attire, et le soleil aussi, un peu moins."


@pytest.mark.parametrize(
    ("language", "confidence", "text", "said"),
    [
        ("en", 0.99, FRENCH, {"written": "fr", "asked": "en"}),
        ("fr", 0.99, FRENCH, None),
        # Neither an unsure prompt nor a short answer is a reason to say anything.
        ("en", 0.5, FRENCH, None),
        ("en", 0.99, "Bonjour !", None),
    ],
)
def test_an_answer_in_another_language_than_its_prompt_is_pointed_out(
    amina, language, confidence, text, said
):
    project = make_demonstration_project()
    make_task(project, make_prompt(language=language, language_confidence=confidence))
    now = take(project, amina)

    assert check(amina, text, assignment=str(now.pk)).json()["other_language"] == said


def test_the_language_of_somebody_elses_task_is_not_told(amina, otto):
    project = make_demonstration_project()
    make_task(project, make_prompt(language="en", language_confidence=0.99))
    theirs = take(project, otto)

    assert check(amina, FRENCH, assignment=str(theirs.pk)).json()["other_language"] is None


@pytest.mark.parametrize("change", [{"text": None}, {"text": 3}, {"text": "x" * 50_001}])
def test_a_malformed_text_is_refused(amina, change):
    answer = check(amina, **{"text": "Fine.", **change})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["text"])


def test_a_check_costs_one_query_more_than_knowing_who_asks(amina, django_assert_num_queries):
    project = make_demonstration_project()
    for _ in range(3):
        make_demonstration(make_task(project), amina, "Same.")
    browser = client_of(amina)
    body = {"text": "Same.", "assignment": "00000000-0000-4000-8000-000000000000"}

    with django_assert_num_queries(3):
        browser.post("/api/text-checks/", body, format="json")
