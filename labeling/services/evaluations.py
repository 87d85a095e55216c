"""Opening evaluations and adding tasks to them (R34, R36, R39)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from labeling.errors import Refused
from labeling.models import CompletionSource, InstructionVersion, Project, User
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.selectors.evaluation_plans import (
    ComparedModels,
    EvaluationPlan,
    PromptChoice,
    plan_evaluation,
)
from labeling.services.audit import record
from labeling.services.projects import DEFAULT_CALIBRATION_OVERLAP
from labeling.services.tasks import store_tasks

# Which source learned from prompts of which key.
Seen = Mapping[str, Collection[int]]

SEED_FOLDER: Final = Path(__file__).resolve().parent.parent / "seed"
DEFAULT_TITLES: Final[Mapping[str, str]] = {
    Project.Kind.RANKING: "Final evaluation",
    Project.Kind.TOXICITY: "Rating toxicity",
}
DEFAULT_TEXTS: Final[Mapping[str, str]] = {
    Project.Kind.RANKING: "evaluation_instructions.md",
    Project.Kind.TOXICITY: "toxicity_instructions.md",
}


@dataclass(frozen=True)
class NewEvaluation:
    """What an admin decides. Without instructions the text that comes with Concord is used."""

    name: str
    kind: str
    models: ComparedModels
    prompts: PromptChoice
    priority_mode: str
    pool: str
    k: int
    overlap: int
    instructions: tuple[str, str] | None = None
    toxicity_instruction: str | None = None
    content_warning: str = ""


@dataclass(frozen=True)
class MadeTasks:
    project: Project
    plan: EvaluationPlan


def default_instructions(kind: str) -> tuple[str, str]:
    """Title and body, for a ranking or a toxicity evaluation."""
    return DEFAULT_TITLES[kind], (SEED_FOLDER / DEFAULT_TEXTS[kind]).read_text(encoding="utf-8")


@transaction.atomic
def open_evaluation(*, new: NewEvaluation, seen: Seen, created_by: User) -> MadeTasks:
    """The project with its instructions and first tasks, all or nothing.

    ``seen`` gives the keys that the models have learned from; prompts of these make no task (R36).

    Raises: Refused("invalid_evaluation"), Refused("name_taken"), Refused("no_tasks").
    """
    check_evaluation(new)
    project, is_new = Project.objects.get_or_create(
        name=new.name,
        defaults={
            "kind": new.kind,
            "purpose": Project.Purpose.EVALUATION,
            "pool": new.pool,
            "priority_mode": new.priority_mode,
            "k": new.k,
            "overlap": new.overlap,
            # Every task goes to exactly ``overlap`` labelers, so that each weighs the same.
            "calibration_share": 0.0,
            "calibration_overlap": max(DEFAULT_CALIBRATION_OVERLAP, new.overlap),
            "baseline_source_id": new.models.baseline_id,
            "toxicity_instruction": new.toxicity_instruction,
            "content_warning": new.content_warning,
            "created_by": created_by,
        },
    )
    if not is_new:
        message = f"There is already a project called {new.name!r}."
        raise Refused("name_taken", message, fields={"name": [message]})
    project.evaluated_sources.set(new.models.source_ids)
    title, body = new.instructions or default_instructions(new.kind)
    InstructionVersion.objects.create(
        project=project, version=1, title=title, body=body, created_by=created_by
    )
    plan = _make_tasks(project, new.models, new.prompts, seen)
    record(
        actor=created_by,
        action="open_evaluation",
        subject=project,
        details={
            "name": new.name,
            "baseline": new.models.baseline_id,
            "sources": list(new.models.source_ids),
            "num_tasks": len(plan.tasks),
        },
    )
    return MadeTasks(project, plan)


@transaction.atomic
def add_evaluation_tasks(
    *, project: Project, prompts: PromptChoice, seen: Seen, added_by: User
) -> EvaluationPlan:
    """More prompts for an evaluation, judged against the same models.

    Raises: Refused("no_tasks") when none of them can be taken.
    """
    # Two requests at once would otherwise both make a task of the same prompt.
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    plan = _make_tasks(locked, models_of(locked), prompts, seen)
    details = {"num_tasks": len(plan.tasks)}
    record(actor=added_by, action="add_evaluation_tasks", subject=project, details=details)
    return plan


def models_of(project: Project) -> ComparedModels:
    """What an evaluation compares; one query."""
    if project.baseline_source_id is None:
        raise Refused("no_baseline", "This evaluation names no model to compare with.", status=422)
    sources = project.evaluated_sources.order_by("pk").values_list("pk", flat=True)
    return ComparedModels(project.baseline_source_id, tuple(sources))


def check_evaluation(new: NewEvaluation) -> None:
    """Raises: Refused("invalid_evaluation"), whose fields name what has to change."""
    problems: dict[str, list[str]] = {}
    is_toxicity = new.kind == Project.Kind.TOXICITY
    known = dict(
        CompletionSource.objects.filter(pk__in=new.models.all_ids).values_list("pk", "name")
    )
    problems |= _given_away(new, known.values())
    if new.models.baseline_id not in known:
        problems["baseline_source"] = ["There is no completion source of this number."]
    if strange := set(new.models.source_ids) - known.keys():
        numbers = ", ".join(str(number) for number in sorted(strange))
        problems["sources"] = [f"There is no completion source of this number: {numbers}."]
    elif new.models.baseline_id in new.models.source_ids:
        problems["sources"] = ["The baseline is in every task anyway; leave it out here."]
    if not NATIVE_K_MINIMUM <= new.k <= K_MAXIMUM:
        problems["k"] = [f"Choose between {NATIVE_K_MINIMUM} and {K_MAXIMUM} completions per task."]
    if is_toxicity and new.toxicity_instruction is None:
        problems["toxicity_instruction"] = ["Say what the completions were asked to be."]
    if not is_toxicity and new.toxicity_instruction is not None:
        problems["toxicity_instruction"] = ["Only a toxicity evaluation has one; leave it out."]
    if problems:
        raise Refused(
            "invalid_evaluation",
            "This evaluation cannot be opened as it is.",
            status=422,
            fields=problems,
        )


def _given_away(new: NewEvaluation, source_names: Collection[str]) -> dict[str, list[str]]:
    """Where labelers would read which models they judge (R30)."""
    title = new.instructions[0] if new.instructions else ""
    problems = {}
    for place, shown in (("name", new.name), ("instructions.title", title)):
        if named := [name for name in source_names if name.casefold() in shown.casefold()]:
            problems[place] = [f"Labelers read this, and it names {', '.join(sorted(named))}."]
    return problems


def _make_tasks(
    project: Project, models: ComparedModels, prompts: PromptChoice, seen: Seen
) -> EvaluationPlan:
    plan = plan_evaluation(
        choice=prompts, models=models, k=project.k or K_MAXIMUM, seen=seen, project=project
    )
    if not plan.tasks:
        raise Refused(
            "no_tasks", _why_none(plan), status=422, fields={"prompts": [_why_none(plan)]}
        )
    store_tasks(project, plan.tasks)
    return plan


def _why_none(plan: EvaluationPlan) -> str:
    reasons = {one.reason for one in plan.left_out}
    if not reasons:
        return "No prompt fits the choice; widen it."
    listed = ", ".join(sorted(reason.replace("_", " ") for reason in reasons))
    return f"Every prompt that fits the choice was left out: {listed}."
