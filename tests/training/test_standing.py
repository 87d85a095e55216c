"""Standing reward models: refreshed from new rankings, warm, and never under a running PPO."""

import uuid

import pytest
from django.utils.dateparse import parse_datetime

from labeling.models import Assignment, AuditEntry, Ranking, Task
from tests.cast import client_of, make_prompt, make_ranking, make_ranking_project, make_task
from tests.training.chains import make_ended_run
from tests.training.lost_workers import go_on_at, shut_down_at
from training.jobs.inputs import describe_job
from training.models import Artifact, ModelVersion, Refresh, Run, Snapshot, StandingRewardModel
from training.models.clock import ClockTimestamp
from training.runner.claim import claim, finish_unsuccessful, report_slots, start_running
from training.runner.letting_go import Ending
from training.selectors.lost_work import LOST, MAX_LOST
from training.selectors.standing import view_of
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, request_run, retry_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings
from training.services.standing import refresh_what_is_due

pytestmark = pytest.mark.django_db
ADDRESS = "/api/standing-reward-models/"


@pytest.fixture
def body(base_model):
    return {"name": "Always new", "start": str(base_model.pk), "min_rankings": 2}


@pytest.fixture
def standing(ada, body):
    answer = client_of(ada).post(ADDRESS, body, format="json")
    assert answer.status_code == 201, answer.json()
    return StandingRewardModel.objects.get()


@pytest.fixture
def rank(amina):
    project = make_ranking_project()

    def rank_tasks(num, split="train"):
        for _ in range(num):
            prompt = make_prompt(split=split)
            make_ranking(make_task(project, prompt), amina, [1, 2, 3, 4])

    return rank_tasks


def succeed(refresh, artifact, ada, seconds=None):
    """What the runner stores of a run that ended well, after so many seconds if they are told."""
    Run.objects.filter(pk=refresh.run_id).update(state="cancelled", ended_at=ClockTimestamp())
    made = make_ended_run(
        by=ada, stage="reward_model", artifact=artifact, inputs={}, seconds=seconds
    )
    refresh.run = made.run
    refresh.save()
    return made


def shown(person):
    [one] = client_of(person).get(ADDRESS).json()
    return one


def test_enough_new_rankings_begin_a_refresh_and_only_one(rosa, standing, base_model, rank):
    rank(1)
    assert refresh_what_is_due() == []

    rank(1)
    [refresh] = refresh_what_is_due()

    assert refresh_what_is_due() == []
    inputs = {one.role: one.model_version or one.snapshot for one in refresh.run.inputs.all()}
    assert inputs == {"base_model": base_model, "rankings": refresh.snapshot}
    assert refresh.snapshot.counts["rankings"] == 2
    assert shown(rosa)["last_run"]["state"] == "queued"


def test_the_next_one_starts_warm_and_reads_what_is_new_beside_what_was(
    ada, rosa, standing, artifact, rank
):
    rank(2)
    [first] = refresh_what_is_due()
    newest = succeed(first, artifact, ada)
    assert (shown(rosa)["newest"]["name"], shown(rosa)["num_new"]) == (newest.name, 0)
    assert refresh_what_is_due() == []

    rank(2)
    [second] = refresh_what_is_due()

    assert second.run.inputs.get(role="base_model").model_version == newest
    assert second.snapshot.counts["rankings"] == 4
    assert read_by(first) < read_by(second)


def test_a_refresh_is_as_short_with_many_rankings_as_with_few(ada, standing, artifact, rank):
    """The first reads all there is; a later one six, where no more fit in its time."""
    rank(20)
    [first] = refresh_what_is_due()
    succeed(first, artifact, ada)
    rank(10)
    newest = set(Ranking.objects.order_by("-submitted_at").values_list("pk", flat=True)[:3])

    [second] = refresh_what_is_due()

    assert len(read_by(first)) == 20
    assert read_by(second) - read_by(first) == newest
    assert len(read_by(second)) == 6
    succeed(second, artifact, ada)
    assert view_of(standing).num_new == 7


@pytest.mark.parametrize(
    ("seconds", "num_new", "num_earlier"),
    [
        # 20 tasks in 50 s: 20 fit in the next 50, 15 of them new and 5 from before.
        (50, 15, 5),
        # In 125 s: 8 fit, 6 and 2.
        (125, 6, 2),
        # In 1,000 s: 1 would fit, and six are read all the same.
        (1000, 3, 3),
        # In 25 s: 40 would fit and 18 wait, beside which 6 are from before.
        (25, 18, 6),
    ],
)
def test_a_backlog_is_worked_off_as_fast_as_the_last_refresh_went(
    ada, rosa, standing, artifact, rank, seconds, num_new, num_earlier
):
    """A just sealed ranking is in the next refresh, and the row says how many are not."""
    rank(20)
    [first] = refresh_what_is_due()
    succeed(first, artifact, ada, seconds)
    assert (shown(rosa)["num_waiting"], shown(rosa)["oldest_waiting_at"]) == (0, None)
    rank(18)
    newest_first = list(Ranking.objects.order_by("-submitted_at")[:18])

    [second] = refresh_what_is_due()

    new = {one.pk for one in newest_first[:num_new]}
    assert read_by(second) - read_by(first) == new
    assert len(read_by(second) & read_by(first)) == num_earlier
    waiting = newest_first[num_new:]
    row = shown(rosa)
    assert (row["num_new"], row["num_waiting"]) == (18, len(waiting))
    oldest = parse_datetime(row["oldest_waiting_at"]) if row["oldest_waiting_at"] else None
    assert oldest == (waiting[-1].submitted_at if waiting else None)


