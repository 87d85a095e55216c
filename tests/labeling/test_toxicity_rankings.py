"""Toxicity tasks: the input and every completion rated, then ranked (R39)."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from labeling.models import Assignment, RankedCompletion, Ranking, Task
from tests.cast import (
    client_of,
    completions_of,
    make_prompt,
    make_ranking_project,
    make_task,
    make_toxicity_project,
)
from tests.labeling.work import ranking_body, send, show, take, toxicity_body, with_first

pytestmark = pytest.mark.django_db

RATED = {"rating": None, "toxicity": 0, "relative_toxicity": 0, "continuity": 4}


@pytest.fixture
def assignment(amina) -> Assignment:
    make_task(project := make_toxicity_project(), make_prompt(flags={"closed_domain": True}))
    return take(project, amina)


def test_a_toxicity_task_is_shown_without_questions(assignment, amina):
    shown = show(amina, assignment)

    assert (shown["kind"], shown["project"]["purpose"]) == ("toxicity", "evaluation")
    assert len(shown["completions"]) == 4
    assert (shown["questions"], shown["conditional_questions"]) == ([], [])


def test_its_numbers_are_stored_as_they_were_given(assignment, amina, rosa):
    body = toxicity_body(show(amina, assignment), 2, 1, 1, 3, input_toxicity=2)
    extremes = {"toxicity": 2, "relative_toxicity": 1, "continuity": 7}

    answer = send(amina, with_first(body, **extremes))

    assert answer.status_code == 201
    read = client_of(rosa).get(f"/api/rankings/{answer.json()['id']}/").json()
    assert read["input_toxicity"] == 2
    numbers = ("rank", "rating", "toxicity", "relative_toxicity", "continuity")
    assert sorted(tuple(str(item[key]) for key in numbers) for item in read["items"]) == [
        ("1", "None", "0", "-1", "5"),
        ("1", "None", "0", "-1", "5"),
        ("2", "None", "2", "1", "7"),
        ("3", "None", "0", "-1", "5"),
    ]


def test_the_same_answer_twice_is_stored_once_and_another_number_is_another_answer(
    assignment, amina
):
    body = toxicity_body(show(amina, assignment))

    first, second = send(amina, body), send(amina, body)
    other_input = send(amina, {**body, "input_toxicity": 2})
    other_item = send(amina, with_first(body, continuity=6))

    assert (first.status_code, second.status_code) == (201, 200)
    assert other_input.json()["code"] == other_item.json()["code"] == "key_reused"
    assert Ranking.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"toxicity": 3}, "items.0.toxicity"),
        ({"toxicity": -1}, "items.0.toxicity"),
        ({"toxicity": True}, "items.0.toxicity"),
        ({"toxicity": "1"}, "items.0.toxicity"),
        ({"toxicity": 1.0}, "items.0.toxicity"),
        ({"relative_toxicity": 2}, "items.0.relative_toxicity"),
        ({"relative_toxicity": -2}, "items.0.relative_toxicity"),
        ({"relative_toxicity": 0.5}, "items.0.relative_toxicity"),
        ({"continuity": 0}, "items.0.continuity"),
        ({"continuity": 8}, "items.0.continuity"),
        ({"continuity": []}, "items.0.continuity"),
    ],
)
def test_a_number_off_its_scale_is_refused_by_its_place(assignment, amina, change, place):
    """R39: the API refuses other values."""
    answer = send(amina, with_first(toxicity_body(show(amina, assignment)), **change))

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]
    assert not Ranking.objects.exists()


@pytest.mark.parametrize("value", [3, -1, "1", 1.0, True, {}])
def test_an_input_off_its_scale_is_refused(assignment, amina, value):
    answer = send(amina, toxicity_body(show(amina, assignment), input_toxicity=value))

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["input_toxicity"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"toxicity": None}, "toxicity: not answered."),
        ({"relative_toxicity": None}, "relative_toxicity: not answered."),
        ({"continuity": None}, "continuity: not answered."),
        ({"rating": 4}, "rating: not asked for in a toxicity task."),
        (
            {"flags": {"sexual_content": False}},
            "flags: Not asked about this prompt: sexual_content.",
        ),
    ],
)
def test_what_is_missing_or_too_much_is_named_by_item_and_field(assignment, amina, change, said):
    body = with_first(toxicity_body(show(amina, assignment)), **change)

    answer = send(amina, body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "incomplete_ranking"
    assert answer.json()["fields"] == {f"items.{body['items'][0]['handle']}": [said]}


def test_the_input_has_to_be_rated(assignment, amina):
    answer = send(amina, toxicity_body(show(amina, assignment), input_toxicity=None))

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"input_toxicity": ["not answered."]}


def test_no_question_can_be_added(assignment, amina):
    answer = send(amina, toxicity_body(show(amina, assignment), questions=["hallucination"]))

    assert answer.status_code == 422
    assert "questions" in answer.json()["fields"]


def test_a_ranking_task_takes_no_toxicity(amina):
    make_task(project := make_ranking_project())
    body = ranking_body(show(amina, take(project, amina)), input_toxicity=0)

    answer = send(amina, body)

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"input_toxicity": ["asked for in toxicity tasks only."]}


def test_otto_cannot_rate_aminas_toxicity_task(assignment, amina, otto):
    assert send(otto, toxicity_body(show(amina, assignment))).status_code == 404
    assert not Ranking.objects.exists()


def test_it_takes_as_many_queries_as_any_ranking(assignment, amina, django_assert_num_queries):
    body = toxicity_body(show(amina, assignment))
    browser = client_of(amina)

    with django_assert_num_queries(11):
        assert browser.post("/api/rankings/", body, format="json").status_code == 201


def store(task: Task, labeler, *, input_toxicity: int | None, **numbers: int | None) -> None:
    """Straight into the tables, past every service, to the end of the transaction."""
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            labeler=labeler,
            k=task.k,
            client_key=uuid.uuid4(),
            payload_sha256="0" * 64,
            order_source="unseeded",
            input_toxicity=input_toxicity,
        )
        for n, completion in enumerate(completions_of(task)):
            said = numbers if n == 0 else {**dict.fromkeys(numbers), **RATED}
            if input_toxicity is None and n:
                said = {"rating": 4}
            RankedCompletion.objects.create(
                ranking=ranking, task=task, completion=completion, rank=n + 1, **said
            )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_postgres_takes_a_whole_toxicity_ranking(amina):
    store(make_task(make_toxicity_project()), amina, input_toxicity=0, **RATED)

    assert Ranking.objects.count() == 1


@pytest.mark.parametrize(
    ("input_toxicity", "numbers", "constraint"),
    [
        (None, RATED, "toxicity_tasks_are_rated"),
        (3, RATED, "input_toxicity_is_0_to_2"),
        (0, {**RATED, "toxicity": None}, "toxicity_tasks_are_rated"),
        (0, {**RATED, "relative_toxicity": None}, "toxicity_tasks_are_rated"),
        (0, {**RATED, "continuity": None}, "toxicity_tasks_are_rated"),
        (0, {**RATED, "rating": 4}, "toxicity_tasks_are_rated"),
        (0, {**RATED, "toxicity": 3}, "toxicity_is_0_to_2"),
        (0, {**RATED, "relative_toxicity": 2}, "relative_toxicity_is_a_sign"),
        (0, {**RATED, "relative_toxicity": -2}, "relative_toxicity_is_a_sign"),
        (0, {**RATED, "continuity": 0}, "continuity_is_likert"),
        (0, {**RATED, "continuity": 8}, "continuity_is_likert"),
    ],
)
def test_postgres_refuses_a_malformed_toxicity_ranking(amina, input_toxicity, numbers, constraint):
    task = make_task(make_toxicity_project())

    with pytest.raises(IntegrityError) as refusal:
        store(task, amina, input_toxicity=input_toxicity, **numbers)

    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("input_toxicity", "numbers"),
    [
        (0, {"rating": 4}),
        (None, {"rating": 4, "toxicity": 0}),
        (None, {"rating": 4, "relative_toxicity": 0}),
        (None, {"rating": 4, "continuity": 4}),
    ],
)
def test_postgres_refuses_toxicity_in_any_other_ranking(amina, input_toxicity, numbers):
    task = make_task(make_ranking_project())

    with pytest.raises(IntegrityError) as refusal:
        store(task, amina, input_toxicity=input_toxicity, **numbers)

    assert refusal.value.__cause__.diag.constraint_name == "only_toxicity_tasks_are_rated"


@pytest.mark.parametrize("change", [{"input_toxicity": 2}, {"none_acceptable": True}])
def test_postgres_lets_no_verdict_be_changed(assignment, amina, change):
    send(amina, toxicity_body(show(amina, assignment)))

    with pytest.raises(IntegrityError):
        Ranking.objects.update(**change)
