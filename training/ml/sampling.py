"""Writing completions for prompts with a policy.

    python -m training.ml.sampling job.json

Every completion has a seed of its own, made from the job's seed, the prompt's id and the
completion's index, and stored beside it: the same completion comes back whatever else is sampled.
"""

import copy
import json
import math
import sys
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from training.ml.batches import TextEncoder, TokenLimits
from training.ml.checkpointing import write_durably
from training.ml.hyperparameters import SamplingHyperparameters
from training.ml.job import Job, Report, StepMetrics, run_stage
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.networks import freeze
from training.ml.records import Prompt, read_prompts
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.seeding import derive_seed


@dataclass(frozen=True)
class _Request:
    """Consecutive completions of one prompt, written side by side."""

    place: int
    prompt_id: str
    prompt: list[int]
    indices: range


def sample_completions(job: Job) -> Generator[StepMetrics, None, Report]:
    """Sample; one step is one batch. What is written survives a stop, and is not redone."""
    # 1. Read the prompts and cut the work into batches of prompts of similar length.
    settings: SamplingHyperparameters = job.hyperparameters
    folder = job.input("model")
    policy, tokenizer = load_policy(folder), load_tokenizer(folder)
    freeze(policy, job.world.device)
    policy = sampling_copy(policy, settings.precision)
    limits = TokenLimits.for_model(
        policy.config,
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_tokens,
    )
    encoder = TextEncoder(tokenizer, limits)
    batches = _batches(read_prompts(job.input("prompts")), encoder, settings)
    rule = SamplingRule(settings.temperature, settings.top_p, limits.completion, encoder.eos_id)

    # 2. Write, batch by batch, what an earlier attempt has not written yet.
    draft = job.output_dir / f".samples-{job.world.rank}.jsonl"
    done = {(row["prompt_id"], row["index"]) for row in _read_drafts(job.output_dir)}
    job.world.wait()
    num_rounds = math.ceil(len(batches) / job.world.size)
    for round_ in range(num_rounds):
        # Every process passes through every round: asking whether to stop is a common act.
        place = round_ * job.world.size + job.world.rank
        batch = batches[place] if place < len(batches) else []
        if not _is_done(batch, done):
            started = time.monotonic()
            rows = _write_batch(policy, tokenizer, batch, rule, job.seed)
            _append(draft, rows)
            tokens = sum(row["token_count"] for row in rows)
            seconds = time.monotonic() - started
            metrics = {"completions": len(rows), "tokens_per_second": tokens / seconds}
            yield StepMetrics(round_ + 1, num_rounds, "sampling", metrics)
        elif batch:
            job.resumed_from_step = round_ + 1
        job.raise_if_stopping()

    # 3. Publish all processes' completions, in the order of the prompts.
    job.world.wait()
    rows = _read_drafts(job.output_dir)
    if job.world.is_main:
        _publish(job.output_dir / "samples.jsonl", rows)
    return _report(rows, encoder)


def sampling_copy(policy: PreTrainedModel, precision: str) -> PreTrainedModel:
    """The model to write with: itself, or a bfloat16 copy.

    Autocast would convert every weight again for every token.
    """
    if precision == "fp32":
        return policy
    smaller = copy.deepcopy(policy)
    smaller.bfloat16()
    return smaller


def _batches(
    prompts: list[Prompt], encoder: TextEncoder, settings: SamplingHyperparameters
) -> list[list[_Request]]:
    at_once = min(settings.completions_per_prompt, settings.max_rows_per_forward)
    requests = [
        _Request(place, prompt.prompt_id, encoder.prompt(prompt.text), range(first, last))
        for place, prompt in enumerate(prompts)
        for first, last in _spans(settings.completions_per_prompt, at_once)
    ]
    # Requests of one size share a batch, so that random streams go to prompts in equal shares.
    requests.sort(key=lambda request: (len(request.indices), len(request.prompt), request.place))
    batches: list[list[_Request]] = []
    for request in requests:
        size = len(request.indices)
        open_batch = batches[-1] if batches else []
        fits = (len(open_batch) + 1) * size <= settings.max_rows_per_forward
        if open_batch and fits and len(open_batch[0].indices) == size:
            open_batch.append(request)
        else:
            batches.append([request])
    return batches


def _spans(count: int, size: int) -> Iterable[tuple[int, int]]:
    return ((first, min(first + size, count)) for first in range(0, count, size))


def _is_done(batch: list[_Request], done: set[tuple[str, int]]) -> bool:
    return all((request.prompt_id, index) in done for request in batch for index in request.indices)


def _write_batch(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    batch: list[_Request],
    rule: SamplingRule,
    seed: int,
) -> list[dict[str, Any]]:
    wanted = [(request, index) for request in batch for index in request.indices]
    seeds = [derive_seed(seed, request.prompt_id, index) for request, index in wanted]
    noise = [torch.Generator().manual_seed(own_seed) for own_seed in seeds]
    answers = write_answers(policy, [request.prompt for request in batch], noise, rule)
    return [
        _row(request, index, own_seed, answer, tokenizer)
        for (request, index), own_seed, answer in zip(wanted, seeds, answers, strict=True)
    ]


def _row(
    request: _Request,
    index: int,
    seed: int,
    answer: Answer,
    tokenizer: PreTrainedTokenizerBase,
) -> dict[str, Any]:
    ids = answer.ids[:-1] if answer.has_eos else answer.ids
    text = str(tokenizer.decode(ids, skip_special_tokens=True))
    return {
        "place": request.place,
        "prompt_id": request.prompt_id,
        "index": index,
        # No database column holds NUL.
        "text": text.replace("\x00", "\ufffd"),
        "token_count": len(ids),
        "finish_reason": "stop" if answer.has_eos else "length",
        "seed": seed,
    }


def _append(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as draft:
        draft.writelines(_line(row) for row in rows)


def _read_drafts(folder: Path) -> list[dict[str, Any]]:
    """What all processes have written, an earlier attempt's included."""
    drafts = sorted(folder.glob(".samples-*.jsonl"))
    return [row for path in drafts for row in _whole_rows(path)]


def _whole_rows(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a draft; one that a crash cut short is removed and written again."""
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        path.write_bytes(whole)
    return [json.loads(line) for line in whole.decode().split("\n") if line]


def _publish(path: Path, rows: list[dict[str, Any]]) -> None:
    ordered = sorted(rows, key=lambda row: (row["place"], row["index"]))
    fields = ({name: row[name] for name in row if name != "place"} for row in ordered)
    write_durably(path, "".join(_line(row) for row in fields))


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _report(rows: list[dict[str, Any]], encoder: TextEncoder) -> Report:
    return {
        "num_completions": len(rows),
        "mean_tokens": sum(row["token_count"] for row in rows) / len(rows),
        "stopped_share": sum(row["finish_reason"] == "stop" for row in rows) / len(rows),
        "warnings": encoder.warnings(),
    }


if __name__ == "__main__":
    sys.exit(run_stage("sampling", sample_completions, sys.argv[1:]))
