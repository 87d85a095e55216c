"""Supervised fine-tuning on demonstrations (paper, step 1).

python -m training.ml.sft job.json
"""

import math
from collections.abc import Generator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.ml.automatic_evaluations import Material, evaluate
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.checkpoint_samples import CheckpointSamples, JudgedAnswer, choose_prompts
from training.ml.engine import Engine, MicroLoss
from training.ml.epoch_selection import (
    EpochFigures,
    EpochShelf,
    choose_epoch,
    held_out_prompts,
    mixed_losses,
    reward_judge,
    selection_rule,
)
from training.ml.errors import BadInput, LearnedFrom
from training.ml.glossary.automatic_evaluations import HELD_OUT_EVERY
from training.ml.hyperparameters import SftHyperparameters
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.language_modelling import (
    AnswerBatch,
    Example,
    answer_batches,
    answer_loss,
    num_answer_tokens,
)
from training.ml.lora import add_adapters
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.networks import add_residual_dropout, read_side_by_side, sampling_copy
from training.ml.packing import can_pack
from training.ml.pretraining_texts import beginnings, documents, hold_out, read_texts
from training.ml.records import Demonstration, read_demonstrations
from training.ml.reward_judge import RewardJudge
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.schedules import Schedule
from training.ml.seeding import derive_seed, endless_order, permutation
from training.ml.sharding import undivided


def train_sft(job: Job) -> Generator[StepMetrics, None, Report]:
    """Learn to write what labelers wrote: the token-mean loss on answers alone.

    Source: Ouyang et al. 2022, C.1 and, with a pretraining share, C.3.
    """
    # 1. Read the demonstrations and the model they are to change.
    settings: SftHyperparameters = job.hyperparameters
    base = job.input("base_model")
    model, tokenizer = load_policy(base), load_tokenizer(base)
    read_side_by_side(model)
    add_adapters(model, settings, derive_seed(job.seed, "adapters"))
    has_dropout = add_residual_dropout(model, settings.residual_dropout)
    encoder = TextEncoder(tokenizer, _limits(model, settings))
    records = read_demonstrations(job.input("demonstrations"))
    train, validation = _encode_examples(records, encoder)
    pretraining, held_out_texts = _read_pretraining_examples(job, encoder)
    judge = reward_judge(job, encoder, validation)
    shelf = EpochShelf(job)
    plan = _Plan(settings, len(train), len(pretraining), job.seed)
    engine = Engine(
        model,
        world=job.world,
        settings=settings,
        schedule=_schedule(settings, plan.total_steps),
        sharding=settings.sharding,
        precision=settings.precision,
    )
    state = job.resume({"model": engine}) or {"epochs": [], "train_loss": None}
    samples = _samples(job, engine, encoder, records, judge)

    for step in range(job.resumed_from_step, plan.total_steps):
        samples.at_boundary(step, plan.total_steps)
        # 2. One optimiser step over this step's sequences, every answer token weighing the same.
        demonstrations, texts = plan.examples_of(step)
        model.train()
        metrics = _update(
            engine,
            [train[index] for index in demonstrations],
            [pretraining[index] for index in texts],
            settings,
        )
        state["train_loss"] = metrics["loss"]

        # 3. Once an epoch: how it does on what is held out, and the weights themselves.
        if plan.ends_epoch(step):
            with engine.in_one_piece() as judged:
                figures = _judge_epoch(engine, settings, validation, held_out_texts, judge)
                metrics |= figures
                state["epochs"] = [*state["epochs"], figures]
                if job.world.is_main:
                    shelf.put(judged, tokenizer, state["epochs"], parent=base)
        yield StepMetrics(step + 1, plan.total_steps, "train", metrics, samples.warnings())
        job.at_step_boundary(step + 1, {"model": engine}, state)

    samples.at_boundary(plan.total_steps, plan.total_steps)

    # 4. Publish the epoch whose answers are best (R55), and evaluate it where that was asked for.
    if job.evaluations:
        job.checkpoint_end(plan.total_steps, {"model": engine}, state)
    selection = choose_epoch(state["epochs"])
    if job.world.is_main:
        shelf.publish(selection["epoch"])
    evaluated = evaluate(job, encoder, _evaluation_material(job, encoder, validation))
    warnings = encoder.warnings() + _warnings(settings, model, has_dropout=has_dropout)
    warnings += _unjudged_mix(settings, selection) + undivided(settings.sharding, job.world)
    warnings += samples.warnings()
    return _report(state, train, validation, warnings) | {"selection": selection} | evaluated


