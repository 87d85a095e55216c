"""Writing answers: our own loop beside transformers' `generate`, static cache and paged batches.

    python -m benchmarks.sampling [--rounds N] [--precision fp32|bf16] [--processor] [--quick]

A random Llama writes 32 answers, to 32 prompts or eight to each of four. Its output head has a bias
that ends an answer after 48 tokens on average, as answers of unlike length do. All ways take turns
in one run, whose random streams begin anew each round; the figure is the median of answer tokens
per second. The limit is computed for our own answers: the matrix products of reading the prompts,
at the speed of a large product, then for each step the weights once, each prompt's keys and values
once, and each unfinished answer's own, at the speed of reading memory. Both speeds are measured
first. CPU on two threads; CUDA where there is one. `--processor` takes one thread and counts what
it worked instead of the time that went by, which on a busy machine is not the same.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from training.ml.networks import freeze, sampling_copy
from training.ml.rollouts import Answer, SamplingRule
from training.ml.samplers import ContinuousSampler, OwnSampler

NUM_THREADS = 2
EOS_ID = 1
MEAN_TOKENS = 48
NUM_ANSWERS = 32
# Read again and again: about what the weights of the model take.
READ_MEGABYTES = 128
PRODUCT_WIDTH = 1024

Clock = Callable[[], float]


@dataclass(frozen=True)
class Task:
    """Sizes of the model, and lengths in tokens."""

    width: int = 256
    num_layers: int = 8
    vocabulary: int = 8192
    prompt_tokens: int = 128
    max_tokens: int = 128
    precision: str = "fp32"

    @property
    def bytes_of_a_number(self) -> int:
        return 4 if self.precision == "fp32" else 2


QUICK = Task(width=64, num_layers=2, vocabulary=512, prompt_tokens=16, max_tokens=16)


def make_policy(task: Task, device: torch.device) -> PreTrainedModel:
    torch.manual_seed(0)
    policy = LlamaForCausalLM(
        LlamaConfig(
            hidden_size=task.width,
            intermediate_size=task.width * 8 // 3,
            num_hidden_layers=task.num_layers,
            num_attention_heads=task.width // 64,
            num_key_value_heads=task.width // 64,
            vocab_size=task.vocabulary,
            max_position_embeddings=2 * (task.prompt_tokens + task.max_tokens),
            bos_token_id=None,
            eos_token_id=EOS_ID,
            pad_token_id=EOS_ID,
        )
    )
    head = nn.Linear(task.width, task.vocabulary)
    nn.init.zeros_(head.bias)
    head.weight = policy.lm_head.weight
    with torch.no_grad():
        head.bias[EOS_ID] = math.log(task.vocabulary / (MEAN_TOKENS - 1))
    policy.lm_head = head
    freeze(policy, device)
    return sampling_copy(policy, task.precision)


def make_prompts(task: Task, count: int) -> list[list[int]]:
    stream = torch.Generator().manual_seed(1)
    shape = (count, task.prompt_tokens)
    return torch.randint(2, task.vocabulary, shape, generator=stream).tolist()


def by_generate(policy: PreTrainedModel, cache: str | None) -> Callable[..., list[Answer]]:
    """transformers' own loop; no log-probabilities, which would cost it a copy of all logits."""

    def write(
        prompts: Sequence[Sequence[int]], seeds: Sequence[int], rule: SamplingRule
    ) -> list[Answer]:
        torch.manual_seed(seeds[0])
        asked = torch.tensor(prompts, device=policy.device)
        given: dict[str, Any] = {"cache_implementation": cache} if cache else {}
        with torch.inference_mode():
            written = policy.generate(  # type: ignore[operator]  # a mixin's method
                asked,
                attention_mask=torch.ones_like(asked),
                do_sample=True,
                temperature=rule.temperature,
                top_k=0,
                top_p=rule.top_p,
                max_new_tokens=rule.max_tokens,
                num_return_sequences=len(seeds) // len(prompts),
                **given,
            )
        return [_up_to_the_end(ids) for ids in written[:, asked.shape[1] :].tolist()]

    return write


def _up_to_the_end(ids: list[int]) -> Answer:
    has_eos = EOS_ID in ids
    return Answer(ids[: ids.index(EOS_ID) + 1] if has_eos else ids, [], has_eos)


