"""Tiny random models whose distributions are far from uniform, and jobs written for them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from training.ml.model_folders import load_policy, load_tokenizer, save_folder
from training.ml.reward_folders import new_reward_model, save_reward_model
from training.ml.seeding import generator
from training.ml.tiny_models import make_tiny

WIDTH, NUM_LAYERS, CONTEXT = 48, 2, 128
# Fresh weights give almost equal logits: a forgotten temperature or mask would hardly show.
LIVELINESS = 6.0


def lively_policy(folder: Path, architecture: str) -> None:
    make_tiny(folder, 1, architecture, width=WIDTH, num_layers=NUM_LAYERS, context=CONTEXT)
    model = load_policy(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(LIVELINESS)
    save_folder(model, load_tokenizer(folder), folder)


def windowed_policy(folder: Path, architecture: str) -> None:
    """A policy that looks back four tokens at most: in every layer, or from the second one on."""
    lively_policy(folder, architecture)
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"sliding_window": 4, "use_sliding_window": True, "max_window_layers": 1}
    config.pop("layer_types", None)
    path.write_text(json.dumps(config), encoding="utf-8")


def lively_reward_model(folder: Path, trunk: Path) -> None:
    reward_model = new_reward_model(trunk, generator(2, "head"))
    with torch.no_grad():
        reward_model.head.bias.fill_(0.3)
    save_reward_model(reward_model, load_tokenizer(trunk), folder, parent=trunk)


def write_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_prompts(path: Path, texts: Sequence[str], held_out: Sequence[str] = ()) -> Path:
    rows = [
        {
            "prompt_id": f"p{number}",
            "prompt": text,
            "split": "train" if number < len(texts) else "validation",
        }
        for number, text in enumerate([*texts, *held_out])
    ]
    return write_jsonl(path, rows)


def write_job(
    work_dir: Path,
    stage: str,
    inputs: Mapping[str, Path],
    hyperparameters: Mapping[str, Any],
    *,
    seed: int = 5,
    **more: Any,
) -> Path:
    """A job file in a work folder of its own; the path of the job file."""
    work_dir.mkdir(parents=True, exist_ok=True)
    path = work_dir / "job.json"
    described = {
        "stage": stage,
        "seed": seed,
        "hyperparameters": dict(hyperparameters),
        "work_dir": str(work_dir),
        "inputs": {name: str(value) for name, value in inputs.items()},
        **more,
    }
    path.write_text(json.dumps(described), encoding="utf-8")
    return path


def result_of(work_dir: Path) -> dict[str, Any]:
    return dict(json.loads((work_dir / "result.json").read_text(encoding="utf-8")))


def progress_of(work_dir: Path) -> list[dict[str, Any]]:
    """What the job reported of its steps; a step that was repeated counts as it went last."""
    lines = (work_dir / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    latest = {row["step"]: row for row in map(json.loads, lines)}
    return [latest[step] for step in sorted(latest)]


def computed(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics without seconds and memory, which two equal runs differ in."""
    measured = ("seconds_", "peak_memory")
    return {name: value for name, value in metrics.items() if not name.startswith(measured)}
