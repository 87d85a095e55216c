"""What rounds do without anybody: beside standing reward models, and where something is wrong."""

import pytest

from labeling.models import Task
from tests.cast import client_of, make_ranking
from tests.locks import somebody_at
from tests.training.lost_workers import go_on_at, shut_down_at
from tests.training.rounds.boards import view_of
from training.models import Artifact, ModelVersion, Round, RoundStep, RunInput, Snapshot
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.rounds import LOCK, advance_rounds, start_step
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings
from training.services.standing import NewStanding, keep_up_to_date, refresh_what_is_due

pytestmark = pytest.mark.django_db


def test_a_standing_reward_model_takes_no_ranking_from_a_round(ada, amina, otto, sampled):
    """R86: both are on. Each refresh freezes what it reads, and so does whoever exports it."""
    opened = sampled(automatic=["snapshot"])
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)
    [task, other, _] = Task.objects.filter(project=opened.project)
    keep_up_to_date(by=ada, new=NewStanding(name="Always new", start=opened.policy, min_rankings=1))

    make_ranking(task, amina, [1, 2, 3, 4])
    assert advance_rounds() == []
    assert len(refresh_what_is_due()) == 1
    make_ranking(other, otto, [1, 2, 3, 4])
    freeze_rankings(by=ada, name="for an export", query=SnapshotQuery())

    assert view_of(opened, RoundStep.SNAPSHOT).note == "2 of 2 new rankings are sealed"
    [begun] = advance_rounds()
    assert begun.snapshot.counts["rankings"] == 2


def test_a_round_that_breaks_stops_no_other(ada, rosa, make_round, sampled, caplog):
    """Nobody expected a sampling without prompts; its log has the traceback, its page a reason."""
    broken = sampled(automatic=["tasks"])
    RunInput.objects.filter(role="prompts").delete()
    other = make_round(name="Round 2", automatic=["sampling"])

    [begun] = advance_rounds()

    assert begun.round == other
    shown = client_of(rosa).get(f"/api/rounds/{broken.pk}/").json()["round"]
    assert "nobody expected (DoesNotExist: " in shown["problem"]
    assert "Traceback" in caplog.text
    caplog.clear()
    assert advance_rounds() == []
    assert caplog.text == ""


def test_a_full_disk_stops_only_what_freezes_and_is_tried_again(
    ada, make_round, sampled, full_disk
):
    waiting = make_round(name="Round 2", automatic=["sampling"])
    other = sampled(automatic=["tasks"])
    with full_disk():
        assert [begun.round for begun in advance_rounds()] == [other]

    assert Round.objects.get(pk=waiting.pk).num_lost == 0
    assert "No space left on device" in Round.objects.get(pk=waiting.pk).problem
    assert [begun.round for begun in advance_rounds()] == [waiting]
    assert Round.objects.get(pk=waiting.pk).problem == ""


def test_what_no_worker_survives_ends_and_is_begun_again_by_a_click(ada, make_round):
    """R84: prompts that are frozen by themselves; the step is as one whose run has failed."""
    opened = make_round(automatic=["sampling"])
    shut_down_at("training_snapshot")
    for _ in range(MAX_LOST + 2):
        assert advance_rounds() == []

    found = Round.objects.get(pk=opened.pk)
    assert (found.num_lost, found.problem) == (MAX_LOST, LOST)
    view = view_of(opened, RoundStep.SAMPLING)
    assert (view.state, view.note) == ("failed", "No worker survived it")
    assert view_of(opened, RoundStep.TASKS).state == "waiting"
    go_on_at("training_snapshot")
    start_step(opened=opened, step=RoundStep.SAMPLING, by=ada)
    found.refresh_from_db()
    assert (found.num_lost, found.problem) == (0, "")


def test_a_loss_now_and_then_ends_nothing(make_round):
    opened = make_round(automatic=["sampling"])
    Round.objects.update(num_lost=MAX_LOST - 1)

    assert [begun.round for begun in advance_rounds()] == [opened]
    assert Round.objects.get(pk=opened.pk).num_lost == 0


def test_whoever_was_faster_is_no_problem_of_the_round(make_round):
    """A click begins the step at the moment at which it is due."""
    opened = make_round(automatic=["sampling"])

    with somebody_at(LOCK, str(opened.pk)):
        assert advance_rounds() == []

    assert Round.objects.get(pk=opened.pk).problem == ""


def test_a_sampling_that_is_refused_freezes_nothing(make_round, sft):
    """Every five seconds it would leave a snapshot that nobody can remove."""
    gone = Artifact.objects.create(sha256="f" * 64, kind="model", num_bytes=1)
    opened = make_round(automatic=["sampling"])
    ModelVersion.objects.filter(pk=sft.pk).update(artifact=gone)
    before = Snapshot.objects.count()

    assert [*advance_rounds(), *advance_rounds()] == []

    assert "inputs.model its files are missing" in Round.objects.get(pk=opened.pk).problem
    assert Snapshot.objects.count() == before
