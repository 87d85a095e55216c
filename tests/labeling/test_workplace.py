"""The page of an assignment, the next one, and what a labeler did before."""

import uuid

import pytest

from labeling.models import Assignment, Project
from labeling.services.assignments import skip_assignment
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import lose, rank, read_instructions, take

pytestmark = pytest.mark.django_db

# Session, account, project, savepoint in and out, labeler lock, candidacy, own leases, consent,
# instructions, lapsed leases, lost task, slot, lease, what is presented, the page and its
# completions.
NEXT_QUERIES = 17


def ask_next(user, project: Project):
    return client_of(user).post("/api/assignments/next/", {"project": project.pk}, format="json")


def history(user, **query: object) -> dict:
    return client_of(user).get("/api/assignments/history/", query).json()


def test_the_next_task_is_handed_out_with_all_that_its_page_shows(amina):
    project = make_ranking_project()
    prompt = make_prompt("  Say hello.\n", category="chat", flags={"ambiguous": True})
    task = make_task(project, prompt)
    read_instructions(project, amina)

    answer = ask_next(amina, project)

    assert answer.status_code == 200
    assert (answer.json()["reason"], answer.json()["num_waiting_for_others"]) == (None, 0)
    shown = answer.json()["assignment"]
    assignment = Assignment.objects.get(pk=shown["id"])
    assert assignment.task == task
    assert (shown["kind"], shown["state"]) == ("ranking", "leased")
    assert shown["project"] == {
        "id": project.pk,
        "name": project.name,
        "priority_mode": "helpfulness_first",
        "seed_order_from_ratings": True,
        "purpose": "training",
        "content_warning": "",
    }
    assert shown["instructions"] == {"version": 1, "title": "How to judge", "body": "Read all."}
    assert shown["prompt"] == {
        "text": "  Say hello.\n",
        "category": "chat",
        "flags": {"ambiguous": True},
    }
    assert [row["letter"] for row in shown["completions"]] == ["A", "B", "C", "D"]
    assert [(row["handle"], row["text"]) for row in shown["completions"]] == [
        (str(row.handle), row.completion.text) for row in assignment.presented.all()
    ]
    assert len(shown["questions"]) == 9
    assert (shown["draft"], shown["submitted_at"], shown["take_back_until"]) == (None, None, None)
    assert shown == client_of(amina).get(f"/api/assignments/{shown['id']}/").json()


def test_a_demonstration_task_shows_its_limits(amina):
    """R20, R21."""
    project = make_demonstration_project()
    make_task(project)
    read_instructions(project, amina)

    shown = ask_next(amina, project).json()["assignment"]

    assert (shown["max_tokens"], shown["allow_empty"]) == (1_024, False)
    assert "completions" not in shown
    assert "questions" not in shown


def test_the_instructions_come_first(amina):
    project = make_ranking_project()
    make_task(project)

    answer = ask_next(amina, project)

    assert (answer.status_code, answer.json()["code"]) == (409, "instructions_not_acknowledged")


def test_why_there_is_nothing_is_said(amina, hana):
    project = make_ranking_project()
    read_instructions(project, amina)

    assert ask_next(amina, project).json() == {
        "assignment": None,
        "reason": "empty",
        "num_waiting_for_others": 0,
        "missing": [],
    }
    assert ask_next(hana, project).json()["reason"] == "not_in_pool"


@pytest.mark.parametrize("project", ["1", 0, -1, 2**62, [1]])
def test_a_malformed_question_for_the_next_task_is_refused(amina, project):
    answer = client_of(amina).post("/api/assignments/next/", {"project": project}, format="json")

    assert answer.status_code == (404 if project == 2**62 else 400)


@pytest.mark.parametrize(
    ("body", "place"),
    [({}, "project"), ({"project": None, "beside": "seven"}, "beside")],
)
def test_a_question_for_the_next_task_names_a_project_or_none(amina, body, place):
    answer = client_of(amina).post("/api/assignments/next/", body, format="json")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [place])


def test_the_task_after_the_one_in_hand_is_handed_out_beside_it(amina, otto):
    """The browser has it ready; beside a task that is not theirs nobody is given anything."""
    project = make_ranking_project()
    make_task(project)
    make_task(project)
    first = take(project, amina)
    body = {"project": project.pk, "beside": str(first.pk)}

    second = client_of(amina).post("/api/assignments/next/", body, format="json").json()
    others = client_of(otto).post("/api/assignments/next/", body, format="json")

    assert second["assignment"]["id"] != str(first.pk)
    assert others.status_code == 404


def test_whoever_lacks_a_language_is_told_which(amina):
    project = make_ranking_project(languages=["fr"])
    make_task(project)

    answer = ask_next(amina, project).json()

    assert (answer["reason"], answer["missing"]) == ("not_qualified", ["fr"])


