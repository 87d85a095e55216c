"""Whether the models of a requested run work together, as far as their folders say."""

from collections.abc import Mapping
from typing import Any

from training.ml.architectures import ADAPTED_MATRICES
from training.ml.hyperparameters import PpoHyperparameters, SftHyperparameters
from training.models import ModelVersion
from training.services.run_inputs import ChosenInput, Fields
from training.services.stages import STAGES


def check_fits(stage: str, chosen: Mapping[str, ChosenInput], hyperparameters: Any) -> Fields:
    """A message for what would not work together; what is not known is left to the trainer.

    Widths and architectures may differ: answers go from model to model as token ids alone. No
    query.
    """
    fields: Fields = {}
    models = {role: one for role, one in chosen.items() if isinstance(one, ModelVersion)}
    for role in STAGES[stage].inputs:
        reader, writer = models.get(role.role), models.get(role.reads_tokens_of)
        if reader is None or writer is None:
            continue
        wanted = role.reads_tokens_of.replace("_", " ")
        problem = _other_tokens(reader, writer, wanted) or _too_short(
            reader, writer, hyperparameters
        )
        if problem is not None:
            fields[f"inputs.{role.role}"] = [problem]
    if strange := _without_adapters(models, hyperparameters):
        said = f"adapters are not known for {strange}: set it to 0, or choose another model"
        fields["hyperparameters.lora_rank"] = [said]
    return fields


def _other_tokens(reader: ModelVersion, writer: ModelVersion, role: str) -> str | None:
    sums = {reader.vocabulary_sha256, writer.vocabulary_sha256}
    if len(sums) == 1 or "" in sums:
        return None
    return (
        f"reads other tokens than the {role}: its tokenizer has {reader.vocabulary_size:,} tokens, "
        f"that of {writer.name} {writer.vocabulary_size:,}. Choose a model trained from one with "
        f"the tokenizer of the {role}, or another {role}"
    )


def _too_short(reader: ModelVersion, writer: ModelVersion, hyperparameters: Any) -> str | None:
    """Why a prompt with its answer is longer than what the reader has places for."""
    if reader.context_tokens is None or writer.context_tokens is None:
        return None
    match hyperparameters:
        case PpoHyperparameters():
            answer, name = hyperparameters.max_response_tokens, "max_response_tokens"
        case SftHyperparameters():
            # Both what chooses the epoch and what is shown at checkpoints is judged.
            answer, name = max(
                (hyperparameters.selection_max_tokens, "selection_max_tokens"),
                (hyperparameters.sample_max_tokens, "sample_max_tokens"),
            )
            answer = min(answer, hyperparameters.max_completion_tokens)
        case _:
            return None
    longest = min(writer.context_tokens, hyperparameters.max_prompt_tokens + answer)
    if longest <= reader.context_tokens:
        return None
    return (
        f"reads at most {reader.context_tokens:,} tokens, and a prompt with its answer may have "
        f"{longest:,}: lower max_prompt_tokens or {name}, or choose another model"
    )


def _without_adapters(models: Mapping[str, ModelVersion], hyperparameters: Any) -> str | None:
    """The architecture that adapters were asked for and are not known for."""
    if getattr(hyperparameters, "lora_rank", 0) == 0:
        return None
    roles = ["base_model", "policy"]
    # In PPO the value network has adapters too; on the policy's trunk it is the policy.
    if getattr(hyperparameters, "value_network", "") == "reward_model":
        roles.append("reward_model")
    known = (models[role].architecture for role in roles if role in models)
    return next((one for one in known if one and one not in ADAPTED_MATRICES), None)
