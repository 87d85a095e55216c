"""What the experiments share: the base model, answers with their utilities, reward models, runs.

Everything is a job in a folder of its own, so what one experiment has made the next one finds.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.base import Base, make_base
from experiments.examiner import LOOKS, Examiner, Questions, watched_ppo
from experiments.jobs import Ended, read_rows, run_job, write_rows
from experiments.pool import Answered, Crew, ranking_row, sample_pool, write_prompts
from experiments.settings import PpoSize, Sizes
from experiments.stories import Topic, all_topics

SEED = 1


@dataclass(frozen=True)
class Lab:
    """One folder, one text, one set of sizes."""

    folder: Path
    text: str
    sizes: Sizes

    @cached_property
    def base(self) -> Base:
        return make_base(self.folder / "base", self.text, self.sizes.base)

    @cached_property
    def ranked_pool(self) -> list[Answered]:
        """Answers that reward models learn from."""
        count = max(*self.sizes.reward.num_prompts, self.sizes.ppo.num_ranked)
        return self._pool("ranked", self.topics("ranked")[:count])

    @cached_property
    def validation_pool(self) -> list[Answered]:
        """Answers that reward models are judged by."""
        return self._pool(
            "validation", self.topics("validation")[: self.sizes.reward.num_validation]
        )

    def prepare(self) -> None:
        """Make what everything else needs, before work is shared out."""
        _ = self.base, self.ranked_pool, self.validation_pool

    def reward_model(self, seed: int, num_prompts: int, *, noise: float, reads: bool) -> Ended:
        """A reward model of this many ranked prompts, one labeler each, drawn by the seed."""
        name = f"{num_prompts}-{noise:g}-{seed}" if reads else f"{num_prompts}-coin-{seed}"
        folder = self.folder / "reward" / name
        size = self.sizes.reward
        one = Crew(1, noise, reads)
        several = Crew(size.validation_labelers, noise, reads)
        rows = [
            ranking_row(answered, one, "train", seed, "labels")
            for answered in drawn(self.ranked_pool, num_prompts, seed)
        ]
        rows += [
            ranking_row(answered, several, "validation", seed, "validation")
            for answered in self.validation_pool
        ]
        inputs = {
            "base_model": self.base.model,
            "rankings": write_rows(folder / "rankings.jsonl", rows),
            "demonstrations": self.base.demonstrations,
        }
        settings = {
            "batch_size": size.batch_size,
            "learning_rate": size.learning_rate,
            "warmup_steps": 2,
            "checkpoint_every_steps": 0,
            # The committed figures were made so; the paper's denominator counts the ties too.
            "normalise_by": "pairs_present",
        }
        return run_job(folder / "job", "reward_model", inputs, settings, seed=seed)

    def ppo(
        self, name: str, reward_model: Ended, seed: int, changes: Mapping[str, Any]
    ) -> "Watched":
        """A PPO run against this reward model, looked at from start to end."""
        folder = self.folder / "ppo" / name
        size = self.sizes.ppo
        inputs = {
            "policy": self.base.model,
            "reward_model": reward_model.model,
            "prompts": write_prompts(
                folder / "prompts.jsonl", self.topics("ppo")[: size.num_prompts]
            ),
            "pretraining": self.base.pretraining,
        }
        if not changes.get("ptx_coef"):
            del inputs["pretraining"]
        settings = {**self.ppo_settings(size), **changes}
        train = watched_ppo(self.examiner(reward_model, seed))
        ended = run_job(folder / "job", "ppo", inputs, settings, seed=seed, train=train)
        return Watched(ended, read_rows(ended.work_dir / LOOKS))

    def examiner(self, reward_model: Ended, seed: int) -> Examiner:
        return Examiner(self.base.model, reward_model.model, self.questions(seed))

    def ppo_settings(self, size: PpoSize) -> dict[str, Any]:
        return {
            "episodes": size.iterations * size.batch_size,
            "batch_size": size.batch_size,
            "minibatch_size": size.minibatch_size,
            "learning_rate": size.learning_rate,
            "value_learning_rate": size.value_learning_rate,
            "kl_coef": size.kl_coef,
            "max_response_tokens": self.sizes.max_tokens,
            "warmup_iterations": 2,
            "ema_decay": 0.9,
            "missing_eos": "replace",
            "missing_eos_penalty": -size.unfinished_score,
            "validation_prompts": 0,
            # What the policy says is looked at by its own examiner.
            "sample_prompts": 0,
            "ptx_max_tokens": self.document_tokens,
            "max_tokens_per_forward": 1024,
            "checkpoint_every_steps": size.look_every,
        }

    def questions(self, seed: int) -> Questions:
        size = self.sizes.ppo
        topics = self.topics("looks")[: size.look_prompts]
        return Questions(
            prompts=[topic.prompt for topic in topics],
            documents=self.base.held_out[: size.look_documents],
            max_tokens=self.sizes.max_tokens,
            document_tokens=self.document_tokens,
            seed=seed,
        )

    @property
    def document_tokens(self) -> int:
        # A document is cut a little rather than padded a lot.
        return self.sizes.base.document_characters * 3 // 8

    def _pool(self, name: str, topics: Sequence[Topic]) -> list[Answered]:
        return sample_pool(
            self.folder / "pools" / name,
            self.base.model,
            topics,
            max_tokens=self.sizes.max_tokens,
            seed=SEED,
        )

    def topics(self, use: str) -> Sequence[Topic]:
        """The topics of one use: no prompt has two."""
        uses = ("ranked", "validation", "ppo", "looks")
        topics = all_topics(SEED)[self.sizes.base.num_stories :]
        return topics[uses.index(use) :: len(uses)]


@dataclass(frozen=True)
class Watched:
    """A PPO run and what was seen of it."""

    ended: Ended
    looks: list[dict[str, Any]]


def drawn(pool: Sequence[Answered], count: int, seed: int) -> list[Answered]:
    return random.Random(seed).sample(list(pool), count)
