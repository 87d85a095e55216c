"""Sweeps: runs that differ in one hyperparameter, ranked by what their stage is chosen by."""

import uuid

import pytest
from django.utils import timezone

from labeling.errors import Refused
from tests.cast import client_of
from training.models import GpuSlot, Run, RunState, Snapshot, Sweep
from training.selectors.sweeps import access_sweep
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, retry_run
from training.services.sweeps import SweepRequest, geometric_values, request_sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(base_model, make_snapshot):
    """A sweep of a reward model's learning rate, or of something else."""
    rankings = make_snapshot(Snapshot.Kind.RM)

    def make(parameter="learning_rate", values=(1e-6, 1e-5, 1e-4), **changes):
        fields = {
            "stage": "reward_model",
            "name": "rates",
            "inputs": {"base_model": base_model.pk, "rankings": rankings.pk},
        }
        return SweepRequest(RunRequest(**(fields | changes)), parameter, values)

    return make


def refused_fields(by, wanted):
    with pytest.raises(Refused) as refusal:
        request_sweep(by=by, wanted=wanted)
    assert not Run.objects.exists()
    assert not Sweep.objects.exists()
    return refusal.value.fields


def end(run, **report):
    """As if the run had been carried out; the state machine's own road is tested elsewhere."""
    slot = GpuSlot.objects.create(host=f"node-{run.pk}", index=0, last_seen=timezone.now())
    held = {"lease_until": timezone.now(), "slot": slot}
    Run.objects.filter(pk=run.pk).update(state=RunState.CLAIMED, **held)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.SUCCEEDED, lease_until=None, slot=None, report=report
    )


def test_seven_rates_in_equal_ratios():
    """R56: from 1e-6 to 1e-4 in seven steps the ratio is 100 ** (1/6) = 2.1544."""
    values = geometric_values(lowest=1e-6, highest=1e-4, num_values=7)

    assert values == [1e-6, 2.154e-6, 4.642e-6, 1e-5, 2.154e-5, 4.642e-5, 1e-4]


@pytest.mark.parametrize(("lowest", "highest"), [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_a_range_without_equal_ratios_is_refused(lowest, highest):
    """R56."""
    with pytest.raises(Refused) as refusal:
        geometric_values(lowest=lowest, highest=highest, num_values=3)

    assert set(refusal.value.fields) == {"geometric"}


def test_every_value_becomes_a_queued_run_with_the_same_seed(ada, wanted):
    """R56: nothing else differs."""
    sweep = request_sweep(by=ada, wanted=wanted())

    runs = list(sweep.runs.order_by("created_at"))
    assert [run.spec["hyperparameters"]["learning_rate"] for run in runs] == [1e-6, 1e-5, 1e-4]
    assert [run.name for run in runs] == ["rates 1e-06", "rates 1e-05", "rates 0.0001"]
    assert {run.state for run in runs} == {"queued"}
    assert len({run.seed for run in runs}) == 1
    rest = [{**run.spec["hyperparameters"], "learning_rate": None} for run in runs]
    assert rest[0] == rest[1] == rest[2]


def test_zero_and_two_are_values_of_the_price_of_divergence(
    ada, base_model, make_snapshot, make_run
):
    """R75: the sweep of beta includes both ends; PPO's other inputs are named like any run's."""
    fields = refused_fields(
        ada,
        SweepRequest(
            RunRequest(stage="ppo", inputs={"policy": base_model.pk}), "kl_coef", (0.0, 0.02, 2.0)
        ),
    )

    assert set(fields) == {"inputs.reward_model", "inputs.prompts"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"parameter": "encoding"}, "parameter"),
        ({"parameter": "nonsense"}, "parameter"),
        ({"values": (1e-6,)}, "values"),
        ({"values": tuple(n / 1e6 for n in range(1, 22))}, "values"),
        ({"values": (1e-6, 1e-6)}, "values"),
        ({"values": (1e-6, 2.0)}, "values.1"),
        ({"parameter": "epochs", "values": (1, 1.5)}, "values.1"),
        ({"stage": "sampling"}, "stage"),
        ({"stage": "dpo"}, "stage"),
    ],
)
def test_a_sweep_with_anything_wrong_queues_nothing(ada, wanted, changes, named):
    """R56: the first good value is not run without the others."""
    assert named in refused_fields(ada, wanted(**changes))


def test_the_best_value_is_marked_by_held_out_accuracy(ada, wanted):
    """R56, R63: the middle of three; the interval comes along."""
    sweep = request_sweep(by=ada, wanted=wanted())
    for run, value in zip(sweep.runs.order_by("created_at"), (0.61, 0.66, 0.64), strict=True):
        figure = {"value": value, "low": value - 0.02, "high": value + 0.02}
        end(run, validation={"accuracy": figure, "log_loss": 0.6})

    found = access_sweep(sweep.pk)

    assert found.criterion.name == "accuracy"
    assert [(entry.value, entry.figure, entry.is_best) for entry in found.entries] == [
        (1e-6, 0.61, False),
        (1e-5, 0.66, True),
        (1e-4, 0.64, False),
    ]
    assert found.entries[1].low == pytest.approx(0.64)


