"""What rounds do without anybody: beside standing reward models, and where something is wrong."""

import pytest

from labeling.models import Task
from tests.cast import make_ranking
from tests.training.rounds.boards import view_of
from training.models import RoundStep
from training.services.rounds import advance_rounds, start_step
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
