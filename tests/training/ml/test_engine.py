"""One network's updates: accumulation, the averaged copy, and refusing what is not finite."""

from dataclasses import dataclass
from functools import partial

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from training.ml.engine import Engine
from training.ml.errors import LearnedFrom, NonFinite
from training.ml.networks import autocast
from training.ml.schedules import Schedule


@dataclass(frozen=True)
class Settings:
    adam_beta1: float = 0.9
    adam_beta2: float = 0.95
    adam_epsilon: float = 1e-5
    weight_decay: float = 0.0
    max_gradient_norm: float = 1e9


INPUTS = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def make_engine(world):
    def make(*, ema_decay=0.0, settings=None):
        torch.manual_seed(1)
        return Engine(
            nn.Linear(3, 1),
            world=world,
            settings=settings or Settings(),
            schedule=Schedule("constant", 0.1, 10),
            ema_decay=ema_decay,
        )

    return make


def losses_of(engine, *, pieces):
    """The mean square of the outputs over six rows, as so many micro-batches."""
    return [
        lambda rows=rows: (engine.forward(rows) ** 2).sum() / len(INPUTS)
        for rows in INPUTS.chunk(pieces)
    ]


def losses_in_bf16(engine, *, pieces):
    def lost(plain):
        with autocast(engine.world.device, "bf16"):
            return plain()

    return [partial(lost, plain) for plain in losses_of(engine, pieces=pieces)]


class Conversions(TorchDispatchMode):
    """Counts the tensors of one shape that are copied into another type."""

    def __init__(self, shape):
        super().__init__()
        self.shape, self.count = shape, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function is torch.ops.aten._to_copy.default and args[0].shape == self.shape:
            self.count += 1
        return function(*args, **(kwargs or {}))


def test_micro_batches_sum_to_the_gradient_of_the_whole(make_engine):
    whole, split = make_engine(), make_engine()

    reports = [
        engine.update({"loss": losses_of(engine, pieces=pieces)})
        for engine, pieces in ((whole, 1), (split, 3))
    ]

    torch.testing.assert_close(whole.module.weight.grad, split.module.weight.grad)
    assert reports[0].losses == pytest.approx(reports[1].losses, rel=1e-6)


def test_the_average_is_the_closed_form_of_its_decay(make_engine):
    """P16: after n steps d^n w0 + (1 - d) * sum of d^(n - i) w_i; micro-batches do not count."""
    engine = make_engine(ema_decay=0.8)
    weights = [engine.module.weight.detach().clone()]

    for _ in range(4):
        engine.update({"loss": losses_of(engine, pieces=3)})
        engine.move_average()
        weights.append(engine.module.weight.detach().clone())

    parts = [0.2 * 0.8 ** (4 - step) * weights[step] for step in range(1, 5)]
    expected = 0.8**4 * weights[0] + sum(parts)
    torch.testing.assert_close(engine.average[0], expected)
    assert (engine.average[0] - weights[-1]).abs().max() > 0.05


def test_the_averaged_weights_are_in_place_only_while_asked_for(make_engine):
    """P16, R73."""
    engine = make_engine(ema_decay=0.8)
    engine.update({"loss": losses_of(engine, pieces=1)})
    engine.move_average()
    raw = engine.module.weight.detach().clone()

    with engine.averaged_weights() as module:
        inside = module.weight.detach().clone()

    assert torch.equal(inside, engine.average[0])
    assert not torch.equal(inside, raw)
    assert torch.equal(engine.module.weight, raw)


def test_a_restored_engine_goes_on_as_if_it_had_never_stopped(make_engine):
    """P21, P16: weights, both moments, the average and the place in the schedule."""
    through, first, second = (make_engine(ema_decay=0.8) for _ in range(3))

    def steps(engine, count):
        for _ in range(count):
            engine.update({"loss": losses_of(engine, pieces=2)})
            engine.move_average()

    steps(through, 4)
    steps(first, 2)
    stored = {name: tensor.clone() for name, tensor in first.tensors().items()}
    second.restore(stored, first.updates)
    steps(second, 2)

    assert second.updates == 4
    ended, expected = second.tensors(), through.tensors()
    assert ended.keys() == expected.keys()
    assert all(torch.equal(ended[name], expected[name]) for name in expected)


def test_a_loss_that_is_not_a_number_never_reaches_the_weights(make_engine):
    """R74."""
    engine = make_engine()
    before = engine.module.weight.detach().clone()

    with pytest.raises(NonFinite):
        engine.update({"loss": [lambda: engine.forward(INPUTS).sum() * float("nan")]})

    assert torch.equal(engine.module.weight, before)
    assert engine.updates == 0


@pytest.mark.parametrize(
    ("factors", "named"),
    [({"one": float("nan")}, ["p1"]), ({"two": float("inf")}, ["p2"]), ({}, ["p1", "p2"])],
)
def test_what_broke_says_whose_it_was(make_engine, factors, named):
    """R74: of several parts the one that broke; all of them where only the gradient did."""
    engine = make_engine()
    behind = {"one": LearnedFrom(["p1"]), "two": LearnedFrom(["p2"])}
    # The square root's slope at 0 is infinite, and its value is not.
    losses = {
        part: [lambda part=part: (engine.forward(INPUTS) * 0).sum().sqrt() * factors.get(part, 1.0)]
        for part in behind
    }
    if factors:
        losses = {
            part: [lambda part=part: engine.forward(INPUTS).sum() * factors.get(part, 1.0)]
            for part in behind
        }

    with pytest.raises(NonFinite) as raised:
        engine.update(losses, behind=behind)

    assert raised.value.behind.prompt_ids == named


def test_gradients_are_scaled_down_to_the_norm_allowed(make_engine):
    engine = make_engine(settings=Settings(max_gradient_norm=0.01))

    report = engine.update({"loss": losses_of(engine, pieces=1)})

    clipped = torch.cat([p.grad.flatten() for p in engine.module.parameters()]).norm()
    assert clipped.item() == pytest.approx(0.01, rel=1e-3)
    # What is reported is the norm before scaling.
    assert report.gradient_norm > 0.1


def test_a_step_in_bf16_converts_each_weight_once(make_engine):
    """RM3: once there, and once back for the gradient of each micro-batch."""
    engine = make_engine()

    with Conversions(engine.module.weight.shape) as conversions:
        engine.update({"loss": losses_in_bf16(engine, pieces=3)})

    assert conversions.count == 1 + 3


def test_a_step_in_bf16_sees_what_the_step_before_has_learned(make_engine):
    """RM3: converted weights do not outlive their step."""
    engine = make_engine()
    engine.update({"loss": losses_in_bf16(engine, pieces=3)})

    with torch.no_grad():
        expected = sum(float(loss()) for loss in losses_in_bf16(engine, pieces=3))
    report = engine.update({"loss": losses_in_bf16(engine, pieces=3)})

    assert report.losses["loss"] == pytest.approx(expected, rel=1e-6)
