"""What an iteration cost, as it is logged."""

import torch

from training.ml.resources import GIGABYTE, PhaseClock, peak_memory

CPU = torch.device("cpu")


def test_phases_share_the_whole_time_and_may_come_back(monkeypatch):
    """R47: 1 s of rollout, 2 s of score, then 4 s of rollout again."""
    ticks = iter([10.0, 11.0, 13.0, 17.0])
    monkeypatch.setattr("training.ml.resources.time.perf_counter", lambda: next(ticks))
    clock = PhaseClock(CPU)

    for phase in ("rollout", "score", "rollout"):
        clock.end(phase)

    assert clock.seconds == {"rollout": 5.0, "score": 2.0}


def test_the_peak_holds_what_was_held_and_never_falls():
    """R47: 100 MB that are written to are resident; given back, they stay part of the peak."""
    tensor = torch.ones(25_000_000)
    with_tensor = peak_memory(CPU)
    del tensor

    assert with_tensor > 100e6
    assert peak_memory(CPU) >= with_tensor
    assert PhaseClock(CPU).metrics()["peak_memory_gb"] >= with_tensor / GIGABYTE
