"""Random models of about a million parameters, for tests and first runs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from training.ml.embedded_tokenizers import byte_tokenizer
from training.ml.model_folders import save_folder

ARCHITECTURES = ("llama", "gpt2", "gpt_neox", "qwen2", "qwen3", "mistral")
TINY_NOTICE = """A random, untrained model made by Concord for tests. No restrictions.
Architecture {architecture}, seed {seed}.
"""


def make_tiny(
    out_dir: Path,
    seed: int,
    architecture: str = "llama",
    *,
    width: int = 192,
    num_layers: int = 3,
    context: int = 512,
) -> None:
    """Write a random model with a byte-level tokenizer; the same seed gives the same bytes.

    Raises: ValueError for an architecture that is not in ARCHITECTURES.
    """
    tokenizer = byte_tokenizer(context)
    config = _config(architecture, width=width, num_layers=num_layers, context=context)
    config.vocab_size = len(tokenizer)
    config.bos_token_id = tokenizer.bos_token_id
    config.eos_token_id = tokenizer.eos_token_id
    config.pad_token_id = tokenizer.pad_token_id
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(config)
    notice = TINY_NOTICE.format(architecture=architecture, seed=seed)
    save_folder(model, tokenizer, out_dir, notice=notice)


def _config(architecture: str, *, width: int, num_layers: int, context: int) -> PreTrainedConfig:
    heads = max(2, width // 48)
    if architecture == "gpt2":
        return GPT2Config(n_embd=width, n_layer=num_layers, n_head=heads, n_positions=context)
    classes: dict[str, Callable[..., PreTrainedConfig]] = {
        "llama": LlamaConfig,
        "gpt_neox": GPTNeoXConfig,
        "qwen2": Qwen2Config,
        "qwen3": partial(Qwen3Config, head_dim=width // heads),
        "mistral": partial(MistralConfig, sliding_window=None),
    }
    if architecture not in classes:
        raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}")
    return classes[architecture](
        hidden_size=width,
        intermediate_size=width * 8 // 3,
        num_hidden_layers=num_layers,
        num_attention_heads=heads,
        num_key_value_heads=heads // 2,
        max_position_embeddings=context,
        tie_word_embeddings=True,
    )
