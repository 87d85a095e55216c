"""What a folder must be before Concord takes it for a model: data only, nothing that runs."""

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labeling.errors import Refused

# Weights as safetensors, configuration and tokenizer as JSON, text or SentencePiece, notices.
ALLOWED_SUFFIXES = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja", ".md"})
ALLOWED_NAMES = frozenset({"LICENSE", "LICENCE", "NOTICE"})
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model")
MAXIMUM_HEADER_BYTES = 100_000_000
# The types of the format (safetensors 0.5).
DTYPE_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}


def check_model_folder(folder: Path) -> None:
    """Accept a Hugging Face folder with safetensors and a tokenizer, and no code.

    Reads headers and JSON only, not the weights.

    Raises: Refused("unusable_model_folder") that says which file is wrong and why (status 400).
    """
    try:
        _check(folder)
    except OSError as error:
        raise unusable_folder(f"it cannot be read ({error.strerror})") from error


def _check(folder: Path) -> None:
    _check_place(folder)
    # What ``is_dir`` says of a link is said of its target, which lies anywhere.
    files = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    _check_names(folder, files)
    config = _read_json(folder / "config.json")
    if not isinstance(config.get("model_type"), str):
        raise unusable_folder("config.json names no model_type")
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise unusable_folder(f"it has no tokenizer ({' or '.join(TOKENIZER_FILES)})")
    weights = [path for path in files if path.suffix == ".safetensors"]
    if not weights:
        raise unusable_folder("it has no safetensors weights")
    for path in weights:
        _check_safetensors(path)
    for path in files:
        if path.suffix == ".json" and "auto_map" in _read_json(path):
            raise unusable_folder(
                f"{path.name} asks for code of its own (auto_map), which never runs here"
            )


def _check_place(folder: Path) -> None:
    if folder.is_symlink():
        raise unusable_folder("it is a link; give the folder that it leads to")
    if not folder.is_dir():
        raise unusable_folder("there is no such folder on this machine")
    # Before the walk: somebody may name a folder that holds a whole disk.
    if not os.path.lexists(folder / "config.json"):
        raise unusable_folder("it has no config.json")


def _check_names(folder: Path, files: Iterable[Path]) -> None:
    for path in files:
        stored_name = os.fsencode(path.relative_to(folder))
        name = stored_name.decode(errors="backslashreplace")
        if os.fsencode(name) != stored_name:
            raise unusable_folder(f"{name} is a name that is not UTF-8; rename it")
        if path.is_symlink():
            raise unusable_folder(
                f"{name} is a link; copy the folder with its links followed (cp -rL)"
            )
        # Reading a pipe would wait for whoever writes into it.
        if not path.is_file():
            raise unusable_folder(f"{name} is neither a file nor a folder; remove it")
        if path.suffix not in ALLOWED_SUFFIXES and path.name not in ALLOWED_NAMES:
            raise unusable_folder(
                f"{name} is neither safetensors, JSON, text nor a licence; remove it"
            )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise unusable_folder(f"it has no {path.name}") from error
    except (ValueError, RecursionError) as error:
        raise unusable_folder(f"{path.name} is not JSON") from error
    return content if isinstance(content, dict) else {}


def _check_safetensors(path: Path) -> None:
    """The header's length, its JSON and the extent of every tensor fit the file."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(8), "little")
        if size < 8 or header_bytes > min(MAXIMUM_HEADER_BYTES, size - 8):
            raise unusable_folder(f"{path.name} is not a safetensors file")
        header = stream.read(header_bytes)
    try:
        tensors = {k: v for k, v in json.loads(header).items() if k != "__metadata__"}
        extents = sorted((*map(int, one["data_offsets"]), name) for name, one in tensors.items())
        end = max(last for _, last, _ in extents)
        sizes = {name: _num_bytes(one) for name, one in tensors.items()}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise unusable_folder(f"{path.name} is not a safetensors file") from error
    if end != size - 8 - header_bytes:
        raise unusable_folder(f"{path.name} is cut short or padded")
    place = 0
    for first, last, name in extents:
        if first != place or last - first != sizes[name]:
            raise unusable_folder(
                f"{path.name} does not hold what its header says of {name[:80]!r}"
            )
        place = last


def _num_bytes(tensor: Any) -> int:
    """Of its shape and type. Raises: ValueError for a type that safetensors does not have."""
    bits = DTYPE_BITS.get(tensor["dtype"])
    if bits is None or any(length < 0 for length in tensor["shape"]):
        raise ValueError(tensor["dtype"])
    return int(math.prod(tensor["shape"])) * bits // 8


def unusable_folder(problem: str) -> Refused:
    """The refusal that names the field and what is wrong with the folder."""
    return Refused(
        "unusable_model_folder",
        f"The model folder cannot be used: {problem}.",
        status=400,
        fields={"path": [problem]},
    )