def test_several_rankings_of_a_task_count_once_in_the_pace_of_a_refresh(
    ada, otto, standing, artifact, rank
):
    """They are read together: 10 of 5 tasks in 25 s are a pace of 10 in 50 s, not of 20."""
    rank(5)
    for task in Task.objects.all():
        Assignment.objects.create(task=task, project=task.project, serve_key=1, slot=2)
        make_ranking(task, otto, [4, 3, 2, 1])
    [first] = refresh_what_is_due()
    assert (first.snapshot.counts["rankings"], first.snapshot.counts["tasks"]) == (10, 5)
    succeed(first, artifact, ada, 25)
    rank(20)

    [second] = refresh_what_is_due()

    # Three quarters of 10 are 7, and a third as many from before are 3.
    assert len(read_by(second) - read_by(first)) == 7
    assert len(read_by(second)) == 10


def test_what_its_start_has_learned_from_is_not_new(ada, body, artifact, base_model, rank):
    """A reward model that was trained before goes on with what came after."""
    rank(4)
    frozen = freeze_rankings(by=ada, name="spring", query=SnapshotQuery())
    trained = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model, "rankings": frozen},
    )
    asked = body | {"start": str(trained.pk)}
    assert client_of(ada).post(ADDRESS, asked, format="json").status_code == 201
    standing = StandingRewardModel.objects.get()
    assert (view_of(standing).num_new, refresh_what_is_due()) == (0, [])

    rank(2)

    [refresh] = refresh_what_is_due()
    assert refresh.snapshot.counts["rankings"] == 6


def test_nothing_but_held_out_rankings_begins_no_refresh(standing, artifact, ada, rank):
    """There would be nothing to train on, and a run that fails would switch it off."""
    rank(2, split="validation")
    succeed(refresh_what_is_due()[0], artifact, ada)
    rank(2, split="validation")

    assert refresh_what_is_due() == []
    assert view_of(standing).is_due
    rank(1)
    assert len(refresh_what_is_due()) == 1


def read_by(refresh):
    return set(refresh.snapshot.ranking_links.values_list("ranking", flat=True))


def test_a_running_ppo_keeps_the_reward_model_that_it_was_given(
    ada, standing, base_model, make_snapshot, make_artifact, artifact, rank, tmp_path
):
    """Also in an attempt after the refresh: what its trainer is told does not change."""
    rank(2)
    given = succeed(refresh_what_is_due()[0], artifact, ada)
    request = RunRequest(
        stage="ppo",
        inputs={
            "policy": base_model.pk,
            "reward_model": given.pk,
            "prompts": make_snapshot(Snapshot.Kind.PPO).pk,
        },
    )
    ppo = request_run(by=ada, request=request)
    report_slots("node")
    held = claim(ppo.pk, host="node")
    start_running(held, pid=1)
    told = describe_job(Run.objects.get(pk=ppo.pk), tmp_path)

    rank(2)
    other = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": "again"}'})
    after = succeed(refresh_what_is_due()[0], other, ada)

    ppo = Run.objects.get(pk=ppo.pk)
    assert ppo.state == "running"
    assert after.artifact_id not in told["inputs"]["reward_model"]
    assert given.artifact_id in told["inputs"]["reward_model"]
    assert describe_job(ppo, tmp_path) == told
    assert ppo.inputs.get(role="reward_model").model_version == given


def test_a_refresh_that_fails_switches_it_off_until_somebody_has_looked(ada, rosa, standing, rank):
    rank(2)
    [refresh] = refresh_what_is_due()
    fail(refresh)

    assert refresh_what_is_due() == []
    row = shown(rosa)
    assert (row["is_on"], row["problem"]) == (False, "Its last refresh failed.\nNo number.")
    assert (row["last_run"]["state"], row["last_run"]["reason"]) == ("failed", "nan")

    client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": True}, format="json")
    assert len(refresh_what_is_due()) == 1


