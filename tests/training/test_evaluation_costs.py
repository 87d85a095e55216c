"""What the automatic evaluations of a run add to its estimate (R75)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import client_of
from tests.training.chains import make_ended_run
from training.ml.hyperparameters import parse
from training.models import Artifact, ModelVersion, RunAttempt, Snapshot
from training.selectors.estimates import (
    Amount,
    Plan,
    Spent,
    data_of,
    predict,
    whole_memory,
    whole_work,
)

# 20 prompts of 100 tokens with answers of 100.
TOKENS = 20 * 200


def stored(model, num_bytes, **fields):
    """A row of the database that was never stored there."""
    return model(artifact=Artifact(num_bytes=num_bytes), **fields)


@pytest.fixture
def evaluated():
    """PPO of 400 prompts of 100 tokens on, of which 20 are held out, with all that it may read."""
    counts = {"train": 380, "validation": 20}
    inputs = {
        "policy": stored(ModelVersion, 1_000),
        "reward_model": stored(ModelVersion, 2_000),
        "prompts": stored(Snapshot, 160_000, num_records=400, counts=counts),
        "pretraining": stored(Snapshot, 80_000, num_records=50, counts={}),
        "evaluation_reward_model": stored(ModelVersion, 5_000),
        "evaluation_baseline": stored(ModelVersion, 3_000),
    }
    values = parse("ppo", {"max_response_tokens": 100})

    def plan(*evaluations, **changed):
        return Plan("ppo", values, inputs | changed, evaluations)

    return plan


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), 0),
        # A tenth of 80,000 bytes, four to a token, through the policy.
        (("pretraining_loss",), 2_000 * 1_000),
        (("answer_length",), TOKENS * 1_000),
        # Both are of the same answers.
        (("answer_length", "cut_share"), TOKENS * 1_000),
        (("second_reward",), TOKENS * (1_000 + 5_000)),
        # Two write, and the run's own reward model reads both.
        (("win_share",), TOKENS * (1_000 + 3_000 + 2 * 2_000)),
        # The second judge has read the policy's answers already.
        (
            ("second_reward", "win_share", "second_win_share"),
            TOKENS * (1_000 + 3_000 + 2 * 2_000 + 2 * 5_000),
        ),
        (("no_such",), 0),
    ],
)
def test_evaluations_are_work_of_the_models_that_they_read(evaluated, names, expected):
    """R75: answers and rewards that several evaluations need are made once."""
    data = Amount(num_records=400, num_bytes=160_000)

    without = whole_work(evaluated(), data, 1_000)
    assert whole_work(evaluated(*names), data, 1_000) - without == pytest.approx(expected)


def test_an_evaluation_whose_models_are_not_chosen_yet_counts_what_is(evaluated):
    plan = evaluated("second_reward", evaluation_reward_model=None)

    work = whole_work(plan, Amount(400, 160_000), 1_000)

    assert work - whole_work(evaluated(), Amount(400, 160_000), 1_000) == TOKENS * 1_000
    assert whole_memory(plan, 1_000, 1) == 11_000 + 1_000


def test_without_a_count_of_held_out_prompts_the_most_is_counted(evaluated):
    """Snapshots of before had none."""
    values = evaluated().values
    unknown = stored(Snapshot, 160_000, num_records=400, counts={})
    plan = evaluated("cut_share", prompts=unknown)

    extra = whole_work(plan, Amount(400, 160_000), 1_000) - whole_work(
        evaluated(), Amount(400, 160_000), 1_000
    )

    assert extra == values.validation_prompts * 200 * 1_000


@pytest.mark.parametrize(
    ("names", "sharding", "processes", "expected"),
    [
        ((), "none", 1, 11_000),
        # The policy is read anew, beside all that was trained.
        (("cut_share",), "none", 1, 11_000 + 1_000),
        # One at a time: the largest.
        (("second_reward",), "none", 1, 11_000 + 5_000),
        (("win_share",), "none", 4, 11_000 + 3_000),
        # Nothing is gathered any more by then: the two copies that were are the larger part.
        (("cut_share",), "full", 4, 2_750 + 2_000),
        (("second_win_share",), "full", 4, 2_750 + 5_000),
    ],
)
def test_evaluations_hold_one_more_model_at_a_time(evaluated, names, sharding, processes, expected):
    """R75."""
    plan = evaluated(*names)
    sliced = Plan("ppo", parse("ppo", {"sharding": sharding}), plan.inputs, plan.evaluations)

    assert whole_memory(sliced, 1_000, processes) == expected


def test_a_supervised_run_is_evaluated_on_its_held_out_prompts():
    inputs = {
        "base_model": stored(ModelVersion, 1_000),
        "demonstrations": stored(
            Snapshot, 80_000, num_records=100, counts={"train": 90, "validation": 10}
        ),
    }
    values = parse("sft", {"selection_max_tokens": 50})
    data = Amount(100, 80_000)

    asked = whole_work(Plan("sft", values, inputs, ["cut_share"]), data, 1_000)

    # 200 tokens of a record and 50 of an answer.
    without = whole_work(Plan("sft", values, inputs), data, 1_000)
    # Forward alone is a third of training on a token, which is the unit of this stage.
    assert asked - without == pytest.approx(10 * (200 + 50) * 1_000 / 3)


@pytest.mark.parametrize(
    ("changes", "num_epochs"),
    [
        ({"epochs": 3}, 3),
        # 12 steps of 10 of the 90 records: all of one epoch, and the beginning of a second.
        ({"epochs": 3, "max_steps": 12, "batch_size": 10}, 2),
        ({"epochs": 1, "max_steps": 500}, 1),
    ],
)
def test_a_reward_model_that_chooses_the_epoch_judges_every_one_of_them(changes, num_epochs):
    """R55: after each epoch ten answers are written and read by the reward model, forward alone,
    which is a third of training on as many tokens.
    """
    inputs = {
        "base_model": stored(ModelVersion, 1_000),
        "demonstrations": stored(
            Snapshot, 80_000, num_records=100, counts={"train": 90, "validation": 10}
        ),
    }
    values = parse("sft", {"selection_max_tokens": 50} | changes)
    data = Amount(100, 80_000, num_held_out=10)
    alone = Plan("sft", values, inputs)

    judged = Plan("sft", values, inputs | {"reward_model": stored(ModelVersion, 3_000)})

    extra = whole_work(judged, data, 1_000) - whole_work(alone, data, 1_000)
    assert extra == pytest.approx(num_epochs * 10 * (200 + 50) * (1_000 + 3_000) / 3)
    # It is there from the beginning, whole in every process.
    assert whole_memory(judged, 1_000, 4) - whole_memory(alone, 1_000, 4) == 3_000


# Epochs, records, held out, tokens of an answer; seconds on one core of a random Llama (width 192,
# four layers) whose tokens are bytes: 80 of a prompt, 120 of a demonstration.
PLAIN = [(1, 64, 0, 0, 2.6), (2, 64, 0, 0, 5.0), (4, 128, 0, 0, 20.8)]
JUDGED = [
    (1, 80, 16, 32, 3.3),
    (2, 80, 16, 64, 7.0),
    (4, 96, 32, 64, 17.3),
    (2, 192, 64, 32, 14.6),
    (3, 136, 8, 128, 17.5),
]


def test_runs_without_a_judge_foretell_what_those_with_one_took():
    """R55: seconds that were measured; the estimate knows the runs without a judge alone."""

    def work(epochs, num_records, held_out, num_tokens, _seconds=0.0):
        num_bytes = 4 * 200 * num_records
        demonstrations = stored(
            Snapshot, num_bytes, num_records=num_records, counts={"validation": held_out}
        )
        inputs = {"base_model": stored(ModelVersion, 1_000), "demonstrations": demonstrations}
        if held_out:
            inputs["reward_model"] = stored(ModelVersion, 1_000)
        values = parse("sft", {"epochs": epochs, "selection_max_tokens": num_tokens or 1})
        data = data_of(inputs)
        return whole_work(Plan("sft", values, inputs), data, 1_000)

    past = [Spent(work(*shape), shape[-1], 1, None) for shape in PLAIN]
    for shape in JUDGED:
        expected, _ = predict(work(*shape), past)
        assert expected == pytest.approx(shape[-1], rel=0.1), shape


@pytest.mark.django_db
class TestCheck:
    @pytest.fixture
    def inputs(self, ada, base_model, make_artifact, make_snapshot):
        """Two bytes of a policy, and reward models of more."""

        def reward_model(name):
            artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": f'{{"name": "{name}"}}'})
            return make_ended_run(
                by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
            )

        return {
            "policy": base_model,
            "reward_model": reward_model("own"),
            "prompts": make_snapshot(Snapshot.Kind.PPO, counts={"train": 1, "validation": 1}),
            "evaluation_reward_model": reward_model("second"),
        }

    def check(self, person, inputs, *evaluations):
        read = inputs if "second_reward" in evaluations else without_second(inputs)
        body = {
            "stage": "ppo",
            "inputs": {role: str(one.pk) for role, one in read.items()},
            "evaluations": evaluations,
        }
        answer = client_of(person).post("/api/runs/check/", body, format="json").json()
        assert answer["fields"] == {}
        return answer["estimate"]

    def test_the_check_counts_them(self, cast, inputs):
        plain = self.check(cast.rosa, inputs)
        asked = self.check(cast.rosa, inputs, "cut_share", "second_reward")

        second = inputs["evaluation_reward_model"].artifact.num_bytes
        assert asked["memory_bytes"] - plain["memory_bytes"] == second
        # Their checkpoint of the last step is one of those that are kept anyway.
        assert asked["disk_bytes"] == plain["disk_bytes"]

    def test_finished_runs_are_read_with_theirs(self, cast, inputs, make_artifact):
        """One that was asked for the same, of the same inputs, takes as long again."""
        run = make_ended_run(
            by=cast.ada,
            stage="ppo",
            artifact=make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'}),
            inputs=inputs,
            evaluations=["second_reward"],
        ).run
        now = timezone.now()
        RunAttempt.objects.create(
            run=run,
            number=1,
            fence=1,
            host="node",
            started_at=now - timedelta(seconds=60),
            ended_at=now,
        )

        again = self.check(cast.rosa, inputs, "second_reward")
        plain = self.check(cast.rosa, inputs)

        assert again["seconds"]["middle"] == pytest.approx(60, rel=0.01)
        assert plain["seconds"]["middle"] < again["seconds"]["middle"]


def without_second(inputs):
    return {role: one for role, one in inputs.items() if role != "evaluation_reward_model"}
