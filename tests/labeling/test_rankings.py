"""POST /api/rankings/: one labeler's order of what they were shown."""

import uuid

import pytest

from labeling.models import Assignment, Pool, Ranking
from labeling.services.assignments import skip_assignment
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import lose, ranking_body, send, show, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(amina) -> Assignment:
    project = make_ranking_project(overlap=1)
    make_task(project)
    return take(project, amina)


def ranks_by_letter(shown: dict) -> dict[str, int]:
    ranking = Ranking.objects.get(superseded_at__isnull=True)
    rank_of = dict(ranking.items.values_list("completion__text", "rank"))
    return {
        completion["letter"]: rank_of[completion["text"]] for completion in shown["completions"]
    }


def test_a_ranking_is_stored_and_its_slot_settled(assignment, amina):
    shown = show(amina, assignment)

    answer = send(amina, ranking_body(shown, 2, 1, 3, 3))

    assert answer.status_code == 201
    ranking = Ranking.objects.get()
    assert answer.json()["id"] == str(ranking.pk)
    assert answer.json()["is_surplus"] is False
    assert (ranking.k, ranking.labeler, ranking.assignment) == (4, amina, assignment)
    assert (ranking.order_source, ranking.instructions.version) == ("unseeded", 1)
    assert ranks_by_letter(shown) == {"A": 2, "B": 1, "C": 3, "D": 3}
    assignment.refresh_from_db()
    assert (assignment.state, assignment.leased_until) == ("submitted", None)
    assert assignment.submitted_at is not None


def test_ranks_are_stored_dense(assignment, amina):
    """R28."""
    shown = show(amina, assignment)

    send(amina, ranking_body(shown, 1, 5, 5, 9))

    assert ranks_by_letter(shown) == {"A": 1, "B": 2, "C": 2, "D": 3}


def test_ratings_flags_and_notes_are_stored_as_they_were_given(assignment, amina):
    shown = show(amina, assignment)
    body = ranking_body(shown)
    for n, item in enumerate(body["items"]):
        item["rating"] = n + 1
        item["note"] = f"  note {n}\n"
    body["items"][2]["flags"]["violent_content"] = True

    send(amina, body)

    text_of = {completion["handle"]: completion["text"] for completion in shown["completions"]}
    stored = {item.completion.text: item for item in Ranking.objects.get().items.all()}
    for n, item in enumerate(body["items"]):
        found = stored[text_of[item["handle"]]]
        assert (found.rating, found.note, found.flags) == (n + 1, f"  note {n}\n", item["flags"])
    assert sum(item.flags["violent_content"] for item in stored.values()) == 1


def test_the_same_answer_sent_twice_is_stored_once(assignment, amina):
    body = ranking_body(show(amina, assignment))
    first = send(amina, body)

    second = send(amina, {**body, "items": body["items"][::-1]})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Ranking.objects.count() == 1


def test_another_answer_under_the_same_key_is_refused(assignment, amina):
    body = ranking_body(show(amina, assignment))
    send(amina, body)

    answer = send(amina, {**body, "seconds_active": 99.0})

    assert answer.status_code == 422
    assert answer.json()["code"] == "key_reused"
    assert Ranking.objects.count() == 1


def test_another_labelers_key_is_refused(assignment, amina, otto):
    body = ranking_body(show(amina, assignment))
    send(amina, body)
    project = make_ranking_project()
    make_task(project)
    theirs = ranking_body(show(otto, take(project, otto)), client_key=body["client_key"])

    answer = send(otto, theirs)

    assert answer.status_code == 422
    assert answer.json()["code"] == "key_reused"


def test_a_second_ranking_of_the_task_is_refused(assignment, amina):
    shown = show(amina, assignment)
    send(amina, ranking_body(shown))

    answer = send(amina, ranking_body(shown, 4, 3, 2, 1))

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_ranked"


def test_an_answer_after_the_slot_is_lost_is_kept_as_surplus(assignment, amina, otto):
    shown = show(amina, assignment)
    lose(assignment, to=otto)

    answer = send(amina, ranking_body(shown))

    assert answer.status_code == 201
    assert answer.json()["is_surplus"] is True
    assignment.refresh_from_db()
    assert assignment.state == "surplus"
    assert show(amina, assignment)["state"] == "submitted"


def test_an_answer_after_the_lease_counts_while_a_slot_is_free(amina, otto):
    """The slot was lost to Otto, but the task has another one that nobody holds."""
    project = make_ranking_project(overlap=2)
    task = make_task(project)
    assignment = take(project, amina)
    shown = show(amina, assignment)
    lose(assignment, to=otto)

    answer = send(amina, ranking_body(shown))

    assert answer.json()["is_surplus"] is False
    held = task.assignments.filter(state__in=["open", "leased", "submitted"])
    assert sorted(held.values_list("slot", "state")) == [(1, "leased"), (2, "submitted")]


def test_a_skipped_task_is_taken_up_again_before_it_is_answered(assignment, amina):
    shown = show(amina, assignment)
    skip_assignment(labeler=amina, assignment_id=assignment.pk, reason="broken", comment="")

    answer = send(amina, ranking_body(shown))

    assert answer.status_code == 409
    assert answer.json()["code"] == "skipped"


def test_the_browsers_seconds_are_bounded_by_the_databases(assignment, amina):
    send(amina, ranking_body(show(amina, assignment), seconds_active=80_000))

    assert Ranking.objects.get().seconds_active < 60


