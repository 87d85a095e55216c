"""Reading sweeps: which value did best, by the figure that its stage is chosen by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from labeling.errors import NotAccessible
from training.ml.glossary.automatic_evaluations import AUTOMATIC_EVALUATIONS, PLACE
from training.ml.metric_glossary import logged_by
from training.models import Run, RunState, Sweep

KL = "kl"
NOT_ASKED = "the run was not asked for it"
NO_FIGURE = "its report does not have it"


@dataclass(frozen=True)
class Criterion:
    """A figure of a finished run's report, and which way is better."""

    name: str
    label: str
    is_higher_better: bool


REWARD_OF_EPOCH = Criterion("reward", "Mean reward on held-out prompts", is_higher_better=True)
# R57: an initial policy for PPO has to be good at both kinds of text that it learned from.
MIXED_LOSS_OF_EPOCH = Criterion(
    "mixed_loss", "Loss on held-out demonstrations and pretraining text", is_higher_better=False
)
LOSS_OF_EPOCH = Criterion("loss", "Loss on held-out demonstrations", is_higher_better=False)
ACCURACY = Criterion("accuracy", "Accuracy on held-out pairs", is_higher_better=True)
HELD_OUT_ACCURACY = Criterion(
    "held_out_accuracy", "Accuracy on labelers left out", is_higher_better=True
)
VALIDATION_SCORE = Criterion(
    "validation_score", "Mean score on held-out prompts", is_higher_better=True
)
TRAINING_SCORE = Criterion("score", "Mean score of the last batch", is_higher_better=True)


@dataclass(frozen=True)
class SweepEntry:
    """One run of a sweep; ``figure`` None until it has ended with one."""

    value: float
    run: Run
    figure: float | None
    low: float | None
    high: float | None
    is_best: bool


@dataclass(frozen=True)
class PanelFigure:
    """One run's figure over ``num`` of ``unit``; ``value`` None with the reason why, which is empty
    for a run that has not ended."""

    value: float | None
    low: float | None = None
    high: float | None = None
    num: int | None = None
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Panel:
    """One figure of every run, in the order of the sweep's entries (R75).

    ``is_higher_better`` None where neither end is.
    """

    name: str
    title: str
    unit: str
    definition: str
    is_higher_better: bool | None
    figures: Sequence[PanelFigure]


@dataclass(frozen=True)
class SweepResult:
    """``criterion`` None while no run has a figure; ``panels`` share the swept value as their x."""

    sweep: Sweep
    criterion: Criterion | None
    entries: Sequence[SweepEntry]
    panels: Sequence[Panel]


def sweeps() -> QuerySet[Sweep]:
    """Each with ``num_runs``, unordered. One query."""
    return Sweep.objects.select_related("created_by").annotate(num_runs=Count("runs"))


def access_sweep(sweep_id: UUID) -> SweepResult:
    """A sweep with its runs by value, and the best of those that have a figure. Two queries.

    Raises: NotAccessible.
    """
    sweep = sweeps().filter(pk=sweep_id).first()
    if sweep is None:
        raise NotAccessible
    runs = sorted(sweep.runs.all(), key=lambda run: value_of(run, sweep.parameter))
    criterion = criterion_of(runs)
    figures = [figure_of(run, criterion) for run in runs]
    best = best_figure(criterion, [figure for figure, _, _ in figures])
    entries = [
        SweepEntry(
            value=value_of(run, sweep.parameter),
            run=run,
            figure=figure,
            low=low,
            high=high,
            is_best=figure is not None and figure == best,
        )
        for run, (figure, low, high) in zip(runs, figures, strict=True)
    ]
    return SweepResult(sweep, criterion, entries, panels_of(criterion, entries))


def value_of(run: Run, parameter: str) -> float:
    return float(run.spec["hyperparameters"][parameter])


def criterion_of(runs: Sequence[Run]) -> Criterion | None:
    """The best figure that every ended run of the sweep has: reward before loss (R55, R57)."""
    reports = [run.report for run in runs if run.state == RunState.SUCCEEDED]
    for criterion in FIGURES:
        if reports and all(_read(report, criterion) is not None for report in reports):
            return criterion
    return None


def figure_of(
    run: Run, criterion: Criterion | None
) -> tuple[float | None, float | None, float | None]:
    """The run's figure with its interval, where it has one."""
    if criterion is None or run.state != RunState.SUCCEEDED:
        return None, None, None
    found = _read(run.report, criterion)
    if isinstance(found, Mapping):
        return found["value"], found.get("low"), found.get("high")
    return found, None, None


