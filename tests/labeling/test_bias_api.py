"""GET /api/bias/ and /api/bias/leak/: what labelers saw against what they preferred."""

import pytest

from labeling.models import PresentedCompletion, Project
from labeling.selectors import bias
from labeling.selectors.bias import source_leak
from tests.cast import (
    client_of,
    completions_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)

pytestmark = pytest.mark.django_db

TEXTS = ("Short.", "A much longer answer than the others.", "- a list\n- of two", "Some words")


@pytest.fixture
def project() -> Project:
    return make_ranking_project(overlap=2)


def rank_tasks(project: Project, labeler, *, number: int = 24, ranks=(2, 1, 3, 4)) -> None:
    """Completions are shown in the order of TEXTS; the longest is ranked best."""
    for _ in range(number):
        prompt = make_prompt()
        shown = [
            make_completions(prompt, texts=[text], source=make_source(f"model {n % 2}"))[0]
            for n, text in enumerate(TEXTS)
        ]
        ranking = make_ranking(make_task(project, prompt, completions=shown), labeler, ranks)
        PresentedCompletion.objects.filter(assignment=ranking.assignment).delete()
        PresentedCompletion.objects.bulk_create(
            PresentedCompletion(assignment=ranking.assignment, completion=one, position=n)
            for n, one in enumerate(completions_of(ranking.task))
        )


def read(person, address: str = "", **query):
    return client_of(person).get(f"/api/bias/{address}", query)


def test_figures_come_with_their_n_and_their_definition(rosa, amina, project):
    rank_tasks(project, amina)

    found = read(rosa).json()

    figures = {one["key"]: one["figure"] for one in found["preferences"]}
    # Of the six pairs of 2, 1, 3, 4 the earlier one won five.
    assert figures["first_shown"]["value"] == pytest.approx(5 / 6)
    assert (figures["first_shown"]["n"], figures["first_shown"]["num_prompts"]) == (144, 24)
    # The list is in three pairs and won one.
    assert figures["list"]["value"] == pytest.approx(1 / 3)
    assert figures["code"]["reason_undefined"]
    assert [one["place"] for one in found["places"]] == [0, 1, 2, 3]
    assert found["places"][1]["figure"]["value"] == 1.0
    assert (found["num_rankings"], found["num_sealed"]) == (24, 24)
    assert "One half is no preference" in found["definition"]


def test_simulated_labelers_and_other_pools_are_left_out(rosa, amina, sim, project):
    rank_tasks(project, sim)

    assert read(rosa).json()["num_rankings"] == 0
    assert read(rosa, include_simulated=True).json()["num_rankings"] == 24
    assert read(rosa, include_simulated=True, pool="held_out").json()["num_rankings"] == 0


def test_the_leak_names_its_sources_and_their_recall(rosa, amina, project):
    rank_tasks(project, amina)

    found = read(rosa, "leak/").json()

    assert found["chance"] == 0.5
    assert [one["key"] for one in found["sights"]] == [
        "everything",
        "length",
        "formatting",
        "words",
    ]
    # Every text of this model is the same two texts, so it is told at once.
    assert found["sights"][0]["figure"]["value"] == 1.0
    assert {one["name"] for one in found["sources"]} == {"model 0", "model 1"}
    assert (found["num_completions"], found["num_prompts_left_out"]) == (96, 0)


def test_the_completions_behind_a_leak_make_up_its_recalls(rosa, amina, project):
    """Every figure leads to its rows: what wrote each, and which source it was given to."""
    rank_tasks(project, amina)
    leak = read(rosa, "leak/").json()

    for source in leak["sources"]:
        rows = told(rosa, source=source["id"])
        assert {row["source"]["name"] for row in rows} == {source["name"]}
        assert len(rows) == source["figure"]["n"]
        num_right = sum(row["told"]["id"] == source["id"] for row in rows)
        assert num_right / len(rows) == pytest.approx(source["figure"]["value"])
    shares = {
        sight["key"]: [
            row["told"]["id"] == row["source"]["id"] for row in told(rosa, sight=sight["key"])
        ]
        for sight in leak["sights"]
    }
    # Both sources have as many completions, so the balanced share is the plain one.
    for sight in leak["sights"]:
        right = shares[sight["key"]]
        assert len(right) == 96
        assert sum(right) / len(right) == pytest.approx(sight["figure"]["value"])
    assert told(rosa, pool="held_out") == []


def test_a_leak_is_worked_out_once_for_the_same_completions(amina, otto, project):
    """Each page of the completions behind it asks again, and fitting takes a second or two."""
    rank_tasks(project, amina)
    found = source_leak(project_id=project.pk)

    rank_tasks(make_ranking_project(), otto, number=1)
    again = source_leak(project_id=project.pk)
    assert again.leak is found.leak
    assert again.completions == found.completions

    rank_tasks(project, otto, number=1)
    assert source_leak(project_id=project.pk).leak is not found.leak


def test_leaks_of_so_many_choices_are_kept_and_no_more(amina, monkeypatch):
    monkeypatch.setattr(bias, "NUM_KEPT", 2)
    studies = [make_ranking_project(overlap=2) for _ in range(3)]
    for study in studies:
        rank_tasks(study, amina, number=1)
    first, *_, last = [source_leak(project_id=study.pk).leak for study in studies]

    assert source_leak(project_id=studies[-1].pk).leak is last
    assert source_leak(project_id=studies[0].pk).leak is not first


