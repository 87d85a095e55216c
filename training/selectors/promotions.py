"""Reading promotions: what was decided about a version, and what there is to decide it by (R87)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from labeling.agreement.intervals import Figure
from labeling.models import Project
from labeling.selectors.evaluations import evaluation_results, evaluations
from training.models import ModelVersion, Promotion, Snapshot

NOT_JUDGED = (
    "This model is not compared in this evaluation, or is what the others are compared with."
)
NO_INTERVAL = "Its win rate has no interval yet."
NO_ACCURACY = "Its report has no held-out accuracy with an interval."
SIMULATED = "It learned from rankings of simulated labelers, and these are no grounds."


@dataclass(frozen=True)
class Grounds:
    """What one evaluation says of a version: figures to stand on, or why it has none."""

    evaluation: Project
    evidence: dict[str, Any] | None
    reason_missing: str


def promotions_of(version: ModelVersion) -> QuerySet[Promotion]:
    """The newest first. One query."""
    return Promotion.objects.filter(model_version=version).select_related(
        "replaces", "evaluation", "promoted_by"
    )


def current_of(kind: str) -> Promotion | None:
    """The promotion that made a version the current one of its kind, unless it was taken back."""
    newest = (
        Promotion.objects.filter(model_version__kind=kind, stage=Promotion.Stage.CURRENT)
        .select_related("model_version", "replaces")
        .first()
    )
    if newest is None or promotions_of(newest.model_version).filter(pk__gt=newest.pk).exists():
        return None
    return newest


def grounds_for(version: ModelVersion) -> Sequence[Grounds]:
    """What every evaluation that shows this model says of it. Three queries per evaluation."""
    source = version.completion_source_id
    if source is None:
        return []
    shown = evaluations().filter(Q(evaluated_sources=source) | Q(baseline_source=source))
    return [grounds_in(project, version) for project in shown.distinct().order_by("-created_at")]


def grounds_in(project: Project, version: ModelVersion) -> Grounds:
    """The win rate that people gave this model; simulated labelers never count."""
    results = evaluation_results(project=project)
    judged = [one for one in results.models if one.source.pk == version.completion_source_id]
    rate = judged[0].win_rate if judged else None
    if rate is None:
        return Grounds(project, None, NOT_JUDGED)
    if rate.value is None or rate.low is None or rate.high is None:
        return Grounds(
            project, None, rate.reason_undefined or rate.reason_no_interval or NO_INTERVAL
        )
    baseline = project.baseline_source
    said = _interval(rate) | {
        "kind": "human_evaluation",
        "num_judgments": judged[0].num_judgments,
        "num_labelers": results.num_labelers,
        "num_prompts": rate.num_prompts,
        "compared_with": "" if baseline is None else baseline.name,
    }
    return Grounds(project, said, "")


def held_out_accuracy(version: ModelVersion) -> dict[str, Any] | None:
    """How a reward model orders held-out pairs: it writes nothing that people could judge.

    One query.
    """
    if version.kind != ModelVersion.Kind.REWARD_MODEL or why_no_held_out_accuracy(version):
        return None
    accuracy = version.report["validation"]["accuracy"]
    figures = {name: accuracy[name] for name in ("value", "low", "high")}
    return figures | {"kind": "held_out_accuracy", "num_pairs": accuracy.get("num_pairs", 0)}


def why_no_held_out_accuracy(version: ModelVersion) -> str:
    """Why a reward model cannot stand on it; empty where it can, and of other kinds. One query."""
    if version.kind != ModelVersion.Kind.REWARD_MODEL:
        return ""
    accuracy = version.report.get("validation", {}).get("accuracy")
    if not isinstance(accuracy, dict) or any(
        accuracy.get(name) is None for name in ("value", "low", "high")
    ):
        return NO_ACCURACY
    # The held-out pairs are of the same snapshot as those it learned from.
    read = Snapshot.objects.filter(consumers__run=version.run_id, kind=Snapshot.Kind.RM)
    return SIMULATED if read.filter(query__include_simulated=True).exists() else ""


def _interval(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}
