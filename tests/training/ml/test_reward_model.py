"""The network behind a reward: head, precision, what is forwarded, and the exported folder."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification

from tests.training.ml.jobs import ALONE, ranked, write_records
from tests.training.ml.tiny import lively_policy
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.engine import Engine
from training.ml.hyperparameters import parse
from training.ml.model_folders import load_tokenizer
from training.ml.networks import initialise_head
from training.ml.ranking_batches import encode_group, groups_in_rows
from training.ml.records import read_rankings
from training.ml.reward_folders import load_reward_model, new_reward_model, save_reward_model
from training.ml.reward_scoring import RewardScorer, StepTally
from training.ml.schedules import Schedule
from training.ml.seeding import generator
from training.ml.tiny_models import ARCHITECTURES

TEXTS = ["a fine answer", "no", "a fine answer", "perhaps so"]
BIAS = 0.75


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("lively")
    for architecture in ARCHITECTURES:
        lively_policy(root / architecture, architecture)
    return {architecture: root / architecture for architecture in ARCHITECTURES}


@pytest.fixture
def model(folders):
    return new_reward_model(folders["gpt2"], generator(1, "head"))


@pytest.fixture
def groups(folders, tmp_path):
    path = write_records(
        tmp_path / "rankings.jsonl",
        [
            ranked(1, "Say something.", TEXTS, ("amina", [1, 4, 2, 3])),
            ranked(2, "Again, and at greater length.", TEXTS[:2], ("otto", [2, 1])),
        ],
    )
    encoder = TextEncoder(load_tokenizer(folders["gpt2"]), TokenLimits(64, 32))
    return [encode_group(one, encoder) for one in read_rankings(path)]


def engine_of(model):
    return Engine(
        model,
        world=ALONE,
        settings=parse("reward_model", {"max_gradient_norm": 1e6}),
        schedule=Schedule("constant", 1e-3, 10),
    )


def scored(model, groups, *, encoding="rows", **settings):
    scorer = RewardScorer(parse("reward_model", settings), encoding=encoding)
    return scorer.score(engine_of(model), groups)


def test_a_fresh_head_makes_rewards_of_deviation_one():
    """RM1: weights of deviation 1/sqrt(d+1), bias 0; on unit-variance features the loss is 0.90."""
    width = 1024
    head = torch.nn.Linear(width, 1)
    initialise_head(head, generator(4, "head"))
    features = torch.randn(20_000, width, generator=generator(5, "features"))

    reward_N = head(features).squeeze(1).detach()
    pair_loss = -F.logsigmoid(reward_N[:10_000] - reward_N[10_000:]).mean()

    assert head.weight.std().item() == pytest.approx(1 / math.sqrt(width + 1), rel=0.05)
    assert head.bias.item() == 0.0
    assert reward_N.std().item() == pytest.approx(1.0, rel=0.05)
    assert pair_loss.item() == pytest.approx(0.90, abs=0.04)


def test_the_head_of_a_run_depends_on_its_seed_alone(folders):
    """RM1, R53."""
    heads = [new_reward_model(folders["llama"], generator(seed, "head")).head for seed in (1, 1, 2)]

    assert torch.equal(heads[0].weight, heads[1].weight)
    assert not torch.equal(heads[0].weight, heads[2].weight)


def test_a_reward_model_continues_with_its_own_head(model, folders, tmp_path):
    """R61: another checkpoint as the start."""
    save_reward_model(model, load_tokenizer(folders["gpt2"]), tmp_path, parent=folders["gpt2"])

    assert torch.equal(new_reward_model(tmp_path, generator(9)).head.weight, model.head.weight)


def test_rewards_are_fp32_although_the_trunk_is_bf16(model, groups):
    """RM3: a reward rounded to bf16 would have only eight bits."""
    scorer = RewardScorer(parse("reward_model", {"precision": "bf16"}), encoding="rows")

    reward_N = scorer.rewards(model, groups_in_rows(groups, "pairs_present")).detach()

    assert reward_N.dtype == torch.float32
    assert (reward_N != reward_N.bfloat16().float()).any()
    # The trunk did compute in bf16.
    exact_N = RewardScorer(parse("reward_model", {}), encoding="rows").rewards(
        model, groups_in_rows(groups, "pairs_present")
    )
    assert not torch.equal(reward_N, exact_N)


@pytest.mark.parametrize("encoding", ["shared", "rows"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_identical_texts_get_identical_rewards(model, groups, precision, encoding):
    """RM3: bit for bit, in one batch."""
    first, _, third, _ = scored(model, groups, precision=precision, encoding=encoding)[0]

    assert first == third


def test_identical_texts_packed_behind_one_mask_differ_by_rounding_alone(model, groups):
    """RM3: where a text stands in the row decides in which order its sums are made."""
    first, _, third, _ = scored(model, groups, encoding="packed")[0]

    assert first == pytest.approx(third, abs=1e-5)


@pytest.mark.parametrize("encoding", ["shared", "packed", "rows"])
def test_every_completion_is_read_once_a_step(model, groups, encoding):
    """RM4, R58: rows = sum of K, or P + sum R tokens when packed."""
    engine, tally = engine_of(model), StepTally()
    settings = parse("reward_model", {"max_tokens_per_forward": 2048 if encoding == "rows" else 16})
    scorer = RewardScorer(settings, encoding=encoding)
    seen = []
    hook = model.model.base_model.register_forward_pre_hook(
        lambda _module, _args, given: seen.append(given["input_ids"].shape), with_kwargs=True
    )

    engine.update({"ranking": scorer.micro_losses(engine, groups, tally)})
    hook.remove()

    num_tokens = sum(rows * width for rows, width in seen)
    if encoding != "rows":
        # The small budget gives every prompt a forward of its own, so nothing is padded.
        assert num_tokens == sum(
            len(group.prompt) + sum(map(len, group.completions)) for group in groups
        )
    else:
        assert sum(rows for rows, _ in seen) == 4 + 2
    assert tally.num_rows == 6
    assert tally.num_pairs == 6 + 1


def test_the_bias_gets_no_gradient(model, groups):
    """RM5: training cannot set it, so normalisation must."""
    engine = engine_of(model)
    scorer = RewardScorer(parse("reward_model", {}), encoding="rows")

    engine.update({"ranking": scorer.micro_losses(engine, groups, StepTally())})

    assert model.head.bias.grad.abs().item() < 1e-7
    assert model.head.weight.grad.norm().item() > 1e-3


def test_small_micro_batches_give_the_gradient_of_one_large_one(folders, groups):
    """T5, RM4: the mean is over the step's prompts, whatever the split."""
    gradients = []
    for budget in (16, 4096):
        model = new_reward_model(folders["gpt2"], generator(1, "head"))
        engine = engine_of(model)
        settings = parse("reward_model", {"max_tokens_per_forward": budget})
        losses = RewardScorer(settings, encoding="rows").micro_losses(engine, groups, StepTally())
        assert len(losses) == (2 if budget == 16 else 1)
        engine.update({"ranking": losses}, is_acceptable=lambda: False)
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))

    assert (gradients[0] - gradients[1]).norm() / gradients[1].norm() < 1e-5


