"""The small curves of the list of runs: all of a page in one query, however long the runs are."""

import uuid

import pytest

from tests.cast import client_of
from tests.training.run_states import make_run_in
from training.models import StepMetrics
from training.selectors.run_curves import NUM_POINTS, STEPS_AVERAGED, WATCHED, run_curves
from training.services.stages import STAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_curved(ada):
    """A run of these figures by step."""

    def make(figures, *, stage="sft", phase="train", first=1):
        run = make_run_in(
            "succeeded",
            name=stage,
            stage=stage,
            spec={"stage": stage, "inputs": {}, "hyperparameters": {}, "seed": 5},
            spec_sha256="0" * 64,
            seed=5,
            code_revision="abc123",
            created_by=ada,
        )
        StepMetrics.objects.bulk_create(
            StepMetrics(run=run, step=step, phase=phase, values=values, elapsed_seconds=1)
            for step, values in enumerate(figures, start=first)
        )
        return run

    return make


def losses(values):
    return [{"loss": value, "learning_rate": 0.1} for value in values]


def test_a_short_run_has_each_of_its_steps(make_curved):
    run = make_curved(losses([3.0, 2.0, 1.5]))

    [curve] = run_curves([run.pk])

    assert (curve.run_id, curve.metric, list(curve.values)) == (run.pk, "loss", [3.0, 2.0, 1.5])


def test_a_long_run_has_forty_points_from_its_first_to_its_last_steps(make_curved):
    """1,000 steps that fall by one: stretches of 25, and of each the mean of its last five.

    The first ends at 976, so its five are 980 to 976; the last five of all are 5 to 1.
    """
    run = make_curved(losses(range(1_000, 0, -1)), first=0)

    [curve] = run_curves([run.pk])

    assert len(curve.values) == NUM_POINTS
    assert (curve.values[0], curve.values[-1]) == (978.0, 3.0)
    assert STEPS_AVERAGED == 5
    assert list(curve.values) == sorted(curve.values, reverse=True)


def test_a_figure_that_was_not_finite_is_left_out(make_curved):
    run = make_curved(losses([3.0, None, 1.0]))

    [curve] = run_curves([run.pk])

    assert list(curve.values) == [3.0, 1.0]


@pytest.mark.parametrize(
    ("stage", "figures", "metric"),
    [
        ("reward_model", {"accuracy": 0.5, "loss": 0.7}, "accuracy"),
        ("reward_model", {"loss": 0.7}, "loss"),
        ("ppo", {"kl": 1.0, "reward": 2.0}, "reward"),
        ("sampling", {"tokens_per_second": 9.0}, "tokens_per_second"),
        ("scoring", {"mean_reward": 1.0}, "mean_reward"),
    ],
)
def test_a_run_is_watched_by_the_figure_of_its_stage(make_curved, stage, figures, metric):
    run = make_curved([figures, figures], stage=stage)

    assert [one.metric for one in run_curves([run.pk])] == [metric]


def test_every_stage_is_watched_by_something():
    assert set(WATCHED) == set(STAGES)


def test_one_step_is_no_curve(make_curved):
    once, never = make_curved(losses([3.0])), make_curved([])

    assert run_curves([once.pk, never.pk, uuid.uuid4()]) == []


def test_a_whole_page_is_one_query(rosa, make_curved, django_assert_num_queries):
    runs = [make_curved(losses([3.0, 2.0, 1.0])) for _ in range(50)]
    browser = client_of(rosa)
    address = "/api/runs/curves/"

    # Session, account, the curves.
    for ids in ([runs[0].pk], [run.pk for run in runs]):
        with django_assert_num_queries(3):
            answer = browser.get(address, {"ids": [str(one) for one in ids]})
        assert {one["run_id"] for one in answer.json()} == {str(one) for one in ids}
    assert answer.json()[0]["values"] == [3.0, 2.0, 1.0]


def test_what_is_no_id_is_named(rosa):
    answer = client_of(rosa).get("/api/runs/curves/", {"ids": ["$(id)"]})

    assert answer.status_code == 400
    assert answer.json()["fields"] == {"ids.0": ['No run has the id "$(id)".']}


def test_labelers_see_no_curve(cast):
    answer = client_of(cast.amina).get("/api/runs/curves/", {"ids": [str(uuid.uuid4())]})

    assert answer.status_code == 403
