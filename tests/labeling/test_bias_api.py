"""GET /api/bias/ and /api/bias/leak/: what labelers saw against what they preferred."""

import pytest

from labeling.models import PresentedCompletion, Project
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
    assert found["num_completions"] == 96


def test_before_any_ranking_every_figure_says_why_there_is_none(rosa):
    found, leak = read(rosa).json(), read(rosa, "leak/").json()

    assert all(one["figure"]["reason_undefined"] for one in found["preferences"])
    assert found["places"] == leak["sources"] == []
    assert "there are 0" in leak["sights"][0]["figure"]["reason_undefined"]


def test_the_number_of_queries_does_not_grow(rosa, amina, project, django_assert_num_queries):
    rank_tasks(project, amina, number=3)
    client = client_of(rosa)
    client.get("/api/bias/")

    # Session, account, the newest rankings, what they say.
    with django_assert_num_queries(4):
        client.get("/api/bias/")


@pytest.mark.parametrize("address", ["", "leak/"])
def test_a_malformed_filter_names_its_field(rosa, address):
    answer = read(rosa, address, pool="everybody")

    assert answer.status_code == 400
    assert "pool" in answer.json()["fields"]


@pytest.mark.parametrize("address", ["", "leak/"])
def test_a_project_that_is_not_there_is_a_404(rosa, address):
    assert read(rosa, address, project=999).status_code == 404


@pytest.mark.parametrize("address", ["", "leak/"])
def test_a_labeler_does_not_read_it(amina, address):
    assert read(amina, address).status_code == 403
