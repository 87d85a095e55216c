"""Finding what points to a person in a text, and in which language it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.languages import detect_language
from labeling.personal_data import MAX_FINDINGS, find_personal_data


def found(text: str, region: str = "US") -> list[tuple[str, str]]:
    findings = find_personal_data(text, phone_region=region)
    return [(one.kind, text[one.start : one.end]) for one in findings]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("Mail cara.o'neil@example.org.", "email", "neil@example.org"),
        ("<zoë+news@mail.exämple.co.uk>", "email", "zoë+news@mail.exämple.co.uk"),
        ("Call +44 20 7946 0958 now", "phone", "+44 20 7946 0958"),
        ("Call (650) 253-0000 now", "phone", "(650) 253-0000"),
        ("Paid with 4111 1111 1111 1111.", "bank_card", "4111 1111 1111 1111"),
        ("To GB82 WEST 1234 5698 7654 32, please", "bank_account", "GB82 WEST 1234 5698 7654 32"),
        ("to de89370400440532013000", "bank_account", "de89370400440532013000"),
        ("SSN 536-90-4399", "social_security", "536-90-4399"),
        ("from 8.8.8.8:443", "ip_address", "8.8.8.8"),
        ("from 2001:4860:4860::8888 again", "ip_address", "2001:4860:4860::8888"),
    ],
)
def test_what_has_the_form_and_the_check_digit_is_found(text: str, kind: str, part: str) -> None:
    """R7."""
    assert found(text) == [(kind, part)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Email me @ noon",
        "a@b",
        "@handle and user@localhost",
        # A sum, a date, a year, a decimal, a version, a time.
        "What is 1234567890 * 987654321?",
        "On 2026-11-21 at 12:30:45, pi was 3.14159265358979",
        "Version 10.0.0.1 runs on 192.168.0.1 and 127.0.0.1",
        # Sixteen digits without the right check digit, and the example of all ones.
        "Card 4111 1111 1111 1112",
        "1111 1111 1111 1111",
        # An account whose check digits are wrong, and a number that was never given out.
        "GB82 WEST 1234 5698 7654 33",
        "000-12-3456",
        "ISBN 978-3-16-148410-0",
    ],
)
def test_what_only_looks_like_it_is_not_found(text: str) -> None:
    """R7: a reviewer's time is not spent on sums and dates."""
    assert found(text) == []


def test_a_number_without_a_plus_is_read_as_of_the_country_in_the_settings() -> None:
    assert found("Ruf 030 901820 an", "DE") == [("phone", "030 901820")]
    assert found("Ruf 030 901820 an", "US") == []


def test_findings_are_in_order_and_do_not_overlap() -> None:
    text = "536-90-4399, cara@example.org, +44 20 7946 0958"

    assert [kind for kind, _ in found(text)] == ["social_security", "email", "phone"]


def test_a_text_full_of_addresses_has_a_bounded_list() -> None:
    assert len(found("a@example.org " * 5_000)) == MAX_FINDINGS


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_offsets_lie_in_the_text_whatever_it_is(text: str) -> None:
    end = 0
    for one in find_personal_data(text, phone_region="US"):
        assert end <= one.start < one.end <= len(text)
        assert 0 < one.score <= 1
        end = one.end


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Explain the tides to a child.", "en"),
        ("Erkläre einem Kind die Gezeiten.", "de"),
        ("Explique les marées à un enfant.", "fr"),
        ("Explica las mareas a un niño.", "es"),
        ("Ipaliwanag sa bata ang mga alon.", "tl"),
        ("Объясни ребёнку приливы.", "ru"),
        ("اشرح المد والجزر لطفل.", "ar"),
        ("向孩子解释潮汐。", "zh"),
        ("বাচ্চাকে জোয়ার বোঝাও।", "bn"),
    ],
)
def test_the_language_of_a_sentence_is_recognised(text: str, language: str) -> None:
    """R8."""
    detected, confidence = detect_language(text)

    assert detected == language
    assert 0.3 < confidence <= 1


@pytest.mark.parametrize("text", ["", "1 + 1 =", "\n", "🙂"])
def test_a_text_without_words_has_a_language_with_little_confidence(text: str) -> None:
    """R8: the confidence says how far to trust it."""
    language, confidence = detect_language(text)

    assert language
    assert 0 <= confidence < 0.5
