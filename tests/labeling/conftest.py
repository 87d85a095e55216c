"""What the tests of this room share."""

import pytest


@pytest.fixture
def tokenizer(tmp_path, settings):
    """A tokenizer of whole words, as a file of the kind that models bring."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({"word": 0, "?": 1, "!": 2}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    settings.TOKENIZER_FILE = tmp_path / "tokenizer.json"
    words.save(str(settings.TOKENIZER_FILE))


@pytest.fixture
def no_tokenizer(tmp_path, settings):
    settings.TOKENIZER_FILE = tmp_path / "none.json"
