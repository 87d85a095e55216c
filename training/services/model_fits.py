"""Whether the models of a requested run work together, as far as their folders say."""

from collections.abc import Mapping
from typing import Any

from training.ml.architectures import ADAPTED_MATRICES
from training.ml.glossary.automatic_evaluations import REWARD_MODEL
from training.ml.hyperparameters import PpoHyperparameters, SftHyperparameters
from training.models import ModelVersion
from training.services.run_inputs import ChosenInput, Fields
from training.services.stages import STAGES, InputRole


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
        longest_answer = _longest_answer(role, hyperparameters)
        problem = _other_tokens(reader, writer, wanted) or _too_short(
            reader, writer, hyperparameters, longest_answer
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


def _longest_answer(role: InputRole, hyperparameters: Any) -> tuple[int, str] | None:
    """The longest answer that a role gets to read, or writes, and what limits it."""
    match hyperparameters:
        case PpoHyperparameters(max_response_tokens=longest):
            return longest, "max_response_tokens"
        case SftHyperparameters() as sft:
            # Evaluations answer as what chooses the epoch; that also judges what is shown at
            # checkpoints.
            kinds = [(sft.selection_max_tokens, "selection_max_tokens")]
            if role.role == REWARD_MODEL and sft.sample_prompts:
                kinds.append((sft.sample_max_tokens, "sample_max_tokens"))
            longest, name = max(kinds)
            return min(longest, sft.max_completion_tokens), name
    return None


def _too_short(
    reader: ModelVersion,
    writer: ModelVersion,
    hyperparameters: Any,
    longest_answer: tuple[int, str] | None,
) -> str | None:
    """Why a prompt with its answer is longer than what the reader has places for."""
    if longest_answer is None or reader.context_tokens is None or writer.context_tokens is None:
        return None
    answer, name = longest_answer
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
