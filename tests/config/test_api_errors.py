"""Every error, whoever raised it, leaves in one shape and says nothing that is only ours."""

import logging

import pytest
from rest_framework.test import APIClient

from config.api_errors import flatten
from labeling.models import User

pytestmark = pytest.mark.urls("tests.config.faulty_urls")


def answer_of(path: str) -> tuple[int, dict[str, object]]:
    response = APIClient(raise_request_exception=False).get(path)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("kind", "status", "code", "detail", "fields"),
    [
        ("refused", 422, "too_late", "The door is closed.", {"when": ["Past."]}),
        ("not-accessible", 404, "not_found", "There is nothing here, or it is not yours.", {}),
        ("http404", 404, "not_found", "There is nothing here, or it is not yours.", {}),
        ("permission", 403, "permission_denied", "You may not do this.", {}),
        (
            "too-big",
            413,
            "payload_too_large",
            "The body is larger than 2.5 MB; send it in parts.",
            {},
        ),
        ("suspicious", 400, "bad_request", "The request is not well formed.", {}),
        (
            "django-validation",
            400,
            "invalid",
            "Some fields are not valid.",
            {"name": ["Too short.", "Too plain."]},
        ),
        ("django-validation-list", 400, "invalid", "Not like this.", {}),
        ("nested", 400, "invalid", "Incomplete.", {"items.1.rank": ["From 1 to 9."]}),
    ],
)
def test_each_error_has_its_status_code_and_fields(
    kind: str, status: int, code: str, detail: str, fields: dict[str, list[str]]
) -> None:
    assert answer_of(f"/api/fail/{kind}/") == (
        status,
        {"code": code, "detail": detail, "fields": fields},
    )


def test_a_throttled_client_is_told_when_to_come_back() -> None:
    response = APIClient().get("/api/fail/throttled/")

    assert (response.status_code, response["Retry-After"]) == (429, "4")
    assert response.json()["code"] == "throttled"


def test_a_bug_is_logged_for_us_and_not_told_to_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        status, body = answer_of("/api/fail/bug/")

    assert (status, body["code"], body["fields"]) == (500, "server_error", {})
    assert "swordfish" not in str(body)
    assert "swordfish" in caplog.text


def test_a_database_that_is_away_is_a_503_without_its_address() -> None:
    response = APIClient().get("/api/fail/database-away/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "db-7" not in response.content.decode()


def test_an_integrity_error_that_nobody_foresaw_stays_ours() -> None:
    status, body = answer_of("/api/fail/unknown-constraint/")

    assert (status, body["code"]) == (500, "server_error")


def test_two_requests_that_meet_at_a_known_constraint_are_a_409(amina: User) -> None:
    status, body = answer_of("/api/database/duplicate/")

    assert (status, body["code"]) == (409, "account_exists")


@pytest.mark.django_db
def test_a_constraint_that_only_we_can_break_is_a_500() -> None:
    status, body = answer_of("/api/database/check/")

    assert (status, body["code"]) == (500, "server_error")


@pytest.mark.django_db
def test_a_value_that_postgres_cannot_hold_is_a_400() -> None:
    status, body = answer_of("/api/database/range/")

    assert (status, body["code"]) == (400, "invalid_value")


def test_a_list_of_messages_keeps_its_order_under_one_name() -> None:
    assert flatten({"a": ["one", "two"], "b": {"c": ["three"]}}) == {
        "a": ["one", "two"],
        "b.c": ["three"],
    }