class _Plan:
    """Which sequences each step sees: a fresh order every epoch, fixed by the seed."""

    def __init__(
        self, settings: SftHyperparameters, num_train: int, num_pretraining: int, seed: int
    ) -> None:
        self.seed = seed
        self.num_train = num_train
        self.num_pretraining = num_pretraining
        self.num_documents = settings.documents_per_step
        self.num_demonstrations = settings.batch_size - self.num_documents
        self.steps_per_epoch = math.ceil(num_train / self.num_demonstrations)
        self.total_steps = settings.epochs * self.steps_per_epoch
        if settings.max_steps:
            self.total_steps = min(self.total_steps, settings.max_steps)

    def examples_of(self, step: int) -> tuple[list[int], list[int]]:
        epoch, place = divmod(step, self.steps_per_epoch)
        order = permutation(self.num_train, self.seed, "demonstrations", epoch)
        first = place * self.num_demonstrations
        return order[first : first + self.num_demonstrations], self._documents_of(step)

    def ends_epoch(self, step: int) -> bool:
        return (step + 1) % self.steps_per_epoch == 0 or step + 1 == self.total_steps

    def _documents_of(self, step: int) -> list[int]:
        first = step * self.num_documents
        return endless_order(
            self.num_pretraining, first, self.num_documents, self.seed, "pretraining"
        )


def _update(
    engine: Engine,
    demonstrations: Sequence[Example],
    documents: Sequence[Example],
    settings: SftHyperparameters,
) -> dict[str, float]:
    """One optimiser step, every token of both kinds weighing the same; a loss for each of them."""
    kinds = {"loss": demonstrations, "pretraining_loss": documents}
    num_tokens = {name: num_answer_tokens(examples) for name, examples in kinds.items()}
    total = sum(num_tokens.values())
    update = engine.update(
        {
            name: micro_losses(engine, examples, settings, num_tokens=total)
            for name, examples in kinds.items()
            if examples
        },
        with_norms=False,
        behind={
            "loss": LearnedFrom.prompts(one.prompt_id for one in demonstrations),
            "pretraining_loss": LearnedFrom(num_pretraining_texts=len(documents)),
        },
    )
    # Each was a share of the mean over all tokens, which is what the step lowers.
    return {
        **{name: share * total / num_tokens[name] for name, share in update.losses.items()},
        "learning_rate": update.learning_rate,
        "gradient_norm": update.gradient_norm,
        "tokens": total,
    }


def _judge_epoch(
    engine: Engine,
    settings: SftHyperparameters,
    validation: Sequence[Example],
    held_out_texts: Sequence[Example],
    judge: RewardJudge | None,
) -> EpochFigures:
    """What can be said of an epoch with what is held out; nothing where nothing is."""
    figures: EpochFigures = {}
    if validation:
        figures["validation_loss"] = validation_loss(engine, validation, settings)
    if held_out_texts:
        figures["pretraining_validation_loss"] = validation_loss(engine, held_out_texts, settings)
    if judge is not None:
        engine.module.eval()
        assert isinstance(engine.module, PreTrainedModel)  # noqa: S101 - this stage made the engine
        figures["validation_reward"] = judge.mean_reward(engine.module)
    return figures


def validation_loss(
    engine: Engine, examples: Sequence[Example], settings: SftHyperparameters
) -> float:
    """The mean loss of an answer token, dropout off, every process taking its share."""
    world = engine.world
    own = [examples[index] for index in world.share(len(examples))]
    engine.module.eval()
    total = torch.zeros((), dtype=torch.float64, device=world.device)
    with torch.no_grad():
        for batch in _batches(engine, own, settings):
            total += answer_loss(engine.module, batch.to(world.device), settings.precision)
    return float(world.total(total)) / num_answer_tokens(examples)


def micro_losses(
    engine: Engine,
    examples: Sequence[Example],
    settings: SftHyperparameters,
    *,
    num_tokens: int | None = None,
) -> list[MicroLoss]:
    """The step over these sequences, as shares of the mean loss of an answer token.

    ``num_tokens`` is how many tokens that is a mean of where there are others beside them.
    """
    world = engine.world
    own = [examples[index] for index in world.share(len(examples))]
    # A process without a sequence still takes part in the gradient exchange, with weight zero.
    weight = 1.0 / (num_tokens or num_answer_tokens(examples)) if own else 0.0

    def loss_of(batch: AnswerBatch) -> Tensor:
        on_device = batch.to(world.device)
        return weight * answer_loss(engine.forward, on_device, settings.precision)

    batches = _batches(engine, own or examples[:1], settings)
    return [partial(loss_of, batch) for batch in batches]


def _batches(
    engine: Engine, examples: Sequence[Example], settings: SftHyperparameters
) -> list[AnswerBatch]:
    model = engine.module
    assert isinstance(model, PreTrainedModel)  # noqa: S101 - this stage made the engine
    batches = answer_batches(
        examples,
        max_tokens=settings.max_tokens_per_forward,
        packing=settings.packing,
        config=model.config,
    )
    return list(batches)


