"""Win rates and means on numbers a hand can check (R35)."""

import numpy as np
import pytest

from labeling.agreement.win_rates import RankedSample, means_by_prompt, scores_by_task

MODEL, BASELINE, OTHER = 1, 2, 3


def ranked(ranking: int, task: int, prompt: int, **rank_of: int) -> list[RankedSample]:
    """``m``, ``b`` and ``o`` with a number stand for samples of the three models."""
    source = {"m": MODEL, "b": BASELINE, "o": OTHER}
    return [
        RankedSample(ranking, task, prompt, source[name[0]], rank) for name, rank in rank_of.items()
    ]


def ends_of_key(key: str) -> tuple[float, float]:
    return (1.0, 7.0) if key.startswith("likert") else (0.0, 1.0)


def means(**said: list[tuple[int, float]]):
    return means_by_prompt(
        said, ends=ends_of_key, when_undefined=lambda key: f"nothing about {key}"
    )


@pytest.mark.parametrize(
    ("rank_of", "score"),
    [
        ({"m": 1, "b": 2}, 1.0),
        ({"m": 2, "b": 1}, 0.0),
        ({"m": 1, "b": 1}, 0.5),
        ({"m": 2, "b": 3, "o": 1}, 1.0),
        # Of the four pairs of samples one is lost, one tied and two are won.
        ({"m1": 1, "m2": 3, "b1": 2, "b2": 3}, 0.625),
    ],
)
def test_a_task_scores_one_above_the_baseline_and_a_half_for_a_tie(rank_of, score):
    samples = ranked(10, 20, 30, **rank_of)

    assert scores_by_task(samples, model=MODEL, baseline=BASELINE) == [(30, score)]


def test_several_judges_of_a_task_are_averaged_before_tasks_are_counted():
    """A task with three judges weighs as much as one with a single judge."""
    samples = [
        *ranked(1, 20, 30, m=1, b=2),
        *ranked(2, 20, 30, m=1, b=2),
        *ranked(3, 20, 30, m=2, b=1),
        *ranked(4, 21, 31, m=2, b=1),
    ]

    scores = dict(scores_by_task(samples, model=MODEL, baseline=BASELINE))

    assert scores == {30: pytest.approx(2 / 3), 31: 0.0}


def test_a_task_without_the_model_says_nothing_about_it():
    assert scores_by_task(ranked(1, 2, 3, o=1, b=2), model=MODEL, baseline=BASELINE) == []


def test_a_mean_counts_its_answers_and_their_prompts():
    figure = means(likert=[(1, 7.0), (1, 5.0), (2, 3.0)])["likert"]

    assert (figure.value, figure.num_counted, figure.num_prompts) == (5.0, 3, 2)
    assert figure.low is None
    assert "at least 5 prompts" in figure.reason_no_interval


def test_without_an_answer_there_is_a_reason_and_no_number():
    figures = means(likert=[(1, 4.0)], opinion=[])

    assert (figures["opinion"].value, figures["opinion"].num_counted) == (None, 0)
    assert figures["opinion"].reason_undefined == "nothing about opinion"
    assert means(likert=[])["likert"].reason_undefined == "nothing about likert"


def test_a_flag_that_nobody_ever_set_has_the_exact_bound():
    """R37: nothing seen among 120 prompts is not a share between 0 and 0. With a true share of h,
    120 prompts without it have chance (1 - h)^120, which is 2.5% at h = 1 - 0.025^(1/120)."""
    figure = means(flag=[(prompt, 0.0) for prompt in range(120)])["flag"]

    assert (figure.value, figure.low, figure.reason_no_interval) == (0.0, 0.0, None)
    assert figure.high == pytest.approx(0.03027, abs=5e-6)
    assert (1 - figure.high) ** 120 == pytest.approx(0.025)


def test_a_model_that_won_every_task_has_the_exact_bound():
    """Several judgments of a prompt are one draw: 200 tasks on 100 prompts say as much as 100."""
    figure = means(win_rate=[(task // 2, 1.0) for task in range(200)])["win_rate"]

    assert (figure.value, figure.high) == (1.0, 1.0)
    assert figure.low**100 == pytest.approx(0.025)


def test_ratings_that_are_all_the_best_have_the_bound_of_their_own_scale():
    """Of 10 prompts rated 7 from 1 to 7: 1 + 6 * 0.025^(1/10) = 1 + 6 * 0.6915 = 5.149."""
    figure = means(likert=[(prompt, 7.0) for prompt in range(10)])["likert"]

    assert (figure.low, figure.high) == (pytest.approx(5.149, abs=5e-4), 7.0)


def test_ratings_that_are_all_the_middle_say_why_there_is_no_interval():
    """Only an end of the scale says that every prompt lies there."""
    figure = means(likert=[(prompt, 4.0) for prompt in range(120)])["likert"]

    assert (figure.value, figure.low, figure.high) == (4.0, None, None)
    assert "the same value" in figure.reason_no_interval


def test_the_interval_resamples_prompts_and_not_judgments():
    """Ten copies of each judgment say no more about other prompts than one does."""
    generator = np.random.default_rng(1)
    once = [(prompt, float(generator.integers(2))) for prompt in range(60)]

    single = means(flag=once)["flag"]
    repeated = means(flag=once * 10)["flag"]

    assert (repeated.value, repeated.low, repeated.high) == pytest.approx(
        (single.value, single.low, single.high)
    )


def test_the_interval_covers_a_known_win_rate():
    """Over 200 studies of 80 prompts with a true rate of 0.7, about 95 % hold it."""
    generator = np.random.default_rng(7)
    said = {
        str(study): [(prompt, float(generator.random() < 0.7)) for prompt in range(80)]
        for study in range(200)
    }

    figures = means_by_prompt(said, ends=ends_of_key, when_undefined=str).values()

    covered = np.mean([figure.low <= 0.7 <= figure.high for figure in figures])
    assert 0.9 <= covered <= 0.99


def test_what_one_figure_is_about_does_not_move_another():
    alone = means(likert=[(prompt, float(prompt % 7)) for prompt in range(40)])["likert"]
    beside = means(
        likert=[(prompt, float(prompt % 7)) for prompt in range(40)],
        opinion=[(prompt, 1.0) for prompt in range(40)],
    )["likert"]

    assert (alone.low, alone.high) == pytest.approx((beside.low, beside.high))
