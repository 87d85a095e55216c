"""What every test may ask for: the cast of people."""

import pytest

from labeling.models import User
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def amina(cast: Cast) -> User:
    """A labeler of the training pool."""
    return cast.amina


@pytest.fixture
def otto(cast: Cast) -> User:
    """Another labeler of the training pool."""
    return cast.otto


@pytest.fixture
def hana(cast: Cast) -> User:
    """A held-out labeler."""
    return cast.hana


@pytest.fixture
def rosa(cast: Cast) -> User:
    """A researcher."""
    return cast.rosa


@pytest.fixture
def ada(cast: Cast) -> User:
    """An admin."""
    return cast.ada


@pytest.fixture
def sim(cast: Cast) -> User:
    """A simulated labeler."""
    return cast.sim
