"""Figures and console output reach the database, once each, whatever the files look like."""

import json
import os
import time

import pytest
from django.db.models import F

from training.models import Run, RunLog, StepMetrics
from training.models.clock import ClockTimestamp
from training.runner.claim import claim, report_slots, start_running
from training.runner.periodic import reap
from training.runner.telemetry import (
    LOG_CHUNK_BYTES,
    FileTail,
    Telemetry,
    parse_progress,
    readable,
)
from training.runner.work_folder import WorkFolder
from training.services.run_warnings import warnings_of


def line(step, **metrics):
    content = {
        "step": step,
        "total_steps": 10,
        "phase": "train",
        "metrics": metrics,
        "elapsed_seconds": step * 0.5,
    }
    return json.dumps(content) + "\n"


@pytest.fixture
def held(make_run):
    report_slots("node-a")
    held = claim(make_run().pk, host="node-a")
    start_running(held, pid=1)
    return held


@pytest.fixture
def folder(held):
    folder = WorkFolder.of(held.run_id)
    folder.prepare({})
    return folder


@pytest.mark.django_db
class TestDelivery:
    def test_new_lines_become_rows(self, held, folder):
        telemetry = Telemetry(held, folder)
        folder.progress.write_text(line(1, loss=0.7) + line(2, loss=0.6))

        telemetry.read_and_deliver()

        rows = StepMetrics.objects.values_list("step", "phase", "values", "elapsed_seconds")
        assert list(rows) == [
            (1, "train", {"loss": 0.7}, 0.5),
            (2, "train", {"loss": 0.6}, 1.0),
        ]
        assert Run.objects.values_list("step", "total_steps").get() == (2, 10)

    def test_a_line_that_is_still_being_written_waits(self, held, folder):
        telemetry = Telemetry(held, folder)
        whole = line(1, loss=0.7) + line(2, loss=0.6)
        folder.progress.write_text(whole[:-20])
        telemetry.read_and_deliver()
        before = StepMetrics.objects.count()

        folder.progress.write_text(whole)
        telemetry.read_and_deliver()

        assert before == 1
        assert StepMetrics.objects.count() == 2

    def test_a_warning_is_an_event_once_whichever_attempt_says_it(self, held, folder):
        """R47, R74: what a trainer warns of is stored at once and stays when the run fails."""
        warned = json.loads(line(2, loss=0.6)) | {"warnings": ["Answers are cut.", "Two."]}
        folder.progress.write_text(line(1, loss=0.7) + json.dumps(warned) + "\n")
        Telemetry(held, folder).read_and_deliver()

        Telemetry(held, folder).read_and_deliver()

        run = Run.objects.get()
        details = run.events.filter(detail__startswith="warning").values_list("detail", flat=True)
        assert list(details) == ["warning: Answers are cut.", "warning: Two."]
        assert warnings_of(run) == ["Answers are cut.", "Two."]
        assert StepMetrics.objects.count() == 2

    def test_a_second_attempt_reads_everything_again_and_doubles_nothing(self, held, folder):
        folder.progress.write_text(line(1, loss=0.7) + line(2, loss=0.6))
        Telemetry(held, folder).read_and_deliver()

        folder.progress.write_text(line(2, loss=0.6) + line(3, loss=0.5))
        Telemetry(held, folder).read_and_deliver()

        assert list(StepMetrics.objects.values_list("step", flat=True)) == [1, 2, 3]

    def test_the_step_of_a_run_is_one_that_its_attempt_made(self, held, folder):
        """The figures of six steps are there; it goes on from the checkpoint of the third."""
        folder.progress.write_text("".join(line(step) for step in range(1, 7)))
        telemetry = Telemetry(held, folder)
        telemetry.begin()
        steps = []
        for step in (None, 4, 5):
            if step is not None:
                with folder.progress.open("a") as stream:
                    stream.write(line(step))
            telemetry.read_and_deliver()
            steps.append(Run.objects.get().step)

        assert steps == [0, 4, 5]
        assert StepMetrics.objects.count() == 6

    def test_console_output_is_delivered_in_order_and_once(self, held, folder):
        telemetry = Telemetry(held, folder)
        folder.trainer_log.write_text("one\n")
        telemetry.read_and_deliver()
        with folder.trainer_log.open("a") as stream:
            stream.write("two\nthr")
        telemetry.read_and_deliver()
        telemetry.read_and_deliver()

        assert list(RunLog.objects.values_list("attempt", "text")) == [(1, "one\n"), (1, "two\n")]

    def test_the_output_of_earlier_attempts_is_not_sent_again(self, held, folder):
        folder.trainer_log.write_text("from an earlier attempt\n")
        telemetry = Telemetry(held, folder)

        telemetry.read_and_deliver()

        assert not RunLog.objects.exists()

    def test_a_zombie_delivers_nothing(self, held, folder):
        """Faults 14 and 15: zombie writes 0."""
        telemetry = Telemetry(held, folder)
        folder.progress.write_text(line(1, loss=0.7))
        Run.objects.update(lease_until="2000-01-01T00:00Z")
        reap()

        telemetry.read_and_deliver()

        assert not StepMetrics.objects.exists()

    def test_the_newest_checkpoint_is_told_by_its_age_and_its_cost(self, held, folder):
        checkpoints = folder.path / "checkpoints"
        checkpoints.mkdir()
        written = checkpoints / "last-write.json"
        written.write_text('{"step": 5, "seconds": 1.25}')
        minute_ago = time.time() - 60
        os.utime(written, (minute_ago, minute_ago))
        folder.progress.write_text(line(6, loss=0.7))

        Telemetry(held, folder).read_and_deliver()

        run = Run.objects.annotate(age=ClockTimestamp() - F("checkpointed_at")).get()
        assert run.checkpoint_seconds == 1.25
        assert run.age.total_seconds() == pytest.approx(60, abs=10)

    @pytest.mark.parametrize("said", ["", "{}", "[]", '{"seconds": "long"}', '{"seconds": NaN}'])
    def test_a_note_that_says_nothing_changes_nothing(self, held, folder, said):
        (folder.path / "checkpoints").mkdir()
        (folder.path / "checkpoints" / "last-write.json").write_text(said)
        folder.progress.write_text(line(6, loss=0.7))

        Telemetry(held, folder).read_and_deliver()

        assert Run.objects.values_list("step", "checkpointed_at").get() == (6, None)

    def test_nothing_new_costs_no_query(self, held, folder, django_assert_num_queries):
        telemetry = Telemetry(held, folder)

        with django_assert_num_queries(0):
            telemetry.read_and_deliver()


