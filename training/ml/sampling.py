"""Writing completions for prompts with one policy, or with several by weight.

    python -m training.ml.sampling job.json

Every completion has a seed of its own, made from the job's seed, the prompt's id and the
completion's index, and stored beside it: the same completion comes back whatever else is sampled.
Several policies write one after another, so that one of them is in memory at a time.
"""

import math
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase

from training.ml.batches import TextEncoder, TokenLimits
from training.ml.drafts import Drafts
from training.ml.errors import BadInput
from training.ml.hyperparameters import SamplingHyperparameters
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.mixing import POLICY_ROLES
from training.ml.model_folders import load_config, load_policy, load_tokenizer
from training.ml.networks import freeze
from training.ml.records import Prompt, read_prompts
from training.ml.rollouts import Answer, SamplingRule
from training.ml.sampler_gap import gap_warning, probability_gap
from training.ml.samplers import OwnSampler, Sampler, opened_sampler
from training.ml.sampling_plan import (
    Batch,
    Request,
    completions_by_policy,
    in_batches,
    requests_of,
)
from training.ml.seeding import derive_seed
from training.ml.world import World

# So many answers of each policy's first batch are computed again by the trainer (P20).
CHECKED_ANSWERS = 16


@dataclass
class _Writer:
    """One policy's part of the job."""

    role: str
    folder: Path
    tokenizer: PreTrainedTokenizerBase
    encoder: TextEncoder
    rule: SamplingRule
    batches: list[Batch]
    # Summed difference of probabilities and tokens compared, of this process.
    gap: tuple[float, int] = field(default=(0.0, 0))

    def is_done(self, done: set[tuple[str, int]]) -> bool:
        return all(_is_done(batch, done) for batch in self.batches)


def sample_completions(job: Job) -> Generator[StepMetrics, None, Report]:
    """Sample; one step is one batch. What is written survives a stop, and is not redone."""
    # 1. Read the prompts, share them out among the policies, cut each share into batches.
    settings: SamplingHyperparameters = job.hyperparameters
    writers = _writers(job, read_prompts(job.input("prompts")))

    # 2. Write, policy by policy and batch by batch, what an earlier attempt has not written yet.
    drafts = Drafts(job.output_dir, "samples")
    done = {(row["prompt_id"], row["index"]) for row in drafts.read()}
    job.world.wait()
    rounds_of = [math.ceil(len(writer.batches) / job.world.size) for writer in writers]
    step, num_steps = 0, sum(rounds_of)
    for writer, num_rounds in zip(writers, rounds_of, strict=True):
        is_done = writer.is_done(done)
        opening = nullcontext() if is_done else opened_sampler(settings, writer.folder, job.world)
        with opening as sampler:
            for round_ in range(num_rounds):
                # Every process passes through every round: asking whether to stop is a common act.
                step += 1
                place = round_ * job.world.size + job.world.rank
                batch = writer.batches[place] if place < len(writer.batches) else []
                if sampler is not None and not _is_done(batch, done):
                    rows, seconds = _write_batch(sampler, writer, batch, job)
                    drafts.append(job.world.rank, rows)
                    tokens = sum(row["token_count"] for row in rows)
                    metrics = {"completions": len(rows), "tokens_per_second": tokens / seconds}
                    yield StepMetrics(step, num_steps, "sampling", metrics)
                elif batch:
                    job.resumed_from_step = step
                job.raise_if_stopping()

    # 3. Publish all processes' completions, in the order of the prompts.
    job.world.wait()
    rows = sorted(_each_once(drafts.read()), key=lambda row: (row["place"], row["index"]))
    if job.world.is_main:
        drafts.publish({name: row[name] for name in row if name != "place"} for row in rows)
    return _report(rows, writers, job.world)


def _writers(job: Job, prompts: Sequence[Prompt]) -> list[_Writer]:
    """The policies in the order of their roles, each with what it writes.

    Raises: BadInput when the weights are not those of the policies.
    """
    settings: SamplingHyperparameters = job.hyperparameters
    folders = {role: job.input(role) for role in POLICY_ROLES if role in job.inputs}
    weights = job.weights or dict.fromkeys(folders, 1.0)
    if set(weights) != set(folders):
        raise BadInput(
            f"weights: {', '.join(weights)} are weighed and {', '.join(folders)} write; give each "
            "that writes a weight, or none"
        )
    ordered = {role: weights[role] for role in folders}
    count = settings.completions_per_prompt
    shares = [
        completions_by_policy(ordered, count, seed=job.seed, prompt_id=prompt.prompt_id)
        for prompt in prompts
    ]
    return [
        _writer(role, folder, prompts, [share[role] for share in shares], settings)
        for role, folder in folders.items()
    ]


