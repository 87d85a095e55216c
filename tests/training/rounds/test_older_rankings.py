"""R86: a round learns from every ranking so far, unless it names projects or leaves rounds out."""

import pytest

from labeling.models import Task
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.training.rounds.boards import link, post
from training.models import Round, RoundStep
from training.services.rounds import start_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(ada, amina, sampled):
    """A round that has frozen one ranking."""
    opened = sampled(min_rankings=1)
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)
    make_ranking(Task.objects.filter(project=opened.project).first(), amina, [1, 2, 3, 4])
    start_step(opened=opened, step=RoundStep.SNAPSHOT, by=ada)
    return opened


@pytest.fixture
def frozen_by_the_second(ada, first, body):
    """The rankings that another round of the same project freezes, opened with these changes."""

    def frozen(**changes):
        answer = post(ada, "", body | {"name": "Round 2", "min_rankings": 1} | changes)
        assert answer.status_code == 201, answer.json()
        opened = Round.objects.get(pk=answer.json()["round"]["id"])
        link(opened, RoundStep.SAMPLING, run=first.links.get(step=RoundStep.SAMPLING).run)
        link(opened, RoundStep.TASKS, num_tasks=1)
        begun = start_step(opened=opened, step=RoundStep.SNAPSHOT, by=ada)
        return set(begun.snapshot.ranking_links.values_list("ranking", flat=True)), begun.snapshot

    return frozen


def test_all_so_far_by_default(amina, first, frozen_by_the_second):
    other = make_ranking(make_task(first.project), amina, [1, 2, 3, 4])

    rankings, snapshot = frozen_by_the_second()

    assert len(rankings) == 2
    assert other.pk in rankings
    assert "excluded_snapshot" not in snapshot.query


def test_what_an_earlier_round_has_frozen_is_left_out(rosa, amina, first, frozen_by_the_second):
    other = make_ranking(make_task(first.project), amina, [1, 2, 3, 4])

    rankings, snapshot = frozen_by_the_second(leaves_out=str(first.pk))

    before = first.links.get(step=RoundStep.SNAPSHOT).snapshot
    assert rankings == {other.pk}
    assert snapshot.counts["rankings"] == 1
    assert snapshot.query["excluded_snapshot"] == str(before.pk)
    [second, shown] = client_of(rosa).get("/api/rounds/").json()["results"]
    assert second["leaves_out"] == {"id": str(first.pk), "name": "Round 1"}
    assert (shown["leaves_out"], shown["rankings"]["id"]) == (None, str(before.pk))


def test_only_projects_that_it_names(amina, first, frozen_by_the_second):
    elsewhere = make_ranking_project()
    other = make_ranking(make_task(elsewhere), amina, [1, 2, 3, 4])
    make_ranking(make_task(first.project), amina, [1, 2, 3, 4])

    rankings, _ = frozen_by_the_second(ranking_projects=[elsewhere.pk])

    assert rankings == {other.pk}


def test_a_round_that_has_frozen_nothing_cannot_be_left_out(ada, make_round, body):
    opened = make_round()

    answer = post(ada, "", body | {"name": "Round 2", "leaves_out": str(opened.pk)})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["leaves_out"])


def test_a_project_without_rankings_to_train_on_is_refused_at_once(ada, body, base_model):
    """The refusal came when the rankings were frozen, weeks later."""
    wrong = {"ranking_projects": [make_demonstration_project().pk]}
    standing = {"name": "Always new", "start": str(base_model.pk)}

    answers = [
        post(ada, "", body | wrong),
        client_of(ada).post("/api/standing-reward-models/", standing | wrong, format="json"),
    ]

    for answer in answers:
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["ranking_projects"])