def test_otto_cannot_rank_aminas_assignment(assignment, amina, otto):
    answer = send(otto, ranking_body(show(amina, assignment)))

    assert answer.status_code == 404
    assert not Ranking.objects.exists()


def test_a_visitor_cannot_rank(assignment, amina):
    assert send(None, ranking_body(show(amina, assignment))).status_code == 401


def test_hana_ranks_in_the_held_out_pool(hana):
    project = make_ranking_project(pool=Pool.HELD_OUT)
    make_task(project)

    assert send(hana, ranking_body(show(hana, take(project, hana)))).status_code == 201


def without(body: dict, n: int) -> dict:
    return {**body, "items": [item for m, item in enumerate(body["items"]) if m != n]}


def with_item(body: dict, n: int, **changes: object) -> dict:
    items = [{**item, **changes} if m == n else item for m, item in enumerate(body["items"])]
    return {**body, "items": items}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda body: without(body, 2), "not ranked"),
        (lambda body: with_item(body, 2, handle=str(uuid.uuid4())), "has this handle"),
        (lambda body: with_item(body, 2, flags={}), "Not answered"),
        (lambda body: with_item(body, 2, rating=None), "rating: not answered"),
        (lambda body: with_item(body, 2, toxicity=0), "toxicity: asked for in toxicity tasks only"),
        (
            lambda body: with_item(
                body, 2, flags={**body["items"][2]["flags"], "hallucination": False}
            ),
            "Not asked about this prompt: hallucination",
        ),
    ],
)
def test_an_incomplete_ranking_is_refused_by_its_handle(assignment, amina, spoil, said):
    """R26, R28: a flag that is missing is not a no."""
    body = ranking_body(show(amina, assignment))

    answer = send(amina, spoil(body))

    assert answer.status_code == 422
    assert answer.json()["code"] == "incomplete_ranking"
    messages = answer.json()["fields"]
    assert f"items.{body['items'][2]['handle']}" in messages
    assert any(said in message for place in messages.values() for message in place)
    assert not Ranking.objects.exists()
    assignment.refresh_from_db()
    assert assignment.state == "leased"


def test_a_completion_ranked_twice_is_refused(assignment, amina):
    body = ranking_body(show(amina, assignment))

    answer = send(amina, with_item(body, 2, handle=body["items"][1]["handle"]))

    assert answer.json()["code"] == "incomplete_ranking"
    assert answer.json()["fields"]["items"] == ["A completion is ranked twice."]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"rank": 0}, "rank"),
        ({"rank": 10}, "rank"),
        ({"rank": None}, "rank"),
        ({"rank": "1"}, "rank"),
        ({"rank": 1.0}, "rank"),
        ({"seconds_shown": -1}, "seconds_shown"),
        ({"seconds_shown": "3"}, "seconds_shown"),
        ({"rating": 0}, "rating"),
        ({"rating": 8}, "rating"),
        ({"flags": {"sexual_content": 0}}, "flags.sexual_content"),
        ({"flags": None}, "flags"),
        ({"handle": "first"}, "handle"),
    ],
)
def test_a_malformed_item_is_refused_by_its_place(assignment, amina, change, place):
    body = with_item(ranking_body(show(amina, assignment)), 0, **change)

    answer = send(amina, body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [f"items.0.{place}"]


@pytest.mark.parametrize(
    "change",
    [
        {"client_key": "mine"},
        {"client_key": None},
        {"assignment": 1},
        {"items": {}},
        {"items": None},
        {"order_source": "imported"},
        {"seconds_active": -1},
        {"seconds_active": "12"},
        {"seconds_active": None},
        {"none_acceptable": 1},
        {"none_acceptable": None},
        {"questions": "all"},
        {"questions": ["is_nice"]},
    ],
)
def test_a_malformed_ranking_is_refused(assignment, amina, change):
    answer = send(amina, ranking_body(show(amina, assignment), **change))

    assert answer.status_code == 400
    assert [place.split(".")[0] for place in answer.json()["fields"]] == list(change)


def test_every_question_of_a_flagged_prompt_is_asked(amina):
    """R26."""
    project = make_ranking_project()
    flags = {"closed_domain": True, "explicit_constraints": True}
    make_task(project, make_prompt(flags=flags))
    shown = show(amina, take(project, amina))

    answer = send(amina, ranking_body(shown))

    assert {"hallucination", "satisfies_constraint"} < set(shown["questions"])
    assert len(shown["questions"]) == 11
    assert answer.status_code == 201


def test_a_demonstration_task_takes_no_ranking(amina):
    project = make_demonstration_project()
    make_task(project)
    body = {
        "assignment": str(take(project, amina).pk),
        "client_key": str(uuid.uuid4()),
        "items": [],
        "seconds_active": 1,
        "order_source": "unseeded",
    }

    answer = send(amina, body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "wrong_kind"


@pytest.mark.parametrize("k", [4, 9])
def test_a_ranking_takes_the_same_queries_for_every_k(amina, k, django_assert_num_queries):
    project = make_ranking_project(k=k)
    make_task(project)
    body = ranking_body(show(amina, take(project, amina)), *range(1, k + 1))
    browser = client_of(amina)

    # Session and account; savepoint, labeler, assignment, key, handles, ranking, items, slot,
    # savepoint.
    with django_assert_num_queries(11):
        answer = browser.post("/api/rankings/", body, format="json")

    assert answer.status_code == 201
