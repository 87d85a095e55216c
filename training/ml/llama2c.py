"""Read the checkpoint-and-tokenizer file of llama2.c's TinyStories model.

Source: https://github.com/karpathy/llama2.c, run.c (legacy export, version 0).
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

LLAMA2C_DIGEST = "597a6652b5e5c83334e54f8a65c7da4b1ddc547dc7eca3029218af86ac5a6df2"
HEADER = struct.Struct("<7i")


@dataclass(frozen=True)
class Llama2cFile:
    """Shapes and weights as llama2.c names them; `tensors` stacks layers on the first axis."""

    width: int
    hidden_width: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    context: int
    tensors: dict[str, Tensor]
    pieces: list[bytes]
    scores: list[float]


def read_llama2c(path: Path) -> Llama2cFile:
    """Raises: ValueError when bytes are left over or missing."""
    raw = path.read_bytes()
    width, hidden, layers, heads, kv_heads, vocab, context = HEADER.unpack_from(raw)
    kv_width = width // heads * kv_heads
    shapes = {
        "embedding": (vocab, width),
        "attention_norm": (layers, width),
        "q": (layers, width, width),
        "k": (layers, kv_width, width),
        "v": (layers, kv_width, width),
        "o": (layers, width, width),
        "mlp_norm": (layers, width),
        "gate": (layers, hidden, width),
        "down": (layers, width, hidden),
        "up": (layers, hidden, width),
        "final_norm": (width,),
        # Rotary tables that the reader recomputes.
        "cosines": (context, width // heads // 2),
        "sines": (context, width // heads // 2),
    }
    tensors, offset = _read_tensors(raw, shapes)
    pieces, scores = _read_tokenizer(raw[offset:], vocab)
    return Llama2cFile(width, hidden, layers, heads, kv_heads, context, tensors, pieces, scores)


def _read_tensors(raw: bytes, shapes: dict[str, tuple[int, ...]]) -> tuple[dict[str, Tensor], int]:
    tensors = {}
    offset = HEADER.size
    for name, shape in shapes.items():
        count = int(np.prod(shape))
        values = np.frombuffer(raw, dtype="<f4", count=count, offset=offset)
        tensors[name] = torch.from_numpy(values.reshape(shape).copy())
        offset += 4 * count
    return tensors, offset


def _read_tokenizer(raw: bytes, vocab: int) -> tuple[list[bytes], list[float]]:
    """Pieces and merge scores in id order, after one integer holding the longest piece."""
    pieces, scores, offset = [], [], 4
    for _ in range(vocab):
        score, length = struct.unpack_from("<fi", raw, offset)
        offset += 8
        pieces.append(raw[offset : offset + length])
        scores.append(score)
        offset += length
    if offset != len(raw):
        raise ValueError(f"{len(raw) - offset} bytes are left over after the tokenizer")
    return pieces, scores
