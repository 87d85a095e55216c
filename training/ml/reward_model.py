"""Reward modelling on rankings: all completions of a prompt are one element (paper, step 2).

    python -m training.ml.reward_model job.json

Legend: B prompts, N completions, P pairs, T tokens.
"""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedConfig

from training.ml import evaluation
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.encodings import choose_encoding
from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import (
    RankingHyperparameters,
    RewardModelHyperparameters,
    warnings,
)
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.lora import has_adapters
from training.ml.model_folders import load_tokenizer
from training.ml.networks import RewardModel
from training.ml.packing import can_pack
from training.ml.ranking_batches import EncodedGroup, encode_group, read_by, shapes_of
from training.ml.records import (
    RankedPrompt,
    read_demonstrations,
    read_rankings,
    weight_of_labelers,
)
from training.ml.reward_folders import new_reward_model, save_reward_adapters, save_reward_model
from training.ml.reward_plan import SeedShelf, TrainingPlan, seed_figures
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.seeding import generator
from training.ml.sharding import undivided

FRESH: dict[str, Any] = {
    "num_forward_rows": 0,
    "num_completions": 0,
    "seeds": [],
    "accuracy": None,
}


def train_reward_model(job: Job) -> Generator[StepMetrics, None, Report]:
    """Learn the labelers' orderings, then shift all rewards so that demonstrations average 0.

    Source: Ouyang et al. 2022, section 3.5 and C.2.
    """
    # 1. Read the rankings; a prompt whose completions all tie has a loss of nothing.
    settings: RewardModelHyperparameters = job.hyperparameters
    base = job.input("base_model")
    tokenizer = load_tokenizer(base)
    model = new_reward_model(base, generator(job.seed, "head"))
    encoder = TextEncoder(tokenizer, token_limits(model, settings))
    train, validation, num_left_out = _read_groups(job, encoder)
    encoding = choose_encoding(settings.encoding, model.model.config, shapes_of(train))
    scorer = RewardScorer(settings, encoding=encoding)
    plan = TrainingPlan(settings, len(train), job.seed, num_seeds=settings.num_seeds)
    engine = plan.engine(model, job.world)
    shelf = SeedShelf(job.work_dir)
    state = FRESH | job.resume({"model": engine})

    for step in range(job.resumed_from_step, plan.total_steps):
        # 2. One optimiser step over whole prompts, every prompt weighing the same.
        if plan.begins_anew(step):
            model = new_reward_model(base, generator(plan.seed_of(step), "head"))
            engine = plan.engine(model, job.world, step)
        groups = [train[index] for index in plan.groups_of(step)]
        tally = StepTally()
        losses = {"ranking": scorer.micro_losses(engine, groups, tally)}
        update = engine.update(losses, behind={"ranking": read_by(groups)})

        # 3. What the step came to, over all processes.
        metrics = tally.metrics(job.world)
        metrics |= {
            "loss": update.losses["ranking"],
            "learning_rate": update.learning_rate,
            "gradient_norm": update.gradient_norm,
        }
        state["num_forward_rows"] += int(metrics["forward_rows"])
        state["num_completions"] += sum(len(group.completions) for group in groups if group.pairs)
        state |= {name: metrics[name] for name in ("loss", "accuracy") if name in metrics}
        if settings.num_seeds > 1 and plan.ends_seed(step):
            with engine.in_one_piece() as judged:
                figures = seed_figures(_evaluate(engine, scorer, validation, job.seed))
                state["seeds"] = [*state["seeds"], {"seed": plan.seed_of(step), **figures}]
                shelf.put(job.world, state["seeds"], judged)
        yield StepMetrics(step + 1, plan.total_steps, "train", metrics)
        job.at_step_boundary(step + 1, {"model": engine}, state)

    # 4. Centre it, judge it on held-out prompts as others will load it, and publish.
    if state["seeds"]:
        engine = plan.engine(_best_of_seeds(base, plan, shelf), job.world)
    with engine.in_one_piece() as centred:
        centring = _centre(job, engine, scorer, encoder, train)
        figures = _evaluate(engine, scorer, validation, job.seed)
        if job.world.is_main:
            save_reward_model(centred, tokenizer, job.output_dir / "model", parent=base)
        if job.world.is_main and has_adapters(centred):
            save_reward_adapters(centred, job.output_dir / "adapter")
    return {
        "train": {
            "loss": state["loss"],
            "accuracy": state["accuracy"],
            "num_prompts": sum(bool(group.pairs) for group in train),
        },
        "validation": figures,
        "centring": centring,
        "seeds": state["seeds"],
        "encoding": scorer.encoding,
        "num_forward_rows": state["num_forward_rows"],
        "num_completions": state["num_completions"],
        "warnings": warnings("reward_model", settings)
        + undivided(settings.sharding, job.world)
        + encoder.warnings()
        + _repeated(settings, model.model.config)
        + _without_pairs(train, num_left_out)
        + _undecided(state["seeds"]),
    }