def ways_of(policy: PreTrainedModel) -> dict[str, Callable[..., list[Answer]]]:
    return {
        "own loop": OwnSampler(policy).write,
        "generate": by_generate(policy, None),
        "generate, static cache": by_generate(policy, "static"),
        "generate_batch": ContinuousSampler(policy).write,
    }


def read_speed(clock: Clock, device: torch.device) -> float:
    """Bytes per second of adding up a buffer as large as the model."""
    buffer = torch.ones(READ_MEGABYTES * 250_000, device=device)
    return buffer.numel() * 4 / _fastest(lambda: buffer.sum().item(), clock)


def product_speed(task: Task, clock: Clock, device: torch.device) -> float:
    """Operations per second of a large matrix product."""
    dtype = torch.float32 if task.precision == "fp32" else torch.bfloat16
    square = torch.ones(PRODUCT_WIDTH, PRODUCT_WIDTH, device=device, dtype=dtype)
    return 2 * PRODUCT_WIDTH**3 / _fastest(lambda: torch.mm(square, square).sum().item(), clock)


def _fastest(run: Callable[[], object], clock: Clock) -> float:
    def once() -> float:
        began = clock()
        run()
        return clock() - began

    return min(once() for _ in range(10))


@dataclass(frozen=True)
class Limit:
    """What one process can read and multiply, and the least time that writing takes by it."""

    bytes_per_second: float
    operations_per_second: float

    def seconds(
        self, policy: PreTrainedModel, task: Task, lengths: Sequence[int], copies: int
    ) -> float:
        """For answers of these lengths, `copies` consecutive ones to a prompt."""
        embedding = policy.get_input_embeddings().weight.numel()
        weights = sum(p.numel() for p in policy.parameters()) - embedding
        # A key and a value, in every layer.
        per_token = 2 * task.num_layers * task.width
        numbers = 0
        # The first token of an answer comes with its prompt.
        for step in range(1, max(lengths)):
            alive = [place for place, length in enumerate(lengths) if length > step]
            num_prompts = len({place // copies for place in alive})
            numbers += weights
            numbers += per_token * (num_prompts * task.prompt_tokens + len(alive) * step)
        num_read = len(lengths) // copies * task.prompt_tokens
        # Of the output head every prompt needs one row.
        reading = 2 * (weights - task.vocabulary * task.width) * num_read
        return (
            reading / self.operations_per_second
            + numbers * task.bytes_of_a_number / self.bytes_per_second
        )


def measured(
    task: Task, copies: int, rounds: int, *, clock: Clock, limit: Limit, device: torch.device
) -> list[str]:
    """A line of the table for each way."""
    policy = make_policy(task, device)
    prompts = make_prompts(task, NUM_ANSWERS // copies)
    rule = SamplingRule(1.0, 1.0, task.max_tokens, EOS_ID)
    ways = ways_of(policy)
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    shares: list[float] = []
    for turn in range(rounds + 1):
        seeds = list(range(1000 * turn, 1000 * turn + NUM_ANSWERS))
        for name, write in ways.items():
            began = clock()
            answers = write(prompts, seeds, rule)
            took = clock() - began
            lengths = [len(answer.ids) for answer in answers]
            if turn:
                speeds[name].append(sum(lengths) / took)
                if name == "own loop":
                    shares.append(limit.seconds(policy, task, lengths, copies) / took)
    found = {name: statistics.median(speed) for name, speed in speeds.items()}
    own = found["own loop"]
    share = f"{statistics.median(shares):.0%}"
    return [
        f"| {copies} | {name} | {speed:.0f} | {own / speed:.2f} | {share if speed == own else ''} |"
        for name, speed in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    chosen = parser.parse_args()
    num_threads = 1 if chosen.processor else NUM_THREADS
    clock = time.process_time if chosen.processor else time.perf_counter
    torch.set_num_threads(num_threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    task = QUICK if chosen.quick else Task(precision=chosen.precision)
    limit = Limit(read_speed(clock, device), product_speed(task, clock, device))
    print(f"{task} on {device}, threads: {num_threads}")
    print(f"{limit.bytes_per_second:.3g} bytes, {limit.operations_per_second:.3g} operations/s\n")
    print("| K | way | answer tokens a second | own loop is faster by | of the limit |")
    print("|--:|---|--:|--:|--:|")
    for copies in (1, 8):
        lines = measured(task, copies, chosen.rounds, clock=clock, limit=limit, device=device)
        print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
