"""Writing answers: what is drawn, with which probability, and that nothing else matters."""

from collections import Counter

import pytest
import torch
from torch.nn.functional import log_softmax

from tests.training.ml.ppo_setup import EOS_ID, PROMPTS
from training.ml.batches import prompts_and_answers
from training.ml.losses import token_logprobs
from training.ml.model_folders import load_policy
from training.ml.networks import answer_logits, sampling_copy
from training.ml.rollouts import SamplingRule, write_answers
from training.ml.seeding import generator
from training.ml.tiny_models import ARCHITECTURES

WINDOWED = ("windowed mistral", "windowed qwen2", "windowed qwen3")
COOL = SamplingRule(temperature=0.7, top_p=1.0, max_tokens=12, eos_id=EOS_ID)
NO_EOS = -1


def noise_for(count):
    return [generator(9, place) for place in range(count)]


def alone(policy, prompt, answer, temperature):
    """Each token's log-probability by one plain forward pass over an unpadded row."""
    with torch.no_grad():
        logit_TV = policy(torch.tensor([prompt + answer])).logits[0]
    logprob_RV = log_softmax(logit_TV[len(prompt) - 1 : -1] / temperature, dim=-1)
    return logprob_RV.gather(1, torch.tensor(answer)[:, None])[:, 0]


@pytest.mark.parametrize("architecture", [*ARCHITECTURES, *WINDOWED])
def test_what_the_writer_says_of_its_tokens_a_plain_forward_pass_confirms(
    policy_folder, architecture
):
    """P3, P4: at temperature 0.7, with prompts of unequal length beside each other."""
    policy = load_policy(policy_folder(architecture))

    answers = write_answers(policy, PROMPTS, noise_for(len(PROMPTS)), COOL)

    forgotten = []
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        said = torch.tensor(answer.logprobs)
        torch.testing.assert_close(
            said, alone(policy, prompt, answer.ids, 0.7), atol=1e-4, rtol=1e-4
        )
        forgotten.append((said - alone(policy, prompt, answer.ids, 1.0)).abs().max())
    # The same comparison would notice a temperature that was left out.
    assert max(forgotten) > 0.1


@pytest.mark.parametrize("architecture", [*ARCHITECTURES, *WINDOWED])
def test_padded_rows_give_the_log_probabilities_of_rows_alone(policy_folder, architecture):
    """T3, P3, P4: left padding and positions in the batches that are learned from."""
    policy = load_policy(policy_folder(architecture))
    answers = [[1, 2, 3, EOS_ID], [4], [5, 6], [7, 8, 9], [10, 11], [12]]

    given = gathered(policy, answers, prompts_and_answers(PROMPTS, answers))

    for row, (prompt, answer) in enumerate(zip(PROMPTS, answers, strict=True)):
        expected = alone(policy, prompt, answer, 0.7)
        torch.testing.assert_close(given[row, : len(answer)], expected, atol=1e-4, rtol=1e-4)


def test_without_position_ids_learned_positions_would_be_wrong(policy_folder):
    """T3, the control: the comparison above notices missing position ids."""
    policy = load_policy(policy_folder("gpt2"))
    answers = [[1, 2, 3, EOS_ID], [4], [5, 6], [7, 8, 9], [10, 11], [12]]
    batch = prompts_and_answers(PROMPTS, answers)
    columns = torch.arange(batch.position_BT.shape[1]).expand_as(batch.position_BT)

    naive = gathered(policy, answers, type(batch)(batch.token_BT, batch.attention, columns))

    shortest = 3
    expected = alone(policy, PROMPTS[shortest], answers[shortest], 0.7)
    assert (naive[shortest, :3] - expected).abs().max() > 0.1


