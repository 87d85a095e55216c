"""What a policy is truly worth at any moment of its training: the truth, the proxy, and the cost.

Legend: N answers, R answer tokens, V vocabulary.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.jobs import write_rows
from simulation.preferences import repetition, utility, words_of
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.checkpointing import newest_checkpoint
from training.ml.job import Job, Report, Stage, StepMetrics
from training.ml.language_modelling import Example, answer_loss, answer_rewards, padded_batch
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.networks import answer_logits
from training.ml.ppo import train_ppo
from training.ml.reward_folders import load_reward_model
from training.ml.rollouts import Answer, SamplingRule, write_answers
from training.ml.seeding import generator

# Answers or documents per forward pass.
ROWS = 64
LOOKS = "looks.jsonl"


@dataclass(frozen=True)
class Questions:
    """What every look asks: prompts that nobody trains on, and text that nobody has read."""

    prompts: Sequence[str]
    documents: Sequence[str]
    max_tokens: int
    document_tokens: int
    seed: int


class Examiner:
    """Judges policies that share a base model, with the same random streams each time."""

    def __init__(self, base: Path, reward_model: Path, questions: Questions) -> None:
        self.policy = load_policy(base)
        self.reference = load_policy(base)
        self.reward = load_reward_model(reward_model)
        self.reward.eval()
        self.questions = questions
        limits = TokenLimits.for_model(
            self.policy.config,
            max_prompt_tokens=self.policy.config.max_position_embeddings,
            max_completion_tokens=questions.max_tokens,
        )
        self.tokenizer = load_tokenizer(base)
        self.encoder = TextEncoder(self.tokenizer, limits)

    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Judge these weights from now on."""
        with torch.no_grad():
            for name, parameter in self.policy.named_parameters():
                parameter.copy_(weights[name])

    @torch.no_grad()
    def look(self) -> dict[str, Any]:
        """The figures of one moment; kl is in nats per answer, lm_loss in nats per token.

        `truths` holds every prompt's own, in their order.
        """
        texts, totals = [], {"proxy": 0.0, "kl": 0.0, "entropy": 0.0, "num_tokens": 0.0}
        for first in range(0, len(self.questions.prompts), ROWS):
            prompts = [self.encoder.prompt(p) for p in self.questions.prompts[first : first + ROWS]]
            answers = self._answers(prompts, first)
            texts += [self._text(answer) for answer in answers]
            for name, value in self._judged(prompts, answers).items():
                totals[name] += value
        count = len(texts)
        truths = [utility(*pair) for pair in zip(self.questions.prompts, texts, strict=True)]
        return {
            "truth": sum(truths) / count,
            "proxy": totals["proxy"] / count,
            "kl": totals["kl"] / count,
            "entropy": totals["entropy"] / totals["num_tokens"],
            "num_tokens": totals["num_tokens"] / count,
            "repetition": sum(repetition(words_of(text)) for text in texts) / count,
            "lm_loss": self.language_modelling_loss(),
            "truths": [round(truth, 4) for truth in truths],
        }

    @torch.no_grad()
    def scored(self, prompt: str, num: int) -> list[tuple[float, float]]:
        """(proxy, truth) of this many answers of the policy to one prompt."""
        encoded = self.encoder.prompt(prompt)
        noise = [generator(self.questions.seed, "scored", prompt, place) for place in range(num)]
        answers = write_answers(self.policy, [encoded], noise, self._rule)
        batch = padded_batch([Example(encoded, answer.ids) for answer in answers])
        proxies = answer_rewards(self.reward, batch).tolist()
        truths = [utility(prompt, self._text(answer)) for answer in answers]
        return list(zip(proxies, truths, strict=True))

    @torch.no_grad()
    def language_modelling_loss(self) -> float:
        """The mean loss of a token of the held-out documents. Units: nats."""
        limit = self.questions.document_tokens
        examples = [
            Example(*self.encoder.document(text, limit)) for text in self.questions.documents
        ]
        total = 0.0
        for first in range(0, len(examples), ROWS):
            batch = padded_batch(examples[first : first + ROWS])
            total += float(answer_loss(self.policy, batch, "fp32"))
        return total / sum(len(example.answer) for example in examples)

    def _answers(self, prompts: list[list[int]], first: int) -> list[Answer]:
        noise = [generator(self.questions.seed, "look", first + at) for at in range(len(prompts))]
        return write_answers(self.policy, prompts, noise, self._rule)

    @property
    def _rule(self) -> SamplingRule:
        return SamplingRule(1.0, 1.0, self.questions.max_tokens, self.encoder.eos_id)

    def _text(self, answer: Answer) -> str:
        return str(self.tokenizer.decode(answer.ids, skip_special_tokens=True))

    def _judged(self, prompts: list[list[int]], answers: list[Answer]) -> dict[str, float]:
        """Sums over these answers; divergence and entropy are over the whole vocabulary."""
        examples = [Example(*pair) for pair in zip(prompts, (a.ids for a in answers), strict=True)]
        batch = padded_batch(examples)
        logprob_NRV = answer_logits(self.policy, batch.rows, batch.column_C).log_softmax(-1)
        reference_NRV = answer_logits(self.reference, batch.rows, batch.column_C).log_softmax(-1)
        probability_NRV = logprob_NRV.exp()
        kl_NR = (probability_NRV * (logprob_NRV - reference_NRV)).sum(-1)
        entropy_NR = -(probability_NRV * logprob_NRV).sum(-1)
        return {
            "proxy": float(answer_rewards(self.reward, batch).sum()),
            "kl": float(kl_NR[batch.mask_BR].sum()),
            "entropy": float(entropy_NR[batch.mask_BR].sum()),
            "num_tokens": float(batch.mask_BR.sum()),
        }


def watched_ppo(examiner: Examiner) -> Stage:
    """PPO as it is, looked at from outside: its start, every checkpoint, and what it exports."""

    def train(job: Job) -> Generator[StepMetrics, None, Report]:
        looks: list[dict[str, Any]] = [_seen(examiner, 0)]
        steps = train_ppo(job)
        try:
            while True:
                step = next(steps)
                _look_at_newest(job, examiner, looks)
                yield step
        except StopIteration as ended:
            _look_at_newest(job, examiner, looks)
            examiner.take(_weights_of(job.output_dir / "model"))
            looks.append(_seen(examiner, job.steps, is_exported=True))
            report: Report = ended.value
            return report
        finally:
            _look_at_newest(job, examiner, looks)
            write_rows(job.work_dir / LOOKS, looks)

    return train


def _seen(examiner: Examiner, iteration: int, *, is_exported: bool = False) -> dict[str, Any]:
    return {"iteration": iteration, "is_exported": is_exported, **examiner.look()}


def _weights_of(folder: Path) -> dict[str, Tensor]:
    return dict(load_policy(folder).named_parameters())


def _look_at_newest(job: Job, examiner: Examiner, looks: list[dict[str, Any]]) -> None:
    checkpoint = newest_checkpoint(job.work_dir / "checkpoints")
    if checkpoint is None or checkpoint.step in {look["iteration"] for look in looks}:
        return
    stored = checkpoint.tensors("policy")
    weights = {
        name.removeprefix("weight."): weight
        for name, weight in stored.items()
        if name.startswith("weight.")
    }
    examiner.take(weights)
    looks.append(_seen(examiner, checkpoint.step))
