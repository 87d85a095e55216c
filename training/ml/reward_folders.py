"""Reward models on disk: `AutoModelForSequenceClassification` folders with one label.

The centring bias must reach whoever loads the folder. Where the last norm has a bias of its own
(GPT-2, GPT-NeoX) the shift is folded into it, exactly, and any loader gives the centred reward.
RMSNorm architectures (Llama, Qwen2) have no constant anywhere behind their last norm, and the
classification head of transformers has no bias: there the shift is the tensor `score.bias`, which
this module and `AutoModelForTokenClassification` read, and which the plain sequence classifier
reports as unexpected. See docs/decisions/0007-reward-centring.md.
"""

import copy
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from training.ml.errors import BadInput
from training.ml.lora import save_adapters
from training.ml.model_folders import LOADING, reading, save_folder
from training.ml.networks import RewardModel, initialise_head, read_side_by_side

BIAS_NAME = "score.bias"
# The last norm of architectures whose norm adds a constant.
NORMS_WITH_BIAS = {"gpt2": "ln_f", "gpt_neox": "final_layer_norm"}


def new_reward_model(folder: Path, seed: torch.Generator) -> RewardModel:
    """A reward model on the trunk of any model folder; a reward model keeps its own head."""
    if is_reward_model(folder):
        return load_reward_model(folder)
    model = _with_biased_head(_classifier(folder))
    reward_model = RewardModel(model)
    initialise_head(reward_model.head, seed)
    return reward_model.eval()


def load_reward_model(folder: Path) -> RewardModel:
    """Raises: BadInput, also when the folder holds another kind of model."""
    if not is_reward_model(folder):
        raise BadInput(f"{folder} is not a reward model: a sequence classifier with one label")
    model = _classifier(folder)
    weight = model.get_parameter("score.weight").detach().clone()
    reward_model = RewardModel(_with_biased_head(model))
    with torch.no_grad():
        reward_model.head.weight.copy_(weight)
        reward_model.head.bias.copy_(_stored_bias(folder))
    return reward_model.eval()


def is_reward_model(folder: Path) -> bool:
    with reading(folder):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    names = config.architectures or []
    return any(name.endswith("ForSequenceClassification") for name in names)


def save_reward_model(
    reward_model: RewardModel,
    tokenizer: PreTrainedTokenizerBase,
    out_dir: Path,
    *,
    parent: Path,
) -> None:
    """Write the folder; the reward model itself is left as it was."""
    model = _as_others_read_it(reward_model)
    tokenizer = copy.deepcopy(tokenizer)
    # The loader reads the score at the last token that is not padding: were padding and
    # end-of-text the same id, it would read one token too early.
    pad_id = _pad_id_apart_from_eos(tokenizer)
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(pad_id)
    model.config.pad_token_id = pad_id
    model.config.eos_token_id = tokenizer.eos_token_id
    save_folder(model, tokenizer, out_dir, parent=parent)


def save_reward_adapters(reward_model: RewardModel, folder: Path) -> None:
    """Write the adapters with the head, for peft to load on a classifier made of the base model.

    Where the bias is folded into the last norm, that norm goes along.
    """
    model = _as_others_read_it(reward_model)
    norm = NORMS_WITH_BIAS.get(model.config.model_type)
    whole = ["score"] if norm is None else ["score", norm]
    save_adapters(model, folder, task_type="SEQ_CLS", whole=whole)


def _as_others_read_it(reward_model: RewardModel) -> PreTrainedModel:
    """A copy that carries the head's bias where a loader finds it."""
    model = copy.deepcopy(reward_model.model)
    head = RewardModel(model).head
    if model.config.model_type in NORMS_WITH_BIAS:
        _fold_bias(model, head)
        plain = nn.Linear(head.in_features, 1, bias=False)
        plain.weight = head.weight
        model.score = plain
    return model


def _classifier(folder: Path) -> PreTrainedModel:
    with reading(folder):
        model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=1, **LOADING
        )
    read_side_by_side(model)
    return model


def _with_biased_head(model: PreTrainedModel) -> PreTrainedModel:
    model.score = nn.Linear(int(model.config.hidden_size), 1, bias=True)
    return model


def _stored_bias(folder: Path) -> Tensor:
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as stored:
            if BIAS_NAME in stored.keys():  # noqa: SIM118 - not a dictionary
                bias: Tensor = stored.get_tensor(BIAS_NAME)
                return bias
    return torch.zeros(1)


def _fold_bias(model: PreTrainedModel, head: nn.Linear) -> None:
    """Move the head's bias into the last norm: w.(y + b w/|w|^2) = w.y + b for every y."""
    norm = model.base_model.get_submodule(NORMS_WITH_BIAS[model.config.model_type])
    with torch.no_grad():
        weight_D = head.weight[0]
        norm.get_parameter("bias").add_(head.bias * weight_D / (weight_D @ weight_D))


def _pad_id_apart_from_eos(tokenizer: PreTrainedTokenizerBase) -> int:
    candidates = (tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.bos_token_id, 0, 1)
    return int(next(c for c in candidates if c is not None and c != tokenizer.eos_token_id))
