"""Facts about labelers with the cluster bootstrap over prompts, on numbers worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from labeling.agreement.facts import (
    Drawn,
    Fact,
    as_likely_as,
    medians,
    no_fact,
    position_preferences,
    quotients,
)
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import SHARE, Ends, times_drawn

AMINA, OTTO = 7, 3


def drawn(labelers: Any, prompts: Any) -> Drawn:
    return Drawn(np.asarray(labelers, dtype=np.int64), np.asarray(prompts, dtype=np.int64))


def shares(*answers: float) -> Sums:
    return Sums(np.array(answers, dtype=np.float64), np.ones(len(answers)))


def lone(sums: Sums, prompts: Any, *, counted: str = "rankings", ends: Ends | None = None) -> Fact:
    """Of one labeler who is everybody."""
    whose = drawn([AMINA] * len(sums.part), prompts)
    return quotients(sums, whose, labelers=[AMINA], counted=counted, ends=ends)[AMINA]


def test_ten_draws_with_one_success_have_the_interval_of_a_binomial() -> None:
    """Resampled successes are binomial, 10 draws of 0.1: P(0) = 0.349, P(up to 3) = 0.9872 and
    P(up to 4) = 0.9984. The tail of 10 prompts is the normal one beyond sqrt(10/9) * 2.2622 =
    2.3846, 0.0086, so that the ends are 0 and 4 of ten. It is 2.3846 / 1.96 = 1.2166 as wide."""
    fact = lone(shares(1, *[0] * 9), range(10))

    assert (fact.value, fact.low, fact.high, fact.num_counted) == (0.1, 0.0, 0.4, 10)
    assert fact.standard_error == pytest.approx(1.2166 * math.sqrt(0.1 * 0.9 / 10), rel=0.1)


def test_the_bootstrap_of_single_draws_is_the_closed_form() -> None:
    """Where every prompt is one draw of weight one, the resamples are binomial by construction."""
    fact = lone(shares(*[1] * 90, *[0] * 210), range(300))

    low, high = stats.binom.ppf([0.025, 0.975], 300, 0.3) / 300
    assert (fact.low, fact.high) == pytest.approx((low, high), abs=0.01)
    assert fact.standard_error == pytest.approx(math.sqrt(0.3 * 0.7 / 300), rel=0.06)


def test_what_is_said_of_one_prompt_is_one_draw() -> None:
    """Four rankings of a prompt that always say the same tell as much as one."""
    single = lone(shares(*[1, 0] * 20), range(40))
    fourfold = lone(shares(*np.repeat([1, 0] * 20, 4)), np.repeat(range(40), 4))

    assert (fourfold.low, fourfold.high) == (single.low, single.high)
    assert (fourfold.num_counted, single.num_counted) == (160, 40)


def test_all_together_holds_those_who_are_not_listed() -> None:
    """Amina says yes to 10 of 20 and Otto to all of his 20: 30 of 40."""
    sums = shares(*[1, 0] * 10, *[1] * 20)
    whose = drawn([AMINA] * 20 + [OTTO] * 20, [*range(20), *range(20)])

    found = quotients(sums, whose, labelers=[AMINA], counted="rankings")

    assert set(found) == {None, AMINA}
    assert (found[None].value, found[AMINA].value) == (0.75, 0.5)
    assert found[None].num_counted == 40


def test_labelers_are_told_apart_whatever_their_order() -> None:
    sums = shares(*[1, 0] * 10, *[1, 0, 0, 0] * 5)
    whose = drawn([AMINA] * 20 + [OTTO] * 20, [*range(20), *range(20)])

    found = quotients(sums, whose, labelers=[AMINA, OTTO], counted="rankings")
    turned = quotients(sums, whose, labelers=[OTTO, AMINA], counted="rankings")

    assert (found[AMINA].value, found[OTTO].value) == (0.5, 0.25)
    assert found == turned


def test_thousands_of_prompts_are_drawn_in_groups_and_the_width_stays() -> None:
    """3,000 prompts in a thousand groups: the standard error is that of 3,000 draws."""
    answers = (np.arange(3_000) % 10 < 3).astype(float)
    rng = np.random.default_rng(1)

    fact = lone(shares(*rng.permutation(answers)), range(3_000))

    assert fact.value == pytest.approx(0.3)
    assert fact.standard_error == pytest.approx(math.sqrt(0.3 * 0.7 / 3_000), rel=0.1)


def test_a_habit_without_exception_has_the_exact_bound() -> None:
    """R19: every draw alike is no certainty, and the more prompts the nearer to one.

    Of 100 prompts at least 0.025^(1/100) = 0.9638; two rankings of a prompt are no two draws.
    """
    ties_all = lone(shares(*[1] * 200), np.arange(200) // 2, ends=SHARE)
    never = lone(shares(*[0] * 40), range(40), ends=SHARE)

    assert (ties_all.low, ties_all.high) == (pytest.approx(0.9638, abs=5e-5), 1.0)
    assert ties_all.standard_error == pytest.approx((1 - 0.9638) / 1.96, rel=2e-3)
    assert (never.low, never.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 40)))


def test_who_always_prefers_the_longer_text_has_the_bound_of_a_correlation() -> None:
    """From -1 to 1, of 20 prompts: -1 + 2 * 0.025^(1/20) = 0.663."""
    fact = lone(shares(*[1] * 20), range(20), ends=(-1.0, 1.0))

    assert (fact.low, fact.high) == (pytest.approx(0.663, abs=5e-4), 1.0)


def test_draws_that_are_all_alike_but_at_no_end_make_no_interval() -> None:
    """Always half is not what resampling can doubt, nor a bound."""
    half = lone(shares(*[0.5] * 40), range(40), ends=SHARE)
    no_share = lone(shares(*[1] * 40), range(40))

    for fact in (half, no_share):
        assert (fact.low, fact.high, fact.standard_error) == (None, None, None)
        assert "the same value" in (fact.reason_no_interval or "")


def test_too_few_prompts_make_no_interval_however_many_rankings_there_are() -> None:
    fact = lone(shares(*[1, 0, 0, 0] * 5), [0, 1, 2, 3] * 5)

    assert (fact.value, fact.low) == (0.25, None)
    assert fact.reason_no_interval == "An interval needs at least 5 prompts; here are 4."


def test_too_little_makes_no_fact_and_says_why() -> None:
    """Never NaN and never zero."""
    nothing = lone(Sums(np.zeros(0), np.zeros(0)), [], counted="tasks")
    nine = lone(shares(*[0] * 9), range(9))

    reason = "Tasks so far: 0. At least 10 are needed, 10 more than that."
    assert (nothing.value, nothing.reason_undefined) == (None, reason)
    assert no_fact("tasks").reason_undefined == reason
    nobody = medians(np.zeros(0), drawn([], []), labelers=[], counted="tasks")
    assert nobody[None].reason_undefined == reason
    assert (nine.value, nine.num_counted) == (None, 9)


def test_the_chance_of_a_distance_is_that_of_a_z_test() -> None:
    """0.2 away from nothing with an error of 0.1 is z = 2, p = 0.0455."""
    fact = as_likely_as(Fact(0.2, 50, low=0.0, high=0.4, standard_error=0.1), expected=0.0)

    assert fact.expected == 0
    assert fact.p_value == pytest.approx(0.0455, abs=1e-4)
    assert as_likely_as(Fact(0.2, 50), expected=0.0).p_value is None


def test_a_distance_that_every_prompt_gives_is_tested_by_signs() -> None:
    """R19: 3 points more lenient on each of 10 prompts: 10 coins alike, 2 / 2^10 = 0.00195."""
    always = lone(Sums(np.full(20, 3.0), np.ones(20)), np.arange(20) // 2)
    never = lone(Sums(np.zeros(20), np.ones(20)), range(20))

    assert as_likely_as(always, expected=0.0).p_value == pytest.approx(2 / 2**10)
    assert as_likely_as(always, expected=0.0).low is None
    assert as_likely_as(never, expected=0.0).p_value == 1.0


def test_the_first_place_is_compared_with_one_in_k() -> None:
    """Forty rankings of four: the first one is best every time."""
    whose = drawn([AMINA] * 40, range(40))
    found = position_preferences(shares(*[1] * 40), whose, np.full(40, 4), labelers=[AMINA])

    fact = found[AMINA]
    assert (fact.value, fact.expected, fact.num_counted) == (1.0, 0.25, 40)
    assert fact.p_value == pytest.approx(0.25**40)
    assert found[None] == fact


def lower_median(values: Any, times: Any) -> float:
    """The lowest value with half of the weight at or below it; values ascend."""
    reached = 2 * np.cumsum(times) >= times.sum()
    return float(values[np.argmax(reached)])


def test_the_interval_of_a_median_is_that_of_the_resampled_medians() -> None:
    """Found by halving; here every resample is really made. Values repeat, prompts have several."""
    rng = np.random.default_rng(4)
    prompt = rng.integers(0, 30, size=200)
    values = rng.integers(1, 40, size=200) + prompt
    who = np.where(rng.random(200) < 0.6, AMINA, OTTO)

    found = medians(
        values.astype(float), drawn(who, prompt), labelers=[AMINA, OTTO], counted="answers"
    )

    times = times_drawn(30)
    for name, chosen in ((None, who > 0), (AMINA, who == AMINA), (OTTO, who == OTTO)):
        mine, of = values[chosen], prompt[chosen]
        order = np.argsort(mine, kind="stable")
        resampled = [lower_median(mine[order], study[of[order]]) for study in times]
        num_prompts = len(np.unique(of))
        t = stats.t.ppf(0.975, num_prompts - 1) * math.sqrt(num_prompts / (num_prompts - 1))
        tail = stats.norm.sf(t)
        low, high = np.quantile(resampled, [tail, 1 - tail], method="inverted_cdf")
        assert (found[name].low, found[name].high) == (low, high)
        assert found[name].value == np.median(mine)


def test_the_median_leaves_unknown_times_out() -> None:
    values = np.array([np.nan, *range(1, 22)])

    fact = medians(values, drawn([AMINA] * 22, range(22)), labelers=[AMINA], counted="answers")

    assert (fact[AMINA].value, fact[AMINA].num_counted) == (11.0, 21)
    assert (fact[AMINA].low or 11) < 11 < (fact[AMINA].high or 0)


def test_a_median_of_too_little_or_of_one_value_says_so() -> None:
    few = medians(np.arange(9.0), drawn([AMINA] * 9, range(9)), labelers=[AMINA], counted="answers")
    same = medians(np.ones(30), drawn([AMINA] * 30, range(30)), labelers=[OTTO], counted="answers")

    assert (few[AMINA].reason_undefined or "").startswith("Answers so far: 9.")
    assert (same[None].value, same[None].low) == (1.0, None)
    assert same[None].reason_no_interval is not None
    assert same[OTTO].value is None


def test_a_fact_has_a_value_or_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        Fact(None, 0)
