"""docs/metrics.md, rendered from the glossary: `python -m tests.architecture.metrics_page`.

A test compares, so the page is written anew with every change of a metric.
"""

from collections.abc import Iterator
from pathlib import Path

from training.ml.metric_glossary import Metric, logged_by, reported_by

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
STAGES = {
    "sft": "Supervised fine-tuning",
    "reward_model": "Reward model",
    "generalisation": "Generalisation to new labelers",
    "ppo": "PPO and PPO-ptx",
    "sampling": "Sampling",
    "scoring": "Scoring",
}
# Of a figure whose meaning says how it comes about.
SAY_NOTHING = {"a count", "texts"}
HEAD = """# What every figure means

Rendered from `training/ml/metric_glossary.py`, which the charts of a run read too; a test runs
every stage and fails when a figure is missing here, or when one here is logged by nothing.

In formulas: x is a prompt, y an answer of tokens y_t, y_w the answer that a labeler preferred to
y_l, r the reward model; pi is the policy, pi_ref the policy as it was at the start, pi_old the one
that wrote the answer; A is an advantage, V a value, R a return, `[...]` 1 where what is inside
holds and 0 elsewhere. Logarithms are natural.

"Our experience" stands where no source prints a range; such ranges are hints, not limits. The
charts draw the ranges that have two sides or one as a quiet band and say in words when the newest
figure lies outside.
"""


def metrics_page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for stage, title in STAGES.items():
        yield f"## {title}\n"
        yield "### Step by step\n"
        for metric in logged_by(stage):
            yield from _entry(metric)
        yield "### In the report\n"
        yield "| figure | what it says | healthy |"
        yield "|---|---|---|"
        for figure in reported_by(stage):
            yield f"| `{figure.name}`{_unit(figure)} | {_said(figure)} | {_healthy(figure)} |"
        yield ""


def _entry(metric: Metric) -> Iterator[str]:
    yield f"**`{metric.name}`** {metric.title}{_unit(metric)}. {metric.meaning}"
    yield f"- Formula: `{metric.formula}`"
    yield f"- Healthy: {_healthy(metric)}"
    if metric.otherwise:
        yield f"- Otherwise: {metric.otherwise}"
    yield ""


def _unit(metric: Metric) -> str:
    return f", {metric.unit}" if metric.unit else ""


def _said(figure: Metric) -> str:
    """Without the bars that would end the cell."""
    formula = "" if figure.formula in SAY_NOTHING else f"Formula: `{figure.formula}`."
    said = (figure.meaning, formula, figure.otherwise)
    return " ".join(part for part in said if part).replace("|", "\\|")


def _healthy(metric: Metric) -> str:
    source = f" ({metric.source})" if metric.source else ""
    return f"{metric.healthy}{source}"


if __name__ == "__main__":
    PAGE.write_text(metrics_page(), encoding="utf-8")
