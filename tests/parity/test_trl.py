"""The same numbers as the trainers of TRL, where the two compute the same thing.

TRL is no part of Concord: `pip install -r requirements-parity.txt` brings it, and without it these
tests are skipped.
"""

import json

import pytest
import torch

from tests.training.ml.jobs import ALONE, demonstration, ranked
from tests.training.ml.tiny import lively_policy, lively_reward_model
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.engine import Engine
from training.ml.hyperparameters import parse
from training.ml.language_modelling import Example
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.ranking_batches import encode_group
from training.ml.records import read_rankings
from training.ml.reward_folders import load_reward_model
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.schedules import Schedule
from training.ml.sft import micro_losses
from training.ml.tiny_models import ARCHITECTURES

pytestmark = pytest.mark.filterwarnings("ignore")

trl = pytest.importorskip("trl", reason="pip install -r requirements-parity.txt")

PROMPTS = ["Say hi.", "Count to three, slowly.", "Why is the sky blue?", "A word"]
CHOSEN = ["hi there", "one ... two ... three", "because of scattering", "yes"]
REJECTED = ["go away", "three", "it is not, at night it is black", "no no no"]
LIMITS = TokenLimits(96, 96)
# Summation order differs: packed rows here, padded pairs there.
CLOSE = {"rtol": 2e-4, "atol": 2e-6}


@pytest.fixture(params=ARCHITECTURES)
def folders(request, tmp_path):
    lively_policy(tmp_path / "policy", request.param)
    lively_reward_model(tmp_path / "reward", tmp_path / "policy")
    return tmp_path


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")


def gradients(module):
    return {
        name: parameter.grad.clone()
        for name, parameter in module.named_parameters()
        if parameter.grad is not None
    }


def arguments(config_class, folder, **changes):
    return config_class(
        output_dir=str(folder / "trl"),
        per_device_train_batch_size=len(PROMPTS),
        report_to=[],
        bf16=False,
        activation_checkpointing=False,
        use_cpu=True,
        max_length=None,
        **changes,
    )


def first_loss_of(trainer):
    """The loss that TRL's trainer gives its first batch, and the gradients of its model."""
    batch = next(iter(trainer.get_train_dataloader()))
    trainer.model.eval()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    return float(loss.detach()), gradients(trainer.model)


def assert_same_gradients(ours, theirs):
    # The one weight that TRL's classifier lacks: nothing in the loss moves it.
    assert ours.keys() - theirs.keys() <= {"score.bias"}
    assert not theirs.keys() - ours.keys()
    shared = sorted(theirs)
    assert len(shared) > 10
    for name in shared:
        torch.testing.assert_close(
            ours[name], theirs[name], **CLOSE, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_two_completions_cost_what_trls_reward_trainer_charges(folders):
    """RM4: loss and every shared gradient at K = 2, whatever encoding is used here."""
    rows = {"prompt": PROMPTS, "chosen": CHOSEN, "rejected": REJECTED}
    tokenizer = load_tokenizer(folders / "reward")
    trainer = trl.RewardTrainer(
        model=str(folders / "reward"),
        args=arguments(trl.RewardConfig, folders, disable_dropout=True),
        train_dataset=dataset(rows),
        processing_class=tokenizer,
    )
    theirs, their_gradients = first_loss_of(trainer)

    for encoding in ("shared", "packed", "rows"):
        ours, our_gradients = our_ranking_loss(folders, encoding)
        assert ours == pytest.approx(theirs, rel=1e-5), encoding
        assert_same_gradients(our_gradients, their_gradients)


def dataset(rows):
    from datasets import Dataset

    return Dataset.from_dict(rows)


def our_ranking_loss(folders, encoding):
    path = folders / "rankings.jsonl"
    rows = [
        ranked(number, prompt, [chosen, rejected], ("amina", [1, 2]))
        for number, (prompt, chosen, rejected) in enumerate(
            zip(PROMPTS, CHOSEN, REJECTED, strict=True)
        )
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = load_reward_model(folders / "reward")
    encoder = TextEncoder(load_tokenizer(folders / "reward"), LIMITS)
    settings = parse("reward_model", {"encoding": encoding, "max_gradient_norm": 1e6})
    engine = Engine(model, world=ALONE, settings=settings, schedule=Schedule("constant", 0.0, 1))
    scorer = RewardScorer(settings, encoding=encoding)
    groups = [encode_group(one, encoder) for one in read_rankings(path)]
    losses = scorer.micro_losses(engine, groups, StepTally())
    update = engine.update({"ranking": losses}, is_acceptable=lambda: False)
    return update.losses["ranking"], gradients(model.model)


def test_demonstrations_cost_what_trls_sft_trainer_charges(folders):
    """R54, T5: the token-mean loss on completions alone, end of text included."""
    rows = {"prompt": PROMPTS, "completion": CHOSEN}
    trainer = trl.SFTTrainer(
        model=str(folders / "policy"),
        args=arguments(trl.SFTConfig, folders, completion_only_loss=True),
        train_dataset=dataset(rows),
        processing_class=load_tokenizer(folders / "policy"),
    )
    theirs, their_gradients = first_loss_of(trainer)

    for packing in (True, False):
        ours, our_gradients = our_sft_loss(folders, packing)
        assert ours == pytest.approx(theirs, rel=1e-5), f"packing {packing}"
        assert_same_gradients(our_gradients, their_gradients)


def our_sft_loss(folders, packing):
    model = load_policy(folders / "policy")
    encoder = TextEncoder(load_tokenizer(folders / "policy"), LIMITS)
    records = [demonstration(n, *pair) for n, pair in enumerate(zip(PROMPTS, CHOSEN, strict=True))]
    examples = [
        Example(encoder.prompt(one["prompt"]), encoder.completion(one["completion"]))
        for one in records
    ]
    settings = parse("sft", {"packing": packing, "max_gradient_norm": 1e6})
    engine = Engine(model, world=ALONE, settings=settings, schedule=Schedule("constant", 0.0, 1))
    update = engine.update(
        {"answers": micro_losses(engine, examples, settings)}, is_acceptable=lambda: False
    )
    return update.losses["answers"], gradients(model)
