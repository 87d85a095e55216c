"""A run's answers at its checkpoints, on their way from the trainer's file to the page (R47)."""

import json
import uuid

import pytest
from django.db import DatabaseError

from tests.cast import client_of
from training.models import CheckpointSample, Run, SamplePrompt, Snapshot, StepMetrics
from training.runner import telemetry as telemetry_module
from training.runner.checkpoint_samples import parse_sample
from training.runner.claim import claim, report_slots, start_running
from training.runner.periodic import reap
from training.runner.telemetry import Telemetry
from training.runner.work_folder import WorkFolder
from training.selectors.checkpoint_samples import SAMPLES_PER_PAGE

pytestmark = pytest.mark.django_db
LONG_PROMPT = "Tell me of the sea. " * 300


def asked(place, prompt="What is a cloud?"):
    return json.dumps({"place": place, "prompt_id": str(40 + place), "prompt": prompt}) + "\n"


def answered(step, place, text="Water.", **changes):
    row = {
        "step": step,
        "place": place,
        "text": text,
        "token_count": 2,
        "finish_reason": "stop",
        "reward": 0.5,
        "kl_nats": 1.25,
    }
    return json.dumps(row | changes) + "\n"


@pytest.fixture
def run(ada, base_model, make_snapshot, make_run):
    inputs = {
        "base_model": base_model.pk,
        "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk,
    }
    return make_run(stage="sft", inputs=inputs)


@pytest.fixture
def held(run):
    report_slots("node-a")
    held = claim(run.pk, host="node-a")
    start_running(held, pid=1)
    return held


@pytest.fixture
def folder(held):
    folder = WorkFolder.of(held.run_id)
    folder.prepare({})
    return folder


@pytest.fixture
def ask(run):
    """Stores a run's prompts with the given number of answered checkpoints."""

    def store(num_prompts, steps):
        prompts = [
            SamplePrompt.objects.create(run=run, place=place, prompt_id="p", text=f"Prompt {place}")
            for place in range(num_prompts)
        ]
        CheckpointSample.objects.bulk_create(
            CheckpointSample(
                prompt=prompt,
                step=step,
                text=f"{step}: {prompt.place}",
                token_count=3,
                finish_reason="length",
                reward=None,
                kl_nats=0.5,
            )
            for step in steps
            for prompt in prompts
        )

    return store


def stored():
    rows = CheckpointSample.objects.order_by("step", "prompt__place")
    return list(rows.values_list("step", "prompt__place", "text"))


class TestDelivery:
    def test_prompts_and_answers_become_rows(self, held, folder):
        telemetry = Telemetry(held, folder)
        folder.samples.write_text(asked(0) + asked(1, LONG_PROMPT) + answered(0, 0))
        telemetry.read_and_deliver()
        with folder.samples.open("a") as file:
            file.write(answered(0, 1, "Once", finish_reason="length", reward=None, kl_nats=None))

        telemetry.read_and_deliver()

        assert [one.text for one in SamplePrompt.objects.order_by("place")] == [
            "What is a cloud?",
            LONG_PROMPT,
        ]
        rows = CheckpointSample.objects.order_by("prompt__place")
        assert list(rows.values_list("text", "finish_reason", "reward", "kl_nats")) == [
            ("Water.", "stop", 0.5, 1.25),
            ("Once", "length", None, None),
        ]

    def test_what_a_later_attempt_answers_counts_and_nothing_doubles(self, held, folder):
        """R74: unique by run, checkpoint and prompt; the last line wins, in one file or two."""
        folder.samples.write_text(asked(0) + answered(50, 0, "first") + answered(100, 0, "late"))
        Telemetry(held, folder).read_and_deliver()
        with folder.samples.open("a") as file:
            file.write('{"step": 50, "pla\n' + asked(0) + answered(50, 0, "second"))

        Telemetry(held, folder).read_and_deliver()

        assert stored() == [(50, 0, "second"), (100, 0, "late")]
        assert SamplePrompt.objects.count() == 1

    def test_samples_that_the_database_refuses_hold_up_no_figures(self, held, folder, monkeypatch):
        """R47: telemetry never fails training; it is delivered later."""
        telemetry = Telemetry(held, folder)
        step = {"step": 1, "total_steps": 2, "phase": "train", "metrics": {}, "elapsed_seconds": 1}
        folder.progress.write_text(json.dumps(step) + "\n")
        folder.samples.write_text(asked(0) + answered(0, 0))

        def refuse(*_):
            raise DatabaseError("no room")

        with monkeypatch.context() as patched:
            patched.setattr(telemetry_module, "store_samples", refuse)
            with pytest.raises(DatabaseError):
                telemetry.read_and_deliver()
        before = (StepMetrics.objects.count(), stored())
        telemetry.read_and_deliver()

        assert before == (1, [])
        assert stored() == [(0, 0, "Water.")]

    def test_a_zombie_delivers_nothing(self, held, folder):
        """Faults 14 and 15: zombie writes 0."""
        folder.samples.write_text(asked(0) + answered(0, 0))
        Run.objects.update(lease_until="2000-01-01T00:00Z")
        reap()

        Telemetry(held, folder).read_and_deliver()

        assert not SamplePrompt.objects.exists()

    def test_a_retry_begins_with_the_samples_of_the_run_that_it_goes_on_from(self, folder):
        """A retry has the checkpoints of its parent, so what was answered there is its own."""
        (folder.path / "checkpoints" / "step-00000001").mkdir(parents=True)
        folder.samples.write_text(asked(0) + answered(0, 0))
        child = WorkFolder.of(uuid.uuid4())

        child.adopt(folder)

        assert child.samples.read_text() == folder.samples.read_text()


