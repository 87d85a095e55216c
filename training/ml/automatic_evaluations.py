"""What a run that trains a policy measures of it at its end, where it was asked to (R75).

The published model is read from its folder, as anybody would, so its figures are those of what is
published. Nobody loses a run to its evaluations: what fails says why in place of a figure, a
figure that is there is not worked out again by a later attempt, and one at which two attempts came
to their end is given up. Figures are documented in training/ml/glossary/automatic_evaluations.py.

Legend: U units that a figure is a mean over, prompts or texts.
"""

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.ml.batches import TextEncoder, split_by_tokens
from training.ml.checkpointing import write_durably
from training.ml.errors import BadInput
from training.ml.evaluation import ratio_interval, wilson_interval
from training.ml.glossary.automatic_evaluations import (
    BASELINE,
    PRETRAINING_LOSS,
    REWARD_MODEL,
    SECOND_REWARD_MODEL,
)
from training.ml.job import Job, Report
from training.ml.language_modelling import Example, answer_scores, padded_batch, rows_together
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.networks import freeze, sampling_copy
from training.ml.pretraining_texts import beginnings, hold_out, read_texts
from training.ml.reward_folders import load_reward_model
from training.ml.reward_judge import RewardJudge
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.seeding import derive_seed, generator

FILE_NAME = "evaluations.json"
STREAM = "automatic evaluation"
MAXIMUM_STARTS = 2
VMSTAT = Path("/proc/vmstat")
# A share of prompts has an interval of its own kind.
SHARES = ("cut_share", "win_share", "second_win_share")

Figure = dict[str, Any]
# What each of this process's units adds up to, and what that is divided by.
Amounts = list[tuple[float, float]]


@dataclass(frozen=True)
class Material:
    """What policies are evaluated on; `rule` is how they answer."""

    prompts: Sequence[list[int]]
    rule: SamplingRule
    max_document_tokens: int


def evaluate(job: Job, encoder: TextEncoder, material: Material) -> Report:
    """The figures asked for, under `evaluations`; nothing where none were.

    Every process calls this. Raises: StopRequested between two of them.
    """
    if not job.evaluations:
        return {}
    # Other processes read what the main one has published.
    job.world.wait()
    record, measuring = _Record(job), _Measuring(job, encoder, material)
    for name in job.evaluations:
        job.raise_if_stopping()
        if job.world.from_main(int(name in record.figures)):
            continue
        if job.world.from_main(int(bool(record.why_not_again(name)))):
            record.keep(name, undefined(record.why_not_again(name)))
            continue
        record.begin(name)
        record.keep(name, measuring.figure(name))
    return {"evaluations": {name: record.figures.get(name) for name in job.evaluations}}


def undefined(reason: str) -> Figure:
    return {"value": None, "low": None, "high": None, "num": 0, "unit": "", "reason": reason}


def figure_of(name: str, amount_U2: Tensor, seed: int) -> Figure:
    """sum(amount) / sum(weight) over units with a 95% interval. Shapes: amount_U2."""
    total_U, count_U = (column.numpy() for column in amount_U2.T)
    num = len(total_U)
    value = float(np.sum(total_U) / np.sum(count_U))
    if not math.isfinite(value):
        return undefined("it is not a finite number")
    low, high = (
        wilson_interval(value, num)
        if name in SHARES
        else ratio_interval(total_U, count_U, derive_seed(seed, STREAM, name))
    )
    unit = "texts" if name == PRETRAINING_LOSS else "prompts"
    return {"value": value, "low": low, "high": high, "num": num, "unit": unit, "reason": ""}


def win(own: Answer, other: Answer, own_reward: float, other_reward: float) -> float:
    """1 for the higher reward, half where both wrote the same, whatever rounding says of it."""
    if own.ids == other.ids or own_reward == other_reward:
        return 0.5
    return float(own_reward > other_reward)


