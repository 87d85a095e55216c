"""Prompts with what the supervised policy wrote for them, what each answer is truly worth, and
what labelers make of it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.jobs import run_job, write_rows
from experiments.labelers import coin_ranks, ranks
from experiments.stories import Topic
from simulation.preferences import utility
from training.ml.seeding import derive_seed

SMALLEST_K, LARGEST_K = 4, 9


@dataclass(frozen=True)
class Answered:
    """One prompt, K completions and their true utilities."""

    prompt_id: str
    prompt: str
    completions: tuple[str, ...]
    utilities: tuple[float, ...]

    @property
    def completion_ids(self) -> list[str]:
        return [f"{self.prompt_id}-{place}" for place in range(len(self.completions))]


@dataclass(frozen=True)
class Crew:
    """How many labelers rank each prompt, and how they judge."""

    num_labelers: int
    noise: float
    reads: bool = True

    def rankings(self, answered: Answered, *seed: int | str) -> list[dict[str, Any]]:
        return [
            {"labeler": labeler, "ranks": self._ranks(answered, derive_seed(*seed, labeler))}
            for labeler in range(1, self.num_labelers + 1)
        ]

    def _ranks(self, answered: Answered, seed: int) -> list[int]:
        generator = random.Random(derive_seed(seed, answered.prompt_id))
        if not self.reads:
            return coin_ranks(len(answered.utilities), generator)
        return ranks(answered.utilities, generator, noise=self.noise)


def write_prompts(path: Path, topics: Sequence[Topic], held_out: Sequence[Topic] = ()) -> Path:
    def rows() -> Iterator[dict[str, str]]:
        for split, chosen in (("train", topics), ("validation", held_out)):
            for topic in chosen:
                yield {"prompt_id": topic.prompt, "prompt": topic.prompt, "split": split}

    return write_rows(path, rows())


def sample_pool(
    work_dir: Path, model: Path, topics: Sequence[Topic], *, max_tokens: int, seed: int
) -> list[Answered]:
    """K completions of every topic, K drawn evenly from 4 to 9."""
    inputs = {"model": model, "prompts": write_prompts(work_dir / "prompts.jsonl", topics)}
    settings = {
        "completions_per_prompt": LARGEST_K,
        "max_tokens": max_tokens,
        "max_rows_per_forward": 36 * LARGEST_K,
    }
    written: dict[str, list[str]] = {}
    ended = run_job(work_dir / "sampling", "sampling", inputs, settings, seed=seed)
    for row in ended.samples():
        written.setdefault(row["prompt_id"], []).append(row["text"])
    generator = random.Random(seed)
    sizes = [generator.randint(SMALLEST_K, LARGEST_K) for _ in topics]
    return [
        _answered(topic, written[topic.prompt][:size])
        for topic, size in zip(topics, sizes, strict=True)
    ]


def _answered(topic: Topic, completions: Sequence[str]) -> Answered:
    utilities = tuple(utility(topic.prompt, text) for text in completions)
    return Answered(topic.prompt, topic.prompt, tuple(completions), utilities)


def ranking_row(answered: Answered, crew: Crew, split: str, *seed: int | str) -> dict[str, Any]:
    completions = zip(answered.completion_ids, answered.completions, strict=True)
    return {
        "prompt_id": answered.prompt_id,
        "prompt": answered.prompt,
        "completions": [{"id": identifier, "text": text} for identifier, text in completions],
        "rankings": crew.rankings(answered, *seed),
        "split": split,
    }
