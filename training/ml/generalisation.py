"""How far a reward model's accuracy carries over to labelers it never learned from.

    python -m training.ml.generalisation job.json

Labelers are split into groups of about equally many comparisons. For each group and seed a reward
model learns from all other groups; it is then judged on held-out prompts, once by the labelers it
learned from and once by those of the group that was left out.
Source: Ouyang et al. 2022, section 4.1 (72.4 +- 0.4% against 69.6 +- 0.9% there).

Legend: P pairs.
"""

import math
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.ml import evaluation
from training.ml.batches import TextEncoder
from training.ml.encodings import choose_encoding
from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import GeneralisationHyperparameters, warnings
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.model_folders import load_tokenizer
from training.ml.ranking_batches import EncodedGroup, encode_group, read_by, shapes_of
from training.ml.records import RankedPrompt, read_rankings
from training.ml.reward_folders import new_reward_model
from training.ml.reward_model import comparisons_of, token_limits, weights_for
from training.ml.reward_plan import TrainingPlan
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.seeding import derive_seed, generator
from training.ml.sharding import undivided

# The 97.5th percentile of the normal distribution.
NORMAL_97_5 = 1.959964


@dataclass(frozen=True)
class Training:
    """One of the trainings: what it learns from, and what it is judged on.

    `first_step` is where it begins in the count over all trainings.
    """

    fold: int
    seed: int
    left_out: frozenset[str]
    train: list[EncodedGroup]
    in_group: list[EncodedGroup]
    held_out: list[EncodedGroup]
    plan: TrainingPlan
    first_step: int


def measure_generalisation(job: Job) -> Generator[StepMetrics, None, Report]:
    """Train once for every group left out and every seed, and compare the two accuracies (R64)."""
    # 1. Read the rankings and deal the labelers out.
    settings: GeneralisationHyperparameters = job.hyperparameters
    base = job.input("base_model")
    model = new_reward_model(base, generator(job.seed, "head"))
    encoder = TextEncoder(load_tokenizer(base), token_limits(model, settings))
    rankings = read_rankings(job.input("rankings"))
    groups = labeler_groups(rankings, settings.num_groups)
    trainings = list(_trainings(rankings, groups, encoder, settings, job.seed))
    shapes = shapes_of(trainings[0].train)
    encoding = choose_encoding(settings.encoding, model.model.config, shapes)
    scorer = RewardScorer(settings, encoding=encoding)
    engine = trainings[0].plan.engine(model, job.world)
    state: dict[str, Any] = {"folds": []} | job.resume({"model": engine})

    total_steps = sum(training.plan.total_steps for training in trainings)
    for training in trainings[len(state["folds"]) :]:
        begun = max(0, job.resumed_from_step - training.first_step)
        if begun:
            # The checkpoint was read before it was known which training it belongs to.
            engine.schedule = training.plan.schedule()
        else:
            model = new_reward_model(base, generator(training.seed, "head"))
            engine = training.plan.engine(model, job.world)
        for own in range(begun, training.plan.total_steps):
            # 2. One optimiser step over whole prompts of the labelers that are learned from.
            tally = StepTally()
            chosen = [training.train[index] for index in training.plan.groups_of(own)]
            losses = {"ranking": scorer.micro_losses(engine, chosen, tally)}
            update = engine.update(losses, behind={"ranking": read_by(chosen)})
            metrics = tally.metrics(job.world) | {"loss": update.losses["ranking"]}
            metrics["fold"] = training.fold

            # 3. At the end of a training: both accuracies on prompts that were held out.
            if training.plan.ends_seed(own):
                with engine.in_one_piece():
                    judged = _judge(engine, scorer, training, job.seed)
                state["folds"] = [*state["folds"], judged]
                metrics |= {
                    f"{name}_accuracy": judged[name]["value"] for name in ("in_group", "held_out")
                }
            step = training.first_step + own + 1
            yield StepMetrics(step, total_steps, "train", metrics)
            job.at_step_boundary(step, {"model": engine}, state)

    # 4. Means over all trainings, with how far those differ.
    return {
        "in_group": mean_accuracy(state["folds"], "in_group"),
        "held_out": mean_accuracy(state["folds"], "held_out"),
        "folds": state["folds"],
        "warnings": warnings("generalisation", settings)
        + undivided(settings.sharding, job.world)
        + encoder.warnings(),
    }