def told(person, **query) -> list[dict]:
    """All rows, page by page."""
    rows, cursor = [], None
    while True:
        asked = {"limit": 40, **query, **({"cursor": cursor} if cursor else {})}
        page = read(person, "leak/completions/", **asked).json()
        rows += page["results"]
        cursor = page["next"]
        if cursor is None:
            return rows


@pytest.mark.parametrize(("name", "value"), [("sight", "smell"), ("source", "model 0")])
def test_a_malformed_choice_of_completions_names_its_field(rosa, name, value):
    refused = read(rosa, "leak/completions/", **{name: value})

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [name])


@pytest.mark.parametrize("number", [21, 30])
def test_any_number_of_completions_behind_a_leak_takes_as_many_queries(
    rosa, amina, project, number, django_assert_num_queries
):
    rank_tasks(project, amina, number=number)
    client = client_of(rosa)
    client.get("/api/bias/")

    # Session, account, the completions, their sources, those listed.
    with django_assert_num_queries(5):
        rows = client.get("/api/bias/leak/completions/").json()["results"]
    assert len(rows) == 50


def test_before_any_ranking_every_figure_says_why_there_is_none(rosa):
    found, leak = read(rosa).json(), read(rosa, "leak/").json()

    assert all(one["figure"]["reason_undefined"] for one in found["preferences"])
    assert found["places"] == leak["sources"] == []
    assert "there are 0" in leak["sights"][0]["figure"]["reason_undefined"]


def behind(person, figure: str, **query) -> list[dict]:
    """All rows, page by page."""
    rows, cursor = [], None
    while True:
        asked = {"figure": figure, "limit": 10, **query, **({"cursor": cursor} if cursor else {})}
        page = read(person, "rankings/", **asked).json()
        rows += page["results"]
        cursor = page["next"]
        if cursor is None:
            return rows


def test_what_the_rankings_behind_a_figure_add_up_to_is_the_figure(rosa, amina, otto, project):
    """Every figure leads to its rows: their pairs are its n, those in favour its share."""
    rank_tasks(project, amina, number=14)
    rank_tasks(project, otto, number=12, ranks=(1, 1, 2, 3))
    # Nothing in it differs but the place, of which nothing is known.
    prompt = make_prompt()
    alike = make_completions(prompt, texts=["Same."] * 4)
    make_ranking(make_task(project, prompt, completions=alike), amina, [1, 2, 3, 4])
    found = read(rosa).json()
    figures = {one["key"]: one["figure"] for one in found["preferences"]}
    figures |= {f"place:{one['place']}": one["figure"] for one in found["places"]}

    for key, figure in figures.items():
        rows = behind(rosa, key)
        num_pairs = sum(row["num_pairs"] for row in rows)
        assert num_pairs == figure["n"], key
        if num_pairs:
            share = sum(row["num_favour"] for row in rows) / num_pairs
            assert share == pytest.approx(figure["value"])
            assert len({row["prompt_id"] for row in rows}) == figure["num_prompts"] == 26
        assert all(row["num_pairs"] for row in rows)

    assert [row["labeler"]["display_name"] for row in behind(rosa, "longer")[:1]] == ["Otto"]
    assert behind(rosa, "place:8") == []


def test_the_rankings_behind_a_figure_keep_to_its_filters(rosa, amina, sim, project):
    rank_tasks(project, amina, number=2)
    rank_tasks(project, sim, number=1)
    rank_tasks(make_ranking_project(overlap=2), amina, number=4)

    assert len(behind(rosa, "longer")) == 6
    assert len(behind(rosa, "longer", project=project.pk)) == 2
    assert len(behind(rosa, "longer", project=project.pk, include_simulated=True)) == 3
    assert behind(rosa, "longer", pool="held_out") == []


@pytest.mark.parametrize("figure", ["", "ugly", "place:9", "place:-1", "list:unlike"])
def test_a_figure_that_there_is_not_names_its_field(rosa, figure):
    refused = read(rosa, "rankings/", figure=figure)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["figure"])


@pytest.mark.parametrize("number", [1, 5])
def test_any_number_of_rankings_behind_takes_as_many_queries(
    rosa, amina, project, number, django_assert_num_queries
):
    rank_tasks(project, amina, number=number)
    client = client_of(rosa)
    client.get("/api/bias/")

    # Session, account, what the newest rankings say, those listed.
    with django_assert_num_queries(4):
        rows = client.get("/api/bias/rankings/", {"figure": "longer"}).json()["results"]
    assert len(rows) == number


def test_the_number_of_queries_does_not_grow(rosa, amina, project, django_assert_num_queries):
    rank_tasks(project, amina, number=3)
    client = client_of(rosa)
    client.get("/api/bias/")

    # Session, account, whether anything changed, what the newest rankings say.
    with django_assert_num_queries(4):
        client.get("/api/bias/")


@pytest.mark.parametrize("address", ["", "leak/", "leak/completions/", "rankings/"])
def test_a_malformed_filter_names_its_field(rosa, address):
    answer = read(rosa, address, pool="everybody")

    assert answer.status_code == 400
    assert "pool" in answer.json()["fields"]


@pytest.mark.parametrize("address", ["", "leak/", "leak/completions/", "rankings/"])
def test_a_project_that_is_not_there_is_a_404(rosa, address):
    assert read(rosa, address, project=999, figure="longer").status_code == 404


@pytest.mark.parametrize("address", ["", "leak/", "leak/completions/", "rankings/"])
def test_a_labeler_does_not_read_it(amina, address):
    assert read(amina, address, figure="longer").status_code == 403
