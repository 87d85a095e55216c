"""What a monitoring system asks of an installation, all of it from the database (R74).

Queues, leases and labels are rows, so one process can tell of every machine, and goes on telling
when the workers are dead: that is when somebody looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from training.models import RunState

GAUGE, COUNTER = "gauge", "counter"

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
  (SELECT extract(epoch FROM max(clock_timestamp() - coalesce(
      (SELECT max(recorded_at) FROM training_stepmetrics AS m WHERE m.run_id = run.id),
      run.started_at))) FROM training_run AS run WHERE state = 'running')
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
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

MISSED_REPORTS = 3
Values = Mapping[str, float]


@dataclass(frozen=True)
class Sign:
    """One metric: by the values of its label, or under the empty name without one."""

    name: str
    text: str
    values: Values
    label: str = ""
    kind: str = GAUGE


def vital_signs() -> list[Sign]:
    """Seven queries. What is not defined now, such as the age of an empty queue, is left out."""
    with connection.cursor() as cursor:
        states = _grouped(cursor, BY_STATE)
        attempts = _grouped(cursor, ATTEMPTS)
        slots = _grouped(cursor, SLOTS, [MISSED_REPORTS * settings.HEARTBEAT_SECONDS])
        labels = _grouped(cursor, LABELS)
        assignments = _grouped(cursor, ASSIGNMENTS)
        cursor.execute(OLDEST)
        queued, lease, silence = cursor.fetchone()
        cursor.execute(CONNECTIONS)
        [connections] = cursor.fetchone()
    all_states = {state.value: states.get(state.value, 0.0) for state in RunState}
    return [
        Sign("job_state", "Runs by state.", all_states, "state"),
        Sign("job_attempts", "Ended attempts by how.", attempts, "outcome", COUNTER),
        Sign("job_queue_age_seconds", "The oldest run that may start.", _one(queued)),
        Sign("job_lease_remaining_seconds", "Of the live run that has least.", _one(lease)),
        Sign("job_silence_seconds", "Since the last step of the quietest run.", _one(silence)),
        Sign("gpu_slots", "Slots by what they do.", slots, "state"),
        Sign("labels_submitted", "Answers stored, by kind.", labels, "kind", COUNTER),
        Sign("assignments", "Slots of tasks by state.", assignments, "state"),
        Sign("db_connections", "Open connections to the database.", _one(connections)),
    ]


def _grouped(cursor: Any, query: str, parameters: list[Any] | None = None) -> dict[str, float]:
    cursor.execute(query, parameters)
    return {name: float(count) for name, count in cursor.fetchall()}


def _one(value: Any) -> dict[str, float]:
    return {} if value is None else {"": float(value)}
