"""Whatever a person does with runs, exports and models stands in the audit trail, once."""

import pytest

from labeling.models import AuditEntry
from tests.cast import client_of
from training.models import Run, Snapshot
from training.runner.claim import claim, finish_unsuccessful, report_slots, start_running
from training.runner.letting_go import Ending
from training.services.export_jobs import request_export
from training.services.model_versions import Origin, register_base_model
from training.services.run_requests import RunRequest
from training.services.runs import (
    cancel_run,
    kill_run,
    pause_run,
    prioritise_run,
    resume_run,
    retry_run,
)
from training.services.sweeps import SweepRequest, request_sweep

pytestmark = pytest.mark.django_db


def at_work(run):
    report_slots("node-a")
    held = claim(run.pk, host="node-a")
    start_running(held, pid=1)
    return held


def deeds(run=None):
    entries = AuditEntry.objects.order_by("pk")
    if run is not None:
        entries = entries.filter(subject_kind="run", subject_id=str(run.pk))
    return list(entries.values_list("actor__display_name", "action"))


def test_a_run_from_its_launch_to_its_cancellation(ada, make_run):
    run = make_run()
    prioritise_run(by=ada, run=run, priority=3)
    held = at_work(run)
    pause_run(by=ada, run=run)
    finish_unsuccessful(held, Ending(reason="stopped"))
    resume_run(by=ada, run=run)
    cancel_run(by=ada, run=run)

    actions = ["request_run", "change_run_priority", "pause_run", "resume_run", "cancel_run"]
    assert deeds(run) == [(ada.display_name, action) for action in actions]
    changed = AuditEntry.objects.get(action="change_run_priority")
    assert changed.details == {"name": run.name, "stage": run.stage, "priority": [0, 3]}


def test_a_kill_and_the_retry_after_it(ada, make_run):
    run = make_run()
    held = at_work(run)
    kill_run(by=ada, run=run)
    finish_unsuccessful(held, Ending(reason="killed"))

    retry = retry_run(by=ada, run=run)

    assert deeds(run)[-1] == (ada.display_name, "kill_run")
    entry = AuditEntry.objects.get(subject_id=str(retry.pk))
    assert (entry.action, entry.details["instead_of"]) == ("retry_run", str(run.pk))


def test_a_refused_deed_leaves_no_trace(ada, make_run):
    run = make_run()
    before = deeds()

    answer = client_of(ada).post(f"/api/runs/{run.pk}/pause/")

    assert answer.status_code == 409
    assert deeds() == before
    assert Run.objects.get().state == "queued"


def test_a_sweep_is_one_deed_however_many_runs_it_queues(ada, base_model, make_snapshot):
    request = RunRequest(
        stage="sft",
        inputs={"base_model": base_model.pk, "demonstrations": make_snapshot(Snapshot.Kind.SFT).pk},
    )

    sweep = request_sweep(
        by=ada, wanted=SweepRequest(request=request, parameter="learning_rate", values=[1e-5, 2e-5])
    )

    assert deeds() == [(ada.display_name, "request_sweep")]
    details = AuditEntry.objects.get().details
    assert details == {"name": sweep.name, "stage": "sft", "learning_rate": [1e-5, 2e-5]}


def test_an_export_and_a_registered_model(ada, make_snapshot, tiny_folder):
    snapshot = make_snapshot(Snapshot.Kind.RM)
    request_export(snapshot_id=snapshot.pk, files=[], forms=[], by=ada)
    register_base_model(
        path=tiny_folder, name="tiny", origin=Origin(licence="MIT", source="made here"), by=ada
    )

    assert deeds() == [
        (ada.display_name, "request_export"),
        (ada.display_name, "register_base_model"),
    ]
    assert AuditEntry.objects.get(action="register_base_model").details["licence"] == "MIT"
