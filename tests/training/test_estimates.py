"""What a run will take, before it starts: worked out from runs that have ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import client_of
from tests.training.chains import make_ended_run
from training.ml.hyperparameters import parse
from training.models import Artifact, GpuSlot, RunAttempt, Snapshot
from training.selectors.estimates import (
    CHECKPOINTS_KEPT,
    COPIES_IN_MEMORY,
    Amount,
    Spent,
    disk_of,
    line_through,
    median_error,
    memory_of,
    num_examples,
    predict,
    stored_models,
    work_of,
)
from training.services.stages import STAGES

MODEL_BYTES = 1_000


def spent(work, seconds):
    return Spent(work=work, seconds=seconds, modelled_memory=4 * MODEL_BYTES, memory=None)


def test_runs_on_a_line_give_their_start_and_their_pace():
    """Ten seconds to start and two for each unit of work: 12, 20 and 110 s."""
    start, pace = line_through([spent(1, 12), spent(5, 20), spent(50, 110)])

    assert (start, pace) == (pytest.approx(10), pytest.approx(2))


def test_one_finished_run_gives_a_pace_and_a_wide_range():
    """A hundred units took 50 s, so 300 take 150 s, give or take a factor of two."""
    assert predict(300, [spent(100, 50)]) == (pytest.approx(150), 2.0)
    assert predict(300, []) == (None, 2.0)


def test_the_error_is_that_of_runs_predicted_from_the_others():
    on_a_line = [spent(1, 12), spent(5, 20), spent(50, 110), spent(20, 50)]
    assert median_error(on_a_line) == pytest.approx(1.0)
    assert median_error(on_a_line[:2]) is None

    scattered = [spent(1, 10), spent(1, 20), spent(1, 40), spent(1, 80)]
    assert median_error(scattered) > 1.5


def test_equal_amounts_of_work_make_no_line():
    """From one point no start can be told: the middle pace is taken."""
    assert line_through([spent(2, 10), spent(2, 20), spent(2, 30)]) == (0.0, 10.0)


def test_longer_work_never_takes_less():
    """These three fall: no pace can be negative."""
    start, pace = line_through([spent(1, 30), spent(2, 20), spent(3, 10)])

    assert pace == 0.0
    assert start == 20


def amount(num_records):
    return Amount(num_records=num_records, num_bytes=num_records * 400)


@pytest.mark.parametrize(
    ("stage", "values", "expected"),
    [
        ("reward_model", {}, 100),
        ("reward_model", {"num_seeds": 3, "epochs": 2}, 600),
        # Three steps of eight prompts and no more.
        ("reward_model", {"max_steps": 3, "batch_size": 8}, 24),
        # Five folds of three seeds, each on four fifths: 5 * 3 * 100 * 4 / 5.
        ("generalisation", {}, 1_200),
        ("sft", {}, 1_600),
    ],
)
def test_examples_are_counted_as_often_as_they_are_read(stage, values, expected):
    assert num_examples(stage, parse(stage, values), amount(100)) == expected


def test_adapters_make_small_checkpoints_and_sampling_makes_none():
    full = disk_of("sft", parse("sft", {}), MODEL_BYTES)
    adapted = disk_of("sft", parse("sft", {"lora_rank": 8}), MODEL_BYTES)

    # Sixteen epochs, each kept.
    assert full == MODEL_BYTES * (16 + 4 * CHECKPOINTS_KEPT)
    assert adapted == MODEL_BYTES * (16 + CHECKPOINTS_KEPT)
    assert disk_of("sampling", parse("sampling", {}), MODEL_BYTES) == 0


@pytest.mark.parametrize(
    ("stage", "values", "expected"),
    [
        ("sft", {"epochs": 5}, 5),
        # The best and the newest, until it is known which is better.
        ("sft", {"epochs": 5, "keep_epochs": "selected"}, 2),
        ("reward_model", {}, 1),
        ("reward_model", {"num_seeds": 3}, 2),
        ("ppo", {}, 3),
        ("scoring", {}, 0),
    ],
)
def test_every_model_folder_that_a_run_leaves_is_counted(stage, values, expected):
    assert stored_models(stage, vars(parse(stage, values))) == expected


@pytest.mark.parametrize(
    ("stage", "sharding", "processes", "expected"),
    [
        # Weights, gradients and two moments, whole in every process.
        ("reward_model", "none", 1, 4_000),
        ("reward_model", "none", 4, 4_000),
        # A quarter of the four, and the model in one piece while it is judged.
        ("reward_model", "full", 4, 1_000 + 1_000),
        # One process has nobody to share with.
        ("reward_model", "full", 1, 4_000),
        # A quarter of eleven, and the policy beside its reference while they answer.
        ("ppo", "full", 4, 2_750 + 2_000),
        ("ppo", "none", 4, 11_000),
    ],
)
def test_slices_take_less_of_each_process_than_copies(stage, sharding, processes, expected):
    values = parse(stage, {"sharding": sharding})

    assert memory_of(stage, values, MODEL_BYTES, processes) == expected


def test_a_stage_that_only_reads_holds_a_copy_in_every_process():
    assert memory_of("sampling", parse("sampling", {}), MODEL_BYTES, 4) == MODEL_BYTES


@pytest.mark.parametrize("stage", list(STAGES))
def test_every_stage_has_its_work_and_its_disk(stage):
    values = parse(stage, {})

    if stage != "sampling":
        assert work_of(stage, values, amount(100), MODEL_BYTES) > 0
    assert COPIES_IN_MEMORY[stage] >= 1
    assert disk_of(stage, values, MODEL_BYTES) >= 0


@pytest.mark.django_db
class TestCheck:
    @pytest.fixture
    def inputs(self, base_model, make_snapshot):
        return {"base_model": base_model, "rankings": make_snapshot(Snapshot.Kind.RM)}

    def check(self, person, inputs, **more):
        return self.asked(client_of(person), inputs, **more)

    def asked(self, client, inputs, **more):
        body = {
            "stage": "reward_model",
            "inputs": {role: str(one.pk) for role, one in inputs.items()},
            **more,
        }
        answer = client.post("/api/runs/check/", body, format="json")
        assert answer.status_code == 200
        return answer.json()["estimate"]

    def end(self, ada, inputs, artifact, *, seconds, memory=None, processes=1, **changed):
        version = make_ended_run(
            by=ada,
            stage="reward_model",
            artifact=artifact,
            inputs=inputs,
            hyperparameters=changed,
        )
        now = timezone.now()
        RunAttempt.objects.create(
            run=version.run,
            number=1,
            fence=1,
            host="node",
            started_at=now - timedelta(seconds=seconds),
            ended_at=now,
            peak_memory_bytes=memory,
            num_processes=processes,
        )

    def test_without_a_finished_run_the_time_is_not_defined(self, rosa, inputs):
        found = self.check(rosa, inputs)

        assert (found["seconds"], found["num_runs"]) == (None, 0)
        assert found["reason_undefined"] == "no run of this stage has ended yet"
        # Weights, gradients and two moments of a model of two bytes.
        assert (found["memory_bytes"], found["is_memory_measured"]) == (8, False)

    def test_finished_runs_say_how_long_and_how_much_memory(
        self, ada, rosa, base_model, inputs, make_artifact
    ):
        """The finished one read its record once in 60 s; twice as often takes 120 s."""
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        self.end(ada, inputs, artifact, seconds=60, memory=5_000)

        found = self.check(rosa, inputs, hyperparameters={"epochs": 2})

        assert found["seconds"]["middle"] == pytest.approx(120, rel=0.01)
        assert found["seconds"]["high"] == pytest.approx(240, rel=0.01)
        assert (found["num_runs"], found["off_by"]) == (1, None)
        assert (found["memory_bytes"], found["is_memory_measured"]) == (5_000, True)

    @pytest.mark.parametrize("told", ["resumed_from_step", "first_new_step"])
    def test_a_retry_that_went_on_from_its_parent_tells_nothing_of_whole_runs(
        self, ada, rosa, inputs, make_artifact, told
    ):
        """Of a first attempt that was lost only its progress tells that it did not begin anew."""
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        self.end(ada, inputs, artifact, seconds=2)
        RunAttempt.objects.update(**{told: 400})
        self.end(ada, inputs, artifact, seconds=60)

        found = self.check(rosa, inputs)

        assert found["num_runs"] == 1
        assert found["seconds"]["middle"] == pytest.approx(60, rel=0.01)

    def test_a_run_that_was_paused_took_the_seconds_of_all_its_attempts(
        self, ada, rosa, inputs, make_artifact
    ):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        self.end(ada, inputs, artifact, seconds=60)
        first = RunAttempt.objects.get()
        RunAttempt.objects.create(
            run=first.run,
            number=2,
            fence=2,
            host="node",
            started_at=first.ended_at + timedelta(hours=1),
            ended_at=first.ended_at + timedelta(hours=1, seconds=30),
            resumed_from_step=400,
            first_new_step=401,
        )

        found = self.check(rosa, inputs)

        assert found["seconds"]["middle"] == pytest.approx(90, rel=0.01)

    def test_scoring_holds_its_reward_model_once_and_stores_no_weights(
        self, ada, rosa, inputs, make_artifact, make_snapshot
    ):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        judge = make_ended_run(by=ada, stage="reward_model", artifact=artifact, inputs=inputs)
        completions = make_snapshot(Snapshot.Kind.COMPLETIONS)

        found = self.check(
            rosa, {"reward_model": judge, "completions": completions}, stage="scoring"
        )

        assert (found["memory_bytes"], found["disk_bytes"]) == (artifact.num_bytes, 0)
        assert found["reason_undefined"] == "no run of this stage has ended yet"

    def report_slot(self, processes, *, host="node", seconds_ago=0):
        GpuSlot.objects.create(
            host=host,
            index=0,
            last_seen=timezone.now() - timedelta(seconds=seconds_ago),
            num_processes=processes,
        )

    def test_several_processes_share_the_work_and_slices_the_memory(
        self, ada, rosa, inputs, make_artifact
    ):
        """One process took 60 s and 4,000 bytes at the peak, where the model says 4 * 2.

        Four take a quarter of the time. Copies: 4,000 bytes in each. Slices: 2 bytes of weights,
        gradients and moments and the 2 of the gathered model, half of 8, so half of the peak.
        """
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        self.end(ada, inputs, artifact, seconds=60, memory=4_000)
        self.report_slot(4)

        copied = self.check(rosa, inputs)
        sliced = self.check(rosa, inputs, hyperparameters={"sharding": "full"})

        assert copied["num_processes"] == sliced["num_processes"] == 4
        assert copied["seconds"]["middle"] == sliced["seconds"]["middle"]
        assert copied["seconds"]["middle"] == pytest.approx(15, rel=0.01)
        assert (copied["memory_bytes"], sliced["memory_bytes"]) == (4_000, 2_000)

    def test_a_run_of_several_processes_tells_of_one_of_a_single(
        self, ada, rosa, inputs, make_artifact
    ):
        """Four processes with slices took 15 s and 2,000 bytes each: one takes 60 s and 4,000."""
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        self.end(ada, inputs, artifact, seconds=15, memory=2_000, processes=4, sharding="full")
        self.report_slot(1)

        found = self.check(rosa, inputs)

        assert found["seconds"]["middle"] == pytest.approx(60, rel=0.01)
        assert found["memory_bytes"] == 4_000

    def test_the_slots_that_report_in_say_how_many_processes_a_run_has(self, rosa, inputs):
        assert self.check(rosa, inputs)["num_processes"] == 1

        self.report_slot(2, host="gone", seconds_ago=3_600)
        assert self.check(rosa, inputs)["num_processes"] == 2

        self.report_slot(8, host="large")
        self.report_slot(4, host="small")
        assert self.check(rosa, inputs)["num_processes"] == 4

    def test_nothing_is_promised_before_the_inputs_are_chosen(self, rosa, base_model):
        assert self.check(rosa, {"base_model": base_model}) is None

    def test_the_number_of_queries_does_not_grow_with_the_finished_runs(
        self, ada, rosa, inputs, make_artifact, django_assert_num_queries
    ):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
        for seconds in (50, 60, 70):
            self.end(ada, inputs, artifact, seconds=seconds)
        client = client_of(rosa)
        self.asked(client, inputs)

        # Session, account, both inputs, the slots, and the finished runs with what they read.
        with django_assert_num_queries(7) as asked:
            found = self.asked(client, inputs)

        assert not any('"training_run"."report"' in one["sql"] for one in asked.captured_queries)

        assert found["num_runs"] == 3
