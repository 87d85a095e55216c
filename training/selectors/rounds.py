"""Reading rounds: where each step is, and whether the next one can or should begin (R84)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from labeling.errors import NotAccessible
from labeling.models import Assignment, Project, User
from labeling.selectors.evaluations import evaluations
from labeling.selectors.rankings import trainable_rankings
from training.models import (
    ModelVersion,
    Round,
    RoundLink,
    RoundStep,
    Run,
    RunState,
    Snapshot,
)
from training.selectors.evaluation_prompts import without_kept
from training.selectors.frozen_rankings import is_frozen_in
from training.selectors.lost_work import MAX_LOST

STEPS = tuple(RoundStep)
WAITED_FOR = {
    RoundStep.SAMPLING: "the samples",
    RoundStep.TASKS: "the tasks",
    RoundStep.SNAPSHOT: "the rankings",
    RoundStep.REWARD_MODEL: "the reward model",
    RoundStep.PPO: "the policy",
}
FAILED = (RunState.FAILED, RunState.CANCELLED)


class StepState(StrEnum):
    # What it needs is not there yet.
    WAITING = "waiting"
    READY = "ready"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class StepView:
    """One step on the board. ``is_due``: its condition is met, so it may begin by itself."""

    step: RoundStep
    state: StepState
    note: str
    link: RoundLink | None
    can_start: bool
    is_due: bool
    evaluation: Project | None = None


def rounds() -> QuerySet[Round]:
    """With what they start from, their policies and their links, newest first."""
    return Round.objects.select_related(
        "policy",
        "project",
        "prompts",
        "pretraining",
        "leaves_out",
        "created_by",
        "freezing_asked_by",
    ).prefetch_related(
        "policies__model_version",
        "links__run__output_model_version",
        "links__snapshot",
        "links__started_by",
    )


def access_round(round_id: UUID) -> Round:
    """For researchers. Raises: NotAccessible."""
    found = rounds().filter(pk=round_id).first()
    if found is None:
        raise NotAccessible
    return found


def board_of(one: Round) -> list[StepView]:
    """Every step in order. Up to four queries beyond ``rounds``."""
    newest = newest_links(one)
    views: dict[RoundStep, StepView] = {}
    for step in STEPS:
        link = newest.get(step)
        if step == RoundStep.EVALUATION:
            views[step] = _evaluation(one, views[RoundStep.PPO], link)
        elif link is None:
            views[step] = _not_begun(one, step, views)
        elif link.run is not None:
            views[step] = _of_run(one, step, link, link.run)
        elif step == RoundStep.TASKS:
            views[step] = StepView(step, StepState.DONE, _ranked(one), link, False, False)
        else:
            views[step] = StepView(step, StepState.DONE, "", link, False, False)
    return list(views.values())


def newest_links(one: Round) -> Mapping[RoundStep, RoundLink]:
    """No query after ``rounds``."""
    newest: dict[RoundStep, RoundLink] = {}
    for link in sorted(one.links.all(), key=lambda link: link.pk):
        newest[RoundStep(link.step)] = link
    return newest


def newest_link(one: Round) -> RoundLink | None:
    """What the round did last. No query after ``rounds``."""
    return max(one.links.all(), key=lambda link: link.pk, default=None)


def num_new_rankings(one: Round) -> int:
    """Sealed rankings of the round's project that no round of that project has frozen yet.

    What is frozen besides, for a standing reward model, an export or a look, learns nothing for a
    round. Two queries.
    """
    links = RoundLink.objects.filter(step=RoundStep.SNAPSHOT, round__project=one.project_id)
    rankings = trainable_rankings(project_ids=[one.project_id])
    new = rankings.filter(~is_frozen_in(links.values("snapshot")))
    return without_kept(new, "task__prompt").count()


def rankings_frozen_by(one: Round) -> Snapshot | None:
    """None before it has frozen any. No query after ``rounds``."""
    link = newest_links(one).get(RoundStep.SNAPSHOT)
    return link.snapshot if link else None


def model_made_by(link: RoundLink | None) -> ModelVersion | None:
    """What the link's run has published; None before it has."""
    if link is None or link.run is None or link.run.state != RunState.SUCCEEDED:
        return None
    version: ModelVersion | None = getattr(link.run, "output_model_version", None)
    return version


