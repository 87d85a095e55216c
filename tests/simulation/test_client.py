"""The HTTP client of the simulation, against a small server that misbehaves on purpose."""

import json

import pytest

from simulation.client import ApiError, Client
from tests.simulation.conftest import ScriptedServer, ok


def test_a_call_carries_the_token_and_json(server: ScriptedServer, client: Client) -> None:
    server.script = [ok({"id": 7})]

    assert client.post("things/", {"name": "ä"}) == {"id": 7}

    ((method, path, body, headers),) = server.seen
    assert (method, path) == ("POST", "/api/things/")
    assert json.loads(body) == {"name": "ä"}
    assert headers["Authorization"] == "Bearer cnc_secret"
    assert headers["Content-Type"] == "application/json"


def test_query_values_that_are_not_given_are_left_out(
    server: ScriptedServer, client: Client
) -> None:
    server.script = [ok([])]

    client.get("things/", kind="a b", cursor=None)

    assert server.seen[0][1] == "/api/things/?kind=a+b"


def test_an_empty_answer_is_none(server: ScriptedServer, client: Client) -> None:
    server.script = [(204, b"")]

    assert client.post("things/7/skip/") is None


def test_all_pages_of_a_list_are_read(server: ScriptedServer, client: Client) -> None:
    server.script = [
        ok({"results": [{"id": 1}, {"id": 2}], "next": "abc"}),
        ok({"results": [{"id": 3}], "next": None}),
    ]

    assert [row["id"] for row in client.pages("things/", limit=2)] == [1, 2, 3]
    assert server.seen[1][1] == "/api/things/?cursor=abc&limit=2"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_restarts_is_asked_again_with_the_same_body(
    server: ScriptedServer, client: Client, status: int
) -> None:
    server.script = [(status, b"starting"), (status, b"starting"), ok({"id": 1})]

    assert client.post("rankings/", {"client_key": "k"}) == {"id": 1}
    assert len({body for _, _, body, _ in server.seen}) == 1


def test_a_server_that_stays_away_is_an_error_in_the_end(
    server: ScriptedServer, client: Client
) -> None:
    server.script = [(503, b"")] * 5

    with pytest.raises(ConnectionError, match="GET things/: 503"):
        client.get("things/")


def test_a_refusal_carries_status_code_detail_and_fields(
    server: ScriptedServer, client: Client
) -> None:
    body = {"code": "invalid", "detail": "Some fields are not valid.", "fields": {"k": ["Low."]}}
    server.script = [(400, json.dumps(body).encode())]

    with pytest.raises(ApiError, match=r"POST things/: 400 invalid: .*'k': \['Low.'\]") as refusal:
        client.post("things/", {"k": 1})

    assert (refusal.value.status, refusal.value.code) == (400, "invalid")
    assert refusal.value.fields == {"k": ["Low."]}
    assert len(server.seen) == 1


@pytest.mark.parametrize("content", [b"<h1>Not Found</h1>", b"[]", b'"no"'])
def test_an_error_page_in_another_shape_is_shown_as_it_is(
    server: ScriptedServer, client: Client, content: bytes
) -> None:
    server.script = [(404, content)]

    with pytest.raises(ApiError, match="404 unknown"):
        client.get("things/")