def _best_of_seeds(base: Path, plan: TrainingPlan, shelf: SeedShelf) -> RewardModel:
    model = new_reward_model(base, generator(plan.seed, "head"))
    plan.add_adapters(model)
    shelf.take(model)
    return model


def _repeated(settings: RankingHyperparameters, config: PreTrainedConfig) -> list[str]:
    if settings.encoding == "rows" or can_pack(config):
        return []
    kind = config.model_type
    return [f"Prompts were repeated for each completion: {kind} is not known to allow packing."]


def _without_pairs(train: Sequence[EncodedGroup], num_left_out: int) -> list[str]:
    told = []
    if num_tied := sum(not group.pairs for group in train):
        told.append(f"{num_tied} prompts were tied throughout and count as a loss of 0.")
    if num_left_out:
        told.append(f"{num_left_out} prompts had no strict comparison and were left out.")
    return told


def _undecided(seeds: Sequence[Mapping[str, Any]]) -> list[str]:
    if all(seed["accuracy"] is not None for seed in seeds):
        return []
    return ["No pair was held out, so nothing told the seeds apart: the first one was kept."]


def _evaluate(
    engine: Engine, scorer: RewardScorer, groups: Sequence[EncodedGroup], seed: int
) -> dict[str, Any]:
    """Accuracy and calibration on these groups, beside two baselines on the same pairs.

    The rewards themselves go along, so that others can judge them against what they know.
    """
    rewards = scorer.score(engine, groups)
    score_N = np.array([reward for group in rewards for reward in group])
    length_N = np.array([length for group in groups for length in group.text_lengths], np.float64)
    comparisons = comparisons_of(groups)
    # A completion that several tasks show has one reward.
    reward_of = {
        identifier: reward
        for group, scored in zip(groups, rewards, strict=True)
        for identifier, reward in zip(group.completion_ids, scored, strict=True)
    }
    return {
        "accuracy": evaluation.accuracy(comparisons, score_N, seed),
        **{
            name: evaluation.accuracy_by(comparisons, score_N, label_P, seed)
            for name, label_P in _pair_labels(groups, comparisons).items()
        },
        "log_loss": evaluation.log_loss(comparisons, score_N),
        "log_loss_interval": evaluation.log_loss_interval(comparisons, score_N, seed),
        "calibration_error": evaluation.calibration_error(comparisons, score_N),
        "calibration_error_interval": evaluation.calibration_error_interval(
            comparisons, score_N, seed
        ),
        "reliability": evaluation.reliability(comparisons, score_N),
        "baselines": {
            "longer_text": evaluation.accuracy(comparisons, length_N, seed),
            "chance": evaluation.chance(comparisons, len(score_N), seed),
        },
        "scores": [[identifier, round(reward, 6)] for identifier, reward in reward_of.items()],
    }


