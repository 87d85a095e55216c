"""Reinforcement learning against a reward model (paper, step 3): PPO and PPO-ptx.

    python -m training.ml.ppo job.json

One step of progress is one iteration: a batch of rollouts and the optimiser steps on it.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from training.ml.automatic_evaluations import Material, evaluate
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.checkpoint_samples import CheckpointSamples, JudgedAnswer, choose_prompts
from training.ml.errors import BadInput
from training.ml.experience import collect, rollout_metrics, targets
from training.ml.glossary.automatic_evaluations import PRETRAINING_LOSS
from training.ml.hyperparameters import PpoHyperparameters, warnings
from training.ml.job import Job, Report, StepMetrics, run_as_program
from training.ml.language_modelling import Example
from training.ml.lora import has_adapters, save_adapters
from training.ml.model_folders import load_tokenizer, save_folder
from training.ml.networks import RewardModel
from training.ml.ppo_guards import Answers, check_rollouts, cut_answers_warnings
from training.ml.ppo_networks import Networks, load_networks
from training.ml.ppo_update import PpoUpdate, UpdateTally, minibatches
from training.ml.pretraining_texts import documents, hold_out, read_texts
from training.ml.records import Prompt, read_prompts
from training.ml.resources import PhaseClock
from training.ml.reward_folders import save_reward_model
from training.ml.reward_judge import RewardJudge, check_context
from training.ml.rollouts import SamplingRule
from training.ml.schedules import adapted_kl_coef
from training.ml.seeding import endless_order, generator
from training.ml.sharding import undivided
from training.ml.trunk_value import TrunkValue

REPORTED = ("score", "reward", "kl", "response_length", "entropy", "eos_share")


def train_ppo(job: Job) -> Generator[StepMetrics, None, Report]:
    """Raise the reward model's score while paying for divergence from the starting policy.

    Source: Ouyang et al. 2022, section 3.5, equation 2 and C.4.
    """
    # 1. The policy and its frozen copy; the value network starts as a copy of the reward model.
    settings: PpoHyperparameters = job.hyperparameters
    tokenizer = load_tokenizer(job.input("policy"))
    networks = load_networks(job, settings, tokenizer)
    config = networks.policy_model.config
    limits = TokenLimits.for_model(
        config,
        max_prompt_tokens=settings.max_prompt_tokens,
        max_completion_tokens=settings.max_response_tokens,
    )
    encoder = TextEncoder(tokenizer, limits)
    records = read_prompts(job.input("prompts"))
    prompts, held_out = _encode_prompts(job, records, encoder, networks.reward)
    names = [record.prompt_id for record in records if record.split == "train"]
    pretraining = _read_pretraining_examples(job, encoder, settings)
    rule = SamplingRule(settings.temperature, 1.0, limits.completion, encoder.eos_id)
    engines = {"policy": networks.policy, "value": networks.value}
    fresh: dict[str, Any] = {"first": None, "last": None, "kl_coef": settings.kl_coef, "said": []}
    state = fresh | job.resume(engines)
    samples = _samples(job, networks, records, encoder)

    for iteration in range(job.resumed_from_step, settings.iterations):
        samples.at_boundary(iteration, settings.iterations)
        # 2. Answer a batch of prompts and let every network judge the answers.
        first = iteration * settings.batch_size
        order = endless_order(len(prompts), first, settings.batch_size, job.seed, "prompts")
        own = job.world.share(settings.batch_size)
        clock = PhaseClock(job.world.device)
        rollouts = collect(
            networks,
            [prompts[order[place]] for place in own],
            [generator(job.seed, "rollout", iteration, place) for place in own],
            rule,
            settings,
            clock=clock,
        )
        aims = targets(rollouts, settings, job.world, kl_coef=state["kl_coef"])
        metrics = rollout_metrics(rollouts, aims, job.world) | {"kl_coef": state["kl_coef"]}
        answers = Answers(rollouts, [names[index] for index in order])
        check_rollouts(job, iteration, metrics, engines, state, answers=answers)
        clock.end("score")

        # 3. Optimiser steps, each joined by its share of pretraining text.
        ids, tally = answers.prompt_ids, UpdateTally()
        update = PpoUpdate(networks, settings, rollouts, aims, prompt_ids=ids)
        is_policy_learning = iteration >= settings.value_warmup_iterations
        for number, minibatch in enumerate(minibatches(settings, job.seed, iteration)):
            update.value_step(minibatch, tally)
            if is_policy_learning:
                step = iteration * settings.updates_per_iteration + number
                mixed_in = _documents(pretraining, step, settings, job.seed)
                update.policy_step(minibatch, mixed_in, tally)
                if settings.ema_every == "step":
                    networks.policy.move_average()
        if settings.ema_every == "iteration" and is_policy_learning:
            networks.policy.move_average()
        if is_policy_learning:
            state["kl_coef"] = _next_price(state["kl_coef"], metrics["kl"], settings)

        # 4. Report, and checkpoint at the boundary between iterations.
        rollouts.forget_passes()
        clock.end("update")
        metrics |= tally.metrics() | clock.metrics()
        metrics["updates"] = networks.policy.updates
        metrics["episodes"] = (iteration + 1) * settings.batch_size
        state["last"] = {name: metrics[name] for name in REPORTED}
        state["first"] = state["first"] or state["last"]
        warned = [] if state["said"] else cut_answers_warnings(state["first"], metrics, settings)
        state["said"] = [*state["said"], *warned]
        warned = [*warned, *samples.warnings()]
        yield StepMetrics(iteration + 1, settings.iterations, "ppo", metrics, warned)
        job.at_step_boundary(iteration + 1, engines, state)
    samples.at_boundary(settings.iterations, settings.iterations)

    # 5. Judge the averaged policy on held-out prompts; publish it, the raw one and the critic.
    if job.evaluations:
        job.checkpoint_end(settings.iterations, engines, state)
    validation = _validate(job, networks, held_out, rule)
    _publish(job, networks, tokenizer)
    report = _report(job, state, encoder)
    report["warnings"] += samples.warnings()
    material = Material(held_out, rule, _document_tokens(encoder, settings))
    return report | {"validation": validation} | evaluate(job, encoder, material)


def _next_price(kl_coef: float, kl: float, settings: PpoHyperparameters) -> float:
    """Precondition: the policy learns. One that stands still diverges by nothing at any price."""
    return adapted_kl_coef(
        kl_coef,
        kl,
        target=settings.kl_target,
        num_episodes=settings.batch_size,
        horizon=settings.kl_horizon,
    )


def _encode_prompts(
    job: Job, records: Sequence[Prompt], encoder: TextEncoder, reward: RewardModel
) -> tuple[list[list[int]], list[list[int]]]:
    """The prompts to learn on, and the first of those held out to be judged on.

    Raises: BadInput, also where the reward model cannot read a prompt with its answer.
    """
    encoded: dict[str, list[list[int]]] = {"train": [], "validation": []}
    for prompt in records:
        encoded[prompt.split].append(encoder.prompt(prompt.text))
    if not encoded["train"]:
        raise BadInput("there is no prompt in the train split")
    everything = chain.from_iterable(encoded.values())
    check_context(reward, everything, encoder.limits.completion, knob="max_response_tokens")
    return encoded["train"], encoded["validation"][: job.hyperparameters.validation_prompts]


def _samples(
    job: Job, networks: Networks, records: Sequence[Prompt], encoder: TextEncoder
) -> CheckpointSamples:
    """Answers of the policy in training, drawn as its rollouts are, to held-out prompts."""
    settings: PpoHyperparameters = job.hyperparameters
    held_out = [(one.prompt_id, one.text) for one in records if one.split == "validation"]
    max_tokens = min(settings.sample_max_tokens, encoder.limits.completion)
    rule = SamplingRule(settings.temperature, 1.0, max_tokens, encoder.eos_id)
    # Nothing is learned from these answers: no pass needs to be kept for an update.
    judging = replace(settings, max_tokens_kept=0)

    def answer(prompts: list[list[int]], noise: list[torch.Generator]) -> list[JudgedAnswer]:
        rollouts = collect(networks, prompts, noise, rule, judging)
        kl_BR = (rollouts.logprob_BR - rollouts.reference_logprob_BR) * rollouts.mask_BR
        judged = zip(rollouts.score_B.tolist(), kl_BR.double().sum(1).tolist(), strict=True)
        ended = rollouts.has_eos_B.tolist()
        return [
            JudgedAnswer(example.answer, has_eos, score, kl)
            for example, has_eos, (score, kl) in zip(rollouts.examples, ended, judged, strict=True)
        ]

    prompts = choose_prompts(job, held_out, encoder.tokenizer, encoder.limits)
    return CheckpointSamples(job, prompts, encoder.tokenizer, answer)


def _validate(
    job: Job, networks: Networks, held_out: list[list[int]], rule: SamplingRule
) -> dict[str, Any] | None:
    """The mean score on held-out prompts of the reference and of the averaged policy.

    Both answer with the same random streams; None where nothing is held out.
    """
    if not held_out:
        return None
    judge = RewardJudge(
        networks.reward, held_out, rule, job.hyperparameters, seed=job.seed, world=job.world
    )
    with networks.whole_reference() as reference:
        before = judge.mean_reward(reference)
    with networks.policy.averaged_weights(), networks.policy.in_one_piece() as averaged:
        after = judge.mean_reward(averaged)
    return {"score_before": before, "score_after": after, "num_prompts": len(held_out)}


def _read_pretraining_examples(
    job: Job, encoder: TextEncoder, settings: PpoHyperparameters
) -> list[Example]:
    if settings.ptx_coef == 0:
        return []
    texts = read_texts(job, encoder)
    learned = hold_out(texts)[0] if PRETRAINING_LOSS in job.evaluations else texts
    return documents(learned, _document_tokens(encoder, settings))


def _document_tokens(encoder: TextEncoder, settings: PpoHyperparameters) -> int:
    return min(settings.ptx_max_tokens, encoder.limits.prompt + encoder.limits.completion)


def _documents(
    pretraining: list[Example], step: int, settings: PpoHyperparameters, seed: int
) -> list[Example]:
    """The documents that join optimiser step `step`; none without a pretraining mix."""
    if not pretraining:
        return []
    count = settings.minibatch_size * settings.ptx_examples_per_episode
    order = endless_order(len(pretraining), step * count, count, seed, "pretraining")
    return [pretraining[index] for index in order]


def _publish(job: Job, networks: Networks, tokenizer: PreTrainedTokenizerBase) -> None:
    """Every process calls this; the main one writes."""
    parent, out, is_main = job.input("policy"), job.output_dir, job.world.is_main
    with networks.policy.in_one_piece() as raw:
        if is_main:
            save_folder(raw, tokenizer, out / "raw_policy", parent=parent)
    with networks.policy.averaged_weights(), networks.policy.in_one_piece() as averaged:
        if is_main:
            save_folder(averaged, tokenizer, out / "model", parent=parent)
        if is_main and has_adapters(averaged):
            save_adapters(averaged, out / "adapter")
    with networks.value.in_one_piece() as value:
        if is_main:
            _publish_value(job, value, tokenizer)


def _publish_value(
    job: Job, value: RewardModel | TrunkValue, tokenizer: PreTrainedTokenizerBase
) -> None:
    folder = job.output_dir / "value_model"
    if isinstance(value, TrunkValue):
        parent = job.input("policy")
        save_reward_model(value.as_reward_model(), tokenizer, folder, parent=parent)
    else:
        save_reward_model(value, tokenizer, folder, parent=job.input("reward_model"))


def _report(job: Job, state: Mapping[str, Any], encoder: TextEncoder) -> Report:
    settings: PpoHyperparameters = job.hyperparameters
    told = [*warnings("ppo", settings), *undivided(settings.sharding, job.world)]
    told += [*_unused(job, settings), *encoder.warnings()]
    return {
        "iterations": settings.iterations,
        "updates": settings.updates,
        "episodes": settings.episodes,
        "ptx_reduction": settings.ptx_reduction if settings.ptx_coef else None,
        **{name: state[name] for name in ("first", "last", "kl_coef")},
        "warnings": [*told, *state["said"]],
    }


def _unused(job: Job, settings: PpoHyperparameters) -> list[str]:
    if settings.ptx_coef or job.optional_input("pretraining") is None:
        return []
    if PRETRAINING_LOSS in job.evaluations:
        return []
    return ["The pretraining text was not used: ptx_coef is 0."]


if __name__ == "__main__":
    run_as_program("ppo", train_ppo)
