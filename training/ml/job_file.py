"""What a job file holds; a name that its stage does not read is refused, as meant for something.

A reward model under a misspelt role would otherwise be left out without a word.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from training.ml.errors import BadInput
from training.ml.glossary.automatic_evaluations import BASELINE, SECOND_REWARD_MODEL
from training.ml.mixing import POLICY_ROLES

FOR_EVALUATIONS = (SECOND_REWARD_MODEL, BASELINE)
# A model is a folder, records are a file; which of them a stage can do without is its own to say.
INPUTS: Mapping[str, tuple[str, ...]] = {
    "sft": ("base_model", "demonstrations", "reward_model", "pretraining", *FOR_EVALUATIONS),
    "reward_model": ("base_model", "rankings", "demonstrations"),
    "generalisation": ("base_model", "rankings"),
    "ppo": ("policy", "reward_model", "prompts", "pretraining", *FOR_EVALUATIONS),
    "sampling": (*POLICY_ROLES, "prompts"),
    "scoring": ("reward_model", "completions"),
}
REQUIRED: Mapping[str, type] = {
    "stage": str,
    "seed": int,
    "hyperparameters": dict,
    "work_dir": str,
    "inputs": dict,
}
OPTIONAL: Mapping[str, type] = {"weights": dict, "evaluations": list}
# Which stages read what is optional.
READERS: Mapping[str, tuple[str, ...]] = {"weights": ("sampling",), "evaluations": ("sft", "ppo")}


def read_job(path: Path, stage: str) -> dict[str, Any]:
    """The content of a job file, with what is optional filled in.

    Raises: BadInput naming the part that is missing, unknown, of the wrong type or not read.
    """
    try:
        described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = REQUIRED.keys() - set(described)
    except (OSError, ValueError, TypeError) as fault:
        raise BadInput(f"{path} cannot be read: {fault}") from fault
    if missing:
        raise BadInput(f"{path.name} lacks {', '.join(sorted(missing))}")
    kinds = {**REQUIRED, **OPTIONAL}
    _refuse_unknown(path.name, described, kinds)
    described = {name: kind() for name, kind in OPTIONAL.items()} | described
    for name, kind in kinds.items():
        value = described[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadInput(f"{name} of {path.name} is of the wrong type")
    if described["stage"] != stage:
        raise BadInput(f"{path.name} is a job for {described['stage']}, not {stage}")
    for name, readers in READERS.items():
        if described[name] and stage not in readers:
            raise BadInput(f"{name} of {path.name} are read by {' and '.join(readers)} alone")
    _check_inputs(path.name, described["inputs"], stage)
    return described


def _check_inputs(file: str, inputs: Mapping[str, object], stage: str) -> None:
    _refuse_unknown(f"inputs of {file}", inputs, INPUTS[stage])
    for role, place in inputs.items():
        if not isinstance(place, str):
            raise BadInput(f"inputs.{role} of {file} is no path")


def _refuse_unknown(place: str, found: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(found) - set(known)):
        raise BadInput(f"{place}: unknown {', '.join(unknown)}; known are {', '.join(known)}")
