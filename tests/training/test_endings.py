"""Failure classes: what the trainer said leads, what its exit code says follows."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.training.processes import program
from training.runner.endings import REASONS, TrainerEnd, ending_of
from training.runner.machine import boot_id, num_memory_kills, peak_memory_of_children
from training.runner.wrapper import LEASE_IS_GONE

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def ending(exit_code=1, result=None, **seen):
    return ending_of(TrainerEnd(exit_code=exit_code, last_step=5, **seen), result)


def test_success_needs_the_word_and_the_exit_code():
    said = {"outcome": "succeeded", "steps": 8, "resumed_from_step": 3, "report": {"a": 1}}

    good = ending(0, said)

    assert (good.reason, good.last_step, good.resumed_from_step) == ("succeeded", 8, 3)
    assert good.report == {"a": 1}
    assert ending(1, said).reason == "killed"
    assert ending(0, None).reason == "killed"


@pytest.mark.parametrize("reason", ["nan", "disk_full", "bad_input", "kl_ceiling", "sampler_gap"])
def test_what_would_happen_again_is_permanent(reason):
    end = ending(1, {"outcome": "failed", "reason": reason, "detail": "why"})

    assert (end.reason, end.detail, end.is_transient) == (reason, "why", False)


def test_an_unexpected_error_may_be_tried_again():
    assert ending(1, {"outcome": "failed", "reason": "error"}).is_transient
    assert ending(1, {"outcome": "failed"}).reason == "error"


def test_too_little_memory_may_have_been_a_neighbours_fault():
    """The attempt after it, at the same step, is the last: test_run_controls."""
    end = ending(1, {"outcome": "failed", "reason": "out_of_memory"})

    assert (end.reason, end.is_transient) == ("out_of_memory", True)


def test_a_reason_that_nobody_knows_is_an_error():
    assert ending(1, {"outcome": "failed", "reason": "bad luck"}).reason == "error"


def test_a_stop_is_read_from_the_result_since_torchrun_hides_exit_code_75():
    assert ending(75, {"outcome": "stopped", "steps": 2}).reason == "stopped"
    assert ending(1, {"outcome": "stopped", "steps": 2}).reason == "stopped"


def test_a_trainer_killed_from_outside_may_be_tried_again():
    end = ending(137)

    assert (end.reason, end.is_transient, end.exit_code, end.last_step) == ("killed", True, 137, 5)


def test_a_trainer_that_did_not_answer_a_stop_was_stopped():
    assert ending(-9, was_told_to_stop=True).reason == "stopped"


def test_a_trainer_that_outlived_its_lease_is_lost():
    assert ending(LEASE_IS_GONE).reason == "lost"


def test_a_trainer_that_vanished_while_the_kernel_killed_for_memory_ran_out_of_it():
    end = ending(137, memory_ran_out=True)

    assert (end.reason, end.is_transient) == ("out_of_memory", True)
    assert "for memory" in end.detail
    assert ending(LEASE_IS_GONE, memory_ran_out=True).reason == "lost"


def test_the_system_tells_the_memory_of_a_trainer_and_the_start_of_the_machine():
    """64 MiB were touched, so the peak is at least that."""
    subprocess.run(program("held = b'x' * (64 << 20)"), check=True)

    assert peak_memory_of_children() >= 64 << 20
    assert num_memory_kills() >= 0
    assert re.fullmatch(r"[0-9a-f-]{36}", boot_id())


def test_the_runbook_says_what_to_do_about_every_reason():
    rows = re.findall(r"^\| `([a-z_]+)` \|", OPERATIONS.read_text(), re.MULTILINE)

    assert set(REASONS) <= set(rows)
