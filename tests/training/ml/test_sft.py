"""Supervised fine-tuning: what is learned, and how a step is averaged (R54, T5)."""

import pytest
import torch
import torch.nn.functional as F

from tests.training.ml.jobs import ALONE, demonstration, weights_of
from tests.training.ml.tiny import lively_policy
from training.ml import sft
from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import parse
from training.ml.language_modelling import Example, answer_loss, packed_batch, padded_batch
from training.ml.model_folders import load_policy
from training.ml.networks import add_residual_dropout
from training.ml.schedules import Schedule

ROWS = [
    demonstration(1, "Say hi.", "hi"),
    demonstration(2, "Count.", "one two three"),
    demonstration(3, "Be brief.", "ok"),
    demonstration(4, "And you, what is there to say?", "nothing at all"),
]
HELD_OUT = [demonstration(9, "Say ho.", "ho", split="validation")]
QUICK = {
    "epochs": 10,
    "batch_size": 4,
    "learning_rate": 5e-3,
    "max_completion_tokens": 32,
}
# Eight answers of ragged lengths, so that a mean of means would be another number.
EXAMPLES = [Example([10 + n] * (1 + n % 3), [30 + n] * (1 + (n * n) % 7) + [257]) for n in range(8)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("gpt2")
    lively_policy(made, "gpt2")
    return made


def gradient_of(folder, *, budget, packing, examples=EXAMPLES):
    """Loss, gradient and number of micro-batches of one step that is not taken."""
    model = load_policy(folder)
    settings = parse(
        "sft",
        {"max_tokens_per_forward": budget, "packing": packing, "max_gradient_norm": 1e6},
    )
    engine = Engine(model, world=ALONE, settings=settings, schedule=Schedule("constant", 1, 1))
    losses = sft.micro_losses(engine, examples, settings)
    update = engine.update({"answers": losses}, is_acceptable=lambda: False)
    gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
    return update.losses["answers"], gradient, len(losses)


@pytest.mark.parametrize("make", [padded_batch, packed_batch])
def test_the_loss_is_that_of_answer_tokens_alone(folder, make):
    """R54, T1: equal to plain log-probabilities of the whole row at the answer's places."""
    model = load_policy(folder)
    expected = 0.0
    with torch.no_grad():
        for one in EXAMPLES:
            ids = torch.tensor([one.context + one.answer])
            logprobs = F.log_softmax(model(ids).logits[0, :-1], dim=-1)
            chosen = logprobs[torch.arange(ids.shape[1] - 1), ids[0, 1:]]
            expected -= chosen[len(one.context) - 1 :].sum().item()
        found = answer_loss(model, make(EXAMPLES), "fp32").item()

    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("packing", [True, False])
def test_accumulated_micro_batches_give_the_gradient_of_one_batch(folder, packing):
    """T5: every answer token weighs the same, however the step is cut; rel < 1e-5."""
    whole_loss, whole, one = gradient_of(folder, budget=4096, packing=packing)
    split_loss, split, many = gradient_of(folder, budget=16, packing=packing)

    assert (one, many > 1) == (1, True)
    assert split_loss == pytest.approx(whole_loss, rel=1e-6)
    assert (split - whole).norm() / whole.norm() < 1e-5


def test_packing_changes_neither_loss_nor_gradient(folder):
    """T6."""
    padded_loss, padded, _ = gradient_of(folder, budget=4096, packing=False)
    packed_loss, packed, _ = gradient_of(folder, budget=4096, packing=True)

    assert packed_loss == pytest.approx(padded_loss, rel=1e-5)
    assert (packed - padded).norm() / padded.norm() < 1e-5


def test_a_mean_of_micro_batch_means_would_be_another_gradient(folder):
    """T5, the control: the bug that the test above is for would show."""
    _, whole, _ = gradient_of(folder, budget=4096, packing=False)
    each = [gradient_of(folder, budget=4096, packing=False, examples=[one])[1] for one in EXAMPLES]
    mean_of_means = torch.stack(each).mean(0)

    assert (mean_of_means - whole).norm() / whole.norm() > 0.01


def test_residual_dropout_acts_in_training_only(folder):
    """R54: 0.2 on every block's output, none of the model's own elsewhere."""
    model = load_policy(folder)
    assert add_residual_dropout(model, 0.2)
    ids = torch.tensor([[5, 6, 7, 8]])

    with torch.no_grad():
        model.eval()
        judged = [model(ids).logits for _ in range(2)]
        model.train()
        torch.manual_seed(1)
        trained = [model(ids).logits for _ in range(2)]

    assert torch.equal(judged[0], judged[1])
    assert torch.equal(judged[0], load_policy(folder)(ids).logits)
    assert not torch.equal(trained[0], trained[1])


def test_dropout_of_zero_leaves_training_deterministic(folder):
    """R54: GPT-2's own dropouts of 0.1 are silenced."""
    model = load_policy(folder)
    add_residual_dropout(model, 0.0)
    model.train()
    ids = torch.tensor([[5, 6, 7, 8]])

    with torch.no_grad():
        assert torch.equal(model(ids).logits, model(ids).logits)


def test_a_policy_overfits_one_batch(jobs):
    """R54: four demonstrations by heart in eighty steps."""
    settings = QUICK | {"epochs": 80, "residual_dropout": 0.0}

    report, history = jobs.run(jobs.make("sft", settings, demonstrations=ROWS))

    assert history[0].metrics["loss"] > 4.0
    assert report["train"]["loss"] < 0.05


def test_the_report_counts_answer_tokens_and_the_loss_of_every_epoch(jobs):
    """R54, R55: bytes of the four answers and an end of text each."""
    report, history = jobs.run(
        jobs.make("sft", QUICK | {"epochs": 3}, demonstrations=ROWS + HELD_OUT)
    )

    num_tokens = len("hione two threeoknothing at all") + 4
    assert report["train"]["num_tokens"] == num_tokens
    assert {step.metrics["tokens"] for step in history} == {num_tokens}
    losses = [step.metrics["validation_loss"] for step in history]
    assert report["validation"]["loss_by_epoch"] == losses
    assert report["validation"]["loss"] == losses[-1]
    assert losses[0] != losses[-1]


def test_the_learning_rate_falls_along_a_cosine_to_a_tenth(jobs):
    """R54: no warm-up."""
    _, history = jobs.run(jobs.make("sft", QUICK, demonstrations=ROWS))

    rates = [step.metrics["learning_rate"] for step in history]
    assert rates[0] == 5e-3
    assert rates[-1] == pytest.approx(5e-4)
    assert rates == sorted(rates, reverse=True)


def test_a_run_that_goes_back_to_an_older_checkpoint_repeats_its_steps(jobs):
    """R74: the newest is damaged; the same bits come out in the end."""
    settings = QUICK | {"checkpoint_every_steps": 2}
    whole = jobs.make("sft", settings, name="whole", demonstrations=ROWS)
    hurt = jobs.make("sft", settings, name="hurt", demonstrations=ROWS)
    jobs.run(whole)
    jobs.run(hurt, stop_after=5)
    newest = max((hurt.parent / "checkpoints").glob("step-*")) / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])

    _, again = jobs.run(hurt)

    assert again[0].step == 5
    assert weights_of(hurt.parent) == weights_of(whole.parent)


