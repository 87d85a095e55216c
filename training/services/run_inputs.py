"""Whether the inputs of a requested run exist, fit their roles and are in the store."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from labeling.models import Project
from training.artifact_store import is_stored
from training.models import ModelVersion, Run, Snapshot
from training.selectors.evaluation_prompts import num_kept_for_evaluation
from training.services.stages import STAGES, InputRole, pretraining_mix

ChosenInput = ModelVersion | Snapshot
Fields = dict[str, list[str]]


def check_inputs(
    stage: str, inputs: Mapping[str, UUID], hyperparameters: Any
) -> tuple[dict[str, ChosenInput], Fields]:
    """The usable input of every role, and a message for every other.

    Two queries, three for PPO.
    """
    roles = {role.role: role for role in STAGES[stage].inputs}
    fields: Fields = {
        f"inputs.{name}": [f"{STAGES[stage].label} has no such input"]
        for name in inputs.keys() - roles.keys()
    }
    chosen: dict[str, ChosenInput] = {}
    found = _find(inputs.values())
    for name, role in roles.items():
        problem = None
        if name in inputs:
            problem = _problem_with(stage, role, found.get(inputs[name]))
        elif role.required:
            problem = "is needed"
        elif name == "pretraining" and (mix := pretraining_mix(hyperparameters)):
            problem = f"is needed, since {mix} mixes it in: choose one, or set {mix} to 0"
        if problem is not None:
            fields[f"inputs.{name}"] = [problem]
        elif name in inputs:
            chosen[name] = found[inputs[name]]
    return chosen, fields


def check_ranking_projects(project_ids: Sequence[int] | None) -> Fields:
    """A message where a project is named that nothing can be learned from; None means all."""
    if project_ids is None:
        return {}
    known = Project.objects.in_bulk(project_ids)
    said = [f"there is no project {one}" for one in sorted(set(project_ids) - known.keys())]
    said += [
        f"{one.name!r} collects no rankings to train on"
        for _, one in sorted(known.items())
        if (one.kind, one.purpose) != (Project.Kind.RANKING, Project.Purpose.TRAINING)
    ]
    return {"ranking_projects": said} if said else {}


def _find(ids: Iterable[UUID]) -> dict[UUID, ChosenInput]:
    wanted = list(ids)
    found: dict[UUID, ChosenInput] = {}
    found.update(ModelVersion.objects.select_related("artifact").in_bulk(wanted))
    found.update(Snapshot.objects.select_related("artifact").in_bulk(wanted))
    return found


def _problem_with(stage: str, role: InputRole, chosen: ChosenInput | None) -> str | None:
    """Why this input cannot play this role; None when it can."""
    wanted = ModelVersion if role.kind == "model_version" else Snapshot
    if not isinstance(chosen, wanted):
        return f"there is no such {role.kind.replace('_', ' ')}"
    if chosen.kind not in role.accepts:
        return f"must be of kind {' or '.join(role.accepts)}, not {chosen.kind}"
    if not is_stored(settings.ARTIFACT_ROOT, chosen.artifact_id):
        return "its files are missing from the artifact store"
    if stage == Run.Stage.PPO and role.role == "prompts" and isinstance(chosen, Snapshot):
        return _kept_in(chosen)
    return None


def _kept_in(prompts: Snapshot) -> str | None:
    """Prompts are frozen one by one to be sampled from; labels are frozen without such prompts."""
    number = num_kept_for_evaluation(prompts)
    if number == 0:
        return None
    some = "1 of its prompts is" if number == 1 else f"{number} of its prompts are"
    return f"{some} kept for evaluation: freeze prompts without them"
