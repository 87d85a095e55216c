"""Work that one session of the database does at a time."""

import pytest

from labeling.services.only_one import only_one
from tests.locks import somebody_at

pytestmark = pytest.mark.django_db

LOCK = 6_999


def is_free(key: str | None = None) -> bool:
    with only_one(LOCK, key) as is_mine:
        return is_mine


def test_a_lock_is_held_until_the_other_session_lets_go() -> None:
    with somebody_at(LOCK):
        assert not is_free()
    assert is_free()


def test_a_key_keeps_others_from_that_one_alone() -> None:
    with somebody_at(LOCK, "this round"):
        assert not is_free("this round")
        assert is_free("another round")
        assert is_free()


def test_work_that_breaks_off_lets_go() -> None:
    with pytest.raises(OSError, match="full"), only_one(LOCK, "this round"):
        raise OSError("full")

    with somebody_at(LOCK, "this round"):
        pass
