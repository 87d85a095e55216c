"""Random models of two layers, made once, and a way to run a stage in this process."""

import pytest

from tests.training.ml.jobs import JobRunner
from training.ml.tiny_models import ARCHITECTURES, make_tiny


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory):
    """A model folder per architecture, all with the same byte-level tokenizer."""
    root = tmp_path_factory.mktemp("tiny")
    for architecture in ARCHITECTURES:
        make_tiny(root / architecture, 7, architecture, width=48, num_layers=2, context=128)
    return {architecture: root / architecture for architecture in ARCHITECTURES}


@pytest.fixture
def tiny_folder(tiny_folders):
    return tiny_folders["llama"]


@pytest.fixture
def jobs(tmp_path, tiny_folder):
    return JobRunner(tmp_path, tiny_folder)