class _Record:
    """The figures so far and how often each was begun, in a file that outlives the process."""

    def __init__(self, job: Job) -> None:
        self._path, self._is_main = job.work_dir / FILE_NAME, job.world.is_main
        kept = _read(self._path)
        self.figures: dict[str, Figure] = kept["figures"]
        self._starts: dict[str, dict[str, int]] = kept["starts"]

    def why_not_again(self, name: str) -> str:
        """Why an evaluation that earlier attempts began is given up; empty where it is not.

        A second lack of memory at one step would end the run, so the first is enough.
        """
        start = self._starts.get(name)
        if start is None:
            return ""
        if memory_kills() > start["memory_kills"]:
            return "the machine ran out of memory while it was worked out"
        if start["times"] >= MAXIMUM_STARTS:
            return f"the trainer came to its end {MAXIMUM_STARTS} times while it was worked out"
        return ""

    def begin(self, name: str) -> None:
        times = self._starts[name]["times"] if name in self._starts else 0
        self._starts[name] = {"times": times + 1, "memory_kills": memory_kills()}
        self._write()

    def keep(self, name: str, figure: Figure) -> None:
        self.figures[name] = figure
        self._write()

    def _write(self) -> None:
        if self._is_main:
            content = {"figures": self.figures, "starts": self._starts}
            write_durably(self._path, json.dumps(content, allow_nan=False))


def memory_kills() -> int:
    """How many processes the kernel has ended for memory since it started; 0 where unknown."""
    try:
        lines = VMSTAT.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"figures": {}, "starts": {}}
    return dict(kept)


