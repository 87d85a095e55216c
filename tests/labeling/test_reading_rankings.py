"""GET /api/rankings/: what a researcher sees of the rankings."""

import uuid

import pytest
from django.utils import timezone

from labeling.models import Assignment, Completion
from tests.cast import (
    client_of,
    completions_of,
    long_ago,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.labeling.work import ranking_body, take

pytestmark = pytest.mark.django_db


def listed(user, **query: object) -> list[dict]:
    answer = client_of(user).get("/api/rankings/", query)
    assert answer.status_code == 200
    return answer.json()["results"]


def test_rosa_reads_one_ranking_with_what_it_says_of_each_completion(rosa, amina):
    project = make_ranking_project()
    prompt = make_prompt("Say hello.")
    completions = make_completions(prompt, texts=list("abcd"), source=make_source("policy-b"))
    task = make_task(project, prompt, completions)
    flags = {"sexual_content": False}
    axes = {1: {"overall": 6, "honesty": 4.5}}
    ranking = make_ranking(task, amina, [2, 1, 2, 3], ratings=[4, 7, 4, 1], flags=flags, axes=axes)
    Completion.objects.filter(pk=completions[1].pk).update(sampling={"also_by": ["wmt/uedin"]})

    shown = client_of(rosa).get(f"/api/rankings/{ranking.pk}/").json()

    assert shown["id"] == str(ranking.pk)
    assert (shown["task"], shown["project"], shown["prompt_id"]) == (
        task.pk,
        project.pk,
        prompt.pk,
    )
    assert shown["prompt"] == "Say hello."
    assert shown["labeler"] == {"id": amina.pk, "display_name": "Amina"}
    assert (shown["is_sealed"], shown["superseded_at"]) == (True, None)
    assert shown["instructions_version"] == 1
    assert (shown["none_acceptable"], shown["input_toxicity"]) == (False, None)
    assert shown["items"][0] == {
        "completion_id": completions[1].pk,
        "text": "b",
        "source_name": "policy-b",
        "also_by": ["wmt/uedin"],
        "position": None,
        "rank": 1,
        "rating": 7,
        "flags": flags,
        "axes": {"overall": 6.0, "honesty": 4.5},
        "note": "",
        "seconds_shown": None,
        "toxicity": None,
        "relative_toxicity": None,
        "continuity": None,
    }
    assert [(item["text"], item["rank"]) for item in shown["items"]] == [
        ("b", 1),
        ("a", 2),
        ("c", 2),
        ("d", 3),
    ]


def test_rosa_reads_where_and_how_long_each_completion_was_shown(rosa, amina):
    make_task(project := make_ranking_project())
    assignment = take(project, amina)
    Assignment.objects.filter(pk=assignment.pk).update(opened_at=long_ago())
    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/").json()
    body = ranking_body(shown, 4, 3, 2, 1, none_acceptable=True)
    for seconds, item in enumerate(body["items"]):
        item["seconds_shown"] = seconds + 0.5
    answer = client_of(amina).post("/api/rankings/", body, format="json").json()

    read = client_of(rosa).get(f"/api/rankings/{answer['id']}/").json()

    assert read["none_acceptable"] is True
    assert [(item["rank"], item["position"], item["seconds_shown"]) for item in read["items"]] == [
        (1, 3, 3.5),
        (2, 2, 2.5),
        (3, 1, 1.5),
        (4, 0, 0.5),
    ]


def test_rankings_are_found_by_project_labeler_and_task(rosa, amina, otto):
    here, there = make_ranking_project(overlap=2), make_ranking_project()
    both, other = make_task(here), make_task(there)
    first = make_ranking(both, amina, [1, 2, 3, 4])
    second = make_ranking(both, otto, [1, 2, 3, 4])
    third = make_ranking(other, amina, [1, 2, 3, 4])

    def ids(**query: object) -> set[str]:
        return {row["id"] for row in listed(rosa, **query)}

    assert ids() == {str(row.pk) for row in (first, second, third)}
    assert ids(project=here.pk) == ids(task=both.pk) == {str(first.pk), str(second.pk)}
    assert ids(labeler=amina.pk) == {str(first.pk), str(third.pk)}
    assert ids(labeler=otto.pk, project=there.pk) == set()


def test_what_was_taken_back_is_not_listed_but_can_be_read(rosa, amina):
    """A model trained before may still point at it."""
    ranking = make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])
    ranking.superseded_at = timezone.now()
    ranking.save(update_fields=["superseded_at"])

    shown = client_of(rosa).get(f"/api/rankings/{ranking.pk}/").json()

    assert listed(rosa) == []
    assert (shown["is_sealed"], shown["superseded_at"] is None) == (False, False)


def test_a_fresh_ranking_is_not_sealed(rosa, amina):
    task = make_task(make_ranking_project())
    make_ranking(task, amina, [1, 2, 3, 4], submitted_at=timezone.now())

    assert listed(rosa)[0]["is_sealed"] is False


def test_the_list_is_read_in_pages_the_latest_first(rosa, amina):
    project = make_ranking_project()
    made = [
        make_ranking(make_task(project), amina, [1, 2, 3, 4], submitted_at=timezone.now())
        for _ in range(5)
    ]
    browser = client_of(rosa)

    first = browser.get("/api/rankings/", {"limit": 3}).json()
    second = browser.get("/api/rankings/", {"limit": 3, "cursor": first["next"]}).json()

    read = [row["id"] for row in first["results"] + second["results"]]
    assert read == [str(ranking.pk) for ranking in reversed(made)]
    assert second["next"] is None


@pytest.mark.parametrize("query", [{"project": "a"}, {"task": 0}, {"labeler": 2**63}])
def test_a_malformed_question_is_refused(rosa, query):
    answer = client_of(rosa).get("/api/rankings/", query)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(query)


def test_a_ranking_that_does_not_exist_is_not_found(rosa):
    assert client_of(rosa).get(f"/api/rankings/{uuid.uuid4()}/").status_code == 404


def test_amina_cannot_read_rankings_not_even_her_own(amina):
    """R30: they name what wrote the completions."""
    ranking = make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])
    browser = client_of(amina)

    assert browser.get("/api/rankings/").status_code == 403
    assert browser.get(f"/api/rankings/{ranking.pk}/").status_code == 403


def test_reading_takes_the_same_queries_for_one_and_for_many(
    rosa, amina, django_assert_num_queries
):
    project = make_ranking_project(k=9)
    for _ in range(8):
        ranking = make_ranking(make_task(project), amina, list(range(1, 10)))
    browser = client_of(rosa)

    # Session, account, the page.
    with django_assert_num_queries(3):
        assert len(browser.get("/api/rankings/").json()["results"]) == 8
    # Session, account, the ranking, its items.
    with django_assert_num_queries(4):
        shown = browser.get(f"/api/rankings/{ranking.pk}/").json()

    assert len(shown["items"]) == len(completions_of(ranking.task)) == 9