def test_a_loss_is_better_when_it_is_lower_and_reward_goes_before_it(
    ada, base_model, make_snapshot
):
    """R55, R56: the best epoch of every run counts."""
    request = RunRequest(
        stage="sft",
        inputs={
            "base_model": base_model.pk,
            "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
        },
    )
    sweep = request_sweep(by=ada, wanted=SweepRequest(request, "learning_rate", (1e-6, 1e-5)))
    first, second = sweep.runs.order_by("created_at")
    end(first, validation={"loss_by_epoch": [2.0, 1.5, 1.8], "reward_by_epoch": []})
    end(second, validation={"loss_by_epoch": [1.9, 1.7], "reward_by_epoch": []})

    by_loss = access_sweep(sweep.pk)

    assert by_loss.criterion.name == "loss"
    assert [(entry.figure, entry.is_best) for entry in by_loss.entries] == [
        (1.5, True),
        (1.7, False),
    ]


def test_initial_policies_are_ranked_by_both_of_their_losses(ada, base_model, make_snapshot):
    """R57: whatever a reward model thinks; 2.5 in the one's best epoch, 2.7 in the other's."""
    request = RunRequest(
        stage="sft",
        inputs={
            "base_model": base_model.pk,
            "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
        },
    )
    sweep = request_sweep(by=ada, wanted=SweepRequest(request, "learning_rate", (1e-6, 1e-5)))
    first, second = sweep.runs.order_by("created_at")
    end(first, validation={"mixed_loss_by_epoch": [3.1, 2.5], "reward_by_epoch": [0.1, 0.2]})
    end(second, validation={"mixed_loss_by_epoch": [2.7, 2.8], "reward_by_epoch": [0.5, 0.6]})

    found = access_sweep(sweep.pk)

    assert found.criterion.name == "mixed_loss"
    assert [(entry.figure, entry.is_best) for entry in found.entries] == [(2.5, True), (2.7, False)]


def test_what_has_not_ended_has_no_figure_and_is_not_best(ada, wanted):
    """R56: one ended, one cancelled, one queued."""
    sweep = request_sweep(by=ada, wanted=wanted())
    first, second, _ = sweep.runs.order_by("created_at")
    nothing_yet = access_sweep(sweep.pk)
    end(first, validation={"accuracy": {"value": 0.6}})
    cancel_run(by=ada, run=second)

    found = access_sweep(sweep.pk)

    assert nothing_yet.criterion is None
    assert [entry.figure for entry in nothing_yet.entries] == [None] * 3
    assert [entry.figure for entry in found.entries] == [0.6, None, None]
    assert [entry.is_best for entry in found.entries] == [True, False, False]


def test_a_retried_run_stays_in_its_sweep(ada, wanted):
    """R56."""
    sweep = request_sweep(by=ada, wanted=wanted(values=(1e-6, 1e-5)))
    run = sweep.runs.order_by("created_at").first()
    cancel_run(by=ada, run=run)
    run.refresh_from_db()

    again = retry_run(by=ada, run=run)

    assert again.sweep_id == sweep.pk
    assert len(access_sweep(sweep.pk).entries) == 3


class TestApi:
    def body(self, wanted, **changes):
        request = wanted().request
        inputs = {role: str(key) for role, key in request.inputs.items()}
        return {
            "stage": request.stage,
            "inputs": inputs,
            "parameter": "learning_rate",
            "geometric": {"lowest": 1e-6, "highest": 1e-4, "num_values": 3},
            **changes,
        }

    def test_an_admin_requests_a_sweep_and_a_researcher_reads_it(self, ada, cast, wanted):
        """R56."""
        answer = client_of(ada).post("/api/sweeps/", self.body(wanted))

        assert answer.status_code == 201, answer.json()
        body = answer.json()
        assert [entry["value"] for entry in body["entries"]] == [1e-6, 1e-5, 1e-4]
        assert body["criterion"] is None
        researcher = client_of(cast.rosa)
        assert researcher.get(f"/api/sweeps/{body['sweep']['id']}/").json() == body
        [listed] = researcher.get("/api/sweeps/").json()["results"]
        assert (listed["id"], listed["num_runs"]) == (body["sweep"]["id"], 3)

    def test_values_and_a_range_together_are_refused(self, ada, wanted):
        answer = client_of(ada).post("/api/sweeps/", self.body(wanted, values=[1e-6, 1e-5]))

        assert answer.status_code == 400
        assert "values" in answer.json()["fields"]

    def test_a_value_that_is_wrong_is_named_by_its_place(self, ada, wanted):
        body = self.body(wanted, values=[1e-6, 5.0], geometric=None)

        answer = client_of(ada).post("/api/sweeps/", body)

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {"values.1"}

    def test_nobody_reads_a_sweep_that_is_not_there(self, cast):
        assert client_of(cast.rosa).get(f"/api/sweeps/{uuid.uuid4()}/").status_code == 404

    def test_reading_costs_the_same_however_many_runs(
        self, ada, cast, wanted, django_assert_max_num_queries
    ):
        sweep = request_sweep(by=ada, wanted=wanted(values=tuple(n / 1e6 for n in range(1, 11))))
        browser = client_of(cast.rosa)

        with django_assert_max_num_queries(4):
            answer = browser.get(f"/api/sweeps/{sweep.pk}/")

        assert len(answer.json()["entries"]) == 10
