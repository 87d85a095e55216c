"""Whole reward-model jobs on rankings that can be learned (R58-R63, RM6-RM8, RM11)."""

import pytest
import torch

from tests.training.ml.jobs import ALONE, demonstration, ranked, weights_of
from training.ml.batches import TextEncoder, TokenLimits
from training.ml.engine import Engine
from training.ml.errors import BadInput
from training.ml.hyperparameters import parse
from training.ml.model_folders import load_tokenizer
from training.ml.ranking_batches import EncodedGroup
from training.ml.reward_folders import load_reward_model, new_reward_model
from training.ml.reward_plan import TrainingPlan
from training.ml.reward_scoring import RewardScorer
from training.ml.schedules import Schedule
from training.ml.seeding import generator

# Whoever ends with more "x" is preferred, at equal lengths: length alone cannot tell.
TEXTS = ["axxx", "aaxx", "aaax", "aaaa"]
RANKINGS = [ranked(n, f"Prompt {n}.", TEXTS, ("amina", [1, 2, 3, 4])) for n in range(6)]
HELD_OUT = [
    ranked(10, "Unseen.", TEXTS, ("amina", [1, 2, 3, 4]), split="validation")
    | {"category": "brainstorming"},
    ranked(11, "Unseen too.", TEXTS[:2], ("otto", [2, 1]), split="validation"),
    ranked(12, "Tied.", TEXTS[:2], ("otto", [1, 1]), split="validation"),
]
DEMONSTRATIONS = [demonstration(n, f"Prompt {n}.", "axxa") for n in range(5)]
QUICK = {"epochs": 10, "batch_size": 6, "learning_rate": 3e-3, "max_completion_tokens": 16}


@pytest.fixture
def trained(jobs):
    job_file = jobs.make(
        "reward_model", QUICK, rankings=RANKINGS + HELD_OUT, demonstrations=DEMONSTRATIONS
    )
    return job_file.parent, *jobs.run(job_file)


def scores_of_demonstrations(folder):
    """Read back from the folder, through the same scorer that a PPO run uses."""
    model = load_reward_model(folder)
    encoder = TextEncoder(load_tokenizer(folder), TokenLimits(64, 16))
    groups = [
        EncodedGroup(
            prompt_id=str(one["prompt_id"]),
            prompt=encoder.prompt(one["prompt"]),
            completion_ids=[],
            completions=[encoder.completion(one["completion"])],
            text_lengths=[4],
            pairs=[],
            judges=[],
            num_judged_pairs=0,
        )
        for one in DEMONSTRATIONS
    ]
    settings = parse("reward_model", {})
    engine = Engine(model, world=ALONE, settings=settings, schedule=Schedule("constant", 0.0, 1))
    return [score for group in RewardScorer(settings, encoding="rows").score(engine, groups)
            for score in group]  # fmt: skip


def test_a_reward_model_learns_to_order_what_it_was_shown(trained):
    """R59: every pair of the batch, and the unseen prompt ordered alike."""
    _, report, history = trained

    assert history[0].metrics["loss"] > 0.5
    assert history[-1].metrics["accuracy"] == 1.0
    assert history[-1].metrics["loss"] < 0.1
    amina = report["validation"]["by_labeler"]["amina"]
    assert (amina["value"], amina["num_pairs"]) == (1.0, 6)


def test_a_job_that_starts_from_a_reward_model_goes_on_with_what_it_knows(jobs, trained):
    """R61: without a step worth the name, every reward is the parent's."""
    work_dir, parent, _ = trained
    standing_still = QUICK | {"epochs": 1, "learning_rate": 0.0}

    job_file = jobs.make(
        "reward_model",
        standing_still,
        name="further",
        base_model=work_dir / "output" / "model",
        rankings=RANKINGS + HELD_OUT,
        demonstrations=DEMONSTRATIONS,
    )
    report, history = jobs.run(job_file)

    assert history[0].metrics["accuracy"] == 1.0
    for before, after in zip(
        parent["validation"]["scores"], report["validation"]["scores"], strict=True
    ):
        assert after[0] == before[0]
        assert after[1] == pytest.approx(before[1], abs=1e-5)
    assert report["centring"]["mean_before"] == pytest.approx(0.0, abs=1e-4)


def test_every_completion_was_forwarded_once_a_step(trained):
    """R58: ten epochs of six prompts with four completions."""
    _, report, history = trained

    assert report["num_forward_rows"] == report["num_completions"] == 10 * 6 * 4
    assert {step.metrics["forward_rows"] for step in history} == {24.0}
    assert {step.metrics["pairs"] for step in history} == {36.0}


