"""The knobs of every stage: the paper's values, bounds, and refusals that name the field."""

import dataclasses

import pytest

from training.ml.hyperparameters import STAGES, HyperparameterError, describe, parse, warnings

PAPER = {
    # R54
    "sft": {
        "epochs": 16, "batch_size": 32, "learning_rate": 9.65e-6,
        "learning_rate_schedule": "cosine", "final_learning_rate_fraction": 0.1,
        "warmup_steps": 0, "residual_dropout": 0.2, "adam_beta1": 0.9, "adam_beta2": 0.95,
    },
    # R60
    "reward_model": {
        "epochs": 1, "batch_size": 64, "learning_rate": 9e-6,
        "learning_rate_schedule": "cosine", "final_learning_rate_fraction": 0.1,
        # R59, equation 1: ties stay in the denominator.
        "normalise_by": "choose_2",
    },
}  # fmt: skip


@pytest.mark.parametrize("stage", PAPER)
def test_the_defaults_are_the_papers(stage):
    """R54, R60."""
    given = dataclasses.asdict(parse(stage, {}))

    assert {name: given[name] for name in PAPER[stage]} == PAPER[stage]


def test_a_papers_context_is_two_thousand_and_forty_eight_tokens():
    """R54."""
    settings = parse("sft", {})

    assert settings.max_prompt_tokens + settings.max_completion_tokens == 2048


@pytest.mark.parametrize(
    ("stage", "given", "field"),
    [
        ("sft", {"learning_rat": 1e-5}, "learning_rat"),
        ("sft", {"epochs": 0}, "epochs"),
        ("sft", {"epochs": 1.5}, "epochs"),
        ("sft", {"epochs": "2"}, "epochs"),
        ("sft", {"epochs": True}, "epochs"),
        ("sft", {"packing": 1}, "packing"),
        ("sft", {"learning_rate": float("nan")}, "learning_rate"),
        ("sft", {"learning_rate": float("inf")}, "learning_rate"),
        ("sft", {"residual_dropout": 0.95}, "residual_dropout"),
        ("reward_model", {"encoding": "fast"}, "encoding"),
        ("reward_model", {"num_seeds": 2}, "num_seeds"),
        ("reward_model", {"normalise_by": None}, "normalise_by"),
        ("ppo", {"batch_size": 512, "minibatch_size": 60}, "minibatch_size"),
        ("ppo", {"episodes": 1000}, "episodes"),
        ("ppo", {"ptx_coef": -1}, "ptx_coef"),
        ("ppo", {"value_warmup_iterations": 500}, "value_warmup_iterations"),
        ("sampling", {"top_p": 0}, "top_p"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_field(stage, given, field):
    """R69 and the contract: the form marks the field."""
    with pytest.raises(HyperparameterError) as refusal:
        parse(stage, given)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("batch_size", "share", "remedies"),
    [
        (4, 0.1, ("less than one pretraining text", "0.25 or more", "raise batch_size", "to 0")),
        (4, 0.9, ("leaves no demonstration", "0.75 or less", "raise batch_size")),
        (1, 0.4, ("batch_size of at least 2", "to 0")),
        (1, 0.9, ("batch_size of at least 2", "to 0")),
    ],
)
def test_a_mix_that_rounds_to_one_kind_of_text_is_refused_with_its_remedy(
    batch_size, share, remedies
):
    """R57: nothing that was asked for is left out in silence."""
    with pytest.raises(HyperparameterError) as refusal:
        parse("sft", {"batch_size": batch_size, "pretraining_share": share})

    assert refusal.value.field == "pretraining_share"
    assert all(remedy in refusal.value.message for remedy in remedies)


@pytest.mark.parametrize("batch_size", range(2, 65))
def test_the_shares_that_the_refusal_names_mix_one_sequence_in(batch_size):
    """R57."""
    least, most = (float(f"{share:.3g}") for share in (1 / batch_size, 1 - 1 / batch_size))

    assert parse("sft", {"batch_size": batch_size, "pretraining_share": least}).documents_per_step
    if most <= 0.9:
        mixed = parse("sft", {"batch_size": batch_size, "pretraining_share": most})
        assert mixed.documents_per_step == batch_size - 1


# Their bounds depend on other values too: batches divide, and the policy needs an iteration.
TIED_TO_OTHERS = ("episodes", "batch_size", "minibatch_size", "value_warmup_iterations")


@pytest.mark.parametrize("stage", STAGES)
def test_both_ends_of_every_range_are_allowed_and_a_step_beyond_is_not(stage):
    """Bounds shown to people are the bounds that are enforced."""
    for knob in describe(stage):
        if knob.minimum is None or knob.name in TIED_TO_OTHERS:
            continue
        for edge, beyond in ((knob.minimum, -1), (knob.maximum, 1)):
            parsed = parse(stage, {knob.name: edge})
            assert dataclasses.asdict(parsed)[knob.name] == edge
            with pytest.raises(HyperparameterError, match=f"^{knob.name}: must be between"):
                parse(stage, {knob.name: edge + beyond})


@pytest.mark.parametrize("stage", STAGES)
def test_every_knob_says_what_it_does_and_where_its_value_comes_from(stage):
    """R54: help and source are never empty, and defaults are themselves allowed."""
    for knob in describe(stage):
        assert knob.help
        assert knob.source
        parse(stage, {knob.name: knob.default})


def test_more_than_one_epoch_of_a_reward_model_warns_of_overfitting():
    """RM7, R60."""
    assert warnings("reward_model", parse("reward_model", {})) == []
    assert "overfits" in warnings("reward_model", parse("reward_model", {"epochs": 2}))[0]
