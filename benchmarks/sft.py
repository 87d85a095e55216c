"""Supervised fine-tuning: demonstrations side by side in one row, against rows that are padded.

    python -m benchmarks.sft [--rounds N] [--precision fp32 bf16] [--budget N] [--processor]
                             [--quick]
    python -m benchmarks.sft --memory [--precision fp32 bf16] [--budget N]

One optimiser step over 32 demonstrations, through the stage's own losses and engine: side by side
as `packing` does, in padded rows with those of similar length together (`packing` off), and in
padded rows as they were drawn, eight at a time. Their lengths are those of the demo's
demonstrations (four bytes a token), or drawn with a long tail. The ways of a row take turns in one
run; the figure is the median of rounds, and behind a ratio stand the least and the most of any.
`--memory` prints what two steps need beyond the loaded model, each way in a process of its own.
`--processor` takes one thread and counts what it worked instead of the time that went by, which on
a busy machine is not the same.
"""

import argparse
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from benchmarks.batching import Lengths, read
from benchmarks.reward_model_ways import RATE, VOCABULARY, random_config
from training.ml.engine import Engine
from training.ml.hyperparameters import SftHyperparameters
from training.ml.language_modelling import Example, answer_loss, num_answer_tokens, padded_batch
from training.ml.networks import read_side_by_side
from training.ml.schedules import Schedule
from training.ml.sft import micro_losses
from training.ml.world import World

NUM_THREADS = 2
STEP_SIZE = 32
ROWS_AS_DRAWN = 8
# Long enough to hold a batch of the demo's demonstrations, and more than the longest drawn.
BUDGET = 2048
# Medians of the drawn contexts and answers, how far they spread, and where they are cut.
CONTEXT, ANSWER, DEVIATION, LONGEST = 60, 120, 0.9, 512
SIDE_BY_SIDE, PADDED, AS_DRAWN = "side by side", "padded, by length", "padded, as drawn"
WAYS = (SIDE_BY_SIDE, PADDED, AS_DRAWN)
LENGTHS = ("demo", "long tail")


def drawn_ids(length: int, stream: random.Random) -> list[int]:
    return [stream.randrange(1, VOCABULARY) for _ in range(length)]


def examples_of(lengths: str, count: int) -> list[Example]:
    """Random tokens, as many as the demo's demonstrations have or as a long tail gives."""
    stream = random.Random(1)
    if lengths == "demo":
        own = Lengths(None)
        rows = [row for name in ("demonstrations", "story_demonstrations") for row in read(name)]
        sizes = [(len(own.ids(row["prompt"])), len(own.ids(row["text"])) + 1) for row in rows]
        sizes = stream.sample(sizes, count)
    else:
        sizes = [(_tailed(CONTEXT, stream), _tailed(ANSWER, stream)) for _ in range(count)]
    return [Example(drawn_ids(one, stream), drawn_ids(other, stream)) for one, other in sizes]


def _tailed(median: int, stream: random.Random) -> int:
    return min(LONGEST, max(2, round(median * stream.lognormvariate(0.0, DEVIATION))))


def step_of(
    way: str, examples: Sequence[Example], precision: str, budget: int
) -> Callable[[], None]:
    torch.manual_seed(0)
    model = LlamaForCausalLM(random_config())
    read_side_by_side(model)
    settings = SftHyperparameters(
        precision=precision,
        packing=way == SIDE_BY_SIDE,
        max_tokens_per_forward=budget,
        residual_dropout=0.0,
    )
    engine = Engine(
        model,
        world=World(0, 1, torch.device("cpu")),
        settings=settings,
        schedule=Schedule("constant", RATE, 1_000_000),
    )
    num_tokens = num_answer_tokens(examples)

    def loss_of(rows: Sequence[Example]) -> Tensor:
        return answer_loss(engine.forward, padded_batch(rows), precision) / num_tokens

    def step() -> None:
        if way == AS_DRAWN:
            starts = range(0, len(examples), ROWS_AS_DRAWN)
            own = [partial(loss_of, examples[at : at + ROWS_AS_DRAWN]) for at in starts]
        else:
            own = micro_losses(engine, examples, settings)
        engine.update({"answers": own})

    return step


def line_of_times(lengths: str, precision: str, asked: argparse.Namespace) -> str:
    examples = examples_of(lengths, asked.count)
    steps = {way: step_of(way, examples, precision, asked.budget) for way in WAYS}
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    clock = time.process_time if asked.processor else time.perf_counter
    for turn in range(asked.rounds + 1):
        for way, step in steps.items():
            began = clock()
            step()
            # The first round warms up.
            if turn:
                taken[way].append(1_000 * (clock() - began))
    own = taken[SIDE_BY_SIDE]
    cells = [f"{statistics.median(own):.0f}"]
    for way in (PADDED, AS_DRAWN):
        ratio = statistics.median(taken[way]) / statistics.median(own)
        every = [other / one for other, one in zip(taken[way], own, strict=True)]
        cells.append(f"{ratio:.2f} ({min(every):.2f} to {max(every):.2f})")
    return " | ".join(cells)


def line_of_memory(lengths: str, precision: str, asked: argparse.Namespace) -> str:
    found = []
    for way in WAYS:
        child = ["--child", lengths, precision, way, str(asked.budget), str(asked.count)]
        command = [sys.executable, "-m", "benchmarks.sft", *child]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(float(answer.stdout))
    own, *others = found
    return " | ".join([f"{own:.0f}", *(f"{other:.0f} ({other / own:.2f})" for other in others)])


def measure_peak(lengths: str, precision: str, way: str, budget: str, count: str) -> None:
    step = step_of(way, examples_of(lengths, int(count)), precision, int(budget))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        step()
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sft")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", nargs="*", default=["fp32", "bf16"])
    parser.add_argument("--budget", type=int, default=BUDGET, help="tokens of a micro-batch")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--quick", action="store_true", help="four demonstrations")
    parser.add_argument("--child", nargs=5, default=None)
    asked = parser.parse_args()
    num_threads = 1 if asked.processor else NUM_THREADS
    torch.set_num_threads(num_threads)
    if asked.child:
        measure_peak(*asked.child)
        return
    asked.count = 4 if asked.quick else STEP_SIZE
    unit = "MB" if asked.memory else "ms"
    print(f"{num_threads} threads, {asked.budget} tokens, {asked.count} demonstrations a step")
    print(f"| lengths | text | precision | {SIDE_BY_SIDE}, {unit} | {PADDED} | {AS_DRAWN} |")
    print("|---|--:|---|--:|--:|--:|")
    line_of = line_of_memory if asked.memory else line_of_times
    for lengths in LENGTHS:
        num_tokens = sum(example.length for example in examples_of(lengths, asked.count))
        for precision in asked.precision:
            cells = line_of(lengths, precision, asked)
            print(f"| {lengths} | {num_tokens} | {precision} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
