"""What a model folder says of itself that decides which other models it works together with."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ARCHITECTURE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MAXIMUM_CONTEXT = 2**31 - 1
SPECIAL_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token")
SPECIAL_FILES = ("tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True)
class ModelTraits:
    """Blank and None where the folder does not say. ``context_tokens`` is the longest text that it
    reads; the hash is of every token with its id, so equal hashes read each other's tokens."""

    architecture: str = ""
    context_tokens: int | None = None
    vocabulary_size: int | None = None
    vocabulary_sha256: str = ""


def traits_of(folder: Path) -> ModelTraits:
    """Reads JSON alone and takes none of it on trust; costs a read of the tokenizer's file."""
    config = _read_object(folder / "config.json")
    # GPT-2 has a name of its own for it.
    context = _number(config.get("max_position_embeddings", config.get("n_positions")))
    vocabulary = vocabulary_of(folder)
    return ModelTraits(
        architecture=_name(config.get("model_type")),
        context_tokens=context if context is not None and 0 < context <= MAXIMUM_CONTEXT else None,
        vocabulary_size=len(vocabulary) if vocabulary else None,
        vocabulary_sha256=_sha256_of(vocabulary) if vocabulary else "",
    )


def vocabulary_of(folder: Path) -> dict[str, int] | None:
    """Every token with its id, as tokenizer.json has them.

    None where that file is missing (a SentencePiece model alone) or of another form, and where a
    special token that is named has no id in it: the loader would choose one. It also adds the end
    token of a few architectures to a tokenizer that was made for another one; that is not seen.
    """
    described = _read_object(folder / "tokenizer.json")
    pieces = _object(described.get("model")).get("vocab")
    found: list[tuple[Any, Any]]
    if isinstance(pieces, list):
        # A Unigram model: pieces with their scores, in the order of their ids.
        scored = enumerate(pieces)
        found = [(one[0] if isinstance(one, list) and one else None, i) for i, one in scored]
    else:
        found = list(_object(pieces).items())
    added = described.get("added_tokens")
    tokens = [_object(one) for one in added] if isinstance(added, list) else []
    found += [(one.get("content"), one.get("id")) for one in tokens]
    vocabulary = {token: _number(number) for token, number in found if isinstance(token, str)}
    known = {token: number for token, number in vocabulary.items() if number is not None}
    if not known or len(known) < len(vocabulary) or not _special_tokens(folder) <= known.keys():
        return None
    return known


def _special_tokens(folder: Path) -> set[str]:
    """The special tokens that the files beside the tokenizer name."""
    named = set()
    for file_name in SPECIAL_FILES:
        described = _read_object(folder / file_name)
        wanted = [described.get(name) for name in SPECIAL_TOKENS]
        wanted += _object(described.get("added_tokens_decoder")).values()
        for token in wanted:
            text = _object(token).get("content") if isinstance(token, dict) else token
            if isinstance(text, str):
                named.add(text)
    return named


def _sha256_of(vocabulary: dict[str, int]) -> str:
    # Escaped: a token may be half of a surrogate pair, which UTF-8 does not have.
    return hashlib.sha256(json.dumps(sorted(vocabulary.items())).encode()).hexdigest()


def _read_object(path: Path) -> dict[str, Any]:
    try:
        return _object(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(value: Any) -> str:
    return value if isinstance(value, str) and ARCHITECTURE.fullmatch(value) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