def test_the_report_judges_held_out_prompts_beside_baselines(trained):
    """R63: six pairs right by amina, otto's one wrong; all texts are equally long."""
    _, report, _ = trained
    validation = report["validation"]

    assert validation["accuracy"]["value"] == pytest.approx(6 / 7)
    assert (validation["accuracy"]["num_pairs"], validation["accuracy"]["num_prompts"]) == (7, 2)
    assert (validation["accuracy"]["low"], validation["accuracy"]["high"]) == (0.0, 1.0)
    otto = validation["by_labeler"]["otto"]
    assert (otto["value"], otto["num_pairs"]) == (0.0, 1)
    # Otto's task had two completions and no category, Amina's four and one.
    assert {k: figure["value"] for k, figure in validation["by_k"].items()} == {"2": 0.0, "4": 1.0}
    by_category = validation["by_category"]
    assert {name: figure["num_pairs"] for name, figure in by_category.items()} == {
        "brainstorming": 6,
        "none": 1,
    }
    assert validation["by_agreement"]["single"]["num_pairs"] == 7
    assert sum(bucket["num_pairs"] for bucket in validation["reliability"]) == 7
    low, high = validation["calibration_error_interval"]
    assert low <= validation["calibration_error"] <= high
    assert otto["calibration_error"]["value"] > 0.5
    assert validation["baselines"]["longer_text"]["value"] == 0.5
    chance = validation["baselines"]["chance"]
    assert chance["low"] < 0.5 < chance["high"]
    assert chance["num_pairs"] == validation["accuracy"]["num_pairs"]
    assert validation["log_loss"] > 0


def test_every_held_out_completion_has_its_reward_in_the_report(trained):
    """R63: tied prompts too, and in the labeler's order where the model agrees."""
    _, report, _ = trained
    scores = dict(report["validation"]["scores"])

    assert list(scores) == ["100", "101", "102", "103", "110", "111", "120", "121"]
    assert scores["100"] > scores["101"] > scores["102"] > scores["103"]
    assert all(round(score, 6) == score for score in scores.values())


def test_demonstrations_average_zero_in_the_exported_model(trained):
    """RM6, R62: |mean| < 1e-3 after saving and loading."""
    work_dir, report, _ = trained

    rewards = scores_of_demonstrations(work_dir / "output" / "model")

    assert abs(sum(rewards) / len(rewards)) < 1e-3
    assert report["centring"]["on"] == "demonstrations"
    assert report["centring"]["num_texts"] == 5
    assert abs(report["centring"]["mean_before"]) > 0.01
    assert report["centring"]["bias"] == pytest.approx(-report["centring"]["mean_before"], abs=1e-4)


def test_centring_changes_no_comparison(jobs, trained):
    """RM6, R62: centred on completions instead, the same model orders all pairs alike."""
    _, report, _ = trained

    other, _ = jobs.run(jobs.make("reward_model", QUICK, name="b", rankings=RANKINGS + HELD_OUT))

    assert other["centring"]["on"] == "completions"
    assert abs(other["centring"]["bias"] - report["centring"]["bias"]) > 0.01
    assert other["validation"]["accuracy"] == report["validation"]["accuracy"]
    assert other["validation"]["log_loss"] == pytest.approx(
        report["validation"]["log_loss"], abs=1e-5
    )


def test_centring_twice_shifts_nothing(jobs, trained):
    """RM6: a run that learns nothing from a centred model finds the mean at zero already."""
    work_dir, _, _ = trained
    still = {"epochs": 1, "learning_rate": 0.0, "max_completion_tokens": 16}

    again = jobs.make(
        "reward_model", still, name="again", base_model=work_dir / "output" / "model",
        rankings=RANKINGS, demonstrations=DEMONSTRATIONS,
    )  # fmt: skip
    report, _ = jobs.run(again)

    assert abs(report["centring"]["mean_before"]) < 1e-4


