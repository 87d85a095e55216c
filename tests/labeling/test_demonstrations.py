"""POST and GET /api/demonstrations/: answers written by labelers."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.models import Assignment, Demonstration
from labeling.services.token_counts import TokenCount, count_tokens
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import demonstrate, lose, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tokenizer")]


@pytest.fixture
def assignment(amina) -> Assignment:
    project = make_demonstration_project(overlap=1)
    make_task(project)
    return take(project, amina)


def body_for(assignment: Assignment, text: object, **changes: object) -> dict:
    return {
        "assignment": str(assignment.pk),
        "client_key": str(uuid.uuid4()),
        "text": text,
        "seconds_active": 3,
        **changes,
    }


def send(user, body: object):
    return client_of(user).post("/api/demonstrations/", body, format="json")


def test_an_answer_is_stored_exactly_as_written(assignment, amina):
    """R20."""
    text = "\n  Dear all,\t\n\n  e\u0301 \u202eabc\u202c 👩‍👩‍👧 \n "

    answer = send(amina, body_for(assignment, text))

    assert answer.status_code == 201
    stored = Demonstration.objects.get()
    assert stored.text == text
    assert (stored.labeler, stored.prompt) == (amina, assignment.task.prompt)
    assert stored.instructions.version == 1
    assert answer.json() == {
        "id": str(stored.pk),
        "submitted_at": stored.submitted_at.isoformat().replace("+00:00", "Z"),
        "take_back_until": answer.json()["take_back_until"],
        "is_surplus": False,
    }
    assignment.refresh_from_db()
    assert (assignment.state, assignment.submitted_at) == ("submitted", stored.submitted_at)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_text_is_stored_exactly_or_refused(amina, text):
    project = make_demonstration_project()
    make_task(project)

    answer = send(amina, body_for(take(project, amina), text))

    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        assert answer.status_code == 400
    else:
        assert answer.status_code == 201
        assert Demonstration.objects.get(pk=answer.json()["id"]).text == text


def test_how_the_text_came_to_be_is_stored_with_it_and_survives_taking_back(assignment, amina):
    """Typed and pasted are told apart for the writer and the reviewer, and never refused."""
    counted = {"characters_typed": 2, "characters_pasted": 40}
    send(amina, body_for(assignment, "Pasted.", **counted))

    stored = Demonstration.objects.get()
    assert (stored.characters_typed, stored.characters_pasted) == (2, 40)
    back = client_of(amina).post(f"/api/assignments/{assignment.pk}/take-back/")
    body = back.json()["draft"]["body"]
    assert (body["characters_typed"], body["characters_pasted"]) == (2, 40)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_an_empty_answer_is_refused(assignment, amina, text):
    """R21."""
    answer = send(amina, body_for(assignment, text))

    assert answer.status_code == 422
    assert answer.json()["code"] == "empty"
    assert list(answer.json()["fields"]) == ["text"]


def test_a_project_may_allow_empty_answers(amina):
    """R21."""
    project = make_demonstration_project(allow_empty_demonstrations=True)
    make_task(project)
    assignment = take(project, amina)

    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()
    answer = send(amina, body_for(assignment, ""))

    assert shown["allow_empty"] is True
    assert answer.status_code == 201


def test_an_answer_of_more_than_1024_tokens_is_refused(assignment, amina, tokenizer):
    """R20."""
    answer = send(amina, body_for(assignment, "word " * 1_025))

    assert answer.status_code == 422
    assert answer.json()["code"] == "too_long"
    assert "1,025" in answer.json()["detail"]


def test_an_answer_of_1024_tokens_is_stored_with_its_length(assignment, amina, tokenizer):
    """R20."""
    answer = send(amina, body_for(assignment, "word " * 1_024))

    assert answer.status_code == 201
    assert Demonstration.objects.get().token_count == 1_024


def test_without_a_tokenizer_the_length_is_estimated_and_not_stored(assignment, amina):
    # 4 bytes a token: 4,096 bytes are 1,024 tokens, one byte more is too long.
    too_long = send(amina, body_for(assignment, "x" * 4_097))
    stored = send(amina, body_for(assignment, "x" * 4_096))

    assert too_long.json()["code"] == "too_long"
    assert "about 1,025" in too_long.json()["detail"]
    assert stored.status_code == 201
    assert Demonstration.objects.get().token_count is None


def test_bytes_are_estimated_not_characters():
    # Three bytes of UTF-8 each: 12 bytes, 3 tokens.
    assert count_tokens("語語語語") == TokenCount(3, is_exact=False)


def test_the_same_answer_sent_twice_is_stored_once(assignment, amina):
    body = body_for(assignment, "An answer.")

    first, second = send(amina, body), send(amina, body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Demonstration.objects.count() == 1


def test_another_answer_under_the_same_key_is_refused(assignment, amina):
    body = body_for(assignment, "An answer.")
    send(amina, body)

    answer = send(amina, {**body, "text": "An answer. "})

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_a_second_answer_is_refused(assignment, amina):
    send(amina, body_for(assignment, "One."))

    answer = send(amina, body_for(assignment, "Two."))

    assert (answer.status_code, answer.json()["code"]) == (409, "already_submitted")


def test_a_late_answer_is_kept_as_surplus(assignment, amina, otto):
    lose(assignment, to=otto)

    assert demonstrate(assignment, amina).is_surplus
    assert Demonstration.objects.get().is_surplus


def test_otto_cannot_answer_aminas_assignment(assignment, otto):
    assert send(otto, body_for(assignment, "Mine.")).status_code == 404
    assert not Demonstration.objects.exists()


def test_a_ranking_task_takes_no_demonstration(amina):
    project = make_ranking_project()
    make_task(project)

    answer = send(amina, body_for(take(project, amina), "Text."))

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_kind")


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": 7},
        {"text": ["a"]},
        {"text": "x" * 50_001},
        {"client_key": 1},
        {"assignment": "mine"},
        {"seconds_active": "3"},
        {"seconds_active": 1e9},
        {"characters_typed": -1},
        {"characters_pasted": "3"},
    ],
)
def test_a_malformed_answer_is_refused(assignment, amina, change):
    answer = send(amina, {**body_for(assignment, "Text."), **change})

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(change)


def test_rosa_reads_what_was_written(assignment, amina, rosa):
    stored = demonstrate(assignment, amina, "  An answer.\n")

    listed = client_of(rosa).get("/api/demonstrations/").json()["results"]

    assert listed == [
        {
            "id": str(stored.id),
            "task": assignment.task_id,
            "project": assignment.task.project_id,
            "prompt_id": assignment.task.prompt_id,
            "prompt": assignment.task.prompt.text,
            "labeler": {"id": amina.pk, "display_name": "Amina"},
            "text": "  An answer.\n",
            "token_count": None,
            "is_surplus": False,
            "is_sealed": False,
            "seconds_active": listed[0]["seconds_active"],
            "characters_typed": None,
            "characters_pasted": None,
            "review": None,
            "edited_by": None,
            "submitted_at": stored.submitted_at.isoformat().replace("+00:00", "Z"),
        }
    ]


def test_rosa_finds_the_answers_of_a_project_or_a_labeler(amina, otto, rosa):
    here, there = make_demonstration_project(), make_demonstration_project(overlap=2)
    mine = make_demonstration(make_task(here), amina)
    both = make_task(there)
    theirs = make_demonstration(both, otto)
    make_demonstration(both, amina)
    browser = client_of(rosa)

    by_project = browser.get("/api/demonstrations/", {"project": here.pk}).json()["results"]
    by_labeler = browser.get("/api/demonstrations/", {"labeler": otto.pk}).json()["results"]

    assert [row["id"] for row in by_project] == [str(mine.pk)]
    assert [row["id"] for row in by_labeler] == [str(theirs.pk)]


def test_reading_takes_the_same_queries_for_one_and_for_many(
    amina, otto, rosa, django_assert_num_queries
):
    project = make_demonstration_project(overlap=2)
    for _ in range(6):
        task = make_task(project)
        make_demonstration(task, amina)
        make_demonstration(task, otto)
    browser = client_of(rosa)

    # Session, account, the page.
    with django_assert_num_queries(3):
        assert len(browser.get("/api/demonstrations/").json()["results"]) == 12


def test_amina_cannot_read_the_list(amina):
    assert client_of(amina).get("/api/demonstrations/").status_code == 403
