"""Which models are one model in several sizes, and when they are taken together (R37)."""

import pytest

from labeling.agreement.sizes import POOLED_BELOW, models_behind, sizes_of


def together(*names: str) -> bool:
    """Whether all of them are one model."""
    return len(set(sizes_of(dict(enumerate(names))).values())) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("PPO-ptx 1.3B", "PPO-ptx 6B", "PPO-ptx 175B"),
        ("smollm2-135m-sft", "smollm2-360M-sft"),
        ("7b", "13b"),
        ("llama_7B_chat", "llama_70B_chat"),
        ("policy (1.3 B)", "policy (6 B)"),
    ],
)
def test_names_that_differ_in_their_size_alone_are_one_model(names: tuple[str, ...]) -> None:
    assert together(*names)


@pytest.mark.parametrize(
    "names",
    [
        ("PPO 1.3B", "PPO-ptx 1.3B"),
        ("policy 2", "policy 3"),
        ("policy", "policy 6B"),
        # What is no size: part of a word, a version, two sizes of which one cannot be told.
        ("model a1b", "model a2b"),
        ("run v1.2b3", "run v1.3b3"),
        ("6B from 1.3B", "175B from 1.3B"),
        ("5bench", "6bench"),
    ],
)
def test_other_names_are_models_of_their_own(names: tuple[str, ...]) -> None:
    assert not together(*names)


def test_a_model_is_among_its_sizes_and_the_same_name_twice_is_no_size() -> None:
    sizes = sizes_of({4: "ppo 6B", 7: "sft", 9: "ppo 1.3B", 11: "sft"})

    assert sizes == {4: (4, 9), 9: (4, 9), 7: (7,), 11: (11,)}


def test_enough_judgments_stand_alone_and_too_few_are_pooled_with_who_has_any() -> None:
    said = {1: POOLED_BELOW, 2: POOLED_BELOW - 1, 3: 0, 4: 1}

    behind = {model: models_behind(model, (1, 2, 3, 4), said) for model in said}

    assert behind == {1: (1,), 2: (1, 2, 4), 3: (1, 2, 3, 4), 4: (1, 2, 4)}
