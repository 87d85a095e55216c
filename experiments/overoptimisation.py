"""How the true preference leaves the reward model behind as the policy diverges.

Two ways to press on a reward model that has seen few rankings: a long PPO run at several prices
of divergence, and taking the best of n answers. Source of the picture: Gao et al. 2022.
"""

import math
from collections.abc import Sequence
from typing import Any

from experiments import ppo
from experiments.lab import Lab
from experiments.spread import spread


def run(lab: Lab, num_workers: int) -> dict[str, Any]:
    size = lab.sizes.pressure
    jobs = [
        (lab, kl_coef, seed) for kl_coef in size.kl_coefs for seed in range(1, size.num_seeds + 1)
    ]
    choosing = [(lab, seed) for seed in range(1, size.best_of_seeds + 1)]
    return {
        "num_ranked": size.num_ranked,
        "runs": spread(one_run, jobs, num_workers),
        "best_of_n": spread(best_of_n, choosing, num_workers),
    }


def one_run(lab: Lab, kl_coef: float, seed: int) -> dict[str, Any]:
    size = lab.sizes.pressure
    reward_model = lab.reward_model(seed, size.num_ranked, noise=lab.sizes.noise, reads=True)
    changes = {
        "kl_coef": kl_coef,
        "learning_rate": size.learning_rate,
        "episodes": size.iterations * lab.sizes.ppo.batch_size,
        "checkpoint_every_steps": size.look_every,
        "kl_ceiling": 1e6,
    }
    name = f"pressure-{size.num_ranked}-{kl_coef:g}-{seed}"
    watched = lab.ppo(name, reward_model, seed, changes)
    return {"kl_coef": kl_coef, "seed": seed, **ppo.outcome(watched, seed)}


def best_of_n(lab: Lab, seed: int) -> dict[str, Any]:
    """What the reward model's favourite of n answers is worth to it and in truth, for every n."""
    size = lab.sizes.pressure
    reward_model = lab.reward_model(seed, size.num_ranked, noise=lab.sizes.noise, reads=True)
    examiner = lab.examiner(reward_model, seed)
    prompts = examiner.questions.prompts[: size.best_of_prompts]
    # Twice as many answers as the largest n, so that its draws differ.
    answers = [examiner.scored(prompt, 2 * max(size.best_of)) for prompt in prompts]
    rows = []
    for n in size.best_of:
        chosen = [expected_best(scored, n) for scored in answers]
        rows.append(
            {
                "n": n,
                "kl": math.log(n) - (n - 1) / n,
                "proxy": sum(proxy for proxy, _ in chosen) / len(chosen),
                "truth": sum(truth for _, truth in chosen) / len(chosen),
            }
        )
    return {"seed": seed, "rows": rows}


def expected_best(scored: Sequence[tuple[float, float]], n: int) -> tuple[float, float]:
    """The mean (proxy, truth) of the answer with the highest proxy among n drawn without return.

    Answer i of N in ascending order is the best of C(i, n - 1) of the C(N, n) draws, i from 0.
    """
    ascending = sorted(scored)
    draws = math.comb(len(ascending), n)
    share = [math.comb(place, n - 1) / draws for place in range(len(ascending))]
    proxy = sum(weight * pair[0] for weight, pair in zip(share, ascending, strict=True))
    truth = sum(weight * pair[1] for weight, pair in zip(share, ascending, strict=True))
    return proxy, truth