@pytest.mark.parametrize(
    ("normalise_by", "said", "share"),
    [
        ("choose_2", "1 prompts were tied throughout and count as a loss of 0.", 6 / 7),
        ("pairs_present", "1 prompts had no strict comparison and were left out.", 1.0),
    ],
)
def test_more_than_one_epoch_and_tied_prompts_are_told(jobs, normalise_by, said, share):
    """RM7, RM8, R59, R60: under equation 1 the mean over prompts has the tied one in it; neither
    way is it read."""
    tied = ranked(50, "Tied.", TEXTS[:2], ("amina", [1, 1]))
    settings = QUICK | {"epochs": 2, "batch_size": 7, "normalise_by": normalise_by}
    alone, _ = jobs.run(jobs.make("reward_model", settings | {"epochs": 1}, rankings=RANKINGS))

    report, history = jobs.run(jobs.make("reward_model", settings, rankings=[*RANKINGS, tied]))

    assert len(report["warnings"]) == 2
    assert "overfits" in report["warnings"][0]
    assert report["warnings"][1] == said
    assert report["train"]["num_prompts"] == 6
    assert [step.metrics["forward_rows"] for step in history] == [24.0, 24.0]
    assert history[0].metrics["loss"] == pytest.approx(share * alone["train"]["loss"], rel=1e-6)


def test_a_step_of_nothing_but_ties_loses_nothing(jobs):
    """R59, RM8: no NaN, and no accuracy either."""
    tied = [ranked(50 + n, "Tied.", TEXTS[:2], ("amina", [1, 1])) for n in range(6)]
    settings = QUICK | {"epochs": 1, "batch_size": 1}

    report, history = jobs.run(jobs.make("reward_model", settings, rankings=[*RANKINGS[:1], *tied]))

    empty = [step.metrics for step in history if step.metrics["pairs"] == 0]
    assert len(empty) == 6
    assert all(metrics["loss"] == metrics["gradient_norm"] == 0.0 for metrics in empty)
    assert not any("accuracy" in metrics for metrics in empty)
    assert report["train"]["accuracy"] is not None
    assert report["num_forward_rows"] == report["num_completions"] == 4


def test_one_epoch_warns_of_nothing_and_no_held_out_prompt_means_no_figure(jobs):
    """RM7, and the contract's nulls."""
    report, history = jobs.run(jobs.make("reward_model", QUICK | {"epochs": 1}, rankings=RANKINGS))

    assert report["warnings"] == []
    assert len(history) == 1
    validation = report["validation"]
    assert validation["accuracy"]["value"] is None
    assert validation["log_loss"] is None
    assert (validation["scores"], validation["by_labeler"]) == ([], {})


def test_an_architecture_that_cannot_be_packed_repeats_its_prompts_and_says_so(jobs, policy_folder):
    """RM4: a sliding window would see past the prompt; asked for by name it is refused."""
    jobs.base_model = policy_folder("windowed mistral")
    settings = QUICK | {"epochs": 1}

    report, _ = jobs.run(jobs.make("reward_model", settings, rankings=RANKINGS))

    assert report["encoding"] == "rows"
    assert report["warnings"] == [
        "Prompts were repeated for each completion: mistral is not known to allow packing."
    ]
    with pytest.raises(BadInput, match="encoding: mistral is not known to read packed"):
        jobs.run(jobs.make("reward_model", settings | {"encoding": "packed"}, rankings=RANKINGS))


def test_nothing_but_ties_is_refused(jobs):
    """RM8, R59."""
    tied = [ranked(1, "Tied.", TEXTS[:2], ("amina", [1, 1]))]

    with pytest.raises(BadInput, match="no prompt in the train split has a strict comparison"):
        jobs.run(jobs.make("reward_model", QUICK, rankings=tied))


def test_a_prompt_in_both_splits_is_refused(jobs):
    """RM11: no prompt on both sides."""
    leak = ranked(0, "Prompt 0.", TEXTS, ("otto", [1, 2, 3, 4]), split="validation")

    with pytest.raises(BadInput, match="prompt 0 is in both splits"):
        jobs.run(jobs.make("reward_model", QUICK, rankings=[*RANKINGS, leak]))


def test_another_seed_gives_another_model(jobs):
    """The control of exact resume: equal bits are not what any two runs have."""
    short = QUICK | {"epochs": 1}
    one = jobs.make("reward_model", short, name="one", seed=1, rankings=RANKINGS)
    two = jobs.make("reward_model", short, name="two", seed=2, rankings=RANKINGS)
    jobs.run(one)
    jobs.run(two)

    assert weights_of(one.parent) != weights_of(two.parent)