def _writer(
    role: str,
    folder: Path,
    prompts: Sequence[Prompt],
    shares: Sequence[range],
    settings: SamplingHyperparameters,
) -> _Writer:
    tokenizer = load_tokenizer(folder)
    limits = TokenLimits.for_model(
        load_config(folder),
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_tokens,
    )
    encoder = TextEncoder(tokenizer, limits)
    rule = SamplingRule(settings.temperature, settings.top_p, limits.completion, encoder.eos_id)
    requests = requests_of(prompts, encoder, shares, settings)
    batches = in_batches(requests, settings.max_rows_per_forward)
    return _Writer(role, folder, tokenizer, encoder, rule, batches)


def _is_done(batch: Batch, done: set[tuple[str, int]]) -> bool:
    return all((request.prompt_id, index) in done for request in batch for index in request.indices)


def _write_batch(
    sampler: Sampler, writer: _Writer, batch: Batch, job: Job
) -> tuple[list[dict[str, Any]], float]:
    """The batch's rows, and how long writing took; the check of a first batch is no writing."""
    wanted = [(request, index) for request in batch for index in request.indices]
    seeds = [derive_seed(job.seed, request.prompt_id, index) for request, index in wanted]
    prompts = [request.prompt for request in batch]
    started = time.monotonic()
    answers = sampler.write(prompts, seeds, writer.rule)
    seconds = time.monotonic() - started
    if not writer.gap[1]:
        checked = [request.prompt for request, _ in wanted][:CHECKED_ANSWERS]
        writer.gap = _gap(sampler, writer, checked, answers[:CHECKED_ANSWERS], job)
    rows = [
        _row(writer, request, index, own_seed, answer)
        for (request, index), own_seed, answer in zip(wanted, seeds, answers, strict=True)
    ]
    return rows, seconds


def _gap(
    sampler: Sampler,
    writer: _Writer,
    prompts: Sequence[list[int]],
    answers: Sequence[Answer],
    job: Job,
) -> tuple[float, int]:
    """Compare with the trainer's forward pass, whose weights are in fp32 whatever the writer's."""
    precision = job.hyperparameters.precision
    if isinstance(sampler, OwnSampler) and precision == "fp32":
        trainer = sampler.policy
    else:
        trainer = load_policy(writer.folder)
        freeze(trainer, job.world.device)
    return probability_gap(
        trainer,
        prompts,
        answers,
        writer.rule,
        precision=precision,
        is_filtered=sampler.is_filtered,
    )


def _row(
    writer: _Writer, request: Request, index: int, seed: int, answer: Answer
) -> dict[str, Any]:
    ids = answer.ids[:-1] if answer.has_eos else answer.ids
    text = str(writer.tokenizer.decode(ids, skip_special_tokens=True))
    return {
        "place": request.place,
        "prompt_id": request.prompt_id,
        "index": index,
        "policy": writer.role,
        # No database column holds NUL.
        "text": text.replace("\x00", "\ufffd"),
        "token_count": len(ids),
        "finish_reason": "stop" if answer.has_eos else "length",
        "seed": seed,
    }


def _each_once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each completion as it was written first: a retry with other batches finds some of them done
    in part, and writes those whole.
    """
    first: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        first.setdefault((row["prompt_id"], row["index"]), row)
    return list(first.values())


def _report(rows: Sequence[Mapping[str, Any]], writers: Sequence[_Writer], world: World) -> Report:
    gap = world.total_number(sum(writer.gap[0] for writer in writers))
    compared = world.total_number(sum(writer.gap[1] for writer in writers))
    mean_gap = gap / compared if compared else None
    said = [warning for writer in writers for warning in writer.encoder.warnings()]
    return {
        "num_completions": len(rows),
        "by_policy": dict(Counter(str(row["policy"]) for row in rows)),
        "mean_tokens": sum(row["token_count"] for row in rows) / len(rows),
        "stopped_share": sum(row["finish_reason"] == "stop" for row in rows) / len(rows),
        "probability_gap": mean_gap,
        "warnings": [*dict.fromkeys(said), *gap_warning(mean_gap)],
    }


if __name__ == "__main__":
    run_as_program("sampling", sample_completions)
