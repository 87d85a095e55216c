"""Projects and their instructions, for those who run them and for those who label in them."""

import pytest

from labeling.api import labeling_projects
from labeling.models import Pool, Project
from labeling.selectors import assignments
from tests.cast import (
    client_of,
    completions_of,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import rank, read_instructions, take

pytestmark = pytest.mark.django_db


def body_for(**changes: object) -> dict:
    return {
        "name": "First rankings",
        "kind": "ranking",
        "instructions": {"title": "How to judge", "body": "  Read all.\n"},
        **changes,
    }


def open_project(user, **changes: object):
    return client_of(user).post("/api/projects/", body_for(**changes), format="json")


def test_a_project_opens_with_the_papers_defaults(ada):
    answer = open_project(ada)

    assert answer.status_code == 201
    shown = answer.json()
    assert {key: shown[key] for key in ("k", "overlap", "pool", "state", "priority_mode")} == {
        "k": 5,
        "overlap": 1,
        "pool": "training",
        "state": "open",
        "priority_mode": "helpfulness_first",
    }
    assert shown["instructions"] == {
        "version": 1,
        "title": "How to judge",
        "body": "  Read all.\n",
    }
    assert shown["num_tasks"] == shown["num_slots"] == shown["num_open"] == 0


def test_everything_that_is_chosen_is_stored(ada):
    chosen = {
        "k": 9,
        "overlap": 3,
        "pool": "held_out",
        "priority_mode": "truth_harmless_first",
        "seed_order_from_ratings": False,
    }

    shown = open_project(ada, **chosen).json()

    assert {key: shown[key] for key in chosen} == chosen
    assert client_of(ada).get(f"/api/projects/{shown['id']}/").json() == shown


@pytest.mark.parametrize("k", [3, 10, 0, -1])
def test_a_k_outside_four_to_nine_is_refused(ada, k):
    """R24."""
    answer = open_project(ada, k=k)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["k"]
    assert not Project.objects.exists()


@pytest.mark.parametrize("k", [4, 9])
def test_a_k_of_four_or_nine_is_accepted(ada, k):
    """R24."""
    assert open_project(ada, k=k).status_code == 201


def test_a_demonstration_project_has_no_k(ada):
    refused = open_project(ada, kind="demonstration", k=4)
    opened = open_project(ada, kind="demonstration", allow_empty_demonstrations=True)

    assert list(refused.json()["fields"]) == ["k"]
    assert opened.json()["k"] is None
    assert opened.json()["allow_empty_demonstrations"] is True


def test_a_ranking_project_has_no_empty_demonstrations(ada):
    answer = open_project(ada, allow_empty_demonstrations=True)

    assert list(answer.json()["fields"]) == ["allow_empty_demonstrations"]


def test_a_name_is_taken_once(ada):
    open_project(ada)

    answer = open_project(ada)

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert list(answer.json()["fields"]) == ["name"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"name": "Ranking\u202eemosdnah"}, "name"),
        ({"kind": "evaluation"}, "kind"),
        ({"k": "5"}, "k"),
        ({"k": 5.0}, "k"),
        ({"overlap": 0}, "overlap"),
        ({"overlap": 51}, "overlap"),
        ({"pool": "everybody"}, "pool"),
        ({"seed_order_from_ratings": "yes"}, "seed_order_from_ratings"),
        ({"instructions": None}, "instructions"),
        ({"instructions": {"title": "T"}}, "instructions.body"),
        ({"instructions": {"title": "T", "body": "x" * 100_001}}, "instructions.body"),
    ],
)
def test_a_malformed_project_is_refused_by_its_field(ada, change, place):
    answer = open_project(ada, **change)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]


def test_rosa_reads_but_does_not_open_or_change(rosa):
    project = make_ranking_project()
    browser = client_of(rosa)

    assert browser.get("/api/projects/").status_code == 200
    assert browser.get(f"/api/projects/{project.pk}/").status_code == 200
    assert open_project(rosa).status_code == 403
    paused = browser.patch(f"/api/projects/{project.pk}/", {"state": "paused"}, format="json")
    assert paused.status_code == 403


