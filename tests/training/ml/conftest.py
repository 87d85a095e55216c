"""Random models of two layers, made once, and a way to run a stage in this process."""

import signal

import pytest

from tests.training.ml.jobs import ALONE, JobRunner
from tests.training.ml.logged import unexplained
from tests.training.ml.ppo_jobs import PpoJobs
from tests.training.ml.tiny import lively_policy, lively_reward_model, windowed_policy
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


@pytest.fixture
def world():
    """One process alone."""
    return ALONE


@pytest.fixture
def ppo_jobs(tmp_path, policy_folder, reward_folder):
    return PpoJobs(tmp_path, policy_folder(), reward_folder())


@pytest.fixture(scope="session")
def policy_folder(tmp_path_factory):
    """A tiny policy of an architecture whose distributions are far from uniform.

    "windowed mistral" looks back a few tokens only.
    """
    root = tmp_path_factory.mktemp("policies")

    def folder(architecture="llama"):
        wanted = root / architecture
        if not wanted.exists():
            make = windowed_policy if architecture.startswith("windowed ") else lively_policy
            make(wanted, architecture.removeprefix("windowed "))
        return wanted

    return folder


@pytest.fixture(scope="session")
def reward_folder(tmp_path_factory, policy_folder):
    """A tiny reward model on the trunk of the policy of an architecture."""
    root = tmp_path_factory.mktemp("reward-models")

    def folder(architecture="llama"):
        wanted = root / architecture
        if not wanted.exists():
            lively_reward_model(wanted, policy_folder(architecture))
        return wanted

    return folder


@pytest.fixture(autouse=True)
def own_signal_handler():
    """A stage that runs inside the test process listens for signals: undo that."""
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(autouse=True)
def every_figure_is_explained(request):
    """R47: whatever job a test runs, docs/metrics.md knows what it logged and reported."""
    yield
    if "tmp_path" in request.fixturenames:
        jobs = request.getfixturevalue("tmp_path").rglob("job.json")
        strangers = set().union(*(unexplained(path.parent) for path in jobs))
        assert strangers == set(), "explain them in training/ml/glossary"
