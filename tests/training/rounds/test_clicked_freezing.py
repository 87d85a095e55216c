"""A click for the rankings of a round: noted at once, frozen by a worker (R84)."""

import pytest

from labeling.models import AuditEntry, Task
from tests.cast import client_of, exclude_prompt, make_ranking, make_user
from tests.training.lost_workers import go_on_at, shut_down_at
from tests.training.rounds.boards import post, view_of
from training import tasks
from training.models import Round, RoundStep, Snapshot
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.rounds import advance_rounds, start_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def ranked(ada, amina, sampled):
    """One ranking, which is fewer than the round would begin with by itself."""
    opened = sampled()
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)
    make_ranking(tasks_of(opened)[0], amina, [1, 2, 3, 4])
    return opened


def tasks_of(opened):
    return Task.objects.filter(project=opened.project).order_by("pk")


def click(person, opened):
    return post(person, f"{opened.pk}/steps/", {"step": "snapshot"})


def step_of(answer):
    return next(one for one in answer.json()["steps"] if one["step"] == "snapshot")


def test_it_is_noted_at_once_and_a_worker_freezes_it(ada, ranked):
    before = Snapshot.objects.count()

    answer = click(ada, ranked)

    assert answer.status_code == 200
    shown = step_of(answer)
    assert (shown["state"], shown["can_start"]) == ("working", False)
    assert shown["note"] == "A worker freezes them, Ada asked for it"
    assert Snapshot.objects.count() == before

    tasks.advance()

    done = step_of(client_of(ada).get(f"/api/rounds/{ranked.pk}/"))
    assert (done["state"], done["started_by"]["id"]) == ("done", ada.pk)
    assert done["snapshot"]["counts"]["rankings"] == 1
    assert AuditEntry.objects.get(action="freeze_snapshot").actor == ada
    assert Round.objects.get(pk=ranked.pk).freezing_asked_by is None


def test_two_clicks_are_one_snapshot_of_whoever_clicked_first(ada, ranked):
    other = make_user("Ida", role="admin")
    assert [click(person, ranked).status_code for person in (ada, other, ada)] == [200] * 3

    assert [begun.started_by for begun in advance_rounds()] == [ada]
    assert advance_rounds() == []
    assert click(ada, ranked).status_code == 409


def test_a_click_without_a_ranking_is_refused_at_once(ada, sampled):
    opened = sampled()
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)

    answer = click(ada, opened)

    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_ready")
    assert Round.objects.get(pk=opened.pk).freezing_asked_by is None


def test_what_is_refused_later_says_why_and_can_be_asked_for_again(ada, rosa, amina, ranked):
    click(ada, ranked)
    first, second, _ = tasks_of(ranked)
    exclude_prompt(ranked.project, first.prompt, rosa)

    assert advance_rounds() == []

    found = Round.objects.get(pk=ranked.pk)
    assert found.problem.startswith("No sealed ranking by a training labeler fits.")
    assert found.freezing_asked_by is None
    make_ranking(second, amina, [1, 2, 3, 4])
    assert click(ada, ranked).status_code == 200
    assert Round.objects.get(pk=ranked.pk).problem == ""


def test_a_full_disk_is_said_and_it_is_tried_again(ada, ranked, full_disk):
    click(ada, ranked)
    with full_disk():
        assert advance_rounds() == []

    assert "No space left on device" in Round.objects.get(pk=ranked.pk).problem
    assert [begun.step for begun in advance_rounds()] == [RoundStep.SNAPSHOT]


def test_rankings_that_no_worker_survives_end_and_can_be_asked_for_again(ada, ranked):
    shut_down_at("training_snapshot")
    click(ada, ranked)
    for _ in range(MAX_LOST):
        assert step_of(client_of(ada).get(f"/api/rounds/{ranked.pk}/"))["state"] == "working"
        assert advance_rounds() == []

    assert advance_rounds() == []

    shown = client_of(ada).get(f"/api/rounds/{ranked.pk}/")
    assert (step_of(shown)["state"], step_of(shown)["can_start"]) == ("failed", True)
    assert shown.json()["round"]["problem"] == LOST
    go_on_at("training_snapshot")
    assert advance_rounds() == []
    assert step_of(click(ada, ranked))["state"] == "working"
    assert [begun.step for begun in advance_rounds()] == [RoundStep.SNAPSHOT]
    assert Round.objects.get(pk=ranked.pk).problem == ""


def test_a_round_that_is_closed_meanwhile_freezes_nothing(ada, ranked):
    click(ada, ranked)
    post(ada, f"{ranked.pk}/close/", {})

    assert advance_rounds() == []
    view = view_of(Round.objects.get(pk=ranked.pk), RoundStep.SNAPSHOT)
    assert (view.can_start, view.is_due) == (False, False)