def test_a_share_of_pretraining_text_joins_every_step(jobs):
    """R57: of four sequences one is pretraining text, whose first token alone is given."""
    settings = QUICK | {"pretraining_share": 0.25, "epochs": 1}
    text = "plain text"

    _, history = jobs.run(
        jobs.make("sft", settings, demonstrations=ROWS[:3], pretraining=[{"text": text}])
    )

    answers = sum(len(row["completion"]) + 1 for row in ROWS[:3])
    assert [step.metrics["tokens"] for step in history] == [answers + len(text) - 1]
    assert all(step.metrics["pretraining_loss"] > 0 for step in history)


def test_the_losses_of_demonstrations_and_of_pretraining_text_are_told_apart(folder):
    """R57, T5: each a mean over its own tokens; together the mean over all that is lowered."""
    settings = parse("sft", {"batch_size": 8, "pretraining_share": 0.375, "learning_rate": 0.0})

    def mixed(demonstrations, documents):
        model = load_policy(folder)
        schedule = Schedule("constant", 0.0, 1)
        engine = Engine(model, world=ALONE, settings=settings, schedule=schedule)
        metrics = sft._update(engine, demonstrations, documents, settings)
        return metrics, torch.cat([p.grad.flatten() for p in model.parameters()])

    both, gradient = mixed(EXAMPLES[:5], EXAMPLES[5:])
    whole, expected = mixed(EXAMPLES, [])
    answers, _ = mixed(EXAMPLES[:5], [])
    texts, _ = mixed(EXAMPLES[5:], [])

    assert both["loss"] == pytest.approx(answers["loss"], rel=1e-5)
    assert both["pretraining_loss"] == pytest.approx(texts["loss"], rel=1e-5)
    assert both["loss"] != pytest.approx(both["pretraining_loss"], rel=1e-2)
    assert both["tokens"] == whole["tokens"] == answers["tokens"] + texts["tokens"]
    assert "pretraining_loss" not in whole
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-7)


def test_without_a_demonstration_to_train_on_the_job_is_refused(jobs):
    """The contract: bad_input."""
    with pytest.raises(BadInput, match="no demonstration in the train split"):
        jobs.run(jobs.make("sft", QUICK, demonstrations=HELD_OUT))


def test_an_architecture_whose_blocks_are_unknown_is_told_in_a_warning(folder, monkeypatch):
    """R54: dropout that cannot be applied is never silently left out."""
    model = load_policy(folder)
    monkeypatch.setattr(model.config, "model_type", "bloom")

    has_dropout = add_residual_dropout(model, 0.2)
    found = sft._warnings(parse("sft", {}), model, has_dropout=has_dropout)

    assert found == [
        "residual_dropout was not applied: the blocks of bloom are not known.",
        "Sequences were padded instead of packed: bloom is not known to allow it.",
    ]
