"""Text to ids and ids to padded rows (T1-T4)."""

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tests.training.ml.tiny import lively_policy
from training.ml.batches import (
    TextEncoder,
    TokenLimits,
    prompts_and_answers,
    right_padded,
    split_by_tokens,
)
from training.ml.embedded_tokenizers import byte_tokenizer
from training.ml.language_modelling import Example, packed_batch, padded_batch
from training.ml.model_folders import load_policy, load_tokenizer
from training.ml.ranking_batches import encode_group
from training.ml.records import RankedPrompt

PROMPTS = [[5, 6, 7, 8, 9, 10, 11], [12, 13], [14, 15, 16]]
ANSWERS = [[20, 257], [21, 22, 23, 257], [257]]


def merging_tokenizer():
    """Bytes, with merges that join the end of a prompt to the start of a completion."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("\u0120", "a"), (".", "\u010a"), ("a", "b")]
    names = [*alphabet, *("".join(pair) for pair in merges)]
    model = models.BPE(vocab={name: place for place, name in enumerate(names)}, merges=merges)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")


def plain(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    """Learned positions: rotary ones would hide a forgotten position id."""
    folder = tmp_path_factory.mktemp("gpt2")
    lively_policy(folder, "gpt2")
    return load_policy(folder)


def logits(model, batch):
    with torch.no_grad():
        return model(
            input_ids=batch.token_BT,
            attention_mask=batch.attention,
            position_ids=batch.position_BT,
        ).logits


@pytest.mark.parametrize("case", [("say ", "a"), ("Stop.", "\nGo"), ("a", "b"), ("\n", " a")])
def test_a_completion_never_changes_the_tokens_of_its_prompt(case):
    """T2: tokenised apart, joined by ids, although the tokenizer would merge across."""
    tokenizer = merging_tokenizer()
    encoder = TextEncoder(tokenizer, TokenLimits(prompt=50, completion=50))
    prompt, completion = case

    assert encoder.prompt(prompt) == plain(tokenizer, prompt)
    assert encoder.completion(completion) == [*plain(tokenizer, completion), encoder.eos_id]


def test_tokenising_prompt_and_completion_together_would_merge_them():
    """T2, the control: without it the test above could not fail."""
    tokenizer = merging_tokenizer()

    assert plain(tokenizer, "say a")[:4] != plain(tokenizer, "say ")


def test_a_long_prompt_keeps_its_tail_and_a_long_completion_its_end_of_text():
    """T4: and both are counted in a warning."""
    tokenizer = byte_tokenizer(16)
    encoder = TextEncoder(tokenizer, TokenLimits(prompt=4, completion=4))

    assert tokenizer.decode(encoder.prompt("abcdefgh")) == "efgh"
    cut = encoder.completion("abcdefgh")
    assert tokenizer.decode(cut[:-1]) == "abc"
    assert cut[-1] == tokenizer.eos_token_id
    assert encoder.warnings() == [
        "1 prompts lost their beginning beyond 4 tokens.",
        "1 completions were cut at 4 tokens.",
    ]


def test_every_input_of_a_reward_model_ends_with_the_end_of_text():
    """T4: also the completion that was cut, which is counted, and the empty one."""
    tokenizer = byte_tokenizer(16)
    encoder = TextEncoder(tokenizer, TokenLimits(prompt=4, completion=4))
    ranked = RankedPrompt(
        prompt_id="1",
        prompt="abcdefgh",
        completion_ids=("1", "2", "3"),
        completions=("yes", "", "a longer one"),
        labelers=("amina",),
        rankings=((1, 2, 3),),
        split="train",
    )

    group = encode_group(ranked, encoder)

    assert [completion[-1] for completion in group.completions] == [tokenizer.eos_token_id] * 3
    assert [completion.count(tokenizer.eos_token_id) for completion in group.completions] == [1] * 3
    assert encoder.num_cut_completions == 1


def test_texts_that_just_fit_are_not_cut():
    """T4: three letters and the end of text fill four places."""
    encoder = TextEncoder(byte_tokenizer(16), TokenLimits(prompt=4, completion=4))
    encoder.prompt("abcd")
    encoder.completion("abc")

    assert encoder.warnings() == []


def test_an_empty_prompt_still_has_a_token_to_predict_from():
    """T2."""
    encoder = TextEncoder(byte_tokenizer(16), TokenLimits(prompt=4, completion=4))

    assert encoder.prompt("") == [encoder.eos_id]
    assert encoder.completion("") == [encoder.eos_id]


def test_limits_share_a_short_context(tiny_folder):
    """R54: 1024 + 1024 in a context of 128 becomes 64 + 64; what one leaves, the other takes."""
    config = load_policy(tiny_folder).config

    def limits(prompt, completion):
        found = TokenLimits.for_model(
            config, max_prompt_tokens=prompt, max_completion_tokens=completion
        )
        return found.prompt, found.completion

    assert limits(1024, 1024) == (64, 64)
    assert limits(20, 1024) == (20, 108)
    assert limits(1024, 20) == (108, 20)


def test_padding_and_end_of_text_are_different_tokens(tiny_folders):
    """T1."""
    for folder in tiny_folders.values():
        tokenizer = load_tokenizer(folder)
        assert tokenizer.pad_token_id != tokenizer.eos_token_id


@pytest.mark.parametrize("make", [padded_batch, packed_batch])
def test_the_end_of_text_of_every_answer_is_learned(make):
    """T1: also where a filler id or the pad id equals it."""
    batch = make([Example(p, a) for p, a in zip(PROMPTS, ANSWERS, strict=True)])

    learned = batch.token_BR[batch.mask_BR].tolist()
    assert learned.count(257) == 3
    assert sorted(learned) == sorted(token for answer in ANSWERS for token in answer)


@pytest.mark.parametrize("layout", [right_padded, lambda rows: prompts_and_answers(rows, ANSWERS)])
def test_what_stands_under_the_mask_changes_no_logit(gpt2, layout):
    """T1: pad content replaced by random ids."""
    batch = layout(PROMPTS)
    is_real_BT = batch.attention.bool()
    noise_BT = torch.randint(1, 255, batch.token_BT.shape, generator=torch.Generator())
    noisy = type(batch)(
        torch.where(is_real_BT, batch.token_BT, noise_BT), batch.attention, batch.position_BT
    )

    assert not is_real_BT.all()
    assert torch.equal(logits(gpt2, batch)[is_real_BT], logits(gpt2, noisy)[is_real_BT])


def test_a_row_padded_on_its_left_scores_as_if_alone(gpt2):
    """T3: positions come from the mask."""
    batch = prompts_and_answers(PROMPTS, ANSWERS)
    padded = logits(gpt2, batch)

    for row, (prompt, answer) in enumerate(zip(PROMPTS, ANSWERS, strict=True)):
        alone = logits(gpt2, right_padded([prompt + answer]))[0]
        torch.testing.assert_close(
            padded[row][batch.attention[row].bool()], alone, atol=1e-4, rtol=1e-4
        )


def test_positions_that_count_the_padding_would_be_noticed(gpt2):
    """T3, the control: running positions move a learned-position model by far more."""
    batch = prompts_and_answers(PROMPTS, ANSWERS)
    running = torch.arange(batch.token_BT.shape[1]).expand_as(batch.token_BT)
    wrong = type(batch)(batch.token_BT, batch.attention, running)
    is_real_BT = batch.attention.bool()

    gap = (logits(gpt2, batch) - logits(gpt2, wrong))[is_real_BT].abs().max()
    assert gap > 0.1


def test_micro_batches_stay_within_their_budget_and_lose_no_row():
    """A row beyond the budget goes alone."""
    lengths = [9, 3, 50, 4, 8, 3]

    batches = split_by_tokens(lengths, 20)

    assert sorted(index for batch in batches for index in batch) == list(range(6))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= 20