def _samples(
    job: Job,
    engine: Engine,
    encoder: TextEncoder,
    records: Sequence[Demonstration],
    judge: RewardJudge | None,
) -> CheckpointSamples:
    """The likeliest answers to held-out prompts, with a reward where a reward model judges."""
    settings: SftHyperparameters = job.hyperparameters
    held_out = [(one.prompt_id, one.prompt) for one in records if one.split == "validation"]
    max_tokens = min(settings.sample_max_tokens, encoder.limits.completion)
    rule = SamplingRule(0.0, 1.0, max_tokens, encoder.eos_id)

    def answer(prompts: list[list[int]], noise: list[torch.Generator]) -> list[JudgedAnswer]:
        with engine.in_one_piece() as model:
            was_training = model.training
            model.eval()
            answers = write_answers(sampling_copy(model, settings.precision), prompts, noise, rule)
            model.train(was_training)
        examples = [Example(*pair) for pair in zip(prompts, (a.ids for a in answers), strict=True)]
        rewards = [None] * len(answers) if judge is None else judge.rewards_of(examples).tolist()
        return [
            JudgedAnswer(answer.ids, answer.has_eos, reward)
            for answer, reward in zip(answers, rewards, strict=True)
        ]

    prompts = choose_prompts(job, held_out, encoder.tokenizer, encoder.limits)
    return CheckpointSamples(job, prompts, encoder.tokenizer, answer)


def _evaluation_material(job: Job, encoder: TextEncoder, validation: list[Example]) -> Material:
    """Answers are drawn as those that the reward model judges, to the same prompts."""
    settings: SftHyperparameters = job.hyperparameters
    rule = selection_rule(settings, encoder)
    prompts = held_out_prompts(validation)[: settings.selection_prompts]
    return Material(prompts, rule, encoder.limits.prompt + encoder.limits.completion)


def _limits(model: PreTrainedModel, settings: SftHyperparameters) -> TokenLimits:
    return TokenLimits.for_model(
        model.config,
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_completion_tokens,
    )


def _schedule(settings: SftHyperparameters, total_steps: int) -> Schedule:
    return Schedule(
        settings.learning_rate_schedule,
        settings.learning_rate,
        total_steps,
        warmup_steps=settings.warmup_steps,
        final_fraction=settings.final_learning_rate_fraction,
    )


def _encode_examples(
    records: Sequence[Demonstration], encoder: TextEncoder
) -> tuple[list[Example], list[Example]]:
    examples: dict[str, list[Example]] = {"train": [], "validation": []}
    for record in records:
        prompt, answer = encoder.prompt(record.prompt), encoder.completion(record.completion)
        example = Example(prompt, answer, record.prompt_id)
        examples[record.split].append(example)
    if not examples["train"]:
        raise BadInput("there is no demonstration in the train split")
    return examples["train"], examples["validation"]


def _read_pretraining_examples(
    job: Job, encoder: TextEncoder
) -> tuple[list[Example], list[Example]]:
    """What to mix in, and the beginning of every tenth text, held out to judge the mix by (R57)."""
    if job.hyperparameters.pretraining_share == 0:
        return [], []
    learned, held_out = hold_out(read_texts(job, encoder))
    longest = encoder.limits.prompt + encoder.limits.completion
    return documents(learned, longest), beginnings(held_out, longest)


def _warnings(
    settings: SftHyperparameters, model: PreTrainedModel, *, has_dropout: bool
) -> list[str]:
    kind = model.config.model_type
    found = []
    if settings.residual_dropout and not has_dropout:
        found.append(f"residual_dropout was not applied: the blocks of {kind} are not known.")
    if settings.packing and not can_pack(model.config):
        found.append(f"Sequences were padded instead of packed: {kind} is not known to allow it.")
    return found


def _unjudged_mix(settings: SftHyperparameters, selection: dict[str, Any]) -> list[str]:
    if settings.pretraining_share == 0 or selection["by"] == "both_losses":
        return []
    needed = f"held-out demonstrations and {HELD_OUT_EVERY} pretraining texts"
    return [f"The mix was not judged by both of its losses: that needs {needed}."]


def _report(
    state: dict[str, Any],
    train: Sequence[Example],
    validation: Sequence[Example],
    warnings: list[str],
) -> Report:
    losses = [epoch.get("validation_loss") for epoch in state["epochs"]]
    return {
        "train": {
            "loss": state["train_loss"],
            "num_demonstrations": len(train),
            "num_tokens": num_answer_tokens(train),
        },
        "validation": {
            "loss": losses[-1] if losses else None,
            "loss_by_epoch": [loss for loss in losses if loss is not None],
            "reward_by_epoch": [
                epoch["validation_reward"]
                for epoch in state["epochs"]
                if "validation_reward" in epoch
            ],
            "mixed_loss_by_epoch": mixed_losses(state["epochs"]),
            "num_demonstrations": len(validation),
        },
        "warnings": warnings,
    }


if __name__ == "__main__":
    run_as_program("sft", train_sft)
