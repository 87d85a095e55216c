"""Runs over HTTP: requested, watched and controlled."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import client_of
from training.models import GpuSlot, Run, RunAttempt, RunLog, StepMetrics
from training.runner.claim import (
    claim,
    finish_unsuccessful,
    open_claim,
    report_slots,
    start_running,
)
from training.runner.letting_go import Ending
from training.selectors.runs import LOG_CHARACTERS, METRICS_PER_PAGE
from training.services.runs import pause_run

pytestmark = pytest.mark.django_db
HOST = "node-a"


@pytest.fixture
def body(reward_model_body):
    return reward_model_body


@pytest.fixture
def running(make_run):
    report_slots(HOST)
    held = claim(make_run(hyperparameters={"epochs": 2}).pk, host=HOST)
    start_running(held, pid=77)
    Run.objects.update(step=2, total_steps=10)
    return Run.objects.get()


def post(person, address, body=None):
    return client_of(person).post(f"/api/runs/{address}", body or {}, format="json")


def only(*controls):
    names = ("cancel", "kill", "pause", "resume", "retry")
    return {name: name in controls for name in names}


def get(person, address):
    return client_of(person).get(f"/api/runs/{address}").json()


class TestRequest:
    def test_an_admin_queues_a_run(self, ada, body):
        answer = post(ada, "", body | {"name": "first", "hyperparameters": {"batch_size": 4}})

        assert answer.status_code == 201
        run = answer.json()
        assert (run["name"], run["state"], run["stage"]) == ("first", "queued", "reward_model")
        assert run["hyperparameters"]["batch_size"] == 4
        assert run["changed"] == ["batch_size"]
        assert run["inputs"]["base_model"]["name"] == "a base model"
        spec = Run.objects.get().spec
        for role, chosen in run["inputs"].items():
            assert chosen["sha256"] == spec["inputs"][role]["sha256"]
        assert run["created_by"] == {"id": ada.pk, "display_name": "Ada"}
        assert run["can"] == only("cancel")
        assert [event["actor"] for event in run["events"]] == ["Ada"]
        assert (run["worker"], run["progress"], run["reason"]) == (None, None, None)

    def test_a_researcher_watches_and_does_not_start(self, rosa, body):
        assert post(rosa, "", body).status_code == 403
        assert client_of(rosa).get("/api/runs/").status_code == 200

    def test_every_problem_is_named(self, ada, body):
        answer = post(
            ada,
            "",
            {"stage": "reward_model", "inputs": {}, "hyperparameters": {"epochs": 0, "x": 1}},
        )

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {
            "hyperparameters.epochs",
            "hyperparameters.x",
            "inputs.base_model",
            "inputs.rankings",
        }

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"stage": "dpo"}, "stage"),
            ({"inputs": {"base_model": "; rm -rf /"}}, "inputs.base_model"),
            ({"inputs": {"base_model": "../../etc"}}, "inputs.base_model"),
            ({"inputs": []}, "inputs"),
            ({"hyperparameters": {"epochs": [1]}}, "hyperparameters.epochs"),
            ({"hyperparameters": {"epochs": "$(id)"}}, "hyperparameters.epochs"),
            ({"hyperparameters": {"precision": "http://x"}}, "hyperparameters.precision"),
            ({"seed": -1}, "seed"),
            ({"seed": 2**40}, "seed"),
            ({"name": "x" * 161}, "name"),
            ({"priority": 101}, "priority"),
            ({"priority": "; id"}, "priority"),
        ],
    )
    def test_nonsense_is_refused_and_starts_nothing(self, ada, body, change, field):
        """fuzz the spec with metacharacters; 400 and no process."""
        answer = post(ada, "", body | change)

        assert answer.status_code == 400
        assert field in answer.json()["fields"]
        assert not Run.objects.exists()

    def test_a_check_answers_without_storing(self, rosa, body):
        """R60: the warning is there before the run is started."""
        answer = post(rosa, "check/", {"stage": "reward_model", "hyperparameters": {"epochs": 3}})

        assert answer.status_code == 200
        checked = answer.json()
        assert "overfits" in checked["warnings"][0]
        assert checked["hyperparameters"]["epochs"] == 3
        assert checked["hyperparameters"]["batch_size"] == 64
        assert set(checked["fields"]) == {"inputs.base_model", "inputs.rankings"}
        assert not Run.objects.exists()

    def test_stages_show_inputs_and_the_papers_defaults(self, rosa):
        stages = {one["stage"]: one for one in get(rosa, "stages/")}

        assert set(stages) == {
            "sft",
            "reward_model",
            "generalisation",
            "ppo",
            "sampling",
            "scoring",
        }
        roles = {one["role"]: one for one in stages["ppo"]["inputs"]}
        assert roles["reward_model"] == {
            "role": "reward_model",
            "kind": "model_version",
            "accepts": ["reward_model"],
            "required": True,
            "reads_tokens_of": "policy",
        }
        defaults = {one["name"]: one["default"] for one in stages["ppo"]["hyperparameters"]}
        # R67, R68.
        assert (defaults["kl_coef"], defaults["ema_decay"], defaults["gae_lambda"]) == (
            0.02,
            0.992,
            0.95,
        )

    def test_a_stage_offers_what_the_paper_trains_it_with(self, rosa):
        """R57: the initial policy's values, and the five rates to try for it."""
        stages = {one["stage"]: one for one in get(rosa, "stages/")}

        baseline, initial = stages["sft"]["presets"]
        assert baseline["hyperparameters"] == {}
        assert initial["label"] == "Initial policy for PPO"
        assert initial["hyperparameters"]["pretraining_share"] == 0.1
        [sweep] = initial["sweeps"]
        assert (sweep["parameter"], len(sweep["values"])) == ("learning_rate", 5)
        assert stages["reward_model"]["presets"] == []

    def test_a_stages_glossary_explains_its_figures_in_reading_order(self, rosa):
        """R47."""
        glossary = get(rosa, "stages/ppo/glossary/")

        kl = next(metric for metric in glossary["steps"] if metric["name"] == "kl")
        assert (kl["chart"], kl["unit"], kl["high"]) == (
            "KL to the reference",
            "nats per answer",
            20.0,
        )
        assert glossary["steps"][0]["name"] == "score"
        assert "validation.score_after" in {figure["name"] for figure in glossary["report"]}

    def test_there_is_no_glossary_of_a_stage_that_is_not_there(self, rosa):
        assert client_of(rosa).get("/api/runs/stages/dreaming/glossary/").status_code == 404


