"""The ways of training a reward model on one prompt's ranking that benchmarks.reward_model times.

All train the same random Llama-like model by AdamW on the same random tokens, dropout off, without
gradient checkpointing: `auto` is what Concord does, `single` one forward pass per completion,
`pairs` two completions for every comparison, and `trl` TRL's own RewardTrainer on those pairs.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForSequenceClassification

from training.ml.encodings import choose_encoding
from training.ml.engine import Engine
from training.ml.hyperparameters import parse
from training.ml.networks import RewardModel, read_side_by_side
from training.ml.ranking_batches import EncodedGroup, shapes_of
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.schedules import Schedule
from training.ml.world import World

WIDTH, NUM_LAYERS, NUM_HEADS, INNER, VOCABULARY = 384, 6, 6, 1024, 8192
RATE = 1e-6
# Tokens that a forward pass of ours reads, padding included.
MAX_TOKENS = 4096


@dataclass(frozen=True)
class Setting:
    """One row of the table: lengths in tokens, completions of a prompt, and how it is computed."""

    prompt: int
    completion: int
    k: int
    precision: str
    max_tokens: int = MAX_TOKENS
    device: str = "cpu"

    @property
    def single_ideal(self) -> float:
        """Tokens of one forward pass per completion over tokens with the prompt read once."""
        total = self.prompt + self.k * self.completion
        return self.k * (self.prompt + self.completion) / total

    @property
    def pairs_ideal(self) -> float:
        return (self.k - 1) * self.single_ideal

    @property
    def num_pairs(self) -> int:
        return self.k * (self.k - 1) // 2


def random_config() -> LlamaConfig:
    return LlamaConfig(
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=NUM_LAYERS,
        num_attention_heads=NUM_HEADS,
        vocab_size=VOCABULARY,
        max_position_embeddings=2048,
        num_labels=1,
        pad_token_id=0,
    )


def random_model() -> LlamaForSequenceClassification:
    torch.manual_seed(0)
    return LlamaForSequenceClassification(random_config()).eval()


def random_groups(setting: Setting, count: int) -> list[EncodedGroup]:
    stream = torch.Generator().manual_seed(1)

    def ids(length: int) -> list[int]:
        return torch.randint(1, VOCABULARY, (length,), generator=stream).tolist()

    pairs = list(combinations(range(setting.k), 2))
    return [
        EncodedGroup(
            prompt_id=str(number),
            prompt=ids(setting.prompt),
            completion_ids=[str(place) for place in range(setting.k)],
            completions=[ids(setting.completion) for _ in range(setting.k)],
            text_lengths=[setting.completion] * setting.k,
            pairs=pairs,
            judges=["a"] * len(pairs),
            num_judged_pairs=len(pairs),
        )
        for number in range(count)
    ]


def as_pairs(group: EncodedGroup) -> list[EncodedGroup]:
    """Every comparison a prompt of its own with two completions."""
    return [
        replace(
            group,
            completion_ids=[group.completion_ids[place] for place in pair],
            completions=[group.completions[place] for place in pair],
            text_lengths=[group.text_lengths[place] for place in pair],
            pairs=[(0, 1)],
            judges=["a"],
            num_judged_pairs=1,
        )
        for pair in group.pairs
    ]


def own_way(way: str, setting: Setting, num_prompts: int) -> Callable[[], None]:
    """One optimiser step over so many prompts, through the engine."""
    model = random_model()
    model.score = torch.nn.Linear(WIDTH, 1)
    read_side_by_side(model)
    settings = parse(
        "reward_model",
        {"precision": setting.precision, "max_tokens_per_forward": setting.max_tokens},
    )
    engine = Engine(
        RewardModel(model),
        world=World(0, 1, torch.device(setting.device)),
        settings=settings,
        schedule=Schedule("constant", RATE, 1_000_000),
    )
    groups = random_groups(setting, num_prompts)
    if way == "pairs":
        groups = [pair for group in groups for pair in as_pairs(group)]
    asked = "auto" if way == "auto" else "rows"
    encoding = choose_encoding(asked, model.config, shapes_of(groups))
    scorer = RewardScorer(settings, encoding=encoding)

    def step() -> None:
        engine.update({"ranking": scorer.micro_losses(engine, groups, StepTally())})
        _settle(setting)

    return step


def trl_way(setting: Setting, pairs_per_batch: int) -> Callable[[], None]:
    """One optimiser step of TRL's RewardTrainer over all pairs of one prompt."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "HF_DATASETS_OFFLINE"):
        os.environ[name] = "1"
    from datasets import Dataset
    from trl import RewardConfig, RewardTrainer

    [group] = random_groups(setting, 1)
    rows = [
        {f"{side}_ids": group.prompt + group.completions[place] for side, place in named}
        for named in (zip(("chosen", "rejected"), pair, strict=True) for pair in group.pairs)
    ]
    trainer = RewardTrainer(
        model=random_model(),
        args=RewardConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=pairs_per_batch,
            gradient_accumulation_steps=len(rows) // pairs_per_batch,
            learning_rate=RATE,
            bf16=setting.precision == "bf16",
            use_cpu=setting.device == "cpu",
            activation_checkpointing=False,
            disable_dropout=True,
            max_length=None,
            report_to=[],
            optim="adamw_torch_fused",
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=_tokenizer(),
    )
    batches = _trl_batches(trainer, rows, pairs_per_batch)
    model = trainer.accelerator.prepare_model(trainer.model)
    optimiser = trainer.create_optimizer()
    # What its own loop sets before it calls the step.
    trainer.current_gradient_accumulation_steps = len(batches)

    def step() -> None:
        for batch in batches:
            # Its loss takes things out of the batch and puts things in.
            trainer.training_step(model, dict(batch), None)
        trainer.accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        _settle(setting)

    return step


def _trl_batches(
    trainer: Any, rows: Sequence[dict[str, list[int]]], size: int
) -> list[dict[str, Any]]:
    starts = range(0, len(rows), size)
    return [trainer.data_collator(list(rows[start : start + size])) for start in starts]


def _tokenizer() -> Any:
    from training.ml.embedded_tokenizers import byte_tokenizer

    return byte_tokenizer(2048)


def _settle(setting: Setting) -> None:
    if setting.device == "cuda":
        torch.cuda.synchronize()
