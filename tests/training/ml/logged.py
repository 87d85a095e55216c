"""What jobs logged and reported, read from their folders: the names, not the numbers."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.ml.metric_glossary import logged_by, reported_by

# Their keys are data: a labeler, a category, a K, a degree of agreement, a policy, a metric.
KEYED_BY_DATA = {"by_labeler", "by_category", "by_k", "by_agreement", "by_policy", "first", "last"}
# Names of what a run read, no figures: its page shows them where it says why the run ended.
NO_FIGURES = {"broken_step"}
# A figure with its interval counts as one.
OF_AN_INTERVAL = {"value", "low", "high"}


def logged_names(work_dir: Path) -> set[str]:
    """The names of the metrics of all steps."""
    progress = work_dir / "progress.jsonl"
    lines = progress.read_text(encoding="utf-8").splitlines() if progress.exists() else []
    return {name for line in lines for name in json.loads(line)["metrics"]}


def report_of(work_dir: Path) -> dict[str, Any]:
    result = work_dir / "result.json"
    return dict(json.loads(result.read_text(encoding="utf-8"))["report"]) if result.exists() else {}


def figures_of(report: Mapping[str, Any]) -> set[str]:
    """The places of a report's figures, as the glossary names them."""
    figures = {name: child for name, child in report.items() if name not in NO_FIGURES}
    return set(_places(figures, ""))


def _places(node: object, place: str) -> Iterator[str]:
    if isinstance(node, Mapping) and not set(node) >= OF_AN_INTERVAL:
        for key, child in node.items():
            known = "*" if place.rpartition(".")[2] in KEYED_BY_DATA else key
            yield from _places(child, f"{place}.{known}".lstrip("."))
    elif isinstance(node, list) and node and isinstance(node[0], Mapping):
        for child in node:
            yield from _places(child, f"{place}[]")
    else:
        yield place


def unexplained(work_dir: Path) -> set[str]:
    """What a job logged or reported that the glossary does not know."""
    stage = json.loads((work_dir / "job.json").read_text(encoding="utf-8"))["stage"]
    known = {metric.name for metric in logged_by(stage)}
    reported = {figure.name for figure in reported_by(stage)}
    # An empty list, or nothing where a group of figures would be.
    groups = {name[: match.start()] for name in reported for match in re.finditer(r"\.|\[", name)}
    strangers = logged_names(work_dir) - known
    strangers |= figures_of(report_of(work_dir)) - reported - groups
    return {f"{stage}: {name}" for name in strangers}
