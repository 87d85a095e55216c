"""The figure by which each of many runs is watched, as a line small enough for a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from training.models import Run

# The first of them that a run has logged more than once.
WATCHED: Mapping[str, Sequence[str]] = {
    Run.Stage.SFT: ("loss",),
    Run.Stage.REWARD_MODEL: ("accuracy", "loss"),
    Run.Stage.GENERALISATION: ("accuracy", "loss"),
    Run.Stage.PPO: ("reward", "kl"),
    Run.Stage.SAMPLING: ("tokens_per_second",),
    Run.Stage.SCORING: ("mean_reward",),
}
NUM_POINTS = 40
# Of a stretch of steps the newest so many: one would be chance, all of them hundreds of thousands.
STEPS_AVERAGED = 5

CURVES = """
WITH
wanted AS (SELECT * FROM unnest(%(stages)s, %(metrics)s, %(places)s) AS w(stage, metric, place)),
spans AS (
    SELECT r.id, w.metric, w.place, span.first, span.num
    FROM training_run r
    JOIN wanted w USING (stage)
    CROSS JOIN LATERAL (
        SELECT min(step) AS first, max(step) - min(step) + 1 AS num
        FROM training_stepmetrics WHERE run_id = r.id
    ) span
    WHERE r.id = ANY(%(runs)s::uuid[]) AND span.num > 1
)
SELECT s.id, s.metric, avg(near.value)
FROM spans s
CROSS JOIN generate_series(0, %(points)s - 1) AS n
CROSS JOIN LATERAL (
    SELECT (values->>s.metric)::float AS value
    FROM training_stepmetrics
    WHERE run_id = s.id
        AND step >= s.first + n * s.num / %(points)s
        AND step < s.first + (n + 1) * s.num / %(points)s
        AND jsonb_typeof(values->s.metric) = 'number'
    ORDER BY step DESC
    LIMIT %(averaged)s
) near
GROUP BY s.id, s.place, s.metric, n
ORDER BY s.id, s.place, n
"""


@dataclass(frozen=True)
class RunCurve:
    """``values`` in the order of the steps, two or more."""

    run_id: UUID
    metric: str
    values: Sequence[float]


def run_curves(run_ids: Iterable[UUID]) -> list[RunCurve]:
    """Of those of these runs that have a curve. One query, however long the runs are."""
    wanted = [
        (stage, metric, place)
        for stage, metrics in WATCHED.items()
        for place, metric in enumerate(metrics)
    ]
    stages, metrics, places = (list(column) for column in zip(*wanted, strict=True))
    given: dict[str, Any] = {
        "runs": list(run_ids),
        "stages": stages,
        "metrics": metrics,
        "places": places,
        "points": NUM_POINTS,
        "averaged": STEPS_AVERAGED,
    }
    found: dict[UUID, dict[str, list[float]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CURVES, given)
        for run_id, metric, value in cursor.fetchall():
            found.setdefault(run_id, {}).setdefault(metric, []).append(value)
    return [curve for run_id, by_metric in found.items() if (curve := _first(run_id, by_metric))]


def _first(run_id: UUID, by_metric: Mapping[str, Sequence[float]]) -> RunCurve | None:
    for metric, values in by_metric.items():
        if len(values) > 1:
            return RunCurve(run_id, metric, values)
    return None
