"""Input torture through a real endpoint: a 4xx in the one shape, never a 500, nothing stored."""

import io
import json

import pytest
from django.test import Client
from rest_framework.parsers import BaseParser

from config.parsers import JSONLinesParser, PayloadTooLarge, StrictJSONParser
from labeling.models import ApiToken, User
from tests.cast import client_of

MEGABYTE = 1_000_000


def post_raw(user: User, body: bytes, content_type: str = "application/json") -> tuple[int, str]:
    response = client_of(user).generic("POST", "/api/tokens/", body, content_type=content_type)
    answer = response.json()
    assert set(answer) == {"code", "detail", "fields"}
    return response.status_code, answer["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"name": NaN}',
        b'{"name": 1e400}',
        b'{"name": ' + b"9" * 5_000 + b"}",
        b'{"name": "a", "name": "b"}',
        b'{"name": "a\\u0000b"}',
        b'{"a\\u0000b": 1}',
        b'{"name": "\\ud83d"}',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_a_body_that_cannot_be_kept_is_malformed(amina: User, body: bytes) -> None:
    assert post_raw(amina, body) == (400, "malformed_json")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"scopes": ["label", "\\ud83d"]}', "scopes.1"),
        (b'{"expires_in_days": 9223372036854775808}', "expires_in_days"),
        (b'{"a": {"b": [1, 1e999]}}', "a.b.1"),
        (b'{"a": [[NaN]]}', "a.0.0"),
        (b'{"a": {"b\\u0000": 1}}', "a"),
    ],
)
def test_the_member_that_cannot_be_kept_is_named(amina: User, body: bytes, place: str) -> None:
    answer = client_of(amina).generic("POST", "/api/tokens/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert answer.json()["fields"] == {place: [answer.json()["detail"]]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"3",
        b'"text"',
        b"[]",
        b"[1, 2]",
        b"{}",
        b'{"name": {}, "scopes": "label", "expires_in_days": []}',
        b'{"name": "n", "scopes": ["root"], "expires_in_days": 1}',
        b'{"name": "n", "scopes": [], "expires_in_days": 1}',
        b'{"name": "n", "scopes": ["label"], "expires_in_days": 9223372036854775807}',
        b'{"name": "n", "scopes": ["label"], "expires_in_days": -1}',
        b'{"name": "n", "scopes": ["label"], "expires_in_days": true, "user": 0}',
        b'{"name": "' + b"n" * 81 + b'", "scopes": ["label"], "expires_in_days": 1}',
    ],
)
def test_json_that_does_not_fit_the_endpoint_is_invalid(amina: User, body: bytes) -> None:
    assert post_raw(amina, body) == (400, "invalid")
    assert not ApiToken.objects.exists()


def test_a_body_of_three_megabytes_is_too_large(amina: User) -> None:
    body = json.dumps({"name": "n" * 3 * MEGABYTE}).encode()

    assert post_raw(amina, body) == (413, "payload_too_large")


def test_a_body_just_under_the_limit_is_read(amina: User) -> None:
    body = json.dumps({"name": "n" * (2_500_000 - 100)}).encode()

    assert post_raw(amina, body) == (400, "invalid")


@pytest.mark.parametrize("parser", [StrictJSONParser(), JSONLinesParser()])
def test_a_body_that_declares_no_length_is_measured(parser: BaseParser) -> None:
    with pytest.raises(PayloadTooLarge):
        parser.parse(io.BytesIO(b" " * 3 * MEGABYTE))


def test_a_body_in_chunks_is_refused_rather_than_taken_for_empty(amina: User) -> None:
    response = client_of(amina).generic(
        "POST",
        "/api/tokens/",
        b"",
        content_type="application/json",
        HTTP_TRANSFER_ENCODING="chunked",
    )

    assert (response.status_code, response.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_only_json_is_read(amina: User, content_type: str) -> None:
    """A form on a foreign page can send text/plain without asking the browser."""
    body = b'{"name": "n", "scopes": ["label"], "expires_in_days": 1}'

    assert post_raw(amina, body, content_type) == (415, "unsupported_media_type")


def test_a_method_that_is_not_offered_is_refused_in_the_shape(amina: User) -> None:
    response = client_of(amina).put("/api/tokens/", {})

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=-1",
        "?limit=x",
        "?limit=99999999999999999999",
        "?limit=%00",
        "?limit=²",
        "?cursor=!",
        "?cursor=%00",
        "?cursor=W10=",
        "?cursor=WyJhIl0=",
        "?cursor=W251bGxd",
        "?cursor=e30=",
        "?cursor=" + "Wy" * 2_000,
        "?search=%00",
        "?search=" + "x" * 201,
        "?role=root",
        "?imported=maybe",
    ],
)
def test_a_query_that_cannot_be_read_is_invalid(rosa: User, query: str) -> None:
    response = client_of(rosa).get(f"/api/people/{query}")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_an_id_beyond_every_column_is_simply_not_there(ada: User) -> None:
    response = client_of(ada).patch(f"/api/people/{10**30}/", {"role": "admin"})

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/api/", "/api/nothing/", "/api/people", "/api/people/x/"])
def test_an_unknown_address_of_the_api_answers_in_the_shape(path: str) -> None:
    for response in (Client().get(path), Client().post(path, b"x", content_type="text/plain")):
        assert response.status_code == 404
        assert set(response.json()) == {"code", "detail", "fields"}
