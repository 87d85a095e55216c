"""Whether whoever wrote an answer drew from the probabilities that the trainer computes (P20).

Legend: B answers, R answer tokens, N = B * R, V vocabulary.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.ml.batches import split_by_tokens
from training.ml.language_modelling import AnswerBatch, Example, answer_scores, padded_batch
from training.ml.networks import answer_logits, autocast
from training.ml.rollouts import Answer
from training.ml.token_draws import SamplingRule, nucleus
from training.ml.vocabulary_head import rows_at_once

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
    total, count = 0.0, 0
    for rows in _rows_together(trainer, answers, is_filtered=is_filtered and rule.top_p < 1):
        batch = padded_batch([examples[row] for row in rows]).to(trainer.device)
        told_BR = torch.zeros(batch.token_BR.shape, device=trainer.device)
        for place, row in enumerate(rows):
            told_BR[place, : len(answers[row].ids)] = torch.tensor(answers[row].logprobs).exp()
        if is_filtered and rule.top_p < 1:
            computed_BR = _inside_the_nucleus(trainer, batch, rule, precision)
        else:
            temperature = rule.temperature or 1.0
            scores = answer_scores(trainer, batch, precision, temperature=temperature)
            computed_BR = scores.logprob_BR.exp()
        gap_BR = (computed_BR - told_BR).abs()
        total += float(gap_BR[batch.mask_BR].double().sum())
        count += int(batch.mask_BR.sum())
    return total, count


def _rows_together(
    trainer: PreTrainedModel, answers: Sequence[Answer], *, is_filtered: bool
) -> list[list[int]]:
    """Which answers are read in one pass: all, or as few as keep the logits of a nucleus small."""
    if not is_filtered:
        return [list(range(len(answers)))]
    most = rows_at_once(int(trainer.config.vocab_size), trainer.device)
    return split_by_tokens([len(answer.ids) for answer in answers], most)


def _inside_the_nucleus(
    trainer: PreTrainedModel, batch: AnswerBatch, rule: SamplingRule, precision: str
) -> Tensor:
    """The probability of each token among those that the nucleus keeps. Shapes: (B, R)."""
    with autocast(trainer.device, precision):
        logit_BRV = answer_logits(trainer, batch.rows, batch.column_C)
    probability_BRV = (logit_BRV.float() / (rule.temperature or 1.0)).softmax(-1)
    kept_NV = nucleus(probability_BRV.flatten(0, 1), rule.top_p)
    token_N1 = batch.token_BR.flatten()[:, None]
    computed_N = kept_NV.gather(-1, token_N1)[:, 0] / kept_NV.sum(-1)
    return computed_N.view_as(batch.token_BR)


def gap_warning(gap: float | None) -> list[str]:
    if gap is None or gap <= GAP_LIMIT:
        return []
    said = (
        f"The writer's probabilities are {gap:.4f} away from the trainer's on average; above "
        f"{GAP_LIMIT} one of the two is wrong. Set sampler to own, or precision to fp32."
    )
    return [said]
