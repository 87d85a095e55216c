"""A researcher asks the labelers of a contested prompt; each answers for themselves (R17, R46)."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from labeling.models import AuditEntry, RankingQuestion, Task, User
from tests.cast import Cast, client_of, make_prompt, make_ranking, make_ranking_project, make_task

pytestmark = pytest.mark.django_db

INBOX = "/api/ranking-questions/"
WHY = "What decided it for you?"


@pytest.fixture
def contested(cast: Cast) -> Task:
    """Amina and Otto are divided, and a simulated labeler has an opinion too."""
    task = make_task(make_ranking_project(overlap=3), make_prompt("Explain the tides."))
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [4, 3, 2, 1])
    make_ranking(task, cast.sim, [1, 2, 3, 4])
    return task


def place(task: Task) -> str:
    return f"/api/contested-prompts/{task.project_id}/{task.prompt_id}/"


def ask(user: User | None, task: Task, **body: object) -> Any:
    said = {"text": WHY, "client_key": str(uuid.uuid4()), **body}
    return client_of(user).post(f"{place(task)}questions/", said, format="json")


def inbox(user: User) -> list[dict[str, Any]]:
    return client_of(user).get(INBOX).json()["results"]


def answer(user: User | None, question_id: int, text: str = "B names the moon.") -> Any:
    path = f"{INBOX}{question_id}/answer/"
    return client_of(user).post(path, {"text": text}, format="json")


def ladders(user: User, task: Task) -> dict[str, dict[str, Any]]:
    shown = client_of(user).get(place(task)).json()["ladders"]
    return {ladder["labeler"]["display_name"]: ladder for ladder in shown}


def test_every_labeler_who_can_be_asked_is_asked_once(cast: Cast, contested: Task) -> None:
    asked = ask(cast.rosa, contested)

    assert (asked.status_code, asked.json()) == (201, {"num_asked": 2})
    assert {one.ranking.labeler for one in RankingQuestion.objects.all()} == {
        cast.amina,
        cast.otto,
    }
    assert AuditEntry.objects.get().details == {"project": contested.project_id, "num_asked": 2}


def test_a_labeler_finds_the_question_with_the_prompt_and_their_own_answer(
    cast: Cast, contested: Task
) -> None:
    """R30: not whom else it was put to, not how others ranked, and no model's name."""
    ask(cast.rosa, contested)

    (shown,) = inbox(cast.amina)

    assert (shown["text"], shown["author_name"], shown["answered_at"]) == (WHY, "Rosa", None)
    assert shown["prompt"] == "Explain the tides."
    own = client_of(cast.amina).get(f"/api/assignments/{shown['assignment']}/answer/")
    assert own.status_code == 200
    assert not any(word in str(shown) for word in ("Otto", "policy-a"))


def test_the_answer_stands_beside_the_order_it_is_about(cast: Cast, contested: Task) -> None:
    ask(cast.rosa, contested)
    (question,) = inbox(cast.amina)

    answered = answer(cast.amina, question["id"])

    assert (answered.status_code, answered.json()["answer"]) == (201, "B names the moon.")
    beside = ladders(cast.rosa, contested)
    assert [one["answer"] for one in beside["Amina"]["questions"]] == ["B names the moon."]
    assert [one["answer"] for one in beside["Otto"]["questions"]] == [""]
    assert (beside["Sim"]["questions"], beside["Sim"]["can_be_asked"]) == ([], False)


def test_what_waits_for_an_answer_is_counted_on_the_start_page(cast: Cast, contested: Task) -> None:
    ask(cast.rosa, contested)
    own = client_of(cast.amina)

    assert own.get("/api/labeling/me/").json()["num_asked"] == 1
    answer(cast.amina, inbox(cast.amina)[0]["id"])
    assert own.get("/api/labeling/me/").json()["num_asked"] == 0


