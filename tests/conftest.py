"""What every test may ask for: the cast of people; and what a process does once."""

import gc
from collections.abc import Iterator

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as examples
from whitenoise.middleware import WhiteNoiseMiddleware

from labeling.models import User
from tests.cast import Cast, make_cast

# An example is right or wrong; that it took a slow machine a fifth of a second is neither.
examples.register_profile(
    "any machine",
    parent=examples.get_profile(examples.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
examples.load_profile("any machine")


# Longest first: were one of them begun last, one worker would be alone with it at the end.
BEGUN_FIRST = (
    "tests/training/ml/test_two_processes.py",
    "tests/training/test_all_stages.py",
    "tests/training/test_end_to_end.py",
    "tests/training/test_supervisor.py",
    "tests/launcher/test_whole_stack.py",
    "tests/architecture/test_access_matrix.py",
    "tests/training/test_launch_fuzz.py",
    "tests/browser/test_reach.py",
    "tests/journeys/test_an_admin_at_the_console.py",
    "tests/journeys/test_from_an_invitation_to_a_lineage.py",
)

# What is imported for thousands of tests stays to the end, so that looking for garbage in it, which
# a test may ask for and Python does by itself, takes most of a second and finds nothing.
gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {path: number for number, path in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def bundle_listed_once() -> Iterator[None]:
    """Lists the bundle's hundreds of files once a process, as a server does.

    Every test client builds the middlewares anew, and listing took most of the time of a request.
    Where a test has files of its own, they are listed.
    """
    own_folders = list(settings.STATICFILES_DIRS)
    list_files = WhiteNoiseMiddleware.add_files_from_finders
    known: dict[str, object] = {}

    def list_once(middleware: WhiteNoiseMiddleware) -> None:
        if own_folders != settings.STATICFILES_DIRS:
            list_files(middleware)
            return
        if not known:
            list_files(middleware)
            known.update(middleware.files)
        middleware.files.update(known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", list_once)
        yield


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
