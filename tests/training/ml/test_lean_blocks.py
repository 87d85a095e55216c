"""Norms, MLPs and rotations of one function each: the same numbers, fewer of them kept."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from benchmarks.lean_blocks import kept_bytes
from training.ml.lean_attention import LeanAttention, rotated
from training.ml.lean_blocks import LEAN, LeanMlp, LeanNorm, make_lean
from training.ml.model_folders import load_policy
from training.ml.networks import autocast

TOKENS = torch.randint(1, 250, (3, 24), generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=LEAN)
def plain(request, policy_folder):
    model = load_policy(policy_folder(request.param))
    # Norms that all weigh 1, as random models have them, would hide a forgotten weight.
    stream = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1 and name.endswith("norm.weight"):
                weight.add_(torch.rand(weight.shape, generator=stream) - 0.5)
    return model


@pytest.fixture
def lean(plain):
    model = copy.deepcopy(plain)
    make_lean(model)
    return model


def read(model, precision="fp32"):
    with autocast(torch.device("cpu"), precision):
        logits = model(input_ids=TOKENS, use_cache=False).logits.float()
    return torch.log_softmax(logits, -1)


def gradients(model, precision="fp32"):
    model.zero_grad()
    read(model, precision).gather(-1, TOKENS.roll(-1, 1)[..., None]).mean().backward()
    return {name: weight.grad for name, weight in model.named_parameters()}


def test_every_block_is_replaced_and_every_weight_keeps_its_name(plain, lean):
    kinds = [type(module) for module in lean.modules()]
    num_layers = lean.config.num_hidden_layers
    assert kinds.count(LeanMlp) == kinds.count(LeanAttention) == num_layers
    assert kinds.count(LeanNorm) >= 2 * num_layers + 1
    assert list(lean.state_dict()) == list(plain.state_dict())


def test_the_numbers_and_their_gradients_are_those_of_the_plain_model(plain, lean):
    torch.testing.assert_close(read(lean), read(plain), atol=1e-5, rtol=0)
    expected = gradients(plain)
    for name, gradient in gradients(lean).items():
        gap = (gradient - expected[name]).norm() / expected[name].norm()
        assert gap < 1e-5, name


def test_in_bf16_they_are_as_near_to_the_exact_ones_as_the_plain_model_is(plain, lean):
    exact = read(plain)
    assert (read(lean, "bf16") - exact).norm() < 1.1 * (read(plain, "bf16") - exact).norm()
    exact = gradients(plain)
    found, others = gradients(lean, "bf16"), gradients(plain, "bf16")
    for name, gradient in exact.items():
        gap, usual = ((side[name] - gradient).norm() for side in (found, others))
        assert gap < 1.2 * usual + 1e-6, name


def test_a_copy_in_bf16_writes_what_the_plain_one_writes(plain, lean):
    """P20: answers are drawn from a copy with bf16 weights."""
    with torch.no_grad():
        torch.testing.assert_close(
            read(lean.to(torch.bfloat16)), read(plain.to(torch.bfloat16)), atol=0.05, rtol=0
        )


def test_a_fifth_less_is_kept_for_the_backward_pass(plain, lean):
    kept = {model: kept_bytes(model, partial(read, model)) for model in (lean, plain)}
    assert kept[lean] < 0.8 * kept[plain]


def test_a_copy_has_weights_of_its_own(lean):
    """R66: the reference stays where it is while the policy moves."""
    before = read(lean).detach()
    copied = copy.deepcopy(lean)
    with torch.no_grad():
        for module in lean.modules():
            if isinstance(module, LeanNorm):
                module.weight.mul_(2.0)

    assert torch.equal(read(copied), before)
    assert not torch.allclose(read(lean), before, atol=0.1)


def test_a_pair_of_numbers_turns_by_the_angle_of_its_position_and_back():
    """(3, 4) by a right angle is (-4, 3); the pairs are (0, 2) and (1, 3)."""
    part_BTHD = torch.tensor([3.0, 1.0, 4.0, 0.0], requires_grad=True).view(1, 1, 1, 4)
    cosine_BTD = torch.tensor([[[0.0, 0.6, 0.0, 0.6]]])
    sine_BTD = torch.tensor([[[1.0, 0.8, 1.0, 0.8]]])

    turned = rotated(part_BTHD, cosine_BTD, sine_BTD)

    torch.testing.assert_close(turned.flatten(), torch.tensor([-4.0, 0.6, 3.0, 0.8]))
    [back] = torch.autograd.grad(turned, part_BTHD, grad_outputs=turned.detach())
    torch.testing.assert_close(back, part_BTHD)


def test_a_rotation_is_computed_in_the_precision_of_its_angles():
    stream = torch.Generator().manual_seed(1)
    part = torch.randn(2, 5, 3, 8, generator=stream).to(torch.bfloat16)
    angle = torch.randn(1, 5, 4, generator=stream).repeat(1, 1, 2)

    turned = rotated(part, angle.cos(), angle.sin())

    assert turned.dtype == torch.bfloat16
    exact = rotated(part.float(), angle.cos(), angle.sin())
    assert torch.equal(turned, exact.to(torch.bfloat16))


def test_words_written_with_a_cache_are_those_of_the_plain_model(plain, lean):
    expected, found = (
        model.generate(TOKENS[:, :8], max_new_tokens=12, do_sample=False, pad_token_id=0)
        for model in (plain, lean)
    )
    assert torch.equal(found, expected)


def test_a_model_with_windows_keeps_its_own_attention(policy_folder):
    model = load_policy(policy_folder("mistral"))
    model.config.sliding_window = 4
    make_lean(model)
    kinds = [type(module) for module in model.modules()]
    assert LeanAttention not in kinds
    assert LeanMlp in kinds


def test_a_frozen_norm_gets_no_gradient_and_passes_one_on(lean):
    """With adapters the norms stand still."""
    for name, weight in lean.named_parameters():
        weight.requires_grad_("q_proj" in name)
    found = gradients(lean)
    assert all((gradient is not None) == ("q_proj" in name) for name, gradient in found.items())
    assert all(gradient.abs().max() > 0 for gradient in found.values() if gradient is not None)


def test_another_architecture_is_left_as_it_is(policy_folder):
    model = load_policy(policy_folder("gpt2"))
    make_lean(model)
    lean = LeanNorm | LeanMlp | LeanAttention
    assert not any(isinstance(module, lean) for module in model.modules())
    assert any(isinstance(module, nn.LayerNorm) for module in model.modules())
