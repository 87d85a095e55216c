"""What a step had read at which a figure of its run stopped being a number (R74)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models.functions import Left

from labeling.models import Prompt
from training.models import Run

EXCERPT_CHARACTERS = 160
# Of a prompt of this installation, as a snapshot writes it.
ID = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class BrokenStepPrompt:
    """``prompt_id`` is None where the training data names a prompt that is not here."""

    name: str
    prompt_id: int | None
    excerpt: str


@dataclass(frozen=True)
class BrokenStep:
    """The first of its prompts, and how many there are of everything."""

    prompts: list[BrokenStepPrompt]
    num_prompts: int
    num_pretraining_texts: int


def broken_steps(runs: Iterable[Run]) -> dict[UUID, BrokenStep]:
    """By run, of those that have one. One query, none where no run has."""
    told = {run.pk: run.report["broken_step"] for run in runs if "broken_step" in run.report}
    names = {name for step in told.values() for name in step["prompt_ids"]}
    excerpts = _excerpts({int(name) for name in names if ID.fullmatch(name)})
    return {run_id: _step(step, excerpts) for run_id, step in told.items()}


def _step(told: Mapping[str, Any], excerpts: Mapping[str, str]) -> BrokenStep:
    return BrokenStep(
        prompts=[
            BrokenStepPrompt(name, int(name) if name in excerpts else None, excerpts.get(name, ""))
            for name in told["prompt_ids"]
        ],
        num_prompts=told["num_prompts"],
        num_pretraining_texts=told["num_pretraining_texts"],
    )


def _excerpts(ids: set[int]) -> dict[str, str]:
    if not ids:
        return {}
    rows = Prompt.objects.filter(pk__in=ids).annotate(excerpt=Left("text", EXCERPT_CHARACTERS))
    return {str(pk): excerpt for pk, excerpt in rows.values_list("pk", "excerpt")}
