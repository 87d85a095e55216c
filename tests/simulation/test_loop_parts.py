"""The parts of the unattended loop: waiting for runs, and the table in the end."""

from typing import Any

import pytest

from simulation.client import Client
from simulation.loop_report import LoopReport, Preference, mean_interval
from simulation.runs import RunFailed, Runs
from simulation.snapshots import FreezingFailed, freeze
from tests.simulation.conftest import ScriptedServer, ok


def run(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "r1", "stage": "sft", "state": state, "step": 1, "total_steps": 2, **more}


@pytest.fixture
def runs(client: Client, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr("simulation.runs.POLL_SECONDS", 0.001)
    return Runs(client, seed=7, report=LoopReport(noise=0.5, seed=7))


def test_a_run_is_waited_for_and_its_model_named(server: ScriptedServer, runs: Runs) -> None:
    server.script = [
        ok(run("queued")),
        ok(run("running")),
        ok(run("succeeded", output_model_version={"id": "m1"})),
    ]

    assert runs.train("sft", {"base_model": "b"}, {"epochs": 1}) == "m1"

    assert b'"seed": 7' in server.seen[0][2]
    assert [path for _, path, _, _ in server.seen] == ["/api/runs/", *["/api/runs/r1/"] * 2]
    assert [name for name, _ in runs.report.stages] == ["sft"]


def test_a_failed_run_stops_the_loop_with_its_reason_and_log(
    server: ScriptedServer, runs: Runs
) -> None:
    server.script = [
        ok(run("queued")),
        ok(run("failed", reason="nan", reason_detail="The loss is NaN at step 3.")),
        ok({"text": "last words", "next_offset": 10, "truncated": False}),
    ]

    with pytest.raises(RunFailed, match=r"nan The loss is NaN at step 3.\nlast words"):
        runs.train("sft", {}, {})


def freezing(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "f1", "name": "rm", "state": state, "snapshot_id": None, "failure": "", **more}


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.snapshots.POLL_SECONDS", 0.001)


@pytest.mark.usefixtures("quickly")
def test_a_snapshot_is_waited_for(server: ScriptedServer, client: Client) -> None:
    server.script = [
        ok(freezing("queued")),
        ok(freezing("running")),
        ok(freezing("done", snapshot_id="s1")),
    ]

    assert freeze(client, {"kind": "rm"}) == "s1"

    assert [path for _, path, _, _ in server.seen] == [
        "/api/snapshots/",
        *["/api/freezings/f1/"] * 2,
    ]


@pytest.mark.usefixtures("quickly")
def test_what_was_not_frozen_stops_the_loop_with_the_reason(
    server: ScriptedServer, client: Client
) -> None:
    server.script = [ok(freezing("queued")), ok(freezing("failed", failure="Nothing fits."))]

    with pytest.raises(FreezingFailed, match=r"rm was not frozen: Nothing fits\."):
        freeze(client, {"kind": "rm"})


def test_only_the_samples_of_the_run_itself_are_read(server: ScriptedServer, runs: Runs) -> None:
    completions = [
        {"text": "old", "sampling": {"run": "r0"}},
        {"text": "new", "sampling": {"run": "r1"}},
        {"text": "by hand", "sampling": {}},
    ]
    server.script = [ok(run("succeeded")), ok({"completions": completions})]

    assert runs.sample("m1", [5], {}) == {5: ["new"]}


def test_the_interval_of_a_mean_is_over_prompts() -> None:
    # Prompt means 1 and 3, however many samples each has: the mean is 2, and a resample of two
    # prompts has the mean 1, 2 or 3.
    assert mean_interval([[1.0, 1.0, 1.0], [3.0]]) == (2.0, 1.0, 3.0)
    assert mean_interval([[2.0], [2.0]]) == (2.0, 2.0, 2.0)


def test_the_table_shows_every_figure_with_its_number() -> None:
    report = LoopReport(
        noise=0.5,
        seed=1,
        num_demonstrations=40,
        num_rankings=80,
        num_new_tasks=12,
        agreement_with_labels=0.7,
        accuracy_against_truth=Preference(0.8125, 96),
        true_preference={"SFT": [[0.5], [0.5]], "PPO": [[1.0], [1.0]]},
        stages=[("sft", 1.25), ("ppo", 2.5)],
    )

    table = report.table()

    assert "40 demonstrations, 80 rankings" in table
    assert "0.700" in table
    assert "0.812 (n = 96 held-out pairs)" in table
    assert "+0.500 [+0.500, +0.500]" in table
    assert "+1.000 [+1.000, +1.000]" in table
    assert report.figures()["total_seconds"] == 3.8
