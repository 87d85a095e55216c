"""Runs side by side: all of them in one answer, or which of them is not there."""

import uuid

import pytest

from tests.cast import client_of

pytestmark = pytest.mark.django_db

UNKNOWN = uuid.UUID(int=9)


def ask(person, *ids):
    return client_of(person).get("/api/runs/compare/", {"ids": [str(one) for one in ids]})


def test_runs_come_in_the_order_asked_for(rosa, make_run):
    """Console 2."""
    first, second = make_run(), make_run(seed=8)

    answer = ask(rosa, second.pk, first.pk)

    assert [one["id"] for one in answer.json()] == [str(second.pk), str(first.pk)]
    assert [one["seed"] for one in answer.json()] == [8, 7]


def test_a_run_that_is_not_there_is_named_by_its_place_and_id(rosa, make_run):
    answer = ask(rosa, make_run().pk, UNKNOWN)

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_runs"
    assert answer.json()["fields"] == {"ids.1": [f"There is no run {UNKNOWN}."]}


@pytest.mark.parametrize("wrong", ["abc", "../../etc/passwd", "$(id)", "00000009-0000-4000-8000"])
def test_what_is_no_id_is_named(rosa, make_run, wrong):
    answer = ask(rosa, wrong, make_run().pk)

    assert answer.status_code == 400
    assert answer.json()["fields"] == {"ids.0": [f'No run has the id "{wrong}".']}


@pytest.mark.parametrize("num", [0, 5])
def test_as_many_as_can_be_told_apart(rosa, num):
    answer = ask(rosa, *[UNKNOWN] * num)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["ids"]


def test_labelers_compare_nothing(cast, make_run):
    assert ask(cast.amina, make_run().pk).status_code == 403


def test_four_runs_cost_as_many_queries_as_one(rosa, make_run, django_assert_num_queries):
    runs = [make_run(seed=seed) for seed in range(4)]
    browser = client_of(rosa)
    address = "/api/runs/compare/"
    browser.get(address, {"ids": [str(runs[0].pk)]})

    # Session, account, the runs with their inputs, attempts and events, and what is said of them:
    # the names behind events, and what each waits for.
    for ids in ([runs[0].pk], [run.pk for run in runs]):
        with django_assert_num_queries(9):
            assert len(browser.get(address, {"ids": [str(one) for one in ids]}).json()) == len(ids)
