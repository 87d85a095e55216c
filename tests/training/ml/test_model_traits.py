"""What is recorded of a folder without loading it is what the trainer would load."""

import json

import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from training.ml.architectures import ADAPTED_MATRICES
from training.ml.embedded_tokenizers import CONTROL_PIECES, byte_tokenizer
from training.ml.lora import add_adapters
from training.ml.model_folders import load_config, load_policy, load_tokenizer
from training.ml.packing import MASKABLE
from training.ml.reward_folders import new_reward_model, save_reward_model
from training.ml.seeding import generator
from training.ml.tiny_models import ARCHITECTURES
from training.services.model_traits import ModelTraits, traits_of, vocabulary_of


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_it_is_what_the_loader_reads(tiny_folders, architecture):
    folder = tiny_folders[architecture]

    traits = traits_of(folder)

    config, vocabulary = load_config(folder), load_tokenizer(folder).get_vocab()
    # The loader adds Qwen's own end token to this tokenizer, which was made for no architecture.
    vocabulary.pop("<|endoftext|>", None)
    assert vocabulary_of(folder) == vocabulary
    assert traits.vocabulary_size == len(vocabulary) == 259
    assert (traits.architecture, traits.context_tokens) == (architecture, 128)
    assert (config.model_type, config.max_position_embeddings) == (architecture, 128)


def test_a_reward_model_keeps_the_vocabulary_of_what_it_was_trained_from(tiny_folder, tmp_path):
    """It is saved with another padding token, which is one of those that are there."""
    made = new_reward_model(tiny_folder, generator(1))

    save_reward_model(made, load_tokenizer(tiny_folder), tmp_path / "reward", parent=tiny_folder)

    assert load_tokenizer(tmp_path / "reward").get_vocab() == vocabulary_of(tmp_path / "reward")
    assert traits_of(tmp_path / "reward") == traits_of(tiny_folder)


def test_one_more_token_and_two_that_change_places_are_other_vocabularies(tiny_folder, tmp_path):
    tokenizer = load_tokenizer(tiny_folder)
    tokenizer.add_tokens(["<|tool|>"])
    tokenizer.save_pretrained(tmp_path / "more")
    swapped = json.loads((tiny_folder / "tokenizer.json").read_text())
    vocabulary = swapped["model"]["vocab"]
    vocabulary["a"], vocabulary["b"] = vocabulary["b"], vocabulary["a"]
    (tmp_path / "swapped").mkdir()
    (tmp_path / "swapped" / "tokenizer.json").write_text(json.dumps(swapped))

    sums = {traits_of(tmp_path / name).vocabulary_sha256 for name in ("more", "swapped")}

    assert traits_of(tmp_path / "more").vocabulary_size == 260
    assert traits_of(tmp_path / "swapped").vocabulary_size == 259
    assert len(sums | {traits_of(tiny_folder).vocabulary_sha256}) == 3


def test_a_unigram_tokenizer_is_read_too(tmp_path):
    pieces = [(name, 0.0) for name in CONTROL_PIECES] + [("hello", -1.0), ("world", -2.0)]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.Unigram(pieces, unk_id=0)), eos_token="</s>"
    )
    tokenizer.save_pretrained(tmp_path)

    assert vocabulary_of(tmp_path) == tokenizer.get_vocab()


def saved(folder):
    """A usable tokenizer in a folder, to be spoiled."""
    byte_tokenizer(64).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    "spoiled",
    [
        "not JSON",
        "[" * 100_000,
        "[]",
        "{}",
        '{"model": []}',
        '{"model": {"vocab": 7}}',
        '{"model": {"vocab": {"a": "b"}}}',
        '{"model": {"vocab": {"a": true}}}',
        '{"model": {"vocab": [[], 5, null]}}',
        '{"model": {"vocab": {"a": 1}}, "added_tokens": [{"content": "b"}]}',
    ],
)
def test_of_a_tokenizer_in_another_form_nothing_is_recorded(tmp_path, spoiled):
    (saved(tmp_path) / "tokenizer.json").write_text(spoiled)

    assert traits_of(tmp_path) == ModelTraits()


def test_nor_of_one_whose_special_token_the_loader_would_number(tmp_path):
    config = json.loads((saved(tmp_path) / "tokenizer_config.json").read_text())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config | {"pad_token": "[PAD]"}))

    assert vocabulary_of(tmp_path) is None
    assert "[PAD]" in load_tokenizer(tmp_path).get_vocab()


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": 5, "max_position_embeddings": "128"},
        {"model_type": "a" * 65, "max_position_embeddings": 10**30},
        {"model_type": "a\x00", "max_position_embeddings": -1},
        {"model_type": "$(id)", "max_position_embeddings": True},
        {},
    ],
)
def test_nor_what_no_column_could_hold(tmp_path, config):
    (tmp_path / "config.json").write_text(json.dumps(config))

    assert traits_of(tmp_path) == ModelTraits()


def test_a_token_that_is_half_a_character_has_a_hash(tmp_path):
    (tmp_path / "tokenizer.json").write_text('{"model": {"vocab": {"\\ud83d": 0}}}')

    assert len(traits_of(tmp_path).vocabulary_sha256) == 64


@pytest.mark.parametrize("architecture", ADAPTED_MATRICES)
def test_every_matrix_named_for_adapters_is_one_of_the_architecture(tiny_folders, architecture):
    """Else the request would pass and the trainer refuse."""
    assert architecture in MASKABLE
    if architecture in tiny_folders:
        add_adapters(load_policy(tiny_folders[architecture]), Adapters(), 1)


class Adapters:
    lora_rank, lora_alpha = 2, 4
