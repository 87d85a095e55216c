"""What a monitoring system is told of every run at work (R47, R74): its pace, checkpoints, curves.

Labelled by run: there are at most as many as there are slots.
"""

from typing import Any

from training.selectors.signs import Sign

# The newest figures of a run tell its present pace; the first ones tell how it warmed up.
RECENT_STEPS = 100
RUNS = """
SELECT run.id::text, run.step, pace.seconds, run.checkpoint_seconds,
  CASE WHEN every.steps > 0 THEN
    extract(epoch FROM clock_timestamp() - greatest(run.checkpointed_at, attempt.started_at)) END,
  every.steps * pace.seconds,
  (newest.said ->> 'loss')::float, (newest.said ->> 'kl')::float, (newest.said ->> 'reward')::float
FROM training_run AS run
JOIN training_runattempt AS attempt ON attempt.run_id = run.id AND attempt.fence = run.fence
CROSS JOIN LATERAL (
  SELECT nullif((run.spec #>> '{hyperparameters,checkpoint_every_steps}')::int, 0) AS steps
) AS every
LEFT JOIN LATERAL (
  SELECT (max(elapsed_seconds) - min(elapsed_seconds)) / nullif(max(step) - min(step), 0) AS seconds
  FROM (
    SELECT step, elapsed_seconds FROM training_stepmetrics
    WHERE run_id = run.id AND recorded_at >= attempt.started_at AND step >= attempt.first_new_step
    ORDER BY step DESC LIMIT %s
  ) AS recent
) AS pace ON true
LEFT JOIN LATERAL (
  SELECT "values" AS said FROM training_stepmetrics
  WHERE run_id = run.id ORDER BY step DESC, phase DESC LIMIT 1
) AS newest ON true
WHERE run.state IN ('claimed', 'running', 'stopping')
"""
NAMES = (
    ("job_step", "The newest step."),
    ("job_step_seconds", "For one of the last hundred steps."),
    ("checkpoint_write_seconds", "What the newest checkpoint took."),
    ("job_last_checkpoint_age_seconds", "Since the newest checkpoint or the attempt's beginning."),
    ("job_checkpoint_interval_seconds", "Between two checkpoints, at this pace."),
    ("job_loss", "Of the newest step, where the stage has one."),
    ("job_kl", "Of the newest step, in nats, where the stage has one."),
    ("job_reward", "Of the newest step, where the stage has one."),
)


def run_signs(cursor: Any) -> list[Sign]:
    """One query. What a run does not know yet, such as its pace, is left out."""
    cursor.execute(RUNS, [RECENT_STEPS])
    rows = cursor.fetchall()
    return [
        Sign(
            name,
            text,
            {row[0]: float(row[place]) for row in rows if row[place] is not None},
            "run",
        )
        for place, (name, text) in enumerate(NAMES, start=1)
    ]
