"""Models made in code: the tiny ones, and what a folder is saved as."""

import pytest

from training.ml import embedded_models
from training.ml.embedded_models import convert_stories, make_tiny
from training.ml.embedded_tokenizers import byte_tokenizer
from training.ml.model_folders import NOTICE_NAME, load_policy, load_tokenizer
from training.ml.tiny_models import ARCHITECTURES


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_same_seed_gives_the_same_bytes(tmp_path, architecture):
    """R53: and another seed others."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_tiny(tmp_path / name, seed, architecture, width=48, num_layers=1, context=32)

    assert weights(tmp_path / "a") == weights(tmp_path / "b") != weights(tmp_path / "c")
    assert load_policy(tmp_path / "a").config.model_type == architecture
    assert f"Architecture {architecture}, seed 1" in (tmp_path / "a" / NOTICE_NAME).read_text()


def test_an_unknown_architecture_is_refused(tmp_path):
    """By the names that exist."""
    with pytest.raises(ValueError, match="must be one of llama, gpt2, gpt_neox, qwen2"):
        make_tiny(tmp_path, 1, "bloom")


def test_the_byte_tokenizer_gives_every_text_back(tiny_folder):
    """T2: also through the folder, and pad, end and beginning are three ids of their own."""
    tokenizer = load_tokenizer(tiny_folder)
    text = "Grüße, 世界!  two  spaces\n\ttab \u2028 \x00 end "

    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert len(tokenizer(text)["input_ids"]) == len(text.encode())
    ids = {tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.bos_token_id}
    assert ids == {256, 257, 258}
    assert len(tokenizer) == 259


def test_the_command_line_makes_a_model_that_loads(tmp_path):
    """`python -m training.ml.embedded_models tiny OUT --seed 3`."""
    embedded_models.main(["tiny", str(tmp_path / "made"), "--seed", "3"])

    config = load_policy(tmp_path / "made").config
    assert (config.hidden_size, config.max_position_embeddings) == (192, 512)
    assert config.vocab_size == len(byte_tokenizer(512))


def test_a_data_file_that_is_not_the_published_one_is_refused(tmp_path):
    """Its digest is known in advance."""
    (tmp_path / "stories.data").write_bytes(b"something else")

    with pytest.raises(ValueError, match=r"stories\.data has sha256 "):
        convert_stories(tmp_path / "stories.data", tmp_path / "out")
    assert not (tmp_path / "out").exists()
