"""Reward-model training: the prompt read once, against once per completion and twice per pair.

    python -m benchmarks.reward_model [--quick] [--trl] [--shape P,R,K ...] [--precision bf16 ...]
                                      [--rounds N] [--processor]
    python -m benchmarks.reward_model --memory [--trl] [--shape P,R,K ...] [--budget N]

Prints a row for each shape and precision: milliseconds of one training step (forward, backward,
optimiser) per prompt, and how many times as long the other ways take. All ways of a row are
interleaved in one run; the figure is the median, and behind a ratio stand the least and the most of
any round. `--trl` adds TRL's RewardTrainer, which requirements-parity.txt brings. `--memory` prints
the peak memory of each way instead, each in a process of its own. `--budget` is how many tokens
Concord's own ways read at once; TRL takes three pairs or six. CPU on two threads; CUDA too
where there is one. `--processor` takes one thread and counts what it worked instead of the time
that went by, which on a busy machine is not the same.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import torch

from benchmarks.reward_model_ways import MAX_TOKENS, Setting, own_way, trl_way

NUM_THREADS = 2
SHAPES = [
    (prompt, completion, k)
    for prompt, completion in ((256, 64), (512, 128), (128, 128), (256, 128))
    for k in (4, 9)
]
QUICK = [(64, 16, 4)]
PRECISIONS = ("fp32", "bf16")
# The paper takes 64 prompts to a step; so few already hide most of what a step costs by itself.
PROMPTS_PER_STEP = 4
# TRL's own batch: the faster of these, tried before anything is timed.
TRL_BATCHES = (3, 6)

Clock = Callable[[], float]
# Steps by name, with how many prompts each takes in.
Ways = dict[str, tuple[Callable[[], None], int]]


def seconds(step: Callable[[], None], clock: Clock) -> float:
    began = clock()
    step()
    return clock() - began


def ways_of(setting: Setting, *, with_trl: bool, clock: Clock) -> Ways:
    ways: Ways = {
        "auto": (own_way("auto", setting, PROMPTS_PER_STEP), PROMPTS_PER_STEP),
        "single": (own_way("single", setting, PROMPTS_PER_STEP), PROMPTS_PER_STEP),
        # The optimiser's share of so many pairs is below a hundredth: one prompt is enough.
        "pairs": (own_way("pairs", setting, 1), 1),
    }
    if with_trl:
        tried = [trl_way(setting, size) for size in TRL_BATCHES]
        ways["trl"] = (min(tried, key=partial(seconds, clock=clock)), 1)
    return ways


def per_prompt(
    setting: Setting, *, with_trl: bool, rounds: int, clock: Clock
) -> dict[str, list[float]]:
    """Milliseconds per prompt by way, one for every interleaved round after one to warm up."""
    ways = ways_of(setting, with_trl=with_trl, clock=clock)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, (step, num_prompts) in ways.items():
            took = 1_000 * seconds(step, clock) / num_prompts
            if turn:
                taken[name].append(took)
    return taken


def ratio_cell(taken: dict[str, list[float]], name: str, ideal: float) -> str:
    """How many times as long as `auto`: of the medians, its least and most, and the token ratio."""
    ratio = statistics.median(taken[name]) / statistics.median(taken["auto"])
    every = [other / own for other, own in zip(taken[name], taken["auto"], strict=True)]
    return f"{ratio:.2f} ({min(every):.2f} to {max(every):.2f}) of {ideal:.2f}: {ratio / ideal:.0%}"


def peak_megabytes(setting: Setting, way: str) -> float:
    """What two steps need beyond what the process held before, in a process of its own."""
    shape = (setting.prompt, setting.completion, setting.k)
    arguments = [*shape, setting.precision, setting.max_tokens, way]
    command = [sys.executable, "-m", "benchmarks.reward_model", "--child", *map(str, arguments)]
    # The trainer of TRL prints; the last line is ours.
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(answer.stdout.strip().splitlines()[-1])


def measure_peak(
    prompt: str, completion: str, k: str, precision: str, budget: str, way: str
) -> None:
    setting = Setting(int(prompt), int(completion), int(k), precision, int(budget))
    if way == "trl":
        step = trl_way(setting, TRL_BATCHES[0])
    else:
        step = own_way(way, setting, PROMPTS_PER_STEP if way != "pairs" else 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        step()
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def print_times(settings: Sequence[Setting], *, with_trl: bool, rounds: int, clock: Clock) -> None:
    names = ["single", "pairs", *(["trl"] if with_trl else [])]
    print(f"| P, R, K | precision | ms | {' | '.join(f'{name} / auto' for name in names)} |")
    print(f"|---|---|--:|{'--:|' * len(names)}")
    for setting in settings:
        taken = per_prompt(setting, with_trl=with_trl, rounds=rounds, clock=clock)
        cells = [
            ratio_cell(
                taken, name, setting.single_ideal if name == "single" else setting.pairs_ideal
            )
            for name in names
        ]
        shape = f"{setting.prompt}, {setting.completion}, {setting.k}"
        shown = f"{setting.precision} {setting.device}"
        own = f"{statistics.median(taken['auto']):.0f}"
        print(f"| {shape} | {shown} | {own} | {' | '.join(cells)} |", flush=True)


def print_memory(settings: Sequence[Setting], *, with_trl: bool) -> None:
    names = ["auto", "single", "pairs", *(["trl"] if with_trl else [])]
    print(f"| P, R, K | precision | {' | '.join(f'{name}, MB' for name in names)} |")
    print(f"|---|---|{'--:|' * len(names)}")
    for setting in settings:
        cells = [f"{peak_megabytes(setting, name):.0f}" for name in names]
        shape = f"{setting.prompt}, {setting.completion}, {setting.k}"
        print(f"| {shape} | {setting.precision} | {' | '.join(cells)} |", flush=True)


def asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.reward_model")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--trl", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--shape", nargs="*", default=[])
    parser.add_argument("--precision", nargs="*", default=list(PRECISIONS))
    parser.add_argument("--budget", type=int, default=MAX_TOKENS)
    parser.add_argument("--child", nargs=6, default=None)
    return parser.parse_args()


def main() -> None:
    asked = asked_for()
    num_threads = 1 if asked.processor else NUM_THREADS
    torch.set_num_threads(num_threads)
    if asked.child:
        measure_peak(*asked.child)
        return
    given = [tuple(map(int, shape.split(","))) for shape in asked.shape]
    shapes = given or (QUICK if asked.quick else SHAPES)
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() and not asked.memory else [])]
    settings = [
        Setting(prompt, completion, k, precision, asked.budget, device)
        for device in devices
        for prompt, completion, k in shapes
        for precision in asked.precision
    ]
    print(f"threads: {num_threads}, load average before: {os.getloadavg()[0]:.1f}", flush=True)
    if asked.memory:
        print_memory(settings, with_trl=asked.trl)
    else:
        clock = time.process_time if asked.processor else time.perf_counter
        print_times(settings, with_trl=asked.trl, rounds=asked.rounds, clock=clock)


if __name__ == "__main__":
    main()
