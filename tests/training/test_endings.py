"""Failure classes: what the trainer said leads, what its exit code says follows."""

import pytest

from training.runner.endings import ending_of
from training.runner.wrapper import LEASE_IS_GONE


def ending(exit_code=1, result=None, *, was_told_to_stop=False):
    return ending_of(
        exit_code=exit_code, result=result, last_step=5, was_told_to_stop=was_told_to_stop
    )


def test_success_needs_the_word_and_the_exit_code():
    said = {"outcome": "succeeded", "steps": 8, "resumed_from_step": 3, "report": {"a": 1}}

    good = ending(0, said)

    assert (good.reason, good.last_step, good.resumed_from_step) == ("succeeded", 8, 3)
    assert good.report == {"a": 1}
    assert ending(1, said).reason == "killed"
    assert ending(0, None).reason == "killed"


@pytest.mark.parametrize("reason", ["nan", "out_of_memory", "disk_full", "bad_input", "kl_ceiling"])
def test_what_would_happen_again_is_permanent(reason):
    end = ending(1, {"outcome": "failed", "reason": reason, "detail": "why"})

    assert (end.reason, end.detail, end.is_transient) == (reason, "why", False)


def test_an_unexpected_error_may_be_tried_again():
    assert ending(1, {"outcome": "failed", "reason": "error"}).is_transient
    assert ending(1, {"outcome": "failed"}).reason == "error"


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
