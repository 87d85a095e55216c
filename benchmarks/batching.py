"""How much of every micro-batch is text, on the demo's prompts, demonstrations and completions.

    python -m benchmarks.batching [MODEL_FOLDER]

Lengths are counted by the tokenizer of a model folder, by bytes without one (four of them to a
token). Every stage draws the members of its steps at random and cuts micro-batches within a step;
the ratio of tokens to cells is summed over all steps of one epoch, so nothing depends on the clock.
"""

import hashlib
import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.ml.language_modelling import Example, padded_batch, rows_together, side_by_side
from training.ml.model_folders import load_tokenizer
from training.ml.ranking_batches import EncodedGroup, reward_batches

SEED_FOLDER = Path(__file__).resolve().parents[1] / "labeling" / "seed"
BUDGETS = (2048, 4096)
BATCH_SIZE = 32
BYTES_PER_TOKEN = 4


class Lengths:
    """Texts as as many filler ids as they have tokens."""

    def __init__(self, folder: Path | None) -> None:
        self.tokenizer = None if folder is None else load_tokenizer(folder)

    def ids(self, text: str) -> list[int]:
        if self.tokenizer is None:
            return [1] * max(1, len(text.encode()) // BYTES_PER_TOKEN)
        return [1] * max(1, len(self.tokenizer(text)["input_ids"]))


def read(name: str) -> list[dict[str, str]]:
    lines = (SEED_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def demo_groups(lengths: Lengths) -> list[EncodedGroup]:
    """Every prompt of the demo with the completions that come with it."""
    texts: dict[str, list[str]] = {}
    for row in read("completions"):
        texts.setdefault(row["prompt_sha256"], []).append(row["text"])
    groups = []
    for row in read("prompts"):
        own = texts.get(hashlib.sha256(row["text"].encode()).hexdigest(), [])
        if own:
            groups.append(group_of(lengths.ids(row["text"]), [lengths.ids(text) for text in own]))
    return groups


def group_of(prompt: list[int], completions: list[list[int]]) -> EncodedGroup:
    return EncodedGroup(
        prompt_id="",
        prompt=prompt,
        completion_ids=[],
        completions=[[*one, 1] for one in completions],
        text_lengths=[],
        pairs=[(0, 1)],
        judges=["a"],
        num_judged_pairs=1,
    )


def steps(members: Sequence[object], size: int) -> Iterable[list[int]]:
    """One epoch of steps, drawn as training draws them: at random."""
    order = list(range(len(members)))
    random.Random(1).shuffle(order)
    for first in range(0, len(order), size):
        yield order[first : first + size]


def ranking_fill(groups: Sequence[EncodedGroup], encoding: str, budget: int) -> float:
    num_tokens = num_cells = 0
    for step in steps(groups, BATCH_SIZE):
        chosen = [groups[place] for place in step]
        batches = reward_batches(
            chosen, max_tokens=budget, encoding=encoding, normalise_by="pairs_present"
        )
        num_tokens += sum(batch.num_tokens for _, batch in batches)
        num_cells += sum(batch.num_cells for _, batch in batches)
    return num_tokens / num_cells


def answer_fill(examples: Sequence[Example], budget: int, *, is_packed: bool) -> float:
    """Side by side, as SFT and PPO read answers, or padded on both sides."""
    num_tokens = num_cells = 0
    for step in steps(examples, BATCH_SIZE):
        own = [examples[place] for place in step]
        for rows in rows_together(own, max_tokens=budget, is_packed=is_packed):
            chosen = [own[row] for row in rows]
            batch = side_by_side(chosen) if is_packed else padded_batch(chosen)
            num_tokens += sum(one.length for one in chosen)
            num_cells += batch.num_tokens
    return num_tokens / num_cells


def main() -> None:
    lengths = Lengths(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    groups = demo_groups(lengths)
    demonstrations = [
        Example(lengths.ids(row["prompt"]), [*lengths.ids(row["text"]), 1])
        for name in ("demonstrations", "story_demonstrations")
        for row in read(name)
    ]
    answers = [Example(group.prompt, group.completions[0]) for group in groups]
    print(f"{len(groups)} prompts, {len(demonstrations)} demonstrations, {BATCH_SIZE} a step")
    print(f"| micro-batches | {' | '.join(f'{budget} tokens' for budget in BUDGETS)} |")
    print(f"|---|{'--:|' * len(BUDGETS)}")
    for encoding in ("shared", "packed", "rows"):
        cells = [f"{ranking_fill(groups, encoding, budget):.3f}" for budget in BUDGETS]
        print(f"| reward model, {encoding} | {' | '.join(cells)} |")
    for name, examples, is_packed in (
        ("SFT, side by side", demonstrations, True),
        ("PPO, side by side", answers, True),
        ("PPO, padded on both sides", answers, False),
    ):
        cells = [f"{answer_fill(examples, one, is_packed=is_packed):.3f}" for one in BUDGETS]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
