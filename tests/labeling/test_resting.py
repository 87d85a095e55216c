"""Work in the background rests the longer, the longer it took."""

import pytest

from labeling.services.resting import Rest


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_work_rests_as_many_times_as_long_as_it_took() -> None:
    clock = Clock()
    rest = Rest(times=50, at_most=1_000, clock=clock)
    assert rest.is_over()

    with rest.after():
        clock.seconds += 3

    clock.seconds += 149
    assert not rest.is_over()
    clock.seconds += 1
    assert rest.is_over()


def test_work_that_failed_rests_as_well() -> None:
    clock = Clock()
    rest = Rest(times=2, at_most=1_000, clock=clock)

    def break_down() -> None:
        clock.seconds += 1
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), rest.after():
        break_down()

    assert not rest.is_over()
    clock.seconds += 2
    assert rest.is_over()


def test_nobody_waits_for_ever_after_very_long_work() -> None:
    clock = Clock()
    rest = Rest(times=50, at_most=120, clock=clock)

    with rest.after():
        clock.seconds += 90

    clock.seconds += 119
    assert not rest.is_over()
    clock.seconds += 1
    assert rest.is_over()