def test_only_researchers_ask(cast: Cast, contested: Task) -> None:
    assert ask(cast.amina, contested).status_code == 403
    assert ask(None, contested).status_code in (401, 403)
    assert RankingQuestion.objects.count() == 0


def test_nobody_reads_or_answers_somebody_elses_question(cast: Cast, contested: Task) -> None:
    ask(cast.rosa, contested)
    (question,) = inbox(cast.amina)

    assert inbox(cast.hana) == []
    assert answer(cast.otto, question["id"]).status_code == 404
    assert answer(cast.rosa, question["id"]).status_code == 404
    assert answer(None, question["id"]).status_code in (401, 403)
    assert client_of(None).get(INBOX).status_code in (401, 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": None}, "text"),
        ({"client_key": "soon"}, "client_key"),
    ],
)
def test_a_malformed_question_names_its_field(
    cast: Cast, contested: Task, body: dict[str, object], field: str
) -> None:
    refused = ask(cast.rosa, contested, **body)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


def test_an_empty_answer_is_refused_and_the_question_waits_on(cast: Cast, contested: Task) -> None:
    ask(cast.rosa, contested)
    (question,) = inbox(cast.amina)

    refused = answer(cast.amina, question["id"], " ")

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["text"])
    assert inbox(cast.amina)[0]["answered_at"] is None


def test_a_prompt_that_nobody_ranked_has_nobody_to_ask(cast: Cast) -> None:
    assert ask(cast.rosa, make_task(make_ranking_project())).status_code == 404


def test_where_all_are_simulated_or_gone_it_is_said(cast: Cast) -> None:
    task = make_task(make_ranking_project(overlap=2))
    make_ranking(task, cast.sim, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [1, 2, 3, 4])
    User.objects.filter(pk=cast.otto.pk).update(is_active=False)

    refused = ask(cast.rosa, task)

    assert (refused.status_code, refused.json()["code"]) == (409, "nobody_to_ask")
    assert RankingQuestion.objects.count() == 0


def test_a_question_sent_twice_is_asked_once(cast: Cast, contested: Task) -> None:
    key = str(uuid.uuid4())

    answers = [ask(cast.rosa, contested, client_key=key) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert RankingQuestion.objects.count() == 2


def test_a_key_stands_for_one_question_of_one_person(cast: Cast, contested: Task) -> None:
    key = str(uuid.uuid4())
    ask(cast.rosa, contested, client_key=key)

    again = ask(cast.rosa, contested, client_key=key, text="And why?")
    stolen = ask(cast.ada, contested, client_key=key)

    assert {again.json()["code"], stolen.json()["code"]} == {"key_reused"}


def test_an_answer_sent_twice_is_stored_once_and_another_one_refused(
    cast: Cast, contested: Task
) -> None:
    ask(cast.rosa, contested)
    (question,) = inbox(cast.amina)

    codes = [answer(cast.amina, question["id"]).status_code for _ in range(2)]
    other = answer(cast.amina, question["id"], "On second thoughts, no.")

    assert codes == [201, 200]
    assert (other.status_code, other.json()["code"]) == (409, "already_answered")
    assert inbox(cast.amina)[0]["answer"] == "B names the moon."


@pytest.mark.parametrize("num_questions", [1, 4])
def test_the_inbox_takes_as_many_queries_for_any_number_of_questions(
    cast: Cast, contested: Task, num_questions: int, django_assert_num_queries: Any
) -> None:
    for number in range(num_questions):
        ask(cast.rosa, contested, text=f"{WHY} {number}")
    client = client_of(cast.amina)

    # The session, the account, the questions.
    with django_assert_num_queries(3):
        assert len(client.get(INBOX).json()["results"]) == num_questions


def test_the_database_keeps_an_answer_and_its_time_together(cast: Cast, contested: Task) -> None:
    ask(cast.rosa, contested)

    with pytest.raises(IntegrityError), transaction.atomic():
        RankingQuestion.objects.update(answer="Somehow.")