def test_amina_does_not_see_the_projects_of_the_back_office(amina):
    assert client_of(amina).get("/api/projects/").status_code == 403


def test_a_project_is_paused_and_renamed(ada):
    project = make_ranking_project()
    path = f"/api/projects/{project.pk}/"

    paused = client_of(ada).patch(path, {"state": "paused"}, format="json")
    renamed = client_of(ada).patch(path, {"name": "Second rankings"}, format="json")

    assert paused.json()["state"] == "paused"
    assert (renamed.json()["state"], renamed.json()["name"]) == ("paused", "Second rankings")


@pytest.mark.parametrize("change", [{"state": "closed"}, {"name": ""}, {"name": None}])
def test_a_malformed_change_is_refused(ada, change):
    project = make_ranking_project()

    answer = client_of(ada).patch(f"/api/projects/{project.pk}/", change, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(change)


def test_another_projects_name_is_not_given_twice(ada):
    first, second = make_ranking_project(), make_ranking_project()

    answer = client_of(ada).patch(
        f"/api/projects/{second.pk}/", {"name": first.name}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_counts_follow_the_slots(ada, amina, otto):
    project = make_ranking_project(overlap=2)
    make_task(project)
    make_task(project)
    rank(take(project, amina), amina)
    take(project, otto)

    shown = client_of(ada).get(f"/api/projects/{project.pk}/").json()

    counts = {key: shown[key] for key in ("num_tasks", "num_slots", "num_open", "num_submitted")}
    assert counts == {"num_tasks": 2, "num_slots": 4, "num_open": 2, "num_submitted": 1}


def test_listing_takes_the_same_queries_for_one_and_for_many(rosa, django_assert_num_queries):
    for _ in range(6):
        make_task(make_ranking_project())
    browser = client_of(rosa)

    # Session, account, the page with its counts and instructions.
    with django_assert_num_queries(3):
        assert len(browser.get("/api/projects/").json()["results"]) == 6


def test_instructions_are_published_in_versions(ada):
    """R15."""
    project = make_ranking_project()

    answer = client_of(ada).post(
        f"/api/projects/{project.pk}/instructions/",
        {"title": "Anew", "body": "Read twice."},
        format="json",
    )

    assert answer.status_code == 201
    assert answer.json() == {"version": 2, "title": "Anew", "body": "Read twice."}
    shown = client_of(ada).get(f"/api/projects/{project.pk}/").json()
    assert shown["instructions"] == answer.json()
    assert project.instruction_versions.count() == 2


@pytest.mark.parametrize(
    ("body", "place"), [({"title": "Anew"}, "body"), ({"title": "", "body": "Read."}, "title")]
)
def test_malformed_instructions_are_refused(ada, body, place):
    project = make_ranking_project()

    answer = client_of(ada).post(f"/api/projects/{project.pk}/instructions/", body, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]
    assert project.instruction_versions.count() == 1


def test_amina_sees_where_there_is_work(amina, otto):
    project = make_ranking_project(overlap=2)
    for _ in range(3):
        make_task(project)
    rank(take(project, amina), amina)
    make_ranking(make_task(project), amina, [1, 2, 3, 4])

    [shown] = client_of(amina).get("/api/labeling/projects/").json()["results"]

    assert shown == {
        "id": project.pk,
        "name": project.name,
        "kind": "ranking",
        "state": "open",
        "priority_mode": "helpfulness_first",
        # Yesterday's ranking is not of today, and its task is no longer waiting for her.
        "num_mine_today": 1,
        "num_waiting_for_me": 2,
        "has_more_waiting": False,
        "instructions_acknowledged": True,
    }


def test_waiting_tasks_are_counted_as_far_as_it_matters(amina, monkeypatch):
    """The list says that there are more, rather than counting a million slots on every visit."""
    for module in (assignments, labeling_projects):
        monkeypatch.setattr(module, "NUM_SERVABLE_COUNTED", 2)
    project = make_ranking_project(overlap=3)
    for _ in range(3):
        make_task(project)

    [shown] = client_of(amina).get("/api/labeling/projects/").json()["results"]

    assert (shown["num_waiting_for_me"], shown["has_more_waiting"]) == (2, True)


def test_repeats_are_no_tasks_of_the_project(amina, rosa):
    project = make_ranking_project()
    original = make_task(project)
    repeat = make_task(project, original.prompt, completions_of(original))
    type(repeat).objects.filter(pk=repeat.pk).update(repeat_of=original)

    shown = client_of(rosa).get(f"/api/projects/{project.pk}/").json()

    assert (shown["num_tasks"], shown["num_slots"]) == (1, 1)


def test_a_labeler_sees_the_projects_of_their_pool_only(amina, hana):
    """R14."""
    training = make_ranking_project(pool=Pool.TRAINING)
    held_out = make_ranking_project(pool=Pool.HELD_OUT)
    make_ranking_project(imported_from="ukp")

    def ids(user) -> list[int]:
        listed = client_of(user).get("/api/labeling/projects/").json()["results"]
        return [row["id"] for row in listed]

    assert (ids(amina), ids(hana)) == ([training.pk], [held_out.pk])
    assert client_of(hana).get(f"/api/labeling/projects/{training.pk}/").status_code == 404


def test_instructions_are_read_and_acknowledged(amina, ada):
    """R15."""
    project = make_ranking_project()
    browser = client_of(amina)
    path = f"/api/labeling/projects/{project.pk}/"

    before = browser.get(path).json()
    acknowledged = browser.post(f"{path}acknowledge/", {"version": 1}, format="json")
    after = browser.get(path).json()

    assert before["instructions"] == {"version": 1, "title": "How to judge", "body": "Read all."}
    assert acknowledged.status_code == 204
    assert (before["instructions_acknowledged"], after["instructions_acknowledged"]) == (0, 1)


def test_acknowledging_twice_changes_nothing(amina):
    project = make_ranking_project()
    path = f"/api/labeling/projects/{project.pk}/acknowledge/"
    browser = client_of(amina)
    browser.post(path, {"version": 1}, format="json")

    assert browser.post(path, {"version": 1}, format="json").status_code == 204
    assert amina.acknowledgements.count() == 1


def test_only_the_newest_version_can_be_acknowledged(amina, ada):
    """R15: agreeing to what was read an hour ago is not agreeing to what it says now."""
    project = make_ranking_project()
    client_of(ada).post(
        f"/api/projects/{project.pk}/instructions/", {"title": "2", "body": "2"}, format="json"
    )
    path = f"/api/labeling/projects/{project.pk}/acknowledge/"
    browser = client_of(amina)

    old = browser.post(path, {"version": 1}, format="json")
    unknown = browser.post(path, {"version": 3}, format="json")

    assert (old.status_code, old.json()["code"]) == (409, "instructions_changed")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_such_version")


@pytest.mark.parametrize("version", [0, "1", None, 2**31])
def test_a_malformed_acknowledgement_is_refused(amina, version):
    project = make_ranking_project()
    path = f"/api/labeling/projects/{project.pk}/acknowledge/"

    assert client_of(amina).post(path, {"version": version}, format="json").status_code == 400


def test_hana_cannot_acknowledge_a_training_projects_instructions(hana):
    project = make_ranking_project()
    path = f"/api/labeling/projects/{project.pk}/acknowledge/"

    assert client_of(hana).post(path, {"version": 1}, format="json").status_code == 404


def test_aminas_list_takes_the_same_queries_for_one_and_for_many(amina, django_assert_num_queries):
    for _ in range(6):
        project = make_demonstration_project()
        make_task(project)
        read_instructions(project, amina)
    browser = client_of(amina)

    # Session, account, the page.
    with django_assert_num_queries(3):
        assert len(browser.get("/api/labeling/projects/").json()["results"]) == 6
