"""What somebody asks of a new round, checked before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeling.models import Project
from training.ml.hyperparameters import HyperparameterError, parse
from training.models import ModelVersion, Round, Run, Snapshot
from training.selectors.rounds import rankings_frozen_by
from training.services.run_inputs import Fields, check_ranking_projects
from training.services.stages import pretraining_mix

STAGES = (Run.Stage.SAMPLING, Run.Stage.REWARD_MODEL, Run.Stage.PPO)


@dataclass(frozen=True)
class NewRound:
    name: str
    policy: ModelVersion
    project: Project
    prompts: Snapshot
    num_prompts: int
    completions_per_prompt: int
    min_rankings: int
    # What PPO mixes in; needed exactly where its ptx_coef is above 0.
    pretraining: Snapshot | None = None
    # Write completions beside the policy; ``weights`` of the policy and then of each (R85).
    other_policies: Sequence[ModelVersion] = ()
    weights: Sequence[float] = ()
    ranking_projects: Sequence[int] | None = None
    # An earlier round, whose frozen rankings this one does not learn from.
    leaves_out: Round | None = None
    hyperparameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    automatic: Sequence[str] = ()


def problems_with(new: NewRound) -> Fields:
    """A message for every field that cannot be used; its policies are checked apart."""
    fields: Fields = {}
    if Round.objects.filter(name=new.name).exists():
        fields["name"] = ["Another round has this name."]
    if new.prompts.kind != Snapshot.Kind.PPO:
        fields["prompts"] = ["must be a snapshot of prompts"]
    project = new.project
    if project.kind != Project.Kind.RANKING or project.purpose != Project.Purpose.TRAINING:
        fields["project"] = ["must be a ranking project made for training"]
    elif project.k is not None and new.completions_per_prompt < project.k:
        fields["completions_per_prompt"] = [
            f"its tasks show {project.k} completions: at least that"
        ]
    if new.leaves_out is not None and rankings_frozen_by(new.leaves_out) is None:
        fields["leaves_out"] = ["has frozen no rankings yet"]
    fields |= check_ranking_projects(new.ranking_projects)
    return fields | _wrong_hyperparameters(new.hyperparameters) | _wrong_pretraining(new)


def _wrong_hyperparameters(chosen: Mapping[str, Mapping[str, Any]]) -> Fields:
    fields: Fields = {}
    for stage, values in chosen.items():
        if stage not in STAGES:
            fields[f"hyperparameters.{stage}"] = ["is no stage of a round"]
            continue
        try:
            parse(stage, dict(values))
        except HyperparameterError as error:
            fields[f"hyperparameters.{stage}.{error.field}"] = [error.message]
    return fields


def _wrong_pretraining(new: NewRound) -> Fields:
    try:
        ppo = parse(Run.Stage.PPO, dict(new.hyperparameters.get(Run.Stage.PPO, {})))
    except HyperparameterError:
        # Said by its own field; whether it mixes text in is not known.
        return {}
    mix = pretraining_mix(ppo)
    if new.pretraining is None:
        said = "mixes pretraining text in: choose a snapshot of it, or set this to 0"
        return {f"hyperparameters.ppo.{mix}": [said]} if mix else {}
    if new.pretraining.kind != Snapshot.Kind.PRETRAIN:
        return {"pretraining": ["must be a snapshot of pretraining text"]}
    said = "nothing reads it: give hyperparameters.ppo.ptx_coef a weight, or leave it out"
    return {} if mix else {"pretraining": [said]}
