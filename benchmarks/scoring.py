"""Scoring stored completions: the prompt read once, against once for each of its completions.

    python -m benchmarks.scoring [--quick] [--rounds 5] [--shape P,R,K ...] [--precision bf16 ...]
                                 [--processor]

The forward passes of training.ml.scoring on a random Llama of 6 layers and width 384, without the
files around them: a row for each shape and precision with milliseconds per prompt and how many
times as long it takes to repeat the prompt. Both ways take turns in one run; the figure is the
median, and behind a ratio stand the least and the most of any round. CPU on two threads; a GPU
where there is one. `--processor` takes one thread and counts what it worked instead of the time
that went by, which on a busy machine is not the same.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.reward_model_ways import Setting, random_groups, random_model
from training.ml.encodings import ROWS, choose_encoding
from training.ml.networks import RewardModel, freeze, read_side_by_side
from training.ml.ranking_batches import one_batch, shapes_of, shares_of
from training.ml.reward_scoring import rewards_of

NUM_THREADS = 2
SHAPES = [(256, 64, 9), (256, 128, 9), (512, 128, 9), (128, 128, 9), (256, 64, 4)]
QUICK = [(64, 16, 4)]
PROMPTS_A_ROUND = 8

Clock = Callable[[], float]


def scorer(device: str) -> RewardModel:
    model = random_model()
    model.score = torch.nn.Linear(int(model.config.hidden_size), 1)
    read_side_by_side(model)
    network = RewardModel(model)
    freeze(network, torch.device(device))
    return network


@torch.no_grad()
def milliseconds(network: RewardModel, setting: Setting, encoding: str, clock: Clock) -> float:
    """Per prompt: its batches made, read, and their rewards brought back."""
    groups = random_groups(setting, PROMPTS_A_ROUND)
    began = clock()
    for share in shares_of(groups, max_tokens=setting.max_tokens, encoding=encoding):
        batch = one_batch([groups[index] for index in share], encoding, "pairs_present")
        rewards_of(network, batch.to(torch.device(setting.device)), setting.precision).tolist()
    return 1_000 * (clock() - began) / PROMPTS_A_ROUND


def row_of(setting: Setting, *, rounds: int, clock: Clock) -> str:
    network = scorer(setting.device)
    shapes = shapes_of(random_groups(setting, PROMPTS_A_ROUND))
    chosen = choose_encoding("auto", network.model.config, shapes)
    taken: dict[str, list[float]] = {"auto": [], ROWS: []}
    for turn in range(rounds + 1):
        for way, encoding in (("auto", chosen), (ROWS, ROWS)):
            took = milliseconds(network, setting, encoding, clock)
            # The first round warms up.
            if turn:
                taken[way].append(took)
    auto, rows = statistics.median(taken["auto"]), statistics.median(taken[ROWS])
    ideal, ratio = setting.single_ideal, rows / auto
    every = [other / own for other, own in zip(taken[ROWS], taken["auto"], strict=True)]
    shape = f"{setting.prompt}, {setting.completion}, {setting.k}"
    return (
        f"| {shape} | {setting.precision} {setting.device} | {chosen} | {auto:.1f} | "
        f"{ratio:.2f} ({min(every):.2f} to {max(every):.2f}) of {ideal:.2f}: {ratio / ideal:.0%} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scoring")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", nargs="*", default=[])
    parser.add_argument("--precision", nargs="*", default=["fp32", "bf16"])
    parser.add_argument("--processor", action="store_true")
    asked = parser.parse_args()
    num_threads = 1 if asked.processor else NUM_THREADS
    clock = time.process_time if asked.processor else time.perf_counter
    torch.set_num_threads(num_threads)
    given = [tuple(map(int, shape.split(","))) for shape in asked.shape]
    print(f"{num_threads} threads, load average before: {os.getloadavg()[0]:.1f}", flush=True)
    print("| P, R, K | precision | auto is | ms per prompt | repeated / auto |")
    print("|---|---|---|--:|--:|")
    for device in ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]:
        for prompt, completion, k in given or (QUICK if asked.quick else SHAPES):
            for precision in asked.precision:
                setting = Setting(prompt, completion, k, precision, device=device)
                print(row_of(setting, rounds=asked.rounds, clock=clock), flush=True)


if __name__ == "__main__":
    main()
