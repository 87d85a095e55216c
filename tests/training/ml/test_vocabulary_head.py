"""Log-probabilities a few rows at a time, against the whole logits."""

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from training.ml import vocabulary_head
from training.ml.language_modelling import Example, answer_scores, padded_batch
from training.ml.losses import token_entropies, token_logprobs
from training.ml.model_folders import load_policy
from training.ml.networks import answer_logits, autocast
from training.ml.tiny_models import ARCHITECTURES
from training.ml.vocabulary_head import head_scores, rows_at_once

# Unlike lengths on both sides, so that rows hold padding before and behind.
BATCH = padded_batch(
    [Example([72, 101, 108], [108, 111, 257]), Example([90], [65, 66, 67, 68, 257, 3, 4])]
)
WEIGHT_BR = torch.tensor([0.3, -1.0, 0.7, 0.0, 2.0, -0.1, 0.4]) * BATCH.mask_BR


@pytest.fixture(autouse=True)
def three_rows_at_once(monkeypatch):
    """Ten real tokens then pass in four pieces, the last of them shorter."""
    monkeypatch.setattr(vocabulary_head, "rows_at_once", lambda _vocabulary, _device: 3)


def gradients(model, logprob_BR):
    model.zero_grad()
    (logprob_BR * WEIGHT_BR).sum().backward()
    return {name: p.grad.clone() for name, p in model.named_parameters()}


def distance(found, expected):
    """The largest difference of a tensor, relative to its norm."""
    return max(
        float((found[name] - expected[name]).norm() / expected[name].norm()) for name in expected
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_scores_and_gradients_are_those_of_whole_logits(policy_folder, architecture, temperature):
    """P3, P18: to 1e-6 in fp32, gradients to twice that; at padding they are 0."""
    model = load_policy(policy_folder(architecture))
    mask_BR = BATCH.mask_BR
    logit_BRV = answer_logits(model, BATCH.rows, BATCH.column_C)
    logprob_BR = token_logprobs(logit_BRV, BATCH.token_BR, temperature)
    entropy_BR = token_entropies(logit_BRV, temperature)
    expected = gradients(model, logprob_BR)

    said = answer_scores(model, BATCH, "fp32", temperature=temperature)

    torch.testing.assert_close(said.logprob_BR[mask_BR], logprob_BR[mask_BR], rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(said.entropy_BR[mask_BR], entropy_BR[mask_BR], rtol=1e-6, atol=2e-6)
    assert not said.logprob_BR[~mask_BR].any()
    assert not said.entropy_BR[~mask_BR].any()
    # Processors sum in other orders: 1.2e-6 has been seen.
    assert distance(gradients(model, said.logprob_BR), expected) < 2e-6
    # The head is itself again.
    torch.testing.assert_close(
        answer_logits(model, BATCH.rows, BATCH.column_C), logit_BRV, rtol=0, atol=0
    )


def test_a_gradient_that_was_not_divided_by_the_temperature_would_be_noticed(policy_folder):
    """P3, the control."""
    model = load_policy(policy_folder())
    cold, warm = (
        gradients(model, answer_scores(model, BATCH, "fp32", temperature=t).logprob_BR)
        for t in (0.7, 1.0)
    )

    assert distance(cold, warm) > 0.1


def test_products_follow_the_precision_around_them(policy_folder):
    """bf16 products, fp32 sums: as whole logits in bf16 have them, within bf16's rounding."""
    model = load_policy(policy_folder())
    with autocast(torch.device("cpu"), "bf16"):
        logit_BRV = answer_logits(model, BATCH.rows, BATCH.column_C)
    assert logit_BRV.dtype == torch.bfloat16
    logprob_BR = token_logprobs(logit_BRV, BATCH.token_BR)
    expected = gradients(model, logprob_BR)

    said = answer_scores(model, BATCH, "bf16")

    assert said.logprob_BR.dtype == torch.float32
    mask_BR = BATCH.mask_BR
    torch.testing.assert_close(said.logprob_BR[mask_BR], logprob_BR[mask_BR], rtol=0, atol=1e-5)
    assert distance(gradients(model, said.logprob_BR), expected) < 0.02


def test_a_head_with_a_bias_and_a_frozen_one_have_the_gradients_they_need():
    torch.manual_seed(0)
    head, hidden_ND = nn.Linear(8, 40), torch.randn(10, 8, requires_grad=True)
    token_N = torch.randint(40, (10,))
    plain_N = head(hidden_ND).log_softmax(-1)[torch.arange(10), token_N]
    wanted = hidden_ND, head.weight, head.bias
    expected = torch.autograd.grad(plain_N.square().sum(), wanted)

    found = torch.autograd.grad(
        head_scores(hidden_ND, head, token_N, 1.0)[0].square().sum(), wanted
    )
    head.requires_grad_(False)
    frozen = torch.autograd.grad(
        head_scores(hidden_ND, head, token_N, 1.0)[0].square().sum(), hidden_ND
    )

    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(frozen[0], expected[0], rtol=1e-5, atol=1e-6)


class _Widest(TorchDispatchMode):
    """The most rows of logits that any operation has made at once."""

    def __init__(self, config):
        super().__init__()
        self.vocabulary, self.width, self.rows = config.vocab_size, config.hidden_size, 0

    def __torch_dispatch__(self, function, _types, arguments=(), named=None):
        made = function(*arguments, **(named or {}))
        if isinstance(made, torch.Tensor) and made.shape[-1:] == (self.vocabulary,):
            num_rows = made[..., 0].numel()
            # The head's own weights, turned on their side, are no logits.
            self.rows = max(self.rows, num_rows if num_rows != self.width else 0)
        return made


def test_no_more_rows_of_logits_exist_than_are_asked_for(policy_folder):
    """Forward and backward; whole logits are noticed."""
    model = load_policy(policy_folder("gpt_neox"))

    with _Widest(model.config) as chunked:
        answer_scores(model, BATCH, "fp32").logprob_BR.sum().backward()
    with _Widest(model.config) as whole:
        answer_logits(model, BATCH.rows, BATCH.column_C)

    assert (chunked.rows, whole.rows) == (3, 14)


def test_an_architecture_that_works_on_its_logits_keeps_them(policy_folder, monkeypatch):
    """Whatever follows the head, a cap or a scale, must not be skipped."""
    model = load_policy(policy_folder())
    usual = answer_scores(model, BATCH, "fp32")
    monkeypatch.setattr(model.config, "model_type", "unknown")

    said = answer_scores(model, BATCH, "fp32")

    mask_BR = BATCH.mask_BR
    torch.testing.assert_close(said.logprob_BR[mask_BR], usual.logprob_BR[mask_BR])
    torch.testing.assert_close(said.entropy_BR[mask_BR], usual.entropy_BR[mask_BR])


def test_rows_at_once_keep_their_logits_within_the_limit():
    """2^22 logits on a processor: 512 rows of 8,192 words; never fewer than 16."""
    processor, accelerator = torch.device("cpu"), torch.device("cuda")

    assert rows_at_once(8192, processor) == 512
    assert rows_at_once(1_000_000, processor) == 16
    assert rows_at_once(8192, accelerator) == 8192