def _pair_labels(
    groups: Sequence[EncodedGroup], comparisons: evaluation.Comparisons
) -> dict[str, np.ndarray[Any, np.dtype[np.str_]]]:
    """What each pair is grouped by in the report (R63). Shapes: all (P,)."""

    def every_pair(labels: Sequence[list[str]]) -> np.ndarray[Any, np.dtype[np.str_]]:
        return np.array([label for group in labels for label in group], dtype=np.str_)

    return {
        "by_labeler": every_pair([group.judges for group in groups]),
        "by_category": every_pair(
            [[group.category or "none"] * len(group.pairs) for group in groups]
        ),
        "by_k": every_pair([[str(len(group.completions))] * len(group.pairs) for group in groups]),
        "by_agreement": evaluation.agreement_buckets(comparisons),
    }


def comparisons_of(groups: Sequence[EncodedGroup]) -> evaluation.Comparisons:
    """Pairs over all completions in order; two groups of one prompt are one cluster."""
    cluster_of: dict[str, int] = {}
    pairs, prompt_of_pair, first = [], [], 0
    for group in groups:
        cluster = cluster_of.setdefault(group.prompt_id, len(cluster_of))
        pairs += [(first + preferred, first + other) for preferred, other in group.pairs]
        prompt_of_pair += [cluster] * len(group.pairs)
        first += len(group.completions)
    return evaluation.Comparisons(
        pair_P2=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        prompt_of_pair_P=np.array(prompt_of_pair, dtype=np.int64),
    )


def _centre(
    job: Job,
    engine: Engine,
    scorer: RewardScorer,
    encoder: TextEncoder,
    train: Sequence[EncodedGroup],
) -> dict[str, Any]:
    """Shift the head's bias so that demonstrations average 0; without any, the completions.

    The loss does not see the bias, so training cannot set it.
    Source: Ouyang et al. 2022, section 3.5.
    """
    path = job.optional_input("demonstrations")
    groups = list(train)
    if path is not None:
        groups = [
            EncodedGroup(
                prompt_id=record.prompt_id,
                prompt=encoder.prompt(record.prompt),
                completion_ids=[],
                completions=[encoder.completion(record.completion)],
                text_lengths=[len(record.completion)],
                pairs=[],
                judges=[],
                num_judged_pairs=0,
            )
            for record in read_demonstrations(path)
        ]
    rewards = [reward for group in scorer.score(engine, groups) for reward in group]
    mean = sum(rewards) / len(rewards)
    model = engine.module
    assert isinstance(model, RewardModel)  # noqa: S101 - this stage made the engine
    with torch.no_grad():
        model.head.bias.sub_(mean)
    return {
        "on": "completions" if path is None else "demonstrations",
        "num_texts": len(rewards),
        "mean_before": mean,
        "bias": float(model.head.bias.detach()),
    }


def _read_groups(
    job: Job, encoder: TextEncoder
) -> tuple[list[EncodedGroup], list[EncodedGroup], int]:
    """Train and validation groups, and how many the loss is no mean over, so were left out.

    Validation keeps those: they are no comparison, yet their completions are scored.
    """
    settings: RewardModelHyperparameters = job.hyperparameters
    groups: dict[str, list[EncodedGroup]] = {"train": [], "validation": []}
    num_left_out = 0
    rankings = read_rankings(job.input("rankings"))
    weight_of = weights_for(settings, rankings)
    for ranked in rankings:
        group = encode_group(ranked, encoder, weight_of if ranked.split == "train" else None)
        if group.divisor(settings.normalise_by) or ranked.split == "validation":
            groups[ranked.split].append(group)
        else:
            num_left_out += 1
    if not any(group.pairs for group in groups["train"]):
        raise BadInput("no prompt in the train split has a strict comparison")
    return groups["train"], groups["validation"], num_left_out


def weights_for(
    settings: RankingHyperparameters, rankings: Sequence[RankedPrompt]
) -> dict[str, float] | None:
    """What the comparisons of each labeler count while training; None where all count alike."""
    if settings.weigh_by == "ranking":
        return None
    train = (ranked for ranked in rankings if ranked.split == "train")
    return weight_of_labelers(train, settings.normalise_by)


def token_limits(model: RewardModel, settings: RankingHyperparameters) -> TokenLimits:
    return TokenLimits.for_model(
        model.model.config,
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_completion_tokens,
    )


if __name__ == "__main__":
    run_as_program("reward_model", train_reward_model)
