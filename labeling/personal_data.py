"""Finding what points to a person in a text (R7): patterns first, then a check of each number.

Only what has a form is found: addresses of e-mail, telephone numbers, bank cards, bank accounts,
social security numbers, addresses on the internet. Names are left to the people who read.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import phonenumbers
from stdnum import iban, luhn
from stdnum.us import ssn

Kind = Literal["email", "phone", "bank_card", "bank_account", "social_security", "ip_address"]


@dataclass(frozen=True, order=True)
class Finding:
    """``start`` and ``end`` are offsets in characters; ``score`` from 0 to 1."""

    start: int
    end: int
    kind: Kind
    score: float


# A reviewer needs one reason to look, not a list as long as the text.
MAX_FINDINGS: Final = 200

EMAIL: Final = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
CARD: Final = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)")
ACCOUNT: Final = re.compile(
    r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?!\w)"
)
SOCIAL_SECURITY: Final = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
IP: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]))"
)


def find_personal_data(text: str, *, phone_region: str) -> list[Finding]:
    """The first 200 findings in the order of the text, without overlaps.

    ``phone_region`` says as which country's a number without + is read, for example "US".
    """
    found = sorted(
        [
            *_emails(text),
            *_social_security_numbers(text),
            *_accounts(text),
            *_cards(text),
            *_ip_addresses(text),
            *_phones(text, phone_region),
        ],
        key=lambda one: (one.start, -one.score),
    )
    kept: list[Finding] = []
    for one in found:
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
        elif one.score > kept[-1].score:
            kept[-1] = one
    return kept[:MAX_FINDINGS]


def _emails(text: str) -> Iterator[Finding]:
    # The pattern tries every word; most texts hold no at sign at all.
    if "@" in text:
        for match in EMAIL.finditer(text):
            yield Finding(*match.span(), "email", 1.0)


def _social_security_numbers(text: str) -> Iterator[Finding]:
    for match in SOCIAL_SECURITY.finditer(text):
        if ssn.is_valid(match.group()):
            yield Finding(*match.span(), "social_security", 0.9)


def _accounts(text: str) -> Iterator[Finding]:
    for match in ACCOUNT.finditer(text):
        if iban.is_valid(match.group(), check_country=False):
            yield Finding(*match.span(), "bank_account", 1.0)


def _cards(text: str) -> Iterator[Finding]:
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        # One of ten numbers passes by chance; those of one repeated digit are examples.
        if digits[0] in "23456" and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield Finding(*match.span(), "bank_card", 0.9)


def _ip_addresses(text: str) -> Iterator[Finding]:
    for match in IP.finditer(text):
        try:
            address = ipaddress.ip_address(match.group())
        except ValueError:
            continue
        # An address inside a network or of an example points to nobody.
        if address.is_global:
            yield Finding(*match.span(), "ip_address", 0.6)


def _phones(text: str, region: str) -> Iterator[Finding]:
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        yield Finding(match.start, match.end, "phone", 0.8)
