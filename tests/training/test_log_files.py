"""The logs of a run's folder stay small however much is written, and lose no new line."""

import subprocess

import pytest

from tests.training.processes import program, wait_until
from training.models import RunLog
from training.runner import log_files
from training.runner.claim import claim, report_slots
from training.runner.log_files import bytes_on_disk, forget_old
from training.runner.telemetry import Telemetry
from training.runner.work_folder import WorkFolder

KEPT = 256 << 10
STEP = 64 << 10
# A page of memory at the edge of the hole, and what the file system takes in one piece.
SLACK = 128 << 10
LINES = 40_000
# About 2 MB in many small writes, as print makes them.
CHATTY = f"""
import sys
for number in range({LINES}):
    sys.stdout.write(f"line {{number:06d}} {{'x' * 40}}\\n")
    sys.stdout.flush()
"""


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setattr(log_files, "KEPT_BYTES", KEPT)
    monkeypatch.setattr(log_files, "HOLE_BYTES", STEP)
    trial = tmp_path / "trial"
    trial.write_bytes(b"x" * (KEPT + 4 * STEP))
    try:
        log_files._punch(trial, STEP)
    except OSError as fault:
        pytest.skip(f"this file system has no holes: {fault}")


def start_chatting(path):
    with path.open("ab") as log:
        return subprocess.Popen(program(CHATTY), stdout=log)


def test_a_log_that_is_being_written_stays_small_and_keeps_its_end(tmp_path):
    log = tmp_path / "runner.log"
    writer = start_chatting(log)
    while writer.poll() is None:
        forget_old(log)
    forget_old(log)

    assert writer.returncode == 0
    assert log.stat().st_size > 4 * KEPT
    wait_until(lambda: bytes_on_disk(log) <= KEPT + STEP + SLACK)
    kept = log.read_bytes().lstrip(b"\0").splitlines()[1:]
    first = int(kept[0].split()[1])
    assert [int(line.split()[1]) for line in kept] == list(range(first, LINES))


def test_what_is_not_delivered_yet_is_kept_however_much_it_is(tmp_path):
    log = tmp_path / "trainer.log"
    log.write_bytes(b"a" * (8 * KEPT))

    forget_old(log, until=2 * KEPT)

    content = log.read_bytes()
    assert content[:KEPT].strip(b"\0") == b""
    assert content[KEPT:] == b"a" * (7 * KEPT)


def test_a_small_log_and_one_that_is_not_there_are_left_alone(tmp_path):
    log = tmp_path / "trainer.log"
    log.write_bytes(b"a" * KEPT)

    forget_old(log)
    forget_old(tmp_path / "nothing.log")

    assert log.read_bytes() == b"a" * KEPT
    assert not (tmp_path / "nothing.log").exists()


@pytest.mark.django_db
def test_the_console_gets_every_line_of_a_trainer_that_writes_more_than_is_kept(
    monkeypatch, make_run
):
    """Reliability, section 6: job logs are bounded, their tail is on the page."""
    monkeypatch.setattr("training.runner.telemetry.LOG_CHUNK_BYTES", 1 << 30)
    report_slots("node-a")
    run = make_run()
    held = claim(run.pk, host="node-a")
    folder = WorkFolder.of(run.pk)
    folder.path.mkdir(parents=True)
    telemetry = Telemetry(held, folder)
    writer = start_chatting(folder.trainer_log)
    while writer.poll() is None:
        telemetry.read_and_deliver()
    wait_until(lambda: folder.trainer_log.read_bytes().endswith(b"\n"))
    telemetry.read_and_deliver()

    delivered = "".join(RunLog.objects.order_by("id").values_list("text", flat=True))
    assert [int(line.split()[1]) for line in delivered.splitlines()] == list(range(LINES))
    wait_until(lambda: bytes_on_disk(folder.trainer_log) <= KEPT + STEP + SLACK)
