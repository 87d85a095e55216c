"""Scoring stored completions: the prompt read once, against once for each of its completions.

    python -m benchmarks.scoring [--quick] [--rounds 5] [--shape P,R,K ...] [--precision bf16 ...]

The forward passes of training.ml.scoring on a random Llama of 6 layers and width 384, without the
files around them: a row for each shape and precision with milliseconds per prompt and how many
times as long it takes to repeat the prompt. Both ways take turns in one run; the figure is the
median. CPU on two threads; a GPU where there is one.
"""

import argparse
import os
import statistics
import time

import torch

from benchmarks.reward_model_ways import Setting, random_groups, random_model
from training.ml.encodings import ROWS, choose_encoding
from training.ml.last_block import spare_last_mlp
from training.ml.networks import RewardModel, freeze
from training.ml.ranking_batches import one_batch, shapes_of, shares_of
from training.ml.reward_scoring import rewards_of
from training.ml.span_attention import read_spans

NUM_THREADS = 2
SHAPES = [(256, 64, 9), (256, 128, 9), (512, 128, 9), (128, 128, 9), (256, 64, 4)]
QUICK = [(64, 16, 4)]
PROMPTS_A_ROUND = 8


def scorer(device: str) -> RewardModel:
    model = random_model()
    model.score = torch.nn.Linear(int(model.config.hidden_size), 1)
    read_spans(model)
    spare_last_mlp(model)
    network = RewardModel(model)
    freeze(network, torch.device(device))
    return network


@torch.no_grad()
def milliseconds(network: RewardModel, setting: Setting, encoding: str) -> float:
    """Per prompt: its batches made, read, and their rewards brought back."""
    groups = random_groups(setting, PROMPTS_A_ROUND)
    began = time.perf_counter()
    for share in shares_of(groups, max_tokens=setting.max_tokens, encoding=encoding):
        batch = one_batch([groups[index] for index in share], encoding, "pairs_present")
        rewards_of(network, batch.to(torch.device(setting.device)), setting.precision).tolist()
    return 1_000 * (time.perf_counter() - began) / PROMPTS_A_ROUND


def row_of(setting: Setting, *, rounds: int) -> str:
    network = scorer(setting.device)
    shapes = shapes_of(random_groups(setting, PROMPTS_A_ROUND))
    chosen = choose_encoding("auto", network.model.config, shapes)
    taken: dict[str, list[float]] = {"auto": [], ROWS: []}
    for turn in range(rounds + 1):
        for way, encoding in (("auto", chosen), (ROWS, ROWS)):
            took = milliseconds(network, setting, encoding)
            # The first round warms up.
            if turn:
                taken[way].append(took)
    auto, rows = statistics.median(taken["auto"]), statistics.median(taken[ROWS])
    ideal, ratio = setting.single_ideal, rows / auto
    shape = f"{setting.prompt}, {setting.completion}, {setting.k}"
    return (
        f"| {shape} | {setting.precision} {setting.device} | {chosen} | {auto:.1f} | "
        f"{ratio:.2f} of {ideal:.2f} ({ratio / ideal:.0%}) |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scoring")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", nargs="*", default=[])
    parser.add_argument("--precision", nargs="*", default=["fp32", "bf16"])
    asked = parser.parse_args()
    torch.set_num_threads(NUM_THREADS)
    given = [tuple(map(int, shape.split(","))) for shape in asked.shape]
    print(f"{NUM_THREADS} threads, load average before: {os.getloadavg()[0]:.1f}", flush=True)
    print("| P, R, K | precision | auto is | ms per prompt | repeated / auto |")
    print("|---|---|---|--:|--:|")
    for device in ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]:
        for prompt, completion, k in given or (QUICK if asked.quick else SHAPES):
            for precision in asked.precision:
                setting = Setting(prompt, completion, k, precision, device=device)
                print(row_of(setting, rounds=asked.rounds), flush=True)


if __name__ == "__main__":
    main()
