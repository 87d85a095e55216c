"""The rows of the list of runs, which is asked for every two seconds."""

import pytest

from tests.cast import client_of
from training.models import RunAttempt
from training.runner.claim import claim, finish_unsuccessful, report_slots, start_running
from training.runner.letting_go import Ending

pytestmark = pytest.mark.django_db


def test_a_row_does_not_grow_with_what_a_run_goes_through(rosa, make_run):
    """R47: its history and its report are on the page of the run."""
    report_slots("node-a")
    held = claim(make_run().pk, host="node-a")
    start_running(held, pid=1)
    scores = {"validation": {"scores": [0.5] * 999}}
    finish_unsuccessful(held, Ending(reason="nan", last_step=2, report=scores))
    client = client_of(rosa)
    [before] = client.get("/api/runs/").json()["results"]
    RunAttempt.objects.bulk_create(
        RunAttempt(run_id=held.run_id, number=n, fence=n, host="node-b", detail="long " * 99)
        for n in range(2, 30)
    )

    [row] = client.get("/api/runs/").json()["results"]

    assert row == before | {"worker": "node-b"}
    assert (row["state"], row["reason"], row["step"]) == ("failed", "nan", 2)
    assert row["inputs"]["base_model"]["name"] == "a base model"
    whole = client.get(f"/api/runs/{held.run_id}/").json()
    assert all(whole[name] == row[name] for name in row if name != "inputs")
    assert {"events", "attempts", "report", "hyperparameters"} <= set(whole) - set(row)
