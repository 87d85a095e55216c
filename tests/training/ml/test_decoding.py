"""Ways to keep keys and values while writing: all give the same answers."""

import copy
from collections import Counter
from dataclasses import replace

import pytest
import torch

from tests.training.ml.ppo_setup import EOS_ID, PROMPTS
from training.ml.decoding import GrowingDecoder, ReadPrompts, SharingDecoder
from training.ml.model_folders import ATTENTION, load_policy
from training.ml.rollouts import SamplingRule, decoder_for, write_answers
from training.ml.seeding import generator
from training.ml.tiny_models import ARCHITECTURES

COPIES = 3
MAX_TOKENS = 24
CACHINGS = ("growing", "shared", "fixed")


def noise():
    return [generator(4, place) for place in range(COPIES * len(PROMPTS))]


def rule(eos_id):
    return SamplingRule(temperature=2.0, top_p=1.0, max_tokens=MAX_TOKENS, eos_id=eos_id)


def written(policy, caching, eos_id=EOS_ID):
    return write_answers(policy, PROMPTS, noise(), rule(eos_id), caching=caching)


def one_by_one(policy, eos_id):
    """The same answers, each written alone behind its prompt."""
    streams = iter(noise())
    return [
        write_answers(policy, [prompt], [next(streams)], rule(eos_id))[0]
        for prompt in PROMPTS
        for _ in range(COPIES)
    ]


@pytest.fixture(scope="module")
def alone(policy_folder):
    """A token that ends many answers early but not all, and the answers that it ends, by policy."""
    known = {}

    def of(architecture):
        if architecture not in known:
            policy = load_policy(policy_folder(architecture))
            free = written(policy, "growing", eos_id=-1)
            counts = Counter(token for answer in free for token in set(answer.ids))
            eos_id = max((n, token) for token, n in counts.items() if n < len(free))[1]
            known[architecture] = eos_id, one_by_one(policy, eos_id)
        return known[architecture]

    return of


@pytest.fixture
def batch_sizes(monkeypatch):
    """The rows of every forward pass of a policy, as they happen."""
    sizes = []

    def watch(policy):
        forward = policy.forward

        def counting(*args, **kwargs):
            sizes.append(len(kwargs["input_ids"]))
            return forward(*args, **kwargs)

        monkeypatch.setattr(policy, "forward", counting)
        return sizes

    return watch


@pytest.mark.parametrize("caching", CACHINGS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_prompt_kept_once_or_for_each_answer_gives_the_same_answers(
    policy_folder, alone, architecture, caching
):
    """P3, P4: prompts of unequal length, rows that finish and leave, memory that never moves."""
    policy = load_policy(policy_folder(architecture))
    eos_id, expected = alone(architecture)

    answers = written(policy, caching, eos_id)

    assert [answer.ids for answer in answers] == [answer.ids for answer in expected]
    for together, singly in zip(answers, expected, strict=True):
        assert together.logprobs == pytest.approx(singly.logprobs, abs=1e-5)
    # Answers that end, at different times, are what makes this a test of leaving rows out.
    assert len({len(answer.ids) for answer in answers}) >= 4


@pytest.mark.parametrize("caching", CACHINGS)
def test_finished_rows_are_computed_no_more(policy_folder, alone, batch_sizes, caching):
    policy = load_policy(policy_folder())
    eos_id, _ = alone("llama")
    sizes = batch_sizes(policy)

    answers = written(policy, caching, eos_id)

    # The prompts in one pass, then one pass per token but the last.
    assert sizes[:2] == [len(PROMPTS), COPIES * len(PROMPTS)]
    assert len(sizes) == max(len(answer.ids) for answer in answers)
    assert sizes[1:] == sorted(sizes[1:], reverse=True)
    for column, size in enumerate(sizes[1:], start=1):
        still_writing = sum(len(answer.ids) > column for answer in answers)
        # Half the rows at least are at work wherever a row was computed.
        assert still_writing <= size <= 2 * still_writing


def test_a_batch_whose_answers_have_all_ended_is_left(policy_folder, batch_sizes):
    policy = load_policy(policy_folder())
    [first, *_] = write_answers(policy, PROMPTS[:1], noise()[:1], rule(EOS_ID))[0].ids
    sizes = batch_sizes(policy)

    [answer] = write_answers(policy, PROMPTS[:1], noise()[:1], rule(first))

    assert (answer.ids, answer.has_eos) == ([first], True)
    assert sizes == [1]


def test_a_pad_that_is_looked_at_changes_the_answers(policy_folder):
    """The negative control: the comparison above notices a prompt's padding that leaks."""
    policy = load_policy(policy_folder())
    with torch.inference_mode():
        logits = []
        for forgets in (False, True):
            read = ReadPrompts(policy, PROMPTS)
            if forgets:
                read.attention_BP = torch.ones_like(read.attention_BP)
            decoder = SharingDecoder(policy, read, 1)
            with decoder.at_work():
                logits.append(decoder.step(read.logit_BV.argmax(-1)))

    assert (logits[0] - logits[1]).abs().max() > 0.1


def test_an_unknown_architecture_gets_the_cache_that_any_has(policy_folder):
    policy = load_policy(policy_folder())
    expected = written(policy, "shared")
    policy.config.model_type = "something_else"

    with torch.inference_mode():
        decoder = decoder_for(policy, ReadPrompts(policy, PROMPTS), COPIES, 8, caching="auto")

    assert isinstance(decoder, GrowingDecoder)
    assert written(policy, "auto") == [approximately(answer) for answer in expected]


def approximately(answer):
    return replace(answer, logprobs=pytest.approx(answer.logprobs, abs=1e-5))


def test_the_policy_attends_as_before_when_writing_fails(policy_folder, monkeypatch):
    policy = load_policy(policy_folder())

    def fail(_decoder, _token_N):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(SharingDecoder, "step", fail)
    with pytest.raises(RuntimeError):
        written(policy, "shared")

    assert policy.config._attn_implementation == ATTENTION


def test_in_bfloat16_a_prompt_kept_once_costs_no_exactness(policy_folder):
    """P20: the scores are normalised in fp32 there too."""
    exact = load_policy(policy_folder())
    rough = copy.deepcopy(exact).bfloat16()

    gaps = {caching: mean_gap(exact, written(rough, caching)) for caching in CACHINGS}

    assert gaps["growing"] < 0.01
    assert gaps["shared"] < 1.5 * gaps["growing"]
    assert gaps["fixed"] == pytest.approx(gaps["shared"], rel=0.5)


def mean_gap(exact, answers):
    """How far the probabilities told are from those of a plain forward pass in fp32."""
    prompts = [prompt for prompt in PROMPTS for _ in range(COPIES)]
    gaps = []
    for prompt, answer in zip(prompts, answers, strict=True):
        with torch.no_grad():
            logit_TV = exact(torch.tensor([prompt + answer.ids])).logits[0]
        probability_RV = (logit_TV[len(prompt) - 1 : -1] / 2.0).softmax(-1)
        chosen_R = probability_RV.gather(1, torch.tensor(answer.ids)[:, None])[:, 0]
        gaps.append((chosen_R - torch.tensor(answer.logprobs).exp()).abs())
    return float(torch.cat(gaps).mean())
