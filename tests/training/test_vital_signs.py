"""What a monitoring system is told: from the database, on a port of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.cast import make_ranking, make_ranking_project, make_task
from tests.labeling.work import lose, rank, take
from tests.training.processes import wait_until
from training.management.commands.serve_metrics import (
    FORGOTTEN_SECONDS,
    forget_the_dead,
    is_ready,
    registry,
)
from training.models import Run
from training.models.clock import ClockTimestamp
from training.runner.claim import claim, report_slots, start_running
from training.runner.environment import database_url
from training.selectors.vital_signs import vital_signs


def values():
    return {sign.name: sign.values for sign in vital_signs()}


@pytest.mark.django_db
def test_an_empty_installation_has_no_ages(django_assert_num_queries):
    with django_assert_num_queries(12):
        found = values()

    assert found["job_queue_age_seconds"] == found["job_lease_remaining_seconds"] == {}
    assert found["job_state"]["queued"] == 0.0
    assert found["gpu_slots"] == {}


@pytest.mark.django_db
def test_a_waiting_and_a_running_run_are_told_apart(make_run):
    report_slots("node-a")
    running, _ = make_run(), make_run()
    start_running(claim(running.pk, host="node-a"), pid=1)
    Run.objects.filter(state="queued").update(run_after=ClockTimestamp())

    found = values()

    assert (found["job_state"]["queued"], found["job_state"]["running"]) == (1.0, 1.0)
    assert found["gpu_slots"] == {"busy": 1.0}
    assert 0 <= found["job_queue_age_seconds"][""] < 5
    assert 50 < found["job_lease_remaining_seconds"][""] <= 60
    assert 0 <= found["job_silence_seconds"][""] < 5


@pytest.mark.django_db
def test_a_dead_reaper_shows_in_the_lease(make_run):
    """The alert of docs/operations.md: below -120."""
    report_slots("node-a")
    run = make_run()
    claim(run.pk, host="node-a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE training_run SET lease_until = clock_timestamp() - interval '3 min'")

    assert values()["job_lease_remaining_seconds"][""] < -120


@pytest.mark.django_db
def test_labels_are_counted_by_kind(amina):
    make_ranking(make_task(make_ranking_project(overlap=1)), amina, [1, 2, 3, 4])

    assert values()["labels_submitted"] == {"ranking": 1.0, "demonstration": 0.0}


@pytest.mark.django_db
def test_open_slots_lost_leases_and_late_answers_are_told(amina, otto):
    """reliability.md 6. A lease that ran out stays counted when its labeler answers after all."""
    project = make_ranking_project(overlap=1)
    make_task(project)
    held = take(project, amina)
    lose(held, to=otto)
    make_task(project)
    make_task(project)
    lost = values()
    rank(held, amina)
    answered = values()

    names = ("slots_open", "lease_expired", "surplus_labels")
    assert [lost[name][""] for name in names] == [2.0, 1.0, 0.0]
    assert [answered[name][""] for name in names] == [2.0, 1.0, 1.0]


def read(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.django_db(transaction=True)
def test_the_command_serves_the_database_and_what_the_web_measured(tmp_path, make_run):
    """Two real processes: a web worker that measures, and the one that adds up."""
    make_run()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CONCORD_METRICS_DIR": str(tmp_path / "metrics"),
        "CONCORD_SECURE_COOKIES": "false",
        "CONCORD_RUN_ROOT": str(tmp_path),
    }
    web, metrics = free_port(), free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{web}"]
    serve = [sys.executable, "manage.py", "serve_metrics", f"--port={metrics}"]
    started = [
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        for command in (
            gunicorn,
            [*serve, f"--backups={tmp_path}", f"--web=http://127.0.0.1:{web}"],
        )
    ]
    try:
        for port, path in ((web, "healthz"), (metrics, "metrics")):
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/{path}"), seconds=60)  # noqa: B023
        text = read(f"http://127.0.0.1:{metrics}/metrics")
    finally:
        for process in started:
            process.terminate()
            process.wait()

    assert 'job_state{state="queued"} 1.0' in text
    for name in ("slots_open", "lease_expired_total", "surplus_labels_total"):
        assert f"\n{name} 0.0\n" in text
    assert "database_up 1.0" in text
    assert "web_ready 1.0" in text
    assert 'disk_free_bytes{mount="runs"}' in text
    assert "backup_last_success_timestamp 0.0" in text
    counted = 'http_request_duration_seconds_count{code="200",method="GET",route="healthz"}'
    assert counted in text


def answers(url):
    try:
        read(url)
    except (urllib.error.URLError, OSError):
        return False
    return True


@pytest.mark.django_db
def test_without_a_database_the_metrics_say_so(settings, tmp_path, monkeypatch):
    settings.METRICS_DIR = tmp_path / "metrics"
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connection.close()

    assert registry().get_sample_value("database_up") == 0.0


def test_a_web_that_is_away_is_not_ready():
    assert not is_ready(f"http://127.0.0.1:{free_port()}")


def test_an_address_that_is_none_is_refused_with_an_example():
    with pytest.raises(CommandError, match="is not like http"):
        call_command("serve_metrics", "--web=file:///etc/passwd")


def test_files_of_processes_that_are_long_gone_are_forgotten(tmp_path):
    gone, young, alive = (
        tmp_path / f"histogram_{pid}.db" for pid in (2**22, 2**22 - 1, os.getpid())
    )
    for path in (gone, young, alive):
        path.write_bytes(b"")
    long_ago = time.time() - FORGOTTEN_SECONDS - 1
    for path in (gone, alive):
        os.utime(path, (long_ago, long_ago))

    forget_the_dead(tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([young, alive])