@pytest.mark.parametrize(("normalise_by", "divisor"), [("pairs_present", 8), ("choose_2", 9)])
@pytest.mark.parametrize("encoding", ["shared", "packed", "rows"])
def test_labelers_who_judged_part_of_a_prompt_or_tied_share_one_element(
    model, folders, tmp_path, encoding, normalise_by, divisor
):
    """RM4, RM8, R59: Amina left the last out and Otto tied two: 3 and 5 strict pairs of 3 and 6."""
    texts = ["a fine answer", "no", "perhaps so", "what?"]
    orders = ("amina", [1, 2, 3, None]), ("otto", [2, 1, 1, 3])
    path = write_records(tmp_path / "rankings.jsonl", [ranked(1, "Say something.", texts, *orders)])
    encoder = TextEncoder(load_tokenizer(folders["gpt2"]), TokenLimits(64, 32))
    group = encode_group(read_rankings(path)[0], encoder)
    pairs = [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (0, 3), (1, 3), (2, 3)]

    [rewards] = scored(model, [group])
    scorer = RewardScorer(parse("reward_model", {"normalise_by": normalise_by}), encoding=encoding)
    engine = engine_of(model)
    update = engine.update({"ranking": scorer.micro_losses(engine, [group], StepTally())})

    costs = [math.log1p(math.exp(rewards[worse] - rewards[better])) for better, worse in pairs]
    assert sorted(group.pairs) == sorted(pairs)
    assert update.losses["ranking"] == pytest.approx(sum(costs) / divisor, rel=1e-5)