def test_odd_text_can_be_stored(held, folder):
    """One line that Postgres refuses would hold back all that follow it."""
    folder.samples.write_text(asked(0, "a\x00b") + answered(1, 0, "\ud800 and \x00"))

    Telemetry(held, folder).read_and_deliver()

    assert SamplePrompt.objects.get().text == "a\ufffdb"
    assert stored() == [(1, 0, "\ufffd\ufffd\ufffd and \ufffd")]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "7",
        '"a step"',
        "[" * 100_000,
        asked(-1),
        asked(2**15),
        answered(-1, 0),
        answered(2**31, 0),
        answered(1, 0, finish_reason="bored"),
        answered(1, 0, reward="high"),
        answered(1, 0, reward=True),
        answered(1, 0, token_count=None),
        '{"step": 1}',
    ],
)
def test_a_line_that_is_no_sample_is_passed_over(line):
    assert parse_sample(line.encode()) is None


def test_figures_that_are_not_finite_become_null():
    parsed = parse_sample(answered(1, 0, reward=float("nan"), kl_nats=float("inf")).encode())

    assert (parsed.reward, parsed.kl_nats) == (None, None)


class TestReading:
    def address(self, run_id, query=""):
        return f"/api/runs/{run_id}/samples/{query}"

    def read(self, person, run, query=""):
        return client_of(person).get(self.address(run.pk, query)).json()

    def test_a_researcher_reads_answers_by_checkpoint_and_prompt(
        self, rosa, run, ask, django_assert_num_queries
    ):
        """One query beside the two that know the session."""
        ask(2, [0, 50])
        client = client_of(rosa)

        with django_assert_num_queries(3):
            page = client.get(self.address(run.pk)).json()

        assert page["prompts"] == [
            {"place": 0, "prompt_id": "p", "text": "Prompt 0"},
            {"place": 1, "prompt_id": "p", "text": "Prompt 1"},
        ]
        assert [(one["step"], one["place"]) for one in page["samples"]] == [
            (0, 0),
            (0, 1),
            (50, 0),
            (50, 1),
        ]
        assert page["samples"][3] == {
            "step": 50,
            "place": 1,
            "text": "50: 1",
            "token_count": 3,
            "finish_reason": "length",
            "reward": None,
            "kl_nats": 0.5,
        }
        assert (page["next_step"], page["has_more"], page["reason_undefined"]) == (50, False, "")

    def test_a_page_never_holds_half_a_checkpoint(self, rosa, run, ask):
        ask(60, range(0, 500, 100))

        first = self.read(rosa, run)
        second = self.read(rosa, run, f"?after_step={first['next_step']}")
        third = self.read(rosa, run, f"?after_step={second['next_step']}")

        assert len(first["samples"]) == 240 <= SAMPLES_PER_PAGE
        assert (first["next_step"], first["has_more"]) == (300, True)
        assert {one["step"] for one in second["samples"]} == {400}
        assert (second["has_more"], third["samples"], third["next_step"]) == (False, [], 400)
        assert third["reason_undefined"] == ""

    def test_reading_twice_gives_the_same(self, rosa, run, ask):
        ask(2, [0])

        assert self.read(rosa, run) == self.read(rosa, run)

    def test_another_runs_samples_are_not_shown(self, rosa, run, ask, make_run):
        ask(1, [0])

        page = self.read(rosa, make_run())

        assert (page["prompts"], page["samples"]) == ([], [])

    def test_a_run_without_samples_says_why(self, rosa, base_model, make_snapshot, make_run):
        def reason(counts, **hyperparameters):
            data = make_snapshot(Snapshot.Kind.SFT, counts=counts)
            inputs = {"base_model": base_model.pk, "demonstrations": data.pk}
            asked = make_run(stage="sft", inputs=inputs, hyperparameters=hyperparameters)
            return self.read(rosa, asked)["reason_undefined"]

        held_out = {"train": 4, "validation": 2}

        assert reason(held_out) == "none has arrived yet"
        assert reason({"train": 4, "validation": 0}) == (
            "some sft holds out no prompt for validation"
        )
        assert "sample_prompts is 0" in reason(held_out, sample_prompts=0)
        assert "no model that writes" in self.read(rosa, make_run())["reason_undefined"]

    def test_a_labeler_may_not_read_them_and_nobody_unknown(self, amina, run):
        assert client_of(amina).get(self.address(run.pk)).status_code == 403
        assert client_of(None).get(self.address(run.pk)).status_code in (401, 403)

    def test_a_run_that_is_not_there_is_a_404(self, rosa):
        assert client_of(rosa).get(self.address(uuid.uuid4())).status_code == 404

    @pytest.mark.parametrize("query", ["?after_step=x", "?after_step=-2", f"?after_step={2**31}"])
    def test_a_malformed_query_is_refused(self, rosa, run, query):
        answer = client_of(rosa).get(self.address(run.pk, query))

        assert answer.status_code == 400
        assert "after_step" in answer.json()["fields"]
