"""Whether whoever wrote an answer drew from the probabilities that the trainer computes (P20).

Legend: B answers, R answer tokens, V vocabulary.
"""

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from training.ml.language_modelling import Example, padded_batch
from training.ml.networks import answer_logits, autocast
from training.ml.rollouts import Answer
from training.ml.token_draws import SamplingRule, nucleus

# Mean difference of probabilities at which one of the two must be wrong; verl's alarm.
GAP_LIMIT = 0.01


@torch.no_grad()
def probability_gap(
    trainer: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[Answer],
    rule: SamplingRule,
    *,
    precision: str,
    is_filtered: bool,
) -> tuple[float, int]:
    """The summed difference of the tokens' probabilities, and the number of tokens.

    `is_filtered` says that the writer tells probabilities inside the nucleus.
    """
    examples = [
        Example(list(prompt), answer.ids) for prompt, answer in zip(prompts, answers, strict=True)
    ]
    batch = padded_batch(examples).to(trainer.device)
    told_BR = torch.zeros(batch.token_BR.shape, device=trainer.device)
    for row, answer in enumerate(answers):
        told_BR[row, : len(answer.ids)] = torch.tensor(answer.logprobs).exp()
    with autocast(trainer.device, precision):
        logit_BRV = answer_logits(trainer, batch.rows, batch.column_C)
    probability_BRV = (logit_BRV.float() / (rule.temperature or 1.0)).softmax(-1)
    if is_filtered and rule.top_p < 1:
        kept = nucleus(probability_BRV.flatten(0, 1), rule.top_p).view_as(probability_BRV)
        probability_BRV = kept / kept.sum(-1, keepdim=True)
    computed_BR = probability_BRV.gather(-1, batch.token_BR[..., None])[..., 0]
    gap_BR = (computed_BR - told_BR).abs()
    return float(gap_BR[batch.mask_BR].double().sum()), int(batch.mask_BR.sum())


def gap_warning(gap: float | None) -> list[str]:
    if gap is None or gap <= GAP_LIMIT:
        return []
    said = (
        f"The writer's probabilities are {gap:.4f} away from the trainer's on average; above "
        f"{GAP_LIMIT} one of the two is wrong. Set sampler to own, or precision to fp32."
    )
    return [said]
