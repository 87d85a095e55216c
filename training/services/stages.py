"""What each stage reads: the roles of its inputs and what each role accepts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from training.ml.glossary.automatic_evaluations import BASELINE, SECOND_REWARD_MODEL
from training.ml.hyperparameters import PpoHyperparameters, SftHyperparameters
from training.ml.mixing import POLICY_ROLES
from training.models import ModelVersion, Run, Snapshot

BASE, SFT = ModelVersion.Kind.BASE, ModelVersion.Kind.SFT
REWARD_MODEL, POLICY = ModelVersion.Kind.REWARD_MODEL, ModelVersion.Kind.POLICY


@dataclass(frozen=True)
class InputRole:
    role: str
    kind: Literal["model_version", "snapshot"]
    accepts: tuple[str, ...]
    required: bool = True
    # The role whose text this one reads as token ids: both need one vocabulary.
    reads_tokens_of: str = ""


@dataclass(frozen=True)
class Stage:
    stage: str
    label: str
    inputs: tuple[InputRole, ...]
    # What the trained weights become; the other stages make completions, rewards or a report.
    output_kind: ModelVersion.Kind | None


def for_evaluations(trained: str) -> tuple[InputRole, ...]:
    """R75: read by automatic evaluations alone, and only where one that reads them is asked for.

    The policy's prompts and answers go to both as token ids.
    """
    return (
        InputRole(
            SECOND_REWARD_MODEL,
            "model_version",
            (REWARD_MODEL,),
            required=False,
            reads_tokens_of=trained,
        ),
        InputRole(
            BASELINE, "model_version", (SFT, BASE, POLICY), required=False, reads_tokens_of=trained
        ),
    )


STAGES: Mapping[str, Stage] = {
    Run.Stage.SFT: Stage(
        stage=Run.Stage.SFT,
        label="Supervised fine-tuning",
        inputs=(
            InputRole("base_model", "model_version", (BASE, SFT)),
            InputRole("demonstrations", "snapshot", (Snapshot.Kind.SFT,)),
            # R55: chooses the epoch; without one the held-out loss does.
            InputRole(
                "reward_model",
                "model_version",
                (REWARD_MODEL,),
                required=False,
                reads_tokens_of="base_model",
            ),
            InputRole("pretraining", "snapshot", (Snapshot.Kind.PRETRAIN,), required=False),
            *for_evaluations("base_model"),
        ),
        output_kind=SFT,
    ),
    Run.Stage.REWARD_MODEL: Stage(
        stage=Run.Stage.REWARD_MODEL,
        label="Reward model",
        inputs=(
            # R61: the supervised model by default; any other may be the start, and a reward model
            # goes on with its own head.
            InputRole("base_model", "model_version", (SFT, BASE, POLICY, REWARD_MODEL)),
            InputRole("rankings", "snapshot", (Snapshot.Kind.RM,)),
            InputRole("demonstrations", "snapshot", (Snapshot.Kind.SFT,), required=False),
        ),
        output_kind=REWARD_MODEL,
    ),
    Run.Stage.GENERALISATION: Stage(
        stage=Run.Stage.GENERALISATION,
        label="Generalisation to new labelers",
        inputs=(
            InputRole("base_model", "model_version", (SFT, BASE, POLICY)),
            InputRole("rankings", "snapshot", (Snapshot.Kind.RM,)),
        ),
        output_kind=None,
    ),
    Run.Stage.PPO: Stage(
        stage=Run.Stage.PPO,
        label="PPO",
        inputs=(
            InputRole("policy", "model_version", (SFT, BASE, POLICY)),
            # It starts the value network too, which therefore fits whenever it does.
            InputRole("reward_model", "model_version", (REWARD_MODEL,), reads_tokens_of="policy"),
            InputRole("prompts", "snapshot", (Snapshot.Kind.PPO,)),
            InputRole("pretraining", "snapshot", (Snapshot.Kind.PRETRAIN,), required=False),
            *for_evaluations("policy"),
        ),
        output_kind=POLICY,
    ),
    Run.Stage.SAMPLING: Stage(
        stage=Run.Stage.SAMPLING,
        label="Sampling",
        inputs=(
            # R85: several policies may share the completions of every prompt.
            *(
                InputRole(role, "model_version", (BASE, SFT, POLICY), required=number == 0)
                for number, role in enumerate(POLICY_ROLES)
            ),
            InputRole("prompts", "snapshot", (Snapshot.Kind.PPO, Snapshot.Kind.EVAL)),
        ),
        output_kind=None,
    ),
    Run.Stage.SCORING: Stage(
        stage=Run.Stage.SCORING,
        label="Scoring",
        inputs=(
            InputRole("reward_model", "model_version", (REWARD_MODEL,)),
            InputRole("completions", "snapshot", (Snapshot.Kind.COMPLETIONS,)),
        ),
        output_kind=None,
    ),
}


def pretraining_mix(hyperparameters: Any) -> str:
    """The hyperparameter that mixes pretraining text in, so that the role must be filled; empty
    where none does."""
    match hyperparameters:
        case SftHyperparameters(pretraining_share=share) if share > 0:
            return "pretraining_share"
        case PpoHyperparameters(ptx_coef=weight) if weight > 0:
            return "ptx_coef"
    return ""