def best_figure(criterion: Criterion | None, figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    if criterion is None or not known:
        return None
    return max(known) if criterion.is_higher_better else min(known)


def panels_of(criterion: Criterion | None, entries: Sequence[SweepEntry]) -> list[Panel]:
    """What the stage is chosen by, each automatic evaluation asked for, and PPO's divergence.

    An evaluation is there before any run has its figure; the other two are not.
    """
    runs = [entry.run for entry in entries]
    panels = [] if criterion is None else [_panel_of_criterion(criterion, entries)]
    asked = {name: None for run in runs for name in run.spec.get("evaluations", ())}
    panels += [_panel_of_evaluation(name, runs) for name in asked]
    if any(_divergence(run) is not None for run in runs):
        panels.append(_panel_of_divergence(runs))
    return panels


def _panel_of_criterion(criterion: Criterion, entries: Sequence[SweepEntry]) -> Panel:
    return Panel(
        name=criterion.name,
        title=criterion.label,
        unit="",
        definition=f"{criterion.label}, by which the best run of the sweep is marked.",
        is_higher_better=criterion.is_higher_better,
        figures=[
            PanelFigure(entry.figure, entry.low, entry.high, reason=_missing(entry.run))
            if entry.figure is None
            else PanelFigure(entry.figure, entry.low, entry.high)
            for entry in entries
        ],
    )


def _panel_of_evaluation(name: str, runs: Sequence[Run]) -> Panel:
    evaluation = AUTOMATIC_EVALUATIONS[name]
    return Panel(
        name=name,
        title=evaluation.meaning.title,
        unit=evaluation.meaning.unit,
        definition=f"{evaluation.meaning.meaning} Formula: {evaluation.meaning.formula}.",
        is_higher_better=evaluation.is_higher_better,
        figures=[_evaluated(name, run) for run in runs],
    )


def _evaluated(name: str, run: Run) -> PanelFigure:
    found = run.report.get(PLACE.rstrip("."), {}).get(name)
    if run.state != RunState.SUCCEEDED or found is None:
        return PanelFigure(
            None, reason=NOT_ASKED if run.state == RunState.SUCCEEDED else _missing(run)
        )
    return PanelFigure(**found)


def _panel_of_divergence(runs: Sequence[Run]) -> Panel:
    [kl] = [metric for metric in logged_by(Run.Stage.PPO) if metric.name == KL]
    read = [_divergence(run) for run in runs]
    return Panel(
        name=KL,
        title=f"{kl.title} in the last iteration",
        unit=kl.unit,
        definition=f"{kl.meaning} Formula: {kl.formula}. Of the last iteration's answers.",
        is_higher_better=None,
        figures=[
            PanelFigure(value, reason="" if value is not None else _missing(run))
            for run, value in zip(runs, read, strict=True)
        ],
    )


def _divergence(run: Run) -> float | None:
    return (run.report.get("last") or {}).get(KL)


def _missing(run: Run) -> str:
    """Why a run has no figure and will have none; empty for one that may still get it."""
    if run.state == RunState.FAILED:
        return "the run failed"
    if run.state == RunState.CANCELLED:
        return "the run was cancelled"
    return NO_FIGURE if run.state == RunState.SUCCEEDED else ""


def _read(report: Mapping[str, Any], criterion: Criterion) -> Any:
    """The figure in a report, None where it lacks one."""
    node: Any = report
    for key in FIGURES[criterion]:
        node = node.get(key) if isinstance(node, Mapping) else None
    if isinstance(node, list):
        chosen = max if criterion.is_higher_better else min
        return chosen(node) if node else None
    if isinstance(node, Mapping) and node.get("value") is None:
        return None
    return node


# Where each figure stands, the one to prefer first; a list holds one figure per epoch.
FIGURES: Mapping[Criterion, tuple[str, ...]] = {
    MIXED_LOSS_OF_EPOCH: ("validation", "mixed_loss_by_epoch"),
    REWARD_OF_EPOCH: ("validation", "reward_by_epoch"),
    ACCURACY: ("validation", "accuracy"),
    VALIDATION_SCORE: ("validation", "score_after"),
    HELD_OUT_ACCURACY: ("held_out",),
    LOSS_OF_EPOCH: ("validation", "loss_by_epoch"),
    TRAINING_SCORE: ("last", "score"),
}
