"""TRL's side of benchmarks.ppo: its last PPOTrainer, one iteration at a time.

    PYTHON_OF_ITS_ENVIRONMENT -m benchmarks.ppo_trl TASK_FOLDER [ROWS_PER_MICRO_BATCH]

benchmarks/requirements-trl-ppo.txt says what that environment holds.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    TrainerCallback,
)
from transformers.utils import logging as transformers_logging
from trl.experimental.ppo import PPOConfig, PPOTrainer, ppo_trainer

from benchmarks.ppo_task import KL_COEF, LEARNING_RATE, Conversation, Task


class Phases(TrainerCallback):
    """Notes when each phase of an iteration ends, and waits between iterations."""

    def __init__(self) -> None:
        self.conversation = Conversation()
        self.began = self.wrote = self.scored = 0.0
        self.num_tokens = 0

    def on_train_begin(self, *_args: Any, **_kwargs: Any) -> None:
        self.conversation.ready()
        self._start()

    def on_step_end(self, *_args: Any, **_kwargs: Any) -> None:
        ended = time.perf_counter()
        self.conversation.report(
            rollout=self.wrote - self.began,
            score=self.scored - self.wrote,
            update=ended - self.scored,
            tokens=self.num_tokens,
        )
        self._start()

    def _start(self) -> None:
        self.conversation.await_turn()
        self.began, self.scored = time.perf_counter(), 0.0

    def watch(self, trainer: PPOTrainer, prompt_tokens: int) -> None:
        write, accumulate = ppo_trainer.batch_generation, trainer.accelerator.accumulate

        def watched_write(*args: Any, **kwargs: Any) -> Any:
            written = write(*args, **kwargs)
            self.wrote = time.perf_counter()
            self.num_tokens = written[0].shape[1] - prompt_tokens
            return written

        def watched_accumulate(*args: Any, **kwargs: Any) -> Any:
            # The first of an iteration follows the scoring.
            self.scored = self.scored or time.perf_counter()
            return accumulate(*args, **kwargs)

        ppo_trainer.batch_generation = watched_write
        trainer.accelerator.accumulate = watched_accumulate


def main(folder: Path, rows_per_micro_batch: int | None) -> None:
    task = Task.read(folder)
    torch.set_num_threads(task.threads)
    transformers_logging.set_verbosity_error()
    rows = rows_per_micro_batch or task.batch_size
    phases = Phases()
    trainer = PPOTrainer(
        args=PPOConfig(
            output_dir=str(folder / "trl"),
            report_to=[],
            use_cpu=True,
            bf16=task.precision == "bf16",
            gradient_checkpointing=False,
            disable_tqdm=True,
            logging_steps=10**6,
            save_strategy="no",
            per_device_train_batch_size=rows,
            gradient_accumulation_steps=task.batch_size // rows,
            num_mini_batches=1,
            num_ppo_epochs=task.epochs,
            total_episodes=task.batch_size * 1000,
            num_sample_generations=0,
            response_length=task.response_tokens,
            temperature=1.0,
            learning_rate=LEARNING_RATE,
            kl_coef=KL_COEF,
        ),
        processing_class=AutoTokenizer.from_pretrained(folder / "policy", padding_side="left"),
        model=AutoModelForCausalLM.from_pretrained(folder / "policy"),
        ref_model=AutoModelForCausalLM.from_pretrained(folder / "policy"),
        reward_model=_classifier(folder),
        value_model=_classifier(folder),
        train_dataset=_prompts(folder),
        eval_dataset=_prompts(folder),
        callbacks=[phases],
    )
    phases.watch(trainer, task.prompt_tokens)
    trainer.train()


def _classifier(folder: Path) -> Any:
    return AutoModelForSequenceClassification.from_pretrained(folder / "reward_model", num_labels=1)


def _prompts(folder: Path) -> Dataset:
    tokenizer = AutoTokenizer.from_pretrained(folder / "policy")
    lines = (folder / "prompts.jsonl").read_text().splitlines()
    texts = [json.loads(line)["prompt"] for line in lines]
    return Dataset.from_dict({"input_ids": [tokenizer(text)["input_ids"] for text in texts]})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