def _of_run(one: Round, step: RoundStep, link: RoundLink, run: Run) -> StepView:
    if run.state == RunState.SUCCEEDED:
        return StepView(step, StepState.DONE, "", link, False, False)
    if run.state in FAILED:
        # Why is with the run; who reads it says it in words.
        return StepView(step, StepState.FAILED, "", link, one.closed_at is None, False)
    return StepView(step, StepState.WORKING, "", link, False, False)


def _not_begun(one: Round, step: RoundStep, before: Mapping[RoundStep, StepView]) -> StepView:
    is_open = one.closed_at is None
    missing = _missing(step, before)
    if missing:
        return StepView(step, StepState.WAITING, missing, None, False, False)
    if one.num_lost >= MAX_LOST:
        return _lost(one, step)
    if step != RoundStep.SNAPSHOT:
        return StepView(step, StepState.READY, "", None, is_open, is_open)
    if is_open and (asked_by := one.freezing_asked_by) is not None:
        note = f"A worker freezes them, {asked_by.display_name} asked for it"
        return StepView(step, StepState.WORKING, note, None, False, True)
    num = num_new_rankings(one)
    note = f"{num} of {one.min_rankings} new rankings are sealed"
    state = StepState.READY if num >= one.min_rankings else StepState.WAITING
    return StepView(
        step, state, note, None, is_open and num > 0, is_open and num >= one.min_rankings
    )


def _lost(one: Round, step: RoundStep) -> StepView:
    """Somebody may begin it again. Whoever would do so by itself says why not, with the round."""
    is_open = one.closed_at is None
    return StepView(step, StepState.FAILED, "No worker survived it", None, is_open, is_open)


def _missing(step: RoundStep, before: Mapping[RoundStep, StepView]) -> str:
    """What the step waits for; empty where the one before it is done."""
    if step == RoundStep.SAMPLING:
        return ""
    previous = before[STEPS[STEPS.index(step) - 1]]
    done = previous.state == StepState.DONE
    return "" if done else f"Waits for {WAITED_FOR[previous.step]}"


def _ranked(one: Round) -> str:
    slots = Assignment.objects.filter(project=one.project_id)
    num = slots.filter(state=Assignment.State.SUBMITTED).count()
    return f"{num} of {slots.count()} places of its project are answered"


def _evaluation(one: Round, ppo: StepView, link: RoundLink | None) -> StepView:
    """Its sampling begins here. A person opens it on its own page; it is found by its policy."""
    step = RoundStep.EVALUATION
    made = model_made_by(ppo.link)
    if made is None:
        return StepView(
            step, StepState.WAITING, f"Waits for {WAITED_FOR[RoundStep.PPO]}", None, False, False
        )
    opened = evaluations().filter(evaluated_sources=made.completion_source_id).last()
    if opened is not None:
        state = StepState.WORKING if _open_slots(opened) else StepState.DONE
        return StepView(step, state, "", link, False, False, evaluation=opened)
    if link is None and one.num_lost >= MAX_LOST:
        return _lost(one, step)
    if link is None or link.run is None:
        note = f"Sample from {made.name}, then open an evaluation of it"
        is_open = one.closed_at is None
        return StepView(step, StepState.READY, note, None, is_open, is_open)
    if link.run.state == RunState.SUCCEEDED:
        note = f"{made.name} has answered. Open an evaluation of it"
        return StepView(step, StepState.READY, note, link, False, False)
    return _of_run(one, step, link, link.run)


def _open_slots(project: Project) -> bool:
    unanswered = (Assignment.State.OPEN, Assignment.State.LEASED)
    return Assignment.objects.filter(project=project, state__in=unanswered).exists()


def due_steps(one: Round) -> Sequence[RoundStep]:
    """Those that may begin by themselves now, and what somebody asked for."""
    return [
        view.step
        for view in board_of(one)
        if view.is_due and (view.step in one.automatic or who_asked(one, view.step))
    ]


def who_asked(one: Round, step: RoundStep) -> User | None:
    """Whose click a worker carries out with this step."""
    return one.freezing_asked_by if step == RoundStep.SNAPSHOT else None
