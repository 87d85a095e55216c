"""Model folders: what the Hugging Face ecosystem loads, safetensors only, no remote code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from training.ml.errors import BadInput
from training.ml.lora import merged

NOTICE_NAME = "NOTICE.txt"
# Every attention implementation but SDPA reads a boolean 4-D mask differently.
ATTENTION = "sdpa"
LOADING: dict[str, Any] = {
    "dtype": torch.float32,
    "attn_implementation": ATTENTION,
    "use_safetensors": True,
    "local_files_only": True,
    "trust_remote_code": False,
}


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Raises: BadInput in place of whatever a missing or damaged model folder raises."""
    try:
        yield
    except (OSError, ValueError, KeyError, SafetensorError) as fault:
        raise BadInput(f"{folder.name} cannot be read as a model: {fault}") from fault


def load_policy(folder: Path) -> PreTrainedModel:
    """The causal language model in a folder, as 32-bit floats, in evaluation mode.

    Raises: BadInput.
    """
    with reading(folder):
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(folder, **LOADING)
    model.eval()
    return model


def load_config(folder: Path) -> PreTrainedConfig:
    """What a model's folder says of its architecture, without its weights. Raises: BadInput."""
    with reading(folder):
        config: PreTrainedConfig = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    return config


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Raises: BadInput, also when the tokenizer has no end-of-text token."""
    with reading(folder):
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    if tokenizer.eos_token_id is None:
        raise BadInput(f"the tokenizer in {folder.name} has no end-of-text token")
    return tokenizer


def save_folder(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    out_dir: Path,
    *,
    notice: str | None = None,
    parent: Path | None = None,
) -> None:
    """Write weights, configuration, tokenizer and the licence notice; adapters are merged in.

    The notice is given, or inherited from the folder of the model that training started from.
    """
    merged(model).save_pretrained(out_dir)
    tokenizer.save_pretrained(out_dir)
    # The safetensors writer leaves its files readable by their owner alone; a model is read
    # by the web process and by other nodes' users too.
    for weights in out_dir.glob("*.safetensors"):
        weights.chmod(0o644)
    if notice is not None:
        (out_dir / NOTICE_NAME).write_text(notice, encoding="utf-8")
    elif parent is not None and (parent / NOTICE_NAME).exists():
        copyfile(parent / NOTICE_NAME, out_dir / NOTICE_NAME)