def test_the_next_task_of_any_project_is_asked_for_without_one(amina):
    project = make_ranking_project()
    make_task(project)
    read_instructions(project, amina)

    answer = client_of(amina).post("/api/assignments/next/", {"project": None}, format="json")

    assert answer.json()["assignment"]["project"]["id"] == project.pk


@pytest.mark.parametrize("k", [4, 9])
def test_the_next_task_takes_the_same_queries_for_every_k(amina, django_assert_num_queries, k):
    project = make_ranking_project(k=k)
    for _ in range(10):
        make_task(project)
    read_instructions(project, amina)
    browser = client_of(amina)

    with django_assert_num_queries(NEXT_QUERIES):
        browser.post("/api/assignments/next/", {"project": project.pk}, format="json")


def test_otto_does_not_see_aminas_assignment(amina, otto, ada):
    """Nor does an admin: there is one way to look at somebody's work, and it is the rankings."""
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)

    for other in (otto, ada):
        assert client_of(other).get(f"/api/assignments/{assignment.pk}/").status_code == 404


def test_an_unclaimed_slot_is_nobodys_page(amina):
    slot = make_task(make_ranking_project()).assignments.get()

    assert client_of(amina).get(f"/api/assignments/{slot.pk}/").status_code == 404
    assert client_of(amina).get(f"/api/assignments/{uuid.uuid4()}/").status_code == 404


def test_a_page_takes_the_same_queries_for_every_k(amina, django_assert_num_queries):
    project = make_ranking_project(k=9)
    make_task(project)
    assignment = take(project, amina)
    browser = client_of(amina)

    # Session, account, assignment, completions.
    with django_assert_num_queries(4):
        shown = browser.get(f"/api/assignments/{assignment.pk}/").json()

    assert len(shown["completions"]) == 9


def test_history_tells_what_became_of_every_task(amina, otto):
    project = make_ranking_project(overlap=1)
    tasks = [make_task(project, make_prompt(f"Prompt {n} " + "x" * 300)) for n in range(4)]
    answered = take(project, amina)
    rank(answered, amina)
    skipped = take(project, amina)
    skip_assignment(labeler=amina, assignment_id=skipped.pk, reason="broken", comment="")
    # Otto has done the second task, so that the one Amina loses is the first he is given.
    tasks[1].assignments.filter(state="open").update(labeler=otto, state="submitted")
    lost = take(project, amina)
    lose(lost, to=otto)
    held = take(project, amina)

    rows = history(amina)["results"]

    assert [(row["id"], row["state"]) for row in rows] == [
        (str(held.pk), "leased"),
        (str(lost.pk), "expired"),
        (str(skipped.pk), "skipped"),
        (str(answered.pk), "submitted"),
    ]
    assert (rows[3]["kind"], rows[3]["project_name"]) == ("ranking", project.name)
    assert rows[3]["prompt_excerpt"] == tasks[0].prompt.text[:160]
    assert rows[3]["take_back_until"] > rows[3]["submitted_at"]
    assert (rows[0]["submitted_at"], rows[0]["take_back_until"]) == (None, None)


def test_history_is_read_in_pages(amina):
    project = make_ranking_project()
    for _ in range(5):
        make_task(project)
        rank(take(project, amina), amina)

    first = history(amina, limit=3)
    second = history(amina, limit=3, cursor=first["next"])

    assert len({row["id"] for row in first["results"] + second["results"]}) == 5
    assert second["next"] is None


def test_history_is_ones_own(amina, otto):
    project = make_ranking_project()
    make_task(project)
    take(project, amina)

    assert history(otto)["results"] == []


def test_history_takes_the_same_queries_for_one_and_for_many(amina, django_assert_num_queries):
    project = make_ranking_project()
    for _ in range(6):
        make_task(project)
        rank(take(project, amina), amina)
    browser = client_of(amina)

    # Session, account, the page.
    with django_assert_num_queries(3):
        assert len(browser.get("/api/assignments/history/").json()["results"]) == 6


def test_a_task_is_skipped_and_taken_up_again(amina):
    project = make_ranking_project()
    make_task(project)
    path = f"/api/assignments/{take(project, amina).pk}/"
    browser = client_of(amina)

    skipped = browser.post(f"{path}skip/", {"reason": "unclear"}, format="json")
    undone = browser.post(f"{path}undo-skip/")

    assert skipped.status_code == 204
    assert (undone.status_code, undone.json()["state"]) == (200, "leased")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "reason"),
        ({"reason": "bored"}, "reason"),
        ({"reason": "unclear", "comment": 7}, "comment"),
        ({"reason": "unclear", "comment": "x" * 2_001}, "comment"),
    ],
)
def test_a_malformed_skip_is_refused(amina, body, place):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)

    answer = client_of(amina).post(f"/api/assignments/{assignment.pk}/skip/", body, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]