def gathered(policy, answers, batch):
    width = max(len(answer) for answer in answers)
    first = batch.token_BT.shape[1] - width
    columns = torch.arange(first - 1, first - 1 + width)
    with torch.no_grad():
        logit_BRV = answer_logits(policy, batch, columns)
    return token_logprobs(logit_BRV, batch.token_BT[:, first:], 0.7)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_at_temperature_zero_every_token_is_the_likeliest(policy_folder, architecture):
    policy = load_policy(policy_folder(architecture))
    rule = SamplingRule(temperature=0.0, top_p=1.0, max_tokens=10, eos_id=NO_EOS)

    answers = write_answers(policy, PROMPTS, noise_for(len(PROMPTS)), rule)

    for prompt, answer in zip(PROMPTS, answers, strict=True):
        written = list(prompt)
        with torch.no_grad():
            for _ in range(10):
                logit_V = policy(torch.tensor([written])).logits[0, -1]
                written.append(int(logit_V.argmax()))
        assert answer.ids == written[len(prompt) :]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_answer_does_not_depend_on_what_is_written_beside_it(policy_folder, architecture):
    """Every answer draws from a stream of its own."""
    policy = load_policy(policy_folder(architecture))

    together = write_answers(policy, PROMPTS, noise_for(len(PROMPTS)), COOL)
    one_by_one = [
        write_answers(policy, [prompt], [generator(9, place)], COOL)[0]
        for place, prompt in enumerate(PROMPTS)
    ]

    assert [answer.ids for answer in together] == [answer.ids for answer in one_by_one]
    assert len({tuple(answer.ids) for answer in together}) == len(PROMPTS)


def test_an_answer_ends_with_its_first_end_of_text_and_others_write_on(policy_folder):
    """Rows that finish leave the cache; the rest must not notice."""
    policy = load_policy(policy_folder("gpt2"))
    endless = SamplingRule(temperature=0.8, top_p=1.0, max_tokens=40, eos_id=NO_EOS)
    free = write_answers(policy, PROMPTS, noise_for(len(PROMPTS)), endless)
    # The token that most answers hold at some place, but not all: make it the end of text.
    counts = Counter(token for answer in free for token in set(answer.ids))
    eos_id = max((n, token) for token, n in counts.items() if n < len(PROMPTS))[1]
    # Enough end early for the cache to be rewritten while others still write.
    assert counts[eos_id] >= 2

    rule = SamplingRule(temperature=0.8, top_p=1.0, max_tokens=40, eos_id=eos_id)
    ended = write_answers(policy, PROMPTS, noise_for(len(PROMPTS)), rule)

    for whole, cut in zip(free, ended, strict=True):
        ends = eos_id in whole.ids
        length = whole.ids.index(eos_id) + 1 if ends else 40
        assert cut.ids == whole.ids[:length]
        assert cut.has_eos == ends
        assert cut.logprobs == pytest.approx(whole.logprobs[:length], abs=1e-4)


def test_several_answers_to_a_prompt_read_it_once_and_differ(policy_folder):
    policy = load_policy(policy_folder())
    prompts = PROMPTS[:2]

    copies = write_answers(policy, prompts, noise_for(6), COOL)
    singly = write_answers(policy, [p for p in prompts for _ in range(3)], noise_for(6), COOL)

    assert [answer.ids for answer in copies] == [answer.ids for answer in singly]
    assert len({tuple(answer.ids) for answer in copies}) == 6


@pytest.mark.parametrize("architecture", ["llama", "gpt_neox", "gpt2"])
def test_a_copy_that_writes_in_bf16_keeps_its_positions_exact(policy_folder, architecture):
    """P20: rotary frequencies of eight bits would turn later tokens by whole radians."""
    policy = load_policy(policy_folder(architecture))

    smaller = sampling_copy(policy, "bf16")

    assert {weight.dtype for weight in smaller.parameters()} == {torch.bfloat16}
    assert {weight.dtype for weight in policy.parameters()} == {torch.float32}
    for (name, kept), (_, own) in zip(smaller.named_buffers(), policy.named_buffers(), strict=True):
        assert torch.equal(kept, own), name
    if architecture != "gpt2":
        angles = torch.arange(1000)[:, None] * policy.base_model.rotary_emb.inv_freq
        rounded = torch.arange(1000)[:, None] * policy.base_model.rotary_emb.inv_freq.bfloat16()
        # The control: what rounding all of the copy did.
        assert (angles - rounded).abs().max() > 1
