"""Model folders: what the Hugging Face ecosystem loads, safetensors only, no remote code."""

from pathlib import Path
from shutil import copyfile

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

NOTICE_NAME = "NOTICE.txt"
# Every attention implementation but SDPA reads a boolean 4-D mask differently.
ATTENTION = "sdpa"


def load_policy(folder: Path, **config_changes: float) -> PreTrainedModel:
    """The causal language model in a folder, as 32-bit floats, in evaluation mode."""
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation=ATTENTION,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        **config_changes,
    )
    model.eval()
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Raises: ValueError when the tokenizer has no end-of-text token."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    if tokenizer.eos_token_id is None:
        raise ValueError(f"the tokenizer in {folder.name} has no end-of-text token")
    return tokenizer


def save_folder(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    out_dir: Path,
    *,
    notice: str | None = None,
    parent: Path | None = None,
) -> None:
    """Write weights, configuration, tokenizer and the licence notice.

    The notice is given, or inherited from the folder of the model that training started from.
    """
    model.save_pretrained(out_dir)
    tokenizer.save_pretrained(out_dir)
    # The safetensors writer leaves its files readable by their owner alone; a model is read
    # by the web process and by other nodes' users too.
    for weights in out_dir.glob("*.safetensors"):
        weights.chmod(0o644)
    if notice is not None:
        (out_dir / NOTICE_NAME).write_text(notice, encoding="utf-8")
    elif parent is not None and (parent / NOTICE_NAME).exists():
        copyfile(parent / NOTICE_NAME, out_dir / NOTICE_NAME)
