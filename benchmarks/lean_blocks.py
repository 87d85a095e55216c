"""What lean norms, MLPs and rotations are worth: memory kept for the backward pass, and time.

    python -m benchmarks.lean_blocks [--rounds N] [--threads N]

The plain blocks are those of transformers, in a model that is otherwise read the same way. Both
take turns; times are seconds of the processor, so with one thread they depend little on what else
runs.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from transformers import PreTrainedModel

from benchmarks.learning_pass import random_answers, random_policy
from training.ml.language_modelling import AnswerBatch, answer_loss
from training.ml.lean_blocks import make_lean
from training.ml.span_attention import read_spans

SHAPES = ((256, 8), (576, 10))
HEADINGS = (
    "width, layers",
    "precision",
    "kept plain, MB",
    "kept lean, MB",
    "judging, plain / lean",
    "learning, plain / lean",
)
MEGABYTE = 1e6


def kept_bytes(model: nn.Module, forward: Callable[[], torch.Tensor]) -> int:
    """What a forward pass keeps for the backward pass, weights left out."""
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    # A storage that is let go could lend its place to the next one.
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        forward()
    return sum(one.nbytes() for place, one in kept.items() if place not in weights)


def seconds(model: PreTrainedModel, batch: AnswerBatch, precision: str, *, learns: bool) -> float:
    began = time.process_time()
    with torch.set_grad_enabled(learns):
        loss = answer_loss(model, batch, precision)
    if learns:
        loss.backward()  # type: ignore[no-untyped-call]
    return time.process_time() - began


def row(width: int, num_layers: int, precision: str, num_rounds: int) -> str:
    plain, lean = (random_policy(width, num_layers) for _ in range(2))
    make_lean(lean)
    for model in (plain, lean):
        read_spans(model)
    batch = random_answers()
    cells = [f"{width}, {num_layers}", precision]
    for model in (plain, lean):
        kept = kept_bytes(model, partial(answer_loss, model, batch, precision))
        cells.append(f"{kept / MEGABYTE:.0f}")
    for learns in (False, True):
        ratios = []
        for _ in range(1 + num_rounds):
            before, after = (
                seconds(model, batch, precision, learns=learns) for model in (plain, lean)
            )
            ratios.append(before / after)
        counted = ratios[1:]
        spread = f"{min(counted):.2f} to {max(counted):.2f}"
        cells.append(f"{statistics.median(counted):.2f} ({spread})")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|---|--:|--:|--:|--:|")
    for width, num_layers in SHAPES:
        for precision in ("fp32", "bf16"):
            print(row(width, num_layers, precision, chosen.rounds), flush=True)


if __name__ == "__main__":
    main()
