"""Drawing tokens: as often as their probability says, and with that probability told."""

import math

import torch

from training.ml.token_draws import NUCLEUS, SamplingRule, inverse_cdf, next_tokens, nucleus

NO_EOS = -1


def test_the_nucleus_is_the_fewest_tokens_that_hold_top_p():
    probability = torch.tensor([[0.1, 0.4, 0.2, 0.3], [0.97, 0.01, 0.01, 0.01]])

    kept = nucleus(probability, 0.65)

    # 0.4 + 0.3 reaches 0.65; one token of the second row does alone.
    expected = torch.tensor([[0.0, 0.4, 0.0, 0.3], [0.97, 0.0, 0.0, 0.0]])
    assert torch.equal(kept, expected)


def test_top_p_draws_inside_the_nucleus_but_tells_the_unfiltered_probability():
    """P4: a filter behind the log-probabilities' back would make KL nonzero at step 0."""
    logit = torch.tensor([0.1, 0.4, 0.2, 0.3]).log().expand(200, 4)
    uniform = torch.rand(200, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    rule = SamplingRule(temperature=1.0, top_p=0.65, max_tokens=1, eos_id=NO_EOS)

    token, logprob = next_tokens(logit, uniform, rule)

    assert set(token.tolist()) == {1, 3}
    torch.testing.assert_close(logprob, torch.tensor([0.1, 0.4, 0.2, 0.3])[token].log())


def test_a_token_is_drawn_where_the_running_sum_passes_the_number():
    probability = torch.tensor([[0.25, 0.0, 0.25, 0.5, 0.0]]).expand(6, 5)
    uniform = torch.tensor([0.0, 0.2, 0.25, 0.49, 0.5, 1.0], dtype=torch.float64)

    # Tokens without probability are never drawn, not even at the very end.
    assert inverse_cdf(probability, uniform)[0].tolist() == [0, 0, 2, 2, 3, 3]


def test_the_search_in_blocks_finds_what_one_running_sum_finds():
    stream = torch.Generator().manual_seed(4)
    probability = torch.softmax(3 * torch.randn(64, 1000, generator=stream), dim=-1)
    uniform = torch.rand(64, generator=stream, dtype=torch.float64)

    drawn, _ = inverse_cdf(probability, uniform)

    running = probability.double().cumsum(-1)
    plain = (running <= uniform[:, None] * running[:, -1:]).sum(-1)
    assert torch.equal(drawn, plain)


def test_tokens_come_as_often_as_their_probability_says():
    """P4: pure sampling."""
    wanted = torch.tensor([0.5, 0.3, 0.15, 0.05])
    uniform = torch.rand(20_000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rule = SamplingRule(temperature=0.5, top_p=1.0, max_tokens=1, eos_id=NO_EOS)

    # Halving the temperature squares probabilities, so their roots are given.
    token, _ = next_tokens(0.5 * wanted.log().expand(20_000, 4), uniform, rule)

    shares = torch.bincount(token, minlength=4) / 20_000
    # Three standard errors of a share of a half.
    assert (shares - wanted).abs().max() < 3 * math.sqrt(0.25 / 20_000)


def test_a_nucleus_of_more_tokens_than_are_looked_at_first_is_found_whole():
    """Flat rows: half the probability lies on half the vocabulary, one of them on one token."""
    size = 4 * NUCLEUS
    peaked = torch.full((size,), 0.1 / (size - 1))
    peaked[17] = 0.9
    probability = torch.stack([torch.full((size,), 1.0 / size), peaked])

    kept = nucleus(probability, 0.5) > 0

    assert kept.sum(-1).tolist() == [size // 2, 1]
    assert kept[1, 17]


def test_the_log_probability_is_that_of_doubles():
    """P4: a vocabulary added up in fp32 would lose the sixth digit."""
    stream = torch.Generator().manual_seed(2)
    logit = 3 * torch.randn(16, 50_257, generator=stream)
    uniform = torch.rand(16, generator=stream, dtype=torch.float64)
    rule = SamplingRule(temperature=0.7, top_p=1.0, max_tokens=1, eos_id=NO_EOS)

    token, logprob = next_tokens(logit, uniform, rule)

    exact = (logit / 0.7).double().log_softmax(-1).gather(1, token[:, None])[:, 0]
    assert (logprob - exact).abs().max() < 2e-6