def test_a_cancelled_refresh_does_not_begin_again(ada, rosa, standing, rank):
    """Also where it was cancelled after a switch that came while it ran."""
    rank(2)
    [refresh] = refresh_what_is_due()
    client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": True}, format="json")
    cancel_run(by=ada, run=refresh.run)

    assert refresh_what_is_due() == []
    assert not shown(rosa)["is_on"]
    assert shown(rosa)["problem"] == "Somebody cancelled its last refresh."

    client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": True}, format="json")
    assert len(refresh_what_is_due()) == 1


def fail(refresh):
    report_slots("node")
    held = claim(refresh.run_id, host="node")
    finish_unsuccessful(held, Ending(reason="nan", detail="No number.", is_transient=False))


def test_a_retry_takes_the_place_of_its_refresh(ada, rosa, standing, rank):
    """What it learned from is not new any more once it has succeeded, and it can fail in turn."""
    rank(2)
    [first] = refresh_what_is_due()
    fail(first)
    refresh_what_is_due()

    retry = retry_run(by=ada, run=Run.objects.get(pk=first.run_id))

    client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": True}, format="json")
    assert shown(rosa)["last_run"]["id"] == str(retry.pk)
    assert refresh_what_is_due() == []
    last = Refresh.objects.first()
    assert (last.run, last.snapshot) == (retry, first.snapshot)

    retry_run(by=ada, run=Run.objects.get(pk=first.run_id))
    assert Refresh.objects.count() == 2


def test_a_refresh_that_cannot_be_requested_names_what_is_wrong(rosa, standing, base_model, rank):
    """Its files went away: the run is refused, and the reason stands where a person looks."""
    gone = Artifact.objects.create(sha256="f" * 64, kind="model", num_bytes=1)
    ModelVersion.objects.filter(pk=base_model.pk).update(artifact=gone)
    rank(2)

    assert refresh_what_is_due() == []
    assert not shown(rosa)["is_on"]
    assert "inputs.base_model its files are missing" in shown(rosa)["problem"]
    assert not Snapshot.objects.exists()


def test_a_full_disk_is_waited_for_and_stops_no_other(ada, rosa, standing, body, rank, full_disk):
    rank(2)
    with full_disk():
        assert refresh_what_is_due() == []
    assert shown(rosa)["is_on"]
    assert "No space left on device" in shown(rosa)["problem"]

    client_of(ada).post(ADDRESS, body | {"name": "Other"}, format="json")
    gone = Artifact.objects.create(sha256="f" * 64, kind="model", num_bytes=1)
    start = ModelVersion.objects.create(name="gone", kind="base", artifact=gone)
    StandingRewardModel.objects.filter(name="Other").update(start=start)

    assert [one.standing for one in refresh_what_is_due()] == [standing]
    assert StandingRewardModel.objects.get(pk=standing.pk).problem == ""
    assert not StandingRewardModel.objects.get(name="Other").is_on


def test_one_whose_rankings_no_worker_survives_is_switched_off(ada, rosa, standing, rank):
    rank(2)
    shut_down_at("training_snapshot")
    for _ in range(MAX_LOST):
        assert refresh_what_is_due() == []
        assert shown(rosa)["is_on"]

    assert refresh_what_is_due() == []

    assert (shown(rosa)["is_on"], shown(rosa)["problem"]) == (False, LOST)
    go_on_at("training_snapshot")
    client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": True}, format="json")
    assert [one.standing for one in refresh_what_is_due()] == [standing]


def test_switched_off_it_waits(ada, standing, rank):
    answer = client_of(ada).put(f"{ADDRESS}{standing.pk}/", {"is_on": False}, format="json")
    rank(2)

    assert answer.json()["is_on"] is False
    assert refresh_what_is_due() == []
    entry = AuditEntry.objects.get(action="switch_standing_reward_model")
    assert entry.details == {"name": "Always new", "is_on": False}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"start": "; rm -rf /"}, "start"),
        ({"start": str(uuid.uuid4())}, "start"),
        ({"min_rankings": 0}, "min_rankings"),
        ({"ranking_projects": ["x"]}, "ranking_projects.0"),
        ({"hyperparameters": {"epochs": 0}}, "hyperparameters.epochs"),
    ],
)
def test_nonsense_is_named_by_its_field(ada, body, change, field):
    answer = client_of(ada).post(ADDRESS, body | change, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_its_name_is_its_own(ada, body, standing):
    answer = client_of(ada).post(ADDRESS, body, format="json")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["name"])
    assert not Refresh.objects.exists()


def test_a_researcher_watches_and_switches_nothing(rosa, standing):
    client = client_of(rosa)

    assert client.get(ADDRESS).status_code == 200
    assert (
        client.put(f"{ADDRESS}{standing.pk}/", {"is_on": False}, format="json").status_code == 403
    )


def test_what_is_not_there_is_a_404(ada):
    answer = client_of(ada).put(f"{ADDRESS}{uuid.uuid4()}/", {"is_on": True}, format="json")

    assert answer.status_code == 404
