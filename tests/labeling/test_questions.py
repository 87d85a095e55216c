"""The question channel between labelers and researchers (R17)."""

import uuid

import pytest

from labeling.models import Answer, Candidacy, Pool, Project, Question, Screening, User
from labeling.services.questions import answer_question, ask_question
from tests.cast import client_of, make_prompt, make_ranking_project, make_task
from tests.labeling.work import take

pytestmark = pytest.mark.django_db

ADDRESS = "/api/questions/"


def ask(user: User, **body: object):
    said = {"text": "May two be equal?", "client_key": str(uuid.uuid4()), **body}
    return client_of(user).post(ADDRESS, said, format="json")


def asked(project: Project, asker: User, text: str = "May two be equal?", task=None) -> Question:
    question, _ = ask_question(
        asker=asker, project=project, task=task, text=text, client_key=uuid.uuid4()
    )
    return question


def listed(user: User, **query: object) -> list[dict]:
    return client_of(user).get(ADDRESS, query).json()["results"]


def texts(user: User, **query: object) -> list[str]:
    return [question["text"] for question in listed(user, **query)]


def test_a_labeler_asks_about_the_task_in_hand(amina):
    """R17."""
    project = make_ranking_project(name="Helpful answers")
    assignment = take_task(project, amina, prompt="Why is the sky blue?")

    answer = ask(amina, assignment=str(assignment.pk))

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["project"], shown["project_name"]) == (project.pk, "Helpful answers")
    assert shown["prompt_excerpt"] == "Why is the sky blue?"
    assert (shown["is_mine"], shown["answers"]) == (True, [])
    assert Question.objects.get().task == assignment.task


def take_task(project: Project, labeler: User, *, prompt: str):
    make_task(project, make_prompt(prompt))
    return take(project, labeler)


def test_a_question_about_the_project_names_no_prompt(amina):
    project = make_ranking_project()

    shown = ask(amina, project=project.pk).json()

    assert (shown["prompt_excerpt"], shown["prompt_id"]) == (None, None)


def test_every_labeler_of_the_project_reads_the_answer(amina, otto, rosa):
    """R17: an answer is for everybody, and nobody is told who asked."""
    question = asked(make_ranking_project(), amina)
    path = f"{ADDRESS}{question.pk}/answers/"
    client_of(rosa).post(path, {"text": "Yes, ties are welcome."}, format="json")

    [shown] = listed(otto)

    assert [answer["text"] for answer in shown["answers"]] == ["Yes, ties are welcome."]
    assert shown["answers"][0]["author_name"] == "Rosa"
    assert (shown["is_mine"], shown["asker_name"], shown["prompt_id"]) == (False, None, None)
    assert "Amina" not in str(shown)


def test_a_researcher_is_told_who_asks_and_about_which_prompt(amina, rosa):
    project = make_ranking_project()
    task = make_task(project)
    asked(project, amina, task=task)

    [shown] = listed(rosa)

    assert (shown["asker_name"], shown["prompt_id"]) == ("Amina", task.prompt_id)


def test_the_other_pools_questions_are_not_there(amina, hana, rosa):
    """R14: held-out labelers learn nothing from the talk of the training pool, nor the reverse."""
    training, held_out = make_ranking_project(), make_ranking_project(pool=Pool.HELD_OUT)
    asked(training, amina, "Of training")
    asked(held_out, hana, "Of held-out")

    assert texts(amina) == ["Of training"]
    assert texts(hana) == ["Of held-out"]
    assert texts(hana, project=training.pk) == []
    assert texts(rosa) == ["Of held-out", "Of training"]


def test_one_cannot_ask_in_a_project_of_the_other_pool(hana):
    project = make_ranking_project()

    assert ask(hana, project=project.pk).status_code == 404
    assert Question.objects.count() == 0