def test_figures_that_are_not_finite_become_null():
    parsed = parse_progress(
        b'{"step":1,"total_steps":2,"phase":"train","elapsed_seconds":1,'
        b'"metrics":{"loss":NaN,"reward":-Infinity,"kl":0.5}}'
    )

    assert parsed["metrics"] == {"loss": None, "reward": None, "kl": 0.5}


def progress(**changes):
    whole = {"step": 1, "total_steps": 2, "phase": "train", "metrics": {}, "elapsed_seconds": 1.0}
    return json.dumps(whole | changes).encode()


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"step":"x"}',
        b"\xff\xfe",
        b'{"step":1}',
        b"[" * 100_000,
        progress(step=-1),
        progress(step=2**31),
        progress(total_steps=10**30),
        progress(elapsed_seconds=float("inf")),
        progress(metrics={"loss": 10**400}),
        progress(metrics={"loss": "high"}),
    ],
)
def test_a_line_that_is_no_progress_is_skipped(garbage):
    assert parse_progress(garbage) is None


@pytest.mark.django_db
def test_whatever_is_taken_for_progress_can_be_stored(held, folder):
    """One line that Postgres refuses would hold back all that follow it."""
    odd = progress(phase="tr\x00ain", metrics={"lo\x00ss": 1.0, "\ud800": 2.0}) + b"\n"
    folder.progress.write_bytes(odd + line(2, loss=0.5).encode())

    Telemetry(held, folder).read_and_deliver()

    assert list(StepMetrics.objects.values_list("step", "phase")) == [
        (1, "tr\ufffdain"),
        (2, "train"),
    ]


def test_files_that_cannot_be_read_are_read_later(tmp_path):
    tail = FileTail(tmp_path)

    assert tail.unread() == (b"", 0)


def test_console_output_can_always_be_stored():
    assert readable(b"a\x00b\xff\n") == "a\ufffdb\ufffd\n"


def test_a_flood_of_output_is_cut_in_the_middle():
    flood = b"a" * LOG_CHUNK_BYTES + b"b" * LOG_CHUNK_BYTES

    text = readable(flood)

    assert text.startswith("aaa")
    assert text.endswith("bbb")
    assert "64000 bytes are only in the run's folder" in text
    assert len(text) < LOG_CHUNK_BYTES + 100