def test_of_several_seeds_the_best_on_held_out_pairs_is_published(jobs):
    """R65: three trainings, one after the other, each from a head and an order of its own."""
    settings = QUICK | {"epochs": 1, "num_seeds": 3}
    records = {"rankings": RANKINGS + HELD_OUT, "demonstrations": DEMONSTRATIONS}

    several, history = jobs.run(jobs.make("reward_model", settings, name="several", **records))

    seeds = several["seeds"]
    assert [step.step for step in history] == [1, 2, 3]
    assert len({seed["seed"] for seed in seeds}) == 3
    assert len({seed["log_loss"] for seed in seeds}) == 3
    best = max(seeds, key=lambda seed: (seed["accuracy"], -seed["log_loss"]))
    assert several["validation"]["accuracy"]["value"] == best["accuracy"]
    assert several["validation"]["log_loss"] == pytest.approx(best["log_loss"], abs=1e-6)
    # The first seed is the job's own: alone it gives the figures it gave among the three.
    alone, _ = jobs.run(jobs.make("reward_model", settings | {"num_seeds": 1}, **records))
    assert alone["validation"]["log_loss"] == pytest.approx(seeds[0]["log_loss"], abs=1e-6)
    assert alone["seeds"] == []


def test_several_seeds_begin_with_adapters_of_their_own(tiny_folder):
    """R65: trainings that share their adapters' first weights differ by less than they should."""
    settings = parse("reward_model", {"num_seeds": 3, "lora_rank": 2})
    plan = TrainingPlan(settings, 4, 5, num_seeds=3)

    def first_weights(step):
        model = new_reward_model(tiny_folder, generator(1, "head"))
        plan.engine(model, ALONE, step)
        named = model.named_parameters()
        return torch.cat([own.flatten() for name, own in named if "lora_A" in name])

    begun = [first_weights(step * plan.steps_per_seed) for step in range(3)]

    assert torch.equal(begun[0], first_weights(0))
    assert not torch.equal(begun[0], begun[1])
    assert not torch.equal(begun[1], begun[2])


@pytest.mark.parametrize("lora_rank", [0, 2])
def test_several_seeds_resume_where_they_stopped(jobs, lora_rank):
    """R65, R74: stopped within the second of three trainings; the same bits in the end."""
    settings = QUICK | {"epochs": 2, "num_seeds": 3, "lora_rank": lora_rank}
    whole = jobs.make("reward_model", settings, name="whole", rankings=RANKINGS + HELD_OUT)
    halves = jobs.make("reward_model", settings, name="halves", rankings=RANKINGS + HELD_OUT)

    report, _ = jobs.run(whole)
    jobs.run(halves, stop_after=3)
    resumed, history = jobs.run(halves)

    assert [step.step for step in history] == [4, 5, 6]
    assert resumed == report
    assert weights_of(halves.parent) == weights_of(whole.parent)


def test_without_held_out_pairs_the_first_seed_is_kept_and_that_is_said(jobs):
    """R65."""
    settings = QUICK | {"epochs": 1, "num_seeds": 3}

    report, _ = jobs.run(jobs.make("reward_model", settings, name="three", rankings=RANKINGS))
    alone, _ = jobs.run(jobs.make("reward_model", QUICK | {"epochs": 1}, rankings=RANKINGS))

    assert "the first one was kept" in report["warnings"][-1]
    assert report["centring"] == alone["centring"]


def test_a_labeler_of_few_rankings_can_count_as_much_as_one_of_many(jobs):
    """Per-labeler weights: six rankings by Amina against two of the opposite by Kay."""
    again = [ranked(20 + n, f"Again {n}.", TEXTS, ("kay", [4, 3, 2, 1])) for n in (0, 1)]

    def loss_of_first_step(name, rankings, **changes):
        settings = QUICK | {"epochs": 1, "batch_size": 8} | changes
        report, _ = jobs.run(jobs.make("reward_model", settings, name=name, rankings=rankings))
        return report["train"]["loss"]

    amina = loss_of_first_step("amina", RANKINGS)
    kay = loss_of_first_step("kay", again)

    assert amina != pytest.approx(kay, abs=1e-3)
    assert loss_of_first_step("both", RANKINGS + again) == pytest.approx((6 * amina + 2 * kay) / 8)
    # Eight prompts of two labelers: each of Amina's six counts 4/6, each of Kay's two 4/2.
    weighed = loss_of_first_step("weighed", RANKINGS + again, weigh_by="labeler")
    assert weighed == pytest.approx((6 * amina * 2 / 3 + 2 * kay * 2) / 8)
