"""Frozen records as a snapshot holds them, and an export of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.exporters.rows import FILES
from training.exporters.writing import Progress, Wanted, write_on
from training.services.canonical import canonical_json


def frozen_task(
    number: int, *rankings: tuple[int, list[int | None]], **changes: object
) -> dict[str, Any]:
    """A task of three completions; each ranking is a labeler with their ranks."""
    return {
        "task_id": number,
        "prompt_id": number,
        "prompt": f"Prompt {number}",
        "category": None,
        "completions": [
            {"id": 10 * number + n, "text": f"Answer {n}", "source": f"policy-{n}"}
            for n in range(3)
        ],
        "rankings": [
            {"id": f"r{number}{n}", "labeler": labeler, "ranks": ranks}
            for n, (labeler, ranks) in enumerate(rankings)
        ],
        "split": "train",
    } | changes


def frozen_demonstration(number: int, text: str, labeler: int, split: str = "train") -> Any:
    return {
        "prompt_id": number,
        "prompt": f"Prompt {number}",
        "completion": text,
        "labeler": labeler,
        "source": "labeler",
        "split": split,
    }


def wanted_of(
    folder: Path,
    kind: str,
    records: Sequence[Mapping[str, Any]],
    simulated: Sequence[int] = (),
    *,
    is_compressed: bool = False,
) -> Wanted:
    path = folder / "records.jsonl"
    path.write_text("".join(f"{canonical_json(record)}\n" for record in records))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wanted(path, sha256, kind, list(FILES[kind]), frozenset(simulated), is_compressed)


def exported(
    folder: Path, kind: str, records: Sequence[Mapping[str, Any]], simulated: Sequence[int] = ()
) -> tuple[Path, Progress]:
    out = folder / "out"
    out.mkdir()
    return out, write_on(wanted_of(folder, kind, records, simulated), out, lambda: True)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