def test_scores_come_back_in_the_order_given_whatever_the_batches(model, groups):
    """RM2: micro-batches are sorted by length inside, never outside."""
    whole = scored(model, groups)
    split = scored(model, groups, max_tokens_per_forward=16)

    assert [len(one) for one in split] == [4, 2]
    for found, expected in zip(split, whole, strict=True):
        assert found == pytest.approx(expected, abs=1e-4)


@pytest.fixture
def exported(request, folders, tmp_path):
    """A biased reward model, its folder, and the rewards it gives two texts."""
    trunk = folders[request.param]
    model = new_reward_model(trunk, generator(1, "head"))
    with torch.no_grad():
        model.head.bias.fill_(BIAS)
    tokenizer = load_tokenizer(trunk)
    save_reward_model(model, tokenizer, tmp_path, parent=trunk)
    return tmp_path, partial(rewards_of, tokenizer=tokenizer, model=model)


def rewards_of(texts, *, tokenizer, model):
    rewards = []
    for text in texts:
        ids = torch.tensor([[*tokenizer(text)["input_ids"], tokenizer.eos_token_id]])
        with torch.no_grad():
            values = model(ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None])
        rewards.append(values[0, -1].item())
    return rewards


def loaded_scores(folder, auto_class, texts):
    """What another program gets: its own loader, its tokenizer's padding."""
    model = auto_class.from_pretrained(folder, num_labels=1).eval()
    tokenizer = load_tokenizer(folder)
    batch = tokenizer([text + tokenizer.eos_token for text in texts], padding=True)
    given = {name: torch.tensor(batch[name]) for name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        logits = model(**given).logits
    if logits.ndim == 3:
        last_B = given["attention_mask"].sum(1) - 1
        logits = logits[torch.arange(len(texts)), last_B]
    return logits.squeeze(-1).tolist()


@pytest.mark.parametrize("exported", ARCHITECTURES, indirect=True)
def test_a_saved_reward_model_gives_the_same_rewards_again(exported):
    """RM6, RM10: bias and head survive the folder."""
    folder, rewards = exported
    again = partial(rewards_of, tokenizer=load_tokenizer(folder), model=load_reward_model(folder))

    assert again(TEXTS) == pytest.approx(rewards(TEXTS), abs=1e-4)


@pytest.mark.parametrize("exported", ["gpt2", "gpt_neox"], indirect=True)
def test_any_sequence_classifier_gives_the_normalised_reward(exported):
    """RM6, R62: where the last norm has a bias the shift is folded into it."""
    folder, rewards = exported

    found = loaded_scores(folder, AutoModelForSequenceClassification, TEXTS)

    assert found == pytest.approx(rewards(TEXTS), abs=1e-3)


@pytest.mark.parametrize("exported", ["llama", "qwen2"], indirect=True)
def test_without_a_norm_bias_the_folder_keeps_the_shift_as_a_tensor(exported):
    """RM6, R62: the token classifier reads it; the sequence classifier is off by that constant."""
    folder, rewards = exported

    by_token = loaded_scores(folder, AutoModelForTokenClassification, TEXTS)
    by_sequence = loaded_scores(folder, AutoModelForSequenceClassification, TEXTS)

    with safe_open(folder / "model.safetensors", framework="pt") as stored:
        assert stored.get_tensor("score.bias").item() == BIAS
    assert by_token == pytest.approx(rewards(TEXTS), abs=1e-3)
    assert [score + BIAS for score in by_sequence] == pytest.approx(rewards(TEXTS), abs=1e-3)


def test_a_policy_is_not_taken_for_a_reward_model(folders):
    """R61: its folder has no reward head."""
    with pytest.raises(ValueError, match="is not a reward model"):
        load_reward_model(folders["llama"])