class _Measuring:
    """Works figures out, each process on its share; what several of them need is made once."""

    def __init__(self, job: Job, encoder: TextEncoder, material: Material) -> None:
        self.job, self.encoder, self.material = job, encoder, material
        self.own = list(job.world.share(len(material.prompts)))
        self._answers: dict[Path, list[Answer]] = {}
        self._rewards: dict[tuple[str, Path], list[float]] = {}
        self._amounts_by_name: Mapping[str, Callable[[], Amounts]] = {
            PRETRAINING_LOSS: self._losses,
            "second_reward": partial(self._reward_amounts, SECOND_REWARD_MODEL),
            "answer_length": self._lengths,
            "cut_share": self._cuts,
            "win_share": partial(self._wins, REWARD_MODEL),
            "second_win_share": partial(self._wins, SECOND_REWARD_MODEL),
        }

    def figure(self, name: str) -> Figure:
        """Every process calls this; they meet once, however any of them fares."""
        world, is_of_texts = self.job.world, name == PRETRAINING_LOSS
        amounts, reason = self._try(name, is_of_texts=is_of_texts)
        if world.total_number(float(bool(reason))):
            return undefined(reason or "another process of the run could not work it out")
        num = len(self.documents if is_of_texts else self.material.prompts)
        amount_U2 = torch.zeros(num, 2, dtype=torch.float64, device=world.device)
        own = list(world.share(num))
        if own:
            amount_U2[own] = torch.tensor(amounts, dtype=torch.float64, device=world.device)
        return figure_of(name, world.total(amount_U2).cpu(), self.job.seed)

    def _try(self, name: str, *, is_of_texts: bool) -> tuple[Amounts, str]:
        try:
            if is_of_texts and not self.documents:
                return [], "fewer than ten pretraining texts: none is held out"
            if not is_of_texts and not self.material.prompts:
                return [], "no prompt is held out"
            return self._amounts_by_name[name](), ""
        except Exception as fault:  # noqa: BLE001 - whatever it is must not cost the run
            sys.stderr.write(f"evaluation {name}: {fault!r}\n")
            return [], f"{str(fault)[:300] or type(fault).__name__}"

    @cached_property
    def documents(self) -> list[Example]:
        """The pretraining texts that this run has not learned from."""
        limit = self.material.max_document_tokens
        return beginnings(hold_out(read_texts(self.job, self.encoder))[1], limit)

    @property
    def _published(self) -> Path:
        return self.job.output_dir / "model"

    @torch.no_grad()
    def _losses(self) -> Amounts:
        settings, world = self.job.hyperparameters, self.job.world
        policy = self._policy(self._published)
        own = [self.documents[place] for place in world.share(len(self.documents))]
        amounts: Amounts = [(0.0, 0.0)] * len(own)
        rows = rows_together(own, max_tokens=settings.max_tokens_per_forward, is_packed=False)
        for places in rows if own else []:
            batch = padded_batch([own[place] for place in places]).to(world.device)
            logprob_BR = answer_scores(policy, batch, settings.precision).logprob_BR
            loss_B = -(logprob_BR.double() * batch.mask_BR).sum(1)
            for place, loss in zip(places, loss_B.tolist(), strict=True):
                amounts[place] = (loss, float(len(own[place].answer)))
        return amounts

    def _lengths(self) -> Amounts:
        answers = self._answers_of(self._published)
        return [(float(len(one.ids) - one.has_eos), 1.0) for one in answers]

    def _cuts(self) -> Amounts:
        return [(float(not one.has_eos), 1.0) for one in self._answers_of(self._published)]

    def _reward_amounts(self, role: str) -> Amounts:
        return [(reward, 1.0) for reward in self._rewards_of(role, self._published)]

    def _wins(self, role: str) -> Amounts:
        ours, theirs = self._published, self.job.input(BASELINE)
        compared = zip(
            self._answers_of(ours),
            self._answers_of(theirs),
            self._rewards_of(role, ours),
            self._rewards_of(role, theirs),
            strict=True,
        )
        return [(win(*pair), 1.0) for pair in compared]

    def _answers_of(self, folder: Path) -> list[Answer]:
        """One answer to each of this process's prompts, in their order."""
        if folder in self._answers:
            return self._answers[folder]
        writer = sampling_copy(self._policy(folder), self.job.hyperparameters.precision)
        written: dict[int, Answer] = {}
        for places in self._batches():
            noise = [generator(self.job.seed, STREAM, place) for place in places]
            prompts = [self.material.prompts[place] for place in places]
            answers = write_answers(writer, prompts, noise, self.material.rule)
            written |= dict(zip(places, answers, strict=True))
        self._answers[folder] = [written[place] for place in self.own]
        return self._answers[folder]

    def _rewards_of(self, role: str, folder: Path) -> list[float]:
        """What the reward model in a role thinks of a policy's answers, in their order."""
        if (role, folder) in self._rewards:
            return self._rewards[role, folder]
        answers = dict(zip(self.own, self._answers_of(folder), strict=True))
        judge = self._judge(role)
        found: dict[int, float] = {}
        for places in self._batches():
            examples = [
                Example(self.material.prompts[place], answers[place].ids) for place in places
            ]
            found |= dict(zip(places, judge.rewards_of(examples).tolist(), strict=True))
        self._rewards[role, folder] = [found[place] for place in self.own]
        return self._rewards[role, folder]

    def _batches(self) -> list[list[int]]:
        prompts, longest = self.material.prompts, self.material.rule.max_tokens
        lengths = [len(prompts[place]) + longest for place in self.own]
        budget = self.job.hyperparameters.max_tokens_per_forward
        return [[self.own[row] for row in rows] for rows in split_by_tokens(lengths, budget)]

    def _policy(self, folder: Path) -> PreTrainedModel:
        self._check_tokens(folder)
        policy = load_policy(folder)
        freeze(policy, self.job.world.device)
        return policy

    def _judge(self, role: str) -> RewardJudge:
        folder = self.job.input(role)
        self._check_tokens(folder)
        reward = load_reward_model(folder)
        freeze(reward, self.job.world.device)
        material, settings = self.material, self.job.hyperparameters
        rule, seed, world = material.rule, self.job.seed, self.job.world
        return RewardJudge(reward, material.prompts, rule, settings, seed=seed, world=world)

    def _check_tokens(self, folder: Path) -> None:
        """Answers go from model to model as token ids. Raises: BadInput."""
        if load_tokenizer(folder).get_vocab() != self.encoder.tokenizer.get_vocab():
            roles = [role for role, path in self.job.inputs.items() if path == folder]
            named = roles[0] if roles else folder.name
            raise BadInput(
                f"inputs.{named}: it has another tokenizer than the policy; choose one of the same "
                "base, or leave out the evaluation that reads it"
            )
