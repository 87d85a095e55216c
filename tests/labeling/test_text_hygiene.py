"""The identity, the key and the split of a text."""

import hashlib

import pytest

from labeling.text_hygiene import (
    cap_key,
    has_control_characters,
    split_of_key,
    text_sha256,
)


def test_the_hash_is_that_of_the_exact_bytes() -> None:
    assert text_sha256("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()
    # The same letter written as e + combining accent is another text.
    assert text_sha256("é") != text_sha256("e\u0301")
    assert text_sha256("a") != text_sha256("a ")


def test_the_organization_counts_before_the_user_and_the_user_before_the_text() -> None:
    assert cap_key(organization_key="acme", user_key="u1", text="t") == "acme"
    assert cap_key(organization_key="", user_key="u1", text="t") == "u1"
    assert cap_key(organization_key="", user_key="", text="t") == text_sha256("t")


def test_the_split_is_read_off_the_first_two_bytes_of_the_hash() -> None:
    # sha256("a") begins ca 97 and sha256("u3") begins 01 1e: 51,863 and 286 of 65,536.
    # Below 6,554 is validation.
    assert hashlib.sha256(b"a").digest()[:2].hex() == "ca97"
    assert split_of_key("a") == "train"
    assert hashlib.sha256(b"u3").digest()[:2].hex() == "011e"
    assert split_of_key("u3") == "validation"


def test_about_a_tenth_of_the_keys_validate() -> None:
    num_validation = sum(split_of_key(f"key {n}") == "validation" for n in range(10_000))

    # Binomial(10,000, 0.1) has a standard deviation of 30; the keys are fixed, so this never flips.
    assert abs(num_validation - 1_000) < 90


@pytest.mark.parametrize("name", ["Amina", "Zoë O'Neil", "李小龍", "سارة", "Ana 👩‍🔬", "می‌خواهم"])
def test_names_of_the_world_are_names(name: str) -> None:
    assert not has_control_characters(name)


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x00", "\x1b[31m", "a\u202eb", "a\u2028b"])
def test_a_name_that_breaks_a_line_or_turns_the_writing_is_none(name: str) -> None:
    assert has_control_characters(name)
