"""R85: who writes how many of a prompt's completions."""

from training.ml.mixing import SUPERVISED_SHARE, default_weights
from training.ml.sampling_plan import completions_by_policy

WEIGHTS = {"model": 3.0, "model_2": 1.0, "model_3": 0.0}


def allotted(prompt_id, seed=5, count=9):
    return completions_by_policy(WEIGHTS, count, seed=seed, prompt_id=prompt_id)


def test_every_completion_of_a_prompt_has_one_writer():
    for number in range(50):
        shares = allotted(f"p{number}")
        assert [index for share in shares.values() for index in share] == list(range(9))
        assert len(shares["model_3"]) == 0


def test_the_same_seed_gives_the_same_writers_whatever_the_other_prompts():
    assert allotted("p1") == allotted("p1")
    assert len({len(allotted(f"p{number}")["model"]) for number in range(50)}) == 2
    assert [allotted(f"p{n}", seed=6) for n in range(50)] != [allotted(f"p{n}") for n in range(50)]


def test_over_many_prompts_the_weights_are_kept():
    # 9 * 3/4 = 6.75 of each prompt, standard deviation 0.433: four standard errors of 2000 prompts.
    mean = sum(len(allotted(f"p{number}")["model"]) for number in range(2_000)) / 2_000

    assert abs(mean - 6.75) < 4 * 0.433 / 2_000**0.5


def test_by_default_most_completions_are_of_supervised_policies():
    """Section 3.1."""
    assert default_weights({"model": True, "model_2": False}) == {
        "model": SUPERVISED_SHARE,
        "model_2": 1 - SUPERVISED_SHARE,
    }
    assert default_weights({"model": False, "model_2": True, "model_3": False}) == {
        "model": (1 - SUPERVISED_SHARE) / 2,
        "model_2": SUPERVISED_SHARE,
        "model_3": (1 - SUPERVISED_SHARE) / 2,
    }


def test_policies_of_one_kind_share_alike_by_default():
    assert default_weights({"model": True, "model_2": True}) == {"model": 0.5, "model_2": 0.5}
    assert default_weights({"model": False}) == {"model": 1.0}