def test_a_candidate_asks_within_their_own_screening_only(amina, otto, ada):
    """R11: the projects of a screening are open to its candidates and to no other labeler."""
    project = make_ranking_project(purpose=Project.Purpose.SCREENING)
    screening = Screening.objects.create(name="Spring", ranking_project=project, created_by=ada)
    Candidacy.objects.create(screening=screening, labeler=amina, code="C-1")

    assert ask(amina, project=project.pk).status_code == 201
    assert ask(otto, project=project.pk).status_code == 404
    assert texts(otto) == []


def test_one_cannot_ask_about_somebody_elses_assignment(amina, otto):
    assignment = take_task(make_ranking_project(), amina, prompt="Hello?")

    assert ask(otto, assignment=str(assignment.pk)).status_code == 404


def test_a_question_sent_twice_is_stored_once(amina):
    project, key = make_ranking_project(), str(uuid.uuid4())

    answers = [ask(amina, project=project.pk, client_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Question.objects.count() == 1


def test_a_key_stands_for_one_question_of_one_person(amina, otto):
    project, key = make_ranking_project(), str(uuid.uuid4())
    ask(amina, project=project.pk, client_key=key)

    again = ask(amina, project=project.pk, client_key=key, text="Something else?")
    stolen = ask(otto, project=project.pk, client_key=key)

    assert [(answer.status_code, answer.json()["code"]) for answer in (again, stolen)] == [
        (409, "key_reused"),
        (409, "key_reused"),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"client_key": "none"}, "client_key"),
        ({"project": None}, "project"),
        ({"assignment": str(uuid.uuid4())}, "project"),
        ({"project": "5"}, "project"),
    ],
)
def test_a_malformed_question_names_the_field(amina, body, field):
    answer = ask(amina, **{"project": make_ranking_project().pk, **body})

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_an_answer_sent_twice_is_stored_once(amina, rosa):
    question = asked(make_ranking_project(), amina)

    answers = [
        client_of(rosa).post(f"{ADDRESS}{question.pk}/answers/", {"text": "Yes."}, format="json")
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert Answer.objects.count() == 1


def test_an_answer_to_nothing_or_of_nothing_is_refused(amina, rosa):
    question = asked(make_ranking_project(), amina)
    client = client_of(rosa)

    nowhere = client.post(f"{ADDRESS}987654/answers/", {"text": "Yes."}, format="json")
    empty = client.post(f"{ADDRESS}{question.pk}/answers/", {"text": "  "}, format="json")

    assert nowhere.status_code == 404
    assert (empty.status_code, list(empty.json()["fields"])) == (400, ["text"])


def test_labelers_do_not_answer(amina, otto):
    question = asked(make_ranking_project(), amina)

    answer = client_of(otto).post(f"{ADDRESS}{question.pk}/answers/", {"text": "I do."})

    assert answer.status_code == 403


def test_search_looks_into_questions_and_answers(amina, rosa):
    project = make_ranking_project()
    ties = asked(project, amina, "May two be equal?")
    asked(project, amina, "How long may it take?")
    answer_question(author=rosa, question_id=ties.pk, text="A tie is welcome.")

    assert texts(amina, search="EQUAL") == ["May two be equal?"]
    assert texts(amina, search="welcome") == ["May two be equal?"]
    assert texts(amina, search="nowhere") == []


def test_the_unanswered_ones_can_be_listed_alone(amina, rosa):
    project = make_ranking_project()
    answered = asked(project, amina, "Answered?")
    asked(project, amina, "Open?")
    answer_question(author=rosa, question_id=answered.pk, text="Yes.")

    assert texts(rosa, is_answered="false") == ["Open?"]
    assert texts(rosa, is_answered="true") == ["Answered?"]


@pytest.mark.parametrize("num_questions", [1, 6])
def test_a_list_takes_the_same_queries_however_long(
    amina, rosa, django_assert_num_queries, num_questions
):
    project = make_ranking_project()
    for _ in range(num_questions):
        question = asked(project, amina, task=make_task(project))
        answer_question(author=rosa, question_id=question.pk, text="Yes.")
    client = client_of(amina)

    # The session, the account, the questions, their answers.
    with django_assert_num_queries(4):
        client.get(ADDRESS)
