"""Opening rounds and taking their steps, by a click or when a step's condition is met (R84-R86)."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q

from labeling.errors import Refused
from labeling.models import User
from labeling.services.audit import record
from labeling.services.only_one import only_one
from labeling.services.tasks import TaskRequest, create_tasks
from training.ml.mixing import POLICY_ROLES
from training.models import (
    Round,
    RoundLink,
    RoundStep,
    Run,
    RunInput,
    Snapshot,
    SnapshotPrompt,
)
from training.models.clock import ClockTimestamp
from training.selectors.queried_prompts import PromptQuery, choose_prompts
from training.selectors.rounds import (
    STEPS,
    WAITED_FOR,
    access_round,
    board_of,
    due_steps,
    model_made_by,
    newest_links,
    rankings_frozen_by,
    who_asked,
)
from training.services.new_rounds import NewRound, problems_with
from training.services.round_evaluations import freeze_held_out_prompts, sampling_for_evaluation
from training.services.round_policies import (
    check_policies,
    store_policies,
    weights_of,
    writers_of,
)
from training.services.run_requests import RunRequest, check_all_but
from training.services.runs import queue_run, retry_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings, freeze_these_prompts
from training.services.unattended import DATABASE_AWAY, STORE_FAULTS, counting_losses, why

logger = logging.getLogger(__name__)

LOCK = 7_405
# Somebody was faster, and the round goes on all the same.
OVERTAKEN = ("step_is_starting", "step_not_ready", "round_is_closed")
# Why a prompt became no task, said of how many prompts.
SKIPPED = {
    "unknown_prompt": "no longer usable",
    "already_in_project": "in the project already",
    "too_few_completions": "with too few completions",
    "too_few_distinct_completions": "with too few different completions",
}


@dataclass(frozen=True)
class Start:
    """One step about to begin: by whom, and what was frozen for it."""

    opened: Round
    by: User
    frozen: Snapshot | None

    def before(self, step: RoundStep) -> RoundLink:
        """What an earlier step brought about. Raises: Refused("step_not_ready")."""
        link = newest_links(self.opened).get(step)
        if link is None:
            raise Refused("step_not_ready", f"Waits for {WAITED_FOR[step]}.")
        return link

    def snapshot(self) -> Snapshot:
        """Precondition: the step freezes its data."""
        if self.frozen is None:
            raise ValueError("this step freezes nothing")
        return self.frozen


@transaction.atomic
def open_round(*, by: User, new: NewRound) -> Round:
    """Raises: Refused("invalid_round") with a message per field (status 400)."""
    weights, fields = check_policies(new.policy, new.other_policies, new.weights)
    fields |= problems_with(new)
    if fields:
        raise Refused(
            "invalid_round", "The round cannot be opened as asked.", status=400, fields=fields
        )
    opened = Round.objects.create(
        name=new.name,
        policy=new.policy,
        project=new.project,
        prompts=new.prompts,
        pretraining=new.pretraining,
        num_prompts=new.num_prompts,
        completions_per_prompt=new.completions_per_prompt,
        min_rankings=new.min_rankings,
        ranking_projects=None if new.ranking_projects is None else list(new.ranking_projects),
        leaves_out=new.leaves_out,
        hyperparameters={stage: dict(values) for stage, values in new.hyperparameters.items()},
        automatic=_in_order(new.automatic),
        created_by=by,
    )
    store_policies(opened, new.other_policies, weights)
    record(actor=by, action="open_round", subject=opened, details={"name": opened.name})
    return opened


@transaction.atomic
def change_round(*, by: User, opened: Round, automatic: Sequence[str], min_rankings: int) -> Round:
    """Which steps it takes by itself, and from how many rankings on.

    Raises: Refused("round_is_closed").
    """
    locked = _lock_open(opened)
    locked.automatic = _in_order(automatic)
    locked.min_rankings = min_rankings
    locked.problem, locked.num_lost = "", 0
    locked.save(update_fields=["automatic", "min_rankings", "problem", "num_lost"])
    details = {"automatic": locked.automatic, "min_rankings": min_rankings}
    record(actor=by, action="change_round_settings", subject=locked, details=details)
    return access_round(locked.pk)


@transaction.atomic
def close_round(*, by: User, opened: Round) -> Round:
    """Nothing begins in it any more; what runs goes on. Raises: Refused("round_is_closed")."""
    locked = _lock_open(opened)
    locked.closed_at = ClockTimestamp()
    locked.save(update_fields=["closed_at"])
    record(actor=by, action="close_round", subject=locked, details={"name": locked.name})
    return access_round(locked.pk)


def begin_step(*, opened: Round, step: RoundStep, by: User) -> None:
    """Somebody's click: at once, but rankings are frozen by a worker, who may take a minute for it.

    Raises: as ``start_step``.
    """
    if step != RoundStep.SNAPSHOT:
        start_step(opened=opened, step=step, by=by)
        return
    with _alone(opened):
        current = access_round(opened.pk)
        _check_ready(current, step, is_asked=True)
        Round.objects.filter(pk=current.pk, freezing_asked_by=None).update(
            freezing_asked_by=by, problem="", num_lost=0
        )


def start_step(*, opened: Round, step: RoundStep, by: User | None) -> RoundLink:
    """Begin a step whose inputs are there; ``by`` None where a worker found it to be due.

    Data is frozen first, in a transaction of its own; the run and its link are stored together.
    Where the step's run failed, it is retried.

    Raises: Refused("round_is_closed"), Refused("step_not_ready"), Refused("step_is_starting") when
    somebody else begins it at this moment, and whatever the step itself refuses.
    """
    is_unattended = by is None
    with _alone(opened):
        current = access_round(opened.pk)
        by = by or who_asked(current, step)
        actor = by or current.created_by
        failed = _check_ready(current, step, is_asked=by is not None)
        if failed is not None:
            return _begin_again(current, failed, by=actor)
        frozen = _frozen_for(step, current, actor, is_unattended=is_unattended)
        with transaction.atomic():
            _lock_open(current)
            link = STARTERS[step](Start(current, actor, frozen))
            link.round, link.step, link.started_by = current, step, by
            link.save()
            _forget(current)
        return link


def _frozen_for(
    step: RoundStep, opened: Round, by: User, *, is_unattended: bool
) -> Snapshot | None:
    """None where the step freezes nothing."""
    freeze = FREEZERS.get(step)
    if freeze is None:
        return None
    with counting_losses(opened) if is_unattended else nullcontext():
        return freeze(opened, by)


@transaction.atomic
def _begin_again(opened: Round, failed: Run, *, by: User) -> RoundLink:
    """From its newest checkpoint, where it has one. Raises: Refused("step_not_ready")."""
    _lock_open(opened)
    retry = retry_run(by=by, run=failed)
    link = RoundLink.objects.filter(round=opened, run=retry).first()
    if link is None:
        raise Refused("step_not_ready", "It cannot begin. It has begun already.")
    _forget(opened)
    return link


def _forget(opened: Round) -> None:
    """It goes on: nothing stops it, and nobody waits for it to begin."""
    goes_on = {"problem": "", "freezing_asked_by": None, "num_lost": 0}
    Round.objects.filter(pk=opened.pk).exclude(**goes_on).update(**goes_on)


def _check_ready(opened: Round, step: RoundStep, *, is_asked: bool) -> Run | None:
    """The run of the step where it failed before. Raises: Refused("step_not_ready") and others."""
    if opened.closed_at is not None:
        raise Refused("round_is_closed", "This round is closed.")
    view = next(one for one in board_of(opened) if one.step == step)
    if not (view.is_due or (is_asked and view.can_start)):
        said = f"It cannot begin. {view.note or 'It has begun already'}."
        raise Refused("step_not_ready", said)
    return view.link.run if view.link else None


@contextmanager
def _alone(opened: Round) -> Iterator[None]:
    """Nobody else begins a step of this round meanwhile. Raises: Refused("step_is_starting")."""
    with only_one(LOCK, str(opened.pk)) as is_mine:
        if not is_mine:
            raise Refused("step_is_starting", "A step of this round is being started already.")
        yield


def advance_rounds() -> list[RoundLink]:
    """Begin what is due in every open round; called now and then, harmless when called twice.

    Whatever stops a round is said in that round, and the others go on.
    """
    begun: list[RoundLink] = []
    is_idle = Q(automatic=[], freezing_asked_by=None)
    for opened in Round.objects.filter(~is_idle, closed_at__isnull=True):
        try:
            due = due_steps(access_round(opened.pk))
            begun.extend(start_step(opened=opened, step=step, by=None) for step in due)
        except DATABASE_AWAY:
            logger.exception("round %s is begun again", opened.pk)
        except Exception as error:  # noqa: BLE001 - no round may stop the others
            _say_why(opened, error)
            _give_up_asking(opened, error)
    return begun


def _say_why(opened: Round, error: Exception) -> None:
    if isinstance(error, Refused) and error.code in OVERTAKEN:
        return
    said = why(error)
    if said != opened.problem:
        trace = None if isinstance(error, Refused) else error
        logger.warning("round %s cannot go on: %s", opened.pk, said, exc_info=trace)
        Round.objects.filter(pk=opened.pk).update(problem=said)


def _give_up_asking(opened: Round, error: Exception) -> None:
    """Who asked reads why; a disk or a store that is away is tried again."""
    is_overtaken = isinstance(error, Refused) and error.code in OVERTAKEN
    if not is_overtaken and not isinstance(error, STORE_FAULTS):
        Round.objects.filter(pk=opened.pk).update(freezing_asked_by=None)


def _freeze_prompts(opened: Round, by: User) -> Snapshot:
    """Those with the fewest answers of its policies first; none while the run would be refused."""
    check_all_but(_sampling_of(opened), "prompts").refuse_if_wrong()
    ids = choose_prompts(writers_of(opened), PromptQuery(num_prompts=opened.num_prompts))
    if not ids:
        raise Refused("no_prompts", "There is no usable prompt to answer.", status=422)
    return freeze_these_prompts(by=by, name=f"{opened.name}: prompts", prompt_ids=ids)


def _freeze_rankings(opened: Round, by: User) -> Snapshot:
    """R86: everything labeled so far, unless the round names its projects or leaves some out."""
    excluded = rankings_frozen_by(opened.leaves_out) if opened.leaves_out else None
    query = SnapshotQuery(
        project_ids=opened.ranking_projects,
        excluded_snapshot=excluded.pk if excluded else None,
    )
    return freeze_rankings(by=by, name=f"{opened.name}: rankings", query=query)


def _sample(start: Start) -> RoundLink:
    asked = _sampling_of(start.opened)
    request = replace(asked, inputs={**asked.inputs, "prompts": start.snapshot().pk})
    return RoundLink(run=queue_run(by=start.by, request=request))


def _sampling_of(opened: Round) -> RunRequest:
    """Without the prompts, which are frozen when it begins."""
    given = {"completions_per_prompt": opened.completions_per_prompt}
    models = [one.pk for one in writers_of(opened)]
    return RunRequest(
        stage=Run.Stage.SAMPLING,
        name=f"{opened.name}: sampling",
        inputs=dict(zip(POLICY_ROLES, models, strict=False)),
        weights=dict(zip(POLICY_ROLES, weights_of(opened), strict=False)),
        hyperparameters=given | opened.hyperparameters.get(Run.Stage.SAMPLING, {}),
    )


def _sample_to_evaluate(start: Start) -> RoundLink:
    """Who is asked about the answers, and how much of them, a person says on its own page."""
    asked = sampling_for_evaluation(start.opened)
    request = replace(asked, inputs={**asked.inputs, "prompts": start.snapshot().pk})
    return RoundLink(run=queue_run(by=start.by, request=request))


def _make_tasks(start: Start) -> RoundLink:
    """Of the prompts that this round sampled.

    Where several policies write, a task shows their completions by their weights (R85); where one
    does, whichever model answered before it, so that a prompt has enough different ones.
    """
    sampled = RunInput.objects.get(run=start.before(RoundStep.SAMPLING).run, role="prompts")
    prompts = SnapshotPrompt.objects.filter(snapshot=sampled.snapshot)
    ids = tuple(prompts.values_list("prompt_id", flat=True))
    weights = tuple(weights_of(start.opened))
    sources = tuple(one.completion_source_id for one in writers_of(start.opened))
    request = TaskRequest(
        num_prompts=len(ids),
        prompt_ids=ids,
        source_ids=tuple(one for one in sources if one is not None) if weights else None,
        source_weights=weights or None,
    )
    report = create_tasks(project=start.opened.project, request=request)
    if not report.num_tasks:
        why = ", ".join(f"{num} {SKIPPED[kind]}" for kind, num in report.skipped.items() if num)
        raise Refused("no_tasks", f"No prompt of this round can be ranked: {why}.", status=422)
    return RoundLink(num_tasks=report.num_tasks)


def _link_rankings(start: Start) -> RoundLink:
    return RoundLink(snapshot=start.snapshot())


def _train_reward_model(start: Start) -> RoundLink:
    opened = start.opened
    rankings = start.before(RoundStep.SNAPSHOT).snapshot_id
    request = RunRequest(
        stage=Run.Stage.REWARD_MODEL,
        name=f"{opened.name}: reward model",
        inputs={"base_model": opened.policy_id, **({"rankings": rankings} if rankings else {})},
        hyperparameters=opened.hyperparameters.get(Run.Stage.REWARD_MODEL, {}),
    )
    return RoundLink(run=queue_run(by=start.by, request=request))


def _train_policy(start: Start) -> RoundLink:
    opened = start.opened
    made = model_made_by(start.before(RoundStep.REWARD_MODEL))
    request = RunRequest(
        stage=Run.Stage.PPO,
        name=f"{opened.name}: policy",
        inputs={
            "policy": opened.policy_id,
            "prompts": opened.prompts_id,
            **({"reward_model": made.pk} if made else {}),
            **({"pretraining": opened.pretraining_id} if opened.pretraining_id else {}),
        },
        hyperparameters=opened.hyperparameters.get(Run.Stage.PPO, {}),
    )
    return RoundLink(run=queue_run(by=start.by, request=request))


FREEZERS: Mapping[RoundStep, Callable[[Round, User], Snapshot]] = {
    RoundStep.SAMPLING: _freeze_prompts,
    RoundStep.SNAPSHOT: _freeze_rankings,
    RoundStep.EVALUATION: freeze_held_out_prompts,
}
STARTERS: Mapping[RoundStep, Callable[[Start], RoundLink]] = {
    RoundStep.SAMPLING: _sample,
    RoundStep.TASKS: _make_tasks,
    RoundStep.SNAPSHOT: _link_rankings,
    RoundStep.REWARD_MODEL: _train_reward_model,
    RoundStep.PPO: _train_policy,
    RoundStep.EVALUATION: _sample_to_evaluate,
}


def _lock_open(opened: Round) -> Round:
    # Not its key: a link that is stored meanwhile, with a retry, does not wait for this.
    locked = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=opened.pk)
    if locked.closed_at is not None:
        raise Refused("round_is_closed", "This round is closed.")
    return locked


def _in_order(steps: Sequence[str]) -> list[str]:
    return [step for step in STEPS if step in steps]