class TestWatching:
    def test_a_running_run_shows_where_and_how_far(self, rosa, running):
        run = get(rosa, f"{running.pk}/")

        assert (run["state"], run["worker"], run["progress"]) == ("running", "node-a/0", 0.2)
        assert run["can"] == only("cancel", "kill", "pause")
        assert run["attempts"][0]["pid"] == 77
        assert "overfits" in run["warnings"][0]

    def test_the_time_left_follows_the_speed_of_this_attempt(self, rosa, running):
        """Steps 2 to 6 took 20 s, 5 s a step; 4 of 10 steps are left: 20 s."""
        start = timezone.now()
        RunAttempt.objects.update(started_at=start)
        for step, elapsed, seconds in [(1, 900, -600), (2, 40, 0), (6, 60, 20)]:
            StepMetrics.objects.create(
                run=running,
                step=step,
                phase="train",
                values={},
                elapsed_seconds=elapsed,
                recorded_at=start + timedelta(seconds=seconds),
            )

        assert get(rosa, f"{running.pk}/")["eta_seconds"] == pytest.approx(20)

    def test_nothing_is_promised_before_two_steps(self, rosa, running):
        assert get(rosa, f"{running.pk}/")["eta_seconds"] is None

    def test_figures_come_in_pages_of_whole_steps(self, rosa, running):
        StepMetrics.objects.bulk_create(
            StepMetrics(run=running, step=step, phase=phase, values={"x": 1.5}, elapsed_seconds=1)
            for step in range(300)
            for phase in ("policy", "rollout", "value")
        )

        first = get(rosa, f"{running.pk}/metrics/")
        second = get(rosa, f"{running.pk}/metrics/?after_step={first['next_step']}")

        assert METRICS_PER_PAGE <= len(first["points"]) < METRICS_PER_PAGE + 3
        assert len(first["points"]) + len(second["points"]) == 900
        assert first["points"][-1]["step"] + 1 == second["points"][0]["step"]
        assert first["points"][0]["metrics"] == {"x": 1.5}
        assert get(rosa, f"{running.pk}/metrics/?after_step=299")["points"] == []

    def test_the_log_starts_at_its_end_and_goes_on(self, rosa, running):
        for number in range(4):
            RunLog.objects.create(run=running, attempt=1, text=f"{number}" * (LOG_CHARACTERS // 2))

        tail = get(rosa, f"{running.pk}/log/")
        RunLog.objects.create(run=running, attempt=1, text="more\n")
        more = get(rosa, f"{running.pk}/log/?after={tail['next_offset']}")
        nothing = get(rosa, f"{running.pk}/log/?after={more['next_offset']}")
        whole = get(rosa, f"{running.pk}/log/?after=0")

        assert (tail["text"][0], tail["text"][-1], tail["truncated"]) == ("2", "3", True)
        assert (more["text"], more["truncated"]) == ("more\n", False)
        assert (nothing["text"], nothing["next_offset"]) == ("", more["next_offset"])
        assert whole["text"][0] == "0"

    @pytest.mark.parametrize(
        "query",
        [
            "metrics/?after_step=x",
            "log/?after=-1",
            "?stage=dpo",
            "?requested_by=me",
            f"?search={'x' * 161}",
        ],
    )
    def test_a_malformed_query_is_refused(self, rosa, running, query):
        prefix = "" if query.startswith("?") else f"{running.pk}/"
        assert client_of(rosa).get(f"/api/runs/{prefix}{query}").status_code == 400

    @pytest.mark.parametrize("page", ["", "metrics/", "log/"])
    def test_a_run_that_is_not_there_is_a_404(self, rosa, page):
        assert client_of(rosa).get(f"/api/runs/{uuid.uuid4()}/{page}").status_code == 404

    def test_the_list_is_filtered_by_stage_state_and_input(self, rosa, make_run, base_model):
        run = make_run()

        def ids(query):
            return [one["id"] for one in get(rosa, f"?{query}")["results"]]

        assert ids(f"input={base_model.pk}&stage=reward_model&state=queued") == [str(run.pk)]
        assert ids(f"input={run.inputs.get(role='rankings').snapshot_id}") == [str(run.pk)]
        assert ids(f"input={uuid.uuid4()}") == ids("stage=ppo") == ids("state=failed") == []

    def test_the_list_is_filtered_by_who_requested_it_and_by_words(self, rosa, ada, make_run):
        week = make_run(name="Week 12, 50 % of the data")
        make_run(name="Week 13")

        def names(query):
            return [one["name"] for one in get(rosa, f"?{query}")["results"]]

        assert names("search=week+12") == names("search=50+%25") == [week.name]
        assert len(names(f"requested_by={ada.pk}")) == len(names("search=")) == 2
        assert names(f"requested_by={rosa.pk}") == names("search=week+_2") == []

    def test_those_who_requested_runs_are_there_to_choose_from(self, rosa, ada, make_run):
        assert get(rosa, "requesters/") == []
        make_run()
        make_run()

        assert get(rosa, "requesters/") == [{"id": ada.pk, "display_name": "Ada"}]

    def test_the_list_pages_newest_first(self, rosa, make_run):
        names = [make_run(name=f"run {number}").name for number in range(3)]

        first = get(rosa, "?limit=2")
        second = get(rosa, f"?limit=2&cursor={first['next']}")

        assert [one["name"] for one in first["results"]] == [names[2], names[1]]
        assert [one["name"] for one in second["results"]] == [names[0]]
        assert second["next"] is None

    def test_the_list_costs_the_same_for_many(
        self, settings, rosa, make_run, django_assert_num_queries
    ):
        settings.GPU_SLOTS = 4
        report_slots(HOST)
        for _ in range(4):
            start_running(claim(make_run().pk, host=HOST), pid=1)
        Run.objects.update(total_steps=10)
        client = client_of(rosa)
        client.get("/api/runs/")

        # Session and account, then runs, inputs, paces.
        with django_assert_num_queries(5):
            answer = client.get("/api/runs/")

        assert len(answer.json()["results"]) == 4

    def test_polling_figures_and_log_is_cheap(self, rosa, running, django_assert_num_queries):
        StepMetrics.objects.create(run=running, step=1, phase="train", values={}, elapsed_seconds=1)
        client = client_of(rosa)
        client.get("/api/runs/")

        with django_assert_num_queries(3):
            client.get(f"/api/runs/{running.pk}/metrics/")


class TestControls:
    def test_cancelling_a_waiting_run(self, ada, make_run):
        run = post(ada, f"{make_run().pk}/cancel/").json()

        assert run["state"] == "cancelled"
        assert run["can"] == only("retry")

    def test_cancelling_twice_is_a_conflict(self, ada, running):
        first = post(ada, f"{running.pk}/cancel/")
        second = post(ada, f"{running.pk}/cancel/")

        assert first.json()["events"][-1]["detail"] == "cancel requested"
        assert (second.status_code, second.json()["code"]) == (409, "already_cancelling")

    def test_pausing_and_resuming(self, ada, running):
        held = claim_of(running)
        assert post(ada, f"{running.pk}/pause/").json()["can"]["pause"] is False
        finish_unsuccessful(held, Ending(reason="stopped", last_step=2))

        resumed = post(ada, f"{running.pk}/resume/").json()

        assert resumed["state"] == "queued"
        assert [event["to_state"] for event in resumed["events"]][-2:] == ["paused", "queued"]

    def test_a_retry_answers_with_the_new_run(self, ada, running):
        finish_unsuccessful(claim_of(running), Ending(reason="nan", detail="loss"))

        answer = post(ada, f"{running.pk}/retry/").json()

        assert answer["id"] != str(running.pk)
        assert (answer["state"], answer["parent_id"]) == ("queued", str(running.pk))
        old = get(ada, f"{running.pk}/")
        assert (old["state"], old["reason"], old["reason_detail"]) == ("failed", "nan", "loss")

    @pytest.mark.parametrize("control", ["pause", "resume", "retry"])
    def test_what_the_state_does_not_allow_is_a_conflict(self, ada, make_run, control):
        assert post(ada, f"{make_run().pk}/{control}/").status_code == 409

    @pytest.mark.parametrize("control", ["cancel", "pause", "resume", "retry"])
    def test_a_researcher_controls_nothing(self, rosa, running, control):
        assert post(rosa, f"{running.pk}/{control}/").status_code == 403

    def test_what_may_be_done_is_what_is_offered(self, ada, running):
        """The flags and the services follow the same rules."""
        pause_run(by=ada, run=running)

        can = get(ada, f"{running.pk}/")["can"]

        assert can == only("cancel", "kill")
        assert post(ada, f"{running.pk}/pause/").status_code == 409


def test_slots_say_whether_they_are_there_and_what_they_hold(settings, rosa, make_run):
    settings.GPU_SLOTS = 2
    report_slots(HOST)
    run = make_run()
    claim(run.pk, host=HOST)
    GpuSlot.objects.filter(index=1).update(last_seen=timezone.now() - timedelta(minutes=5))

    slots = client_of(rosa).get("/api/gpu-slots/").json()

    assert [(one["host"], one["index"], one["is_online"], one["run_id"]) for one in slots] == [
        (HOST, 0, True, str(run.pk)),
        (HOST, 1, False, None),
    ]


def claim_of(run):
    return open_claim(run.pk, run.fence)