def labeler_groups(rankings: Sequence[RankedPrompt], num_groups: int) -> list[frozenset[str]]:
    """The labelers in groups of about equally many comparisons: the largest share goes first.

    Raises: BadInput when there are fewer labelers with comparisons than groups.
    """
    num_comparisons = Counter(judge for ranked in rankings for judge in ranked.judges())
    if len(num_comparisons) < num_groups:
        raise BadInput(
            f"num_groups: {num_groups} groups need as many labelers with strict comparisons, and "
            f"the rankings have {len(num_comparisons)}; lower it to at most that"
        )
    groups: list[set[str]] = [set() for _ in range(num_groups)]
    load = [0] * num_groups
    for labeler, count in sorted(num_comparisons.items(), key=lambda item: (-item[1], item[0])):
        lightest = load.index(min(load))
        groups[lightest].add(labeler)
        load[lightest] += count
    return [frozenset(group) for group in groups]


def _trainings(
    rankings: Sequence[RankedPrompt],
    groups: Sequence[frozenset[str]],
    encoder: TextEncoder,
    settings: GeneralisationHyperparameters,
    seed: int,
) -> Iterator[Training]:
    """Raises: BadInput when a fold has nothing to learn from or nothing to be judged on."""
    first_step = 0
    for fold, left_out in enumerate(groups, start=1):
        others = [ranked.without(left_out) for ranked in rankings]
        theirs = [ranked.judged_by(left_out) for ranked in rankings]
        weight_of = weights_for(settings, others)
        parts = {
            "train": _learned_from(others, encoder, settings, weight_of),
            "in-group": _judged(others, encoder),
            "held-out": _judged(theirs, encoder),
        }
        if empty := [n for n, found in parts.items() if not any(group.pairs for group in found)]:
            raise BadInput(
                f"num_groups: fold {fold} has no strict comparison in its {empty[0]} part; fewer "
                "groups leave more in each"
            )
        train, in_group, held_out = parts.values()
        for number in range(settings.seeds_per_group):
            own_seed = derive_seed(seed, "fold", fold, number)
            plan = TrainingPlan(settings, len(train), own_seed)
            yield Training(fold, own_seed, left_out, train, in_group, held_out, plan, first_step)
            first_step += plan.total_steps


def _learned_from(
    rankings: Sequence[RankedPrompt],
    encoder: TextEncoder,
    settings: GeneralisationHyperparameters,
    weight_of: Mapping[str, float] | None,
) -> list[EncodedGroup]:
    """The prompts that the loss is a mean over."""
    train = (ranked for ranked in rankings if ranked.split == "train")
    groups = (encode_group(ranked, encoder, weight_of) for ranked in train)
    return [group for group in groups if group.divisor(settings.normalise_by)]


def _judged(rankings: Sequence[RankedPrompt], encoder: TextEncoder) -> list[EncodedGroup]:
    """The held-out prompts that have a strict comparison."""
    held_out = (ranked for ranked in rankings if ranked.split == "validation")
    return [group for ranked in held_out if (group := encode_group(ranked, encoder)).pairs]


def _judge(engine: Engine, scorer: RewardScorer, training: Training, seed: int) -> dict[str, Any]:
    judged: dict[str, Any] = {
        "fold": training.fold,
        "seed": training.seed,
        "left_out": sorted(training.left_out),
        "num_train_prompts": sum(bool(group.pairs) for group in training.train),
    }
    for name, groups in (("in_group", training.in_group), ("held_out", training.held_out)):
        rewards = scorer.score(engine, groups)
        score_N = np.array([reward for group in rewards for reward in group])
        judged[name] = evaluation.accuracy(comparisons_of(groups), score_N, seed)
    return judged


def mean_accuracy(folds: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """The mean over all trainings, its standard error from how far they differ, and mean +- 1.96
    of these; trainings that leave out the same group share their judges, so the interval is a
    little narrow. One training alone has neither.
    """
    value_F = np.array([fold[name]["value"] for fold in folds])
    mean = float(value_F.mean())
    error = float(value_F.std(ddof=1) / math.sqrt(len(value_F))) if len(value_F) > 1 else None
    return {
        "value": mean,
        "low": None if error is None else mean - NORMAL_97_5 * error,
        "high": None if error is None else mean + NORMAL_97_5 * error,
        "standard_error": error,
        "num_trainings": len(folds),
    }


if __name__ == "__main__":
    run_as_program("generalisation", measure_generalisation)
