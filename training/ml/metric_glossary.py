"""What every logged metric and every reported figure means, and which values are healthy.

Torch-free: the API serves it to the charts, and docs/metrics.md is rendered from it. A test runs
every stage and fails when one logs a figure that is not here, or when one here is logged by none.
"""

from training.ml.glossary.automatic_evaluations import AUTOMATIC_FIGURES
from training.ml.glossary.common import COMMON_METRICS
from training.ml.glossary.costs import COST_METRICS
from training.ml.glossary.ppo import ROLLOUT_METRICS, STEP_SIZE_METRICS, UPDATE_METRICS
from training.ml.glossary.reports import (
    GENERALISATION_FIGURES,
    PPO_FIGURES,
    SAMPLING_FIGURES,
    SFT_FIGURES,
    WARNINGS,
)
from training.ml.glossary.reward_reports import REWARD_MODEL_FIGURES
from training.ml.glossary.scoring import SCORING_FIGURES, SCORING_METRICS
from training.ml.glossary.supervised import RANKING_METRICS, SAMPLING_METRICS, SFT_METRICS
from training.ml.glossary.terms import Metric

__all__ = ["REPORT_FIGURES", "STEP_METRICS", "Metric", "logged_by", "reported_by"]

# In the order in which a run's curves are read (R47).
STEP_METRICS: tuple[Metric, ...] = (
    *SFT_METRICS,
    *RANKING_METRICS,
    *ROLLOUT_METRICS,
    *UPDATE_METRICS,
    *COMMON_METRICS,
    *STEP_SIZE_METRICS,
    *COST_METRICS,
    *SAMPLING_METRICS,
    *SCORING_METRICS,
)
REPORT_FIGURES: tuple[Metric, ...] = (
    *SFT_FIGURES,
    *REWARD_MODEL_FIGURES,
    *GENERALISATION_FIGURES,
    *PPO_FIGURES,
    *SAMPLING_FIGURES,
    *SCORING_FIGURES,
    *AUTOMATIC_FIGURES,
    WARNINGS,
)


def logged_by(stage: str) -> list[Metric]:
    """What the steps of a stage log, in reading order."""
    return [metric for metric in STEP_METRICS if stage in metric.stages]


def reported_by(stage: str) -> list[Metric]:
    """The figures of the report that a stage ends with."""
    return [figure for figure in REPORT_FIGURES if stage in figure.stages]
