"""When PPO must not learn from the answers it has: looked at before every iteration's updates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.ml.engine import Engine
from training.ml.errors import KlCeilingExceeded, LearnedFrom, NonFinite, SamplerMismatch
from training.ml.experience import Rollouts
from training.ml.hyperparameters import PpoHyperparameters
from training.ml.job import Job
from training.ml.sharding import own_part
from training.ml.world import World

# A policy that finds all tokens unlikely cannot be far off in probability, so nats are looked at
# too. bf16 rounds a log-probability by hundredths; a forgotten temperature moves it by tenths.
NATS_OF_A_GAP = 10.0
# So much less of all answers is worth a word, and more than chance makes of a batch.
LARGE_FALL = 0.1


@dataclass(frozen=True)
class Answers:
    """One iteration's rollouts beside the ids of the prompts of the whole batch."""

    rollouts: Rollouts
    prompt_ids: Sequence[str]

    def broken(self, world: World) -> LearnedFrom:
        """The prompts whose answers a network said no number of; all where it said numbers of each.

        Every process calls this.
        """
        said = self.rollouts
        tokens = (said.logprob_BR, said.reference_logprob_BR, said.sampler_logprob_BR)
        broken_B = ~said.score_B.isfinite()
        for figure_BR in (*tokens, said.entropy_BR, said.value_BR):
            broken_B |= ~figure_BR.isfinite().all(1)
        broken_N = torch.zeros(len(self.prompt_ids), device=broken_B.device)
        broken_N[list(world.share(len(self.prompt_ids)))] = broken_B.float()
        places = world.total(broken_N).nonzero().flatten().tolist() or range(len(self.prompt_ids))
        return LearnedFrom.prompts(self.prompt_ids[place] for place in places)


def check_rollouts(
    job: Job,
    iteration: int,
    metrics: Mapping[str, float],
    engines: Mapping[str, Engine],
    state: Mapping[str, Any],
    *,
    answers: Answers,
) -> None:
    """Let the iteration learn, or store what was learned before it and end the run (R74).

    Every process calls this. Raises: NonFinite, KlCeilingExceeded, SamplerMismatch.
    """
    fault = fault_of(metrics, job.hyperparameters)
    if fault is None:
        return
    if isinstance(fault, NonFinite):
        fault.behind = answers.broken(job.world)
    # A checkpoint of broken weights would stand before the last good one.
    if all(_is_finite(engine) for engine in engines.values()):
        job.checkpoint(iteration, engines, state)
    raise fault


def fault_of(
    metrics: Mapping[str, float], settings: PpoHyperparameters
) -> NonFinite | KlCeilingExceeded | SamplerMismatch | None:
    broken = [name for name, value in metrics.items() if not math.isfinite(value)]
    if broken:
        return NonFinite(
            f"{', '.join(broken)} of the rollouts is not a finite number; a lower learning_rate "
            "or fp32 may keep it one"
        )
    # A mismatch first: it makes the divergence, too, a figure of nothing.
    gap, limit = metrics["sampler_probability_gap"], settings.sampler_gap_limit
    nats_apart = metrics["sampler_gap"]
    if gap > limit or nats_apart > NATS_OF_A_GAP * limit:
        return SamplerMismatch(
            f"the writer's probabilities are {gap:.4f}, or {nats_apart:.3f} nats per token, from "
            f"the trainer's, and the limit is {limit:g}: answers are not drawn from the policy "
            "that is trained"
        )
    nats, ceiling = metrics["kl"], settings.kl_ceiling
    if nats > ceiling:
        return KlCeilingExceeded(
            f"{nats:.1f} nats per answer, and kl_ceiling is {ceiling:g}; go on with a higher one, "
            "or begin anew with a larger kl_coef or a lower learning_rate"
        )
    return None


def cut_answers_warnings(
    first: Mapping[str, float], metrics: Mapping[str, float], settings: PpoHyperparameters
) -> list[str]:
    """What to say when clearly fewer answers reach an end of text than at the start.

    A cut answer is scored as it stands, and the reward model was trained on answers that end (P8).
    """
    before, now = first["eos_share"], metrics["eos_share"]
    mean = (before + now) / 2
    by_chance = 3 * math.sqrt(2 * mean * (1 - mean) / settings.batch_size)
    if before - now <= max(LARGE_FALL, by_chance):
        return []
    advice = "charge for it with missing_eos, or raise max_response_tokens"
    if settings.missing_eos != "keep":
        advice = "raise missing_eos_penalty or max_response_tokens"
    said = (
        f"Answers that end by themselves fell from {before:.0%} to {now:.0%} in iteration "
        f"{int(metrics['episodes']) // settings.batch_size}; the others are cut at "
        f"{settings.max_response_tokens} tokens and scored unfinished: {advice}."
    )
    return [said]


def _is_finite(engine: Engine) -> bool:
    own = [own_part(weight.detach()) for weight in engine.trained.values()]
    finite = torch.stack([part.isfinite().all() for part in own])
    return engine.world.total_number(float((~finite).sum())) == 0
