"""What a run takes to judge its policy, beside what it takes to train it: automatic evaluations at
its end (R75), and the choice of an epoch of SFT (R55).

What several of them need is made once, as `training/ml/automatic_evaluations.py` does.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

from labeling.models import Prompt
from training.ml.glossary.automatic_evaluations import (
    AUTOMATIC_EVALUATIONS,
    BASELINE,
    HELD_OUT_EVERY,
    PRETRAINING,
    PRETRAINING_LOSS,
    REWARD_MODEL,
    SECOND_REWARD_MODEL,
)
from training.ml.hyperparameters import PpoHyperparameters, SftHyperparameters
from training.models import ModelVersion, Snapshot

BYTES_PER_TOKEN = 4
# Where the unit of a stage is a token that is trained on: forward, and back at twice the price.
FORWARD_OF_TRAINING = 1 / 3
OWN = "own"
ROLES = (BASELINE, REWARD_MODEL, SECOND_REWARD_MODEL)
# Whose answers are judged by whom.
JUDGED = {
    "second_reward": ((OWN, SECOND_REWARD_MODEL),),
    "win_share": ((OWN, REWARD_MODEL), (BASELINE, REWARD_MODEL)),
    "second_win_share": ((OWN, SECOND_REWARD_MODEL), (BASELINE, SECOND_REWARD_MODEL)),
}

Inputs = Mapping[str, ModelVersion | Snapshot]


def evaluation_work(
    wanted: Collection[str],
    values: Any,
    inputs: Inputs,
    *,
    prompt_tokens: float,
    model_bytes: float,
) -> float:
    """Tokens times bytes of the model that they pass through; of an input that is not chosen yet
    nothing.
    """
    asked = set(wanted) & set(AUTOMATIC_EVALUATIONS)
    judged = {pair for name in asked for pair in JUDGED.get(name, ())}
    writers = {writer for writer, _ in judged}
    if asked - {PRETRAINING_LOSS}:
        writers.add(OWN)
    answered = _num_prompts(values, inputs) * (prompt_tokens + _longest_answer(values))
    readers = [*writers, *(judge for _, judge in judged)]
    sizes = {OWN: model_bytes, **{role: _size(inputs, role) for role in ROLES}}
    work = sum(answered * sizes[reader] for reader in readers)
    if PRETRAINING_LOSS in asked and isinstance(texts := inputs.get(PRETRAINING), Snapshot):
        work += texts.artifact.num_bytes / BYTES_PER_TOKEN / HELD_OUT_EVERY * model_bytes
    return work * (FORWARD_OF_TRAINING if isinstance(values, SftHyperparameters) else 1)


def choosing_work(
    values: Any, inputs: Inputs, *, num_trained: int, record_tokens: float, model_bytes: float
) -> float:
    """R55: by what every epoch of SFT is judged. The policy reads what is held out; where there is
    a reward model, it answers held-out prompts and the reward model reads the answers.
    """
    if not isinstance(values, SftHyperparameters):
        return 0.0
    work = num_held_out(inputs) * record_tokens * model_bytes
    if judge := choosing_memory(values, inputs):
        answered = _num_prompts(values, inputs) * (record_tokens + _longest_answer(values))
        work += answered * (model_bytes + judge)
    epochs = values.epochs
    if values.max_steps and num_trained:
        epochs = min(epochs, math.ceil(values.max_steps * values.batch_size / num_trained))
    return epochs * work * FORWARD_OF_TRAINING


def num_held_out(inputs: Inputs) -> int:
    """Of the demonstrations, as far as their snapshot says."""
    data = inputs.get("demonstrations")
    return int(data.counts.get(Prompt.Split.VALIDATION, 0)) if isinstance(data, Snapshot) else 0


def choosing_memory(values: Any, inputs: Inputs) -> int:
    """Of the reward model that chooses the epoch, whole in every process from beginning to end."""
    return _size(inputs, REWARD_MODEL) if isinstance(values, SftHyperparameters) else 0


def evaluation_memory(wanted: Collection[str], inputs: Inputs, model_bytes: int) -> int:
    """Of the largest model that they load: one at a time, whole in every process, beside what the
    run has trained.
    """
    asked = set(wanted) & set(AUTOMATIC_EVALUATIONS)
    roles = {role for name in asked for role in AUTOMATIC_EVALUATIONS[name].needs}
    return max((model_bytes, *(_size(inputs, role) for role in roles))) if asked else 0


def _size(inputs: Inputs, role: str) -> int:
    chosen = inputs.get(role)
    return chosen.artifact.num_bytes if isinstance(chosen, ModelVersion) else 0


def _num_prompts(values: Any, inputs: Inputs) -> int:
    """Those held out, as far as the snapshot says how many it has."""
    match values:
        case PpoHyperparameters(validation_prompts=most):
            role = "prompts"
        case SftHyperparameters(selection_prompts=most):
            role = "demonstrations"
        case _:
            return 0
    data = inputs.get(role)
    counts = data.counts if isinstance(data, Snapshot) else {}
    return min(most, int(counts.get(Prompt.Split.VALIDATION, most)))


def _longest_answer(values: Any) -> int:
    match values:
        case PpoHyperparameters(max_response_tokens=longest):
            return longest
        case SftHyperparameters(selection_max_tokens=longest):
            return longest
    return 0
