"""What a monitoring system asks of an installation, all of it from the database (R74).

Queues, leases and labels are rows, so one process can tell of every machine, and goes on telling
when the workers are dead: that is when somebody looks.
"""

from typing import Any

from django.conf import settings
from django.db import connection

from training.models import RunState
from training.selectors.run_signs import run_signs
from training.selectors.signs import COUNTER, Sign

BY_STATE = "SELECT state, count(*) FROM training_run GROUP BY state"
ATTEMPTS = """
SELECT outcome, count(*) FROM training_runattempt WHERE ended_at IS NOT NULL GROUP BY outcome
"""
# One row, so that all of it is of one moment.
OLDEST = """
SELECT
  (SELECT extract(epoch FROM max(clock_timestamp() - run_after)) FROM training_run
    WHERE state = 'queued' AND run_after <= clock_timestamp()),
  (SELECT extract(epoch FROM min(lease_until) - clock_timestamp()) FROM training_run
    WHERE state IN ('claimed', 'running', 'stopping')),
  (SELECT extract(epoch FROM max(clock_timestamp() - greatest(
      (SELECT max(recorded_at) FROM training_stepmetrics AS m WHERE m.run_id = run.id),
      attempt.stepped_at, attempt.started_at, run.started_at)))
    FROM training_run AS run
    LEFT JOIN training_runattempt AS attempt
      ON attempt.run_id = run.id AND attempt.fence = run.fence
    WHERE run.state = 'running')
"""
SLOTS = """
SELECT CASE
    WHEN last_seen < clock_timestamp() - make_interval(secs => %s) THEN 'offline'
    WHEN EXISTS (SELECT 1 FROM training_run WHERE slot_id = slot.id
      AND state IN ('claimed', 'running', 'stopping')) THEN 'busy'
    ELSE 'free' END, count(*)
FROM training_gpuslot AS slot GROUP BY 1
"""
LABELS = """
SELECT 'ranking', count(*) FROM labeling_ranking
UNION ALL SELECT 'demonstration', count(*) FROM labeling_demonstration
"""
ASSIGNMENTS = "SELECT state, count(*) FROM labeling_assignment GROUP BY state"
# A reviewer's correction is no further answer.
LATE = """
SELECT
  (SELECT coalesce(sum(num_lapses), 0) FROM labeling_assignment WHERE num_lapses > 0),
  (SELECT count(*) FROM labeling_ranking WHERE is_surplus)
    + (SELECT count(*) FROM labeling_demonstration WHERE is_surplus AND revision_of_id IS NULL)
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

# An attempt that learned it no longer owned its run, and what attempts found alive of earlier ones.
STRAYS = """
SELECT count(*) FILTER (WHERE was_fenced), coalesce(sum(num_orphans_killed), 0)
FROM training_runattempt
"""
MEMORY = """
SELECT host || '/' || index, memory_used_bytes, memory_total_bytes
FROM training_gpuslot WHERE memory_used_bytes IS NOT NULL AND last_seen >= clock_timestamp()
  - make_interval(secs => %s)
"""
PERIODIC = """
SELECT name, extract(epoch FROM clock_timestamp() - ran_at),
  extract(epoch FROM clock_timestamp() - succeeded_at), num_failures
FROM labeling_periodicwork
"""

MISSED_REPORTS = 3
SYNTHETIC_LABELER = "synthetic_labeler"


def vital_signs() -> list[Sign]:
    """Twelve queries. What is not defined now, such as the age of an empty queue, is left out."""
    silence_allowed = [MISSED_REPORTS * settings.HEARTBEAT_SECONDS]
    with connection.cursor() as cursor:
        states = _grouped(cursor, BY_STATE)
        attempts = _grouped(cursor, ATTEMPTS)
        slots = _grouped(cursor, SLOTS, silence_allowed)
        of_labels = _of_labels(cursor)
        cursor.execute(OLDEST)
        queued, lease, silence = cursor.fetchone()
        cursor.execute(CONNECTIONS)
        [connections] = cursor.fetchone()
        cursor.execute(STRAYS)
        fenced, orphans = cursor.fetchone()
        cursor.execute(MEMORY, silence_allowed)
        memory = cursor.fetchall()
        cursor.execute(PERIODIC)
        periodic = cursor.fetchall()
        of_runs = run_signs(cursor)
    all_states = {state.value: states.get(state.value, 0.0) for state in RunState}
    return [
        Sign("job_state", "Runs by state.", all_states, "state"),
        Sign("job_attempts", "Ended attempts by how.", attempts, "outcome", COUNTER),
        Sign("job_queue_age_seconds", "The oldest run that may start.", _one(queued)),
        Sign("job_lease_remaining_seconds", "Of the live run that has least.", _one(lease)),
        Sign(
            "job_silence_seconds",
            "Since the last step, or the beginning of its attempt, of the quietest run.",
            _one(silence),
        ),
        Sign("gpu_slots", "Slots by what they do.", slots, "state"),
        *of_labels,
        Sign("db_connections", "Open connections to the database.", _one(connections)),
        # A slot is free and a run may start: what is left to wait for is the doorbell.
        Sign(
            "outbox_lag_seconds",
            "A run that nobody rings for.",
            _one(queued if slots.get("free") else None),
        ),
        Sign(
            "job_fenced_writes", "Attempts whose writes were refused.", _one(fenced), kind=COUNTER
        ),
        Sign("orphans_killed", "Processes of dead attempts.", _one(orphans), kind=COUNTER),
        Sign("gpu_memory_bytes", "In use.", {row[0]: float(row[1]) for row in memory}, "slot"),
        Sign("gpu_memory_total_bytes", "There.", {row[0]: float(row[2]) for row in memory}, "slot"),
        *_of_periodic_work(periodic),
        *of_runs,
    ]


def _of_labels(cursor: Any) -> list[Sign]:
    """Three queries."""
    labels, assignments = _grouped(cursor, LABELS), _grouped(cursor, ASSIGNMENTS)
    cursor.execute(LATE)
    lapses, surplus = cursor.fetchone()
    is_open = _one(assignments.get("open", 0))
    return [
        Sign("labels_submitted", "Answers stored, by kind.", labels, "kind", COUNTER),
        Sign("assignments", "Slots of tasks by state.", assignments, "state"),
        Sign("slots_open", "Slots of tasks that wait for a labeler.", is_open),
        Sign("lease_expired", "Leases of labelers that ran out.", _one(lapses), kind=COUNTER),
        Sign("surplus_labels", "Answers beyond a task's overlap.", _one(surplus), kind=COUNTER),
    ]


def _of_periodic_work(rows: list[tuple[str, float, float | None, int]]) -> list[Sign]:
    """Nothing of work that was never done."""
    ages = {name: float(age) for name, age, _, _ in rows}
    tried = [
        (success, failures) for name, _, success, failures in rows if name == SYNTHETIC_LABELER
    ]
    success, failures = tried[0] if tried else (None, None)
    return [
        Sign("reaper_last_run_seconds", "Since it looked.", _one(ages.get("reap"))),
        Sign("dispatcher_last_run_seconds", "Since it looked.", _one(ages.get("dispatch"))),
        Sign("synthetic_labeler_failures", "In a row.", _one(failures)),
        Sign("synthetic_labeler_last_success_seconds", "Since it labeled.", _one(success)),
    ]


def _grouped(cursor: Any, query: str, parameters: list[Any] | None = None) -> dict[str, float]:
    cursor.execute(query, parameters)
    return {name: float(count) for name, count in cursor.fetchall()}


def _one(value: Any) -> dict[str, float]:
    return {} if value is None else {"": float(value)}
