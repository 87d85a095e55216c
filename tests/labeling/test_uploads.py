"""Files of both kinds arrive in the same way: in pieces, once each, until they are over."""

import uuid

import pytest

from labeling.models import JudgmentImport, PromptImport
from labeling.services.uploads import CHUNK_BYTES, fail_abandoned_uploads
from tests.cast import client_of, long_ago

PLACES = {"prompt-imports": PromptImport, "judgment-imports": JudgmentImport}
WISHES = {
    "prompt-imports": {"file_name": "a.jsonl"},
    "judgment-imports": {"file_name": "a.jsonl", "format": "ukp", "dataset": "debates"},
}
pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("place", sorted(PLACES))]


def announce(rosa, place, num_bytes=CHUNK_BYTES + 3):
    body = {**WISHES[place], "num_bytes": num_bytes}
    answer = client_of(rosa).post(f"/api/{place}/", body, format="json")
    assert answer.status_code == 201, answer.json()
    return f"/api/{place}/{answer.json()['id']}/"


def send(rosa, address, position, content):
    answer = client_of(rosa).generic(
        "PUT", f"{address}chunks/{position}/", content, content_type="application/octet-stream"
    )
    return answer.status_code, answer.json()["code"] if answer.content else None


def uploaded(rosa, address):
    return client_of(rosa).get(address).json()["uploaded"]


def test_a_piece_counts_once_and_only_in_its_length(rosa, place):
    address = announce(rosa, place)

    assert send(rosa, address, 1, b"end") == (204, None)
    assert send(rosa, address, 1, b"end") == (204, None)
    assert send(rosa, address, 1, b"and") == (409, "piece_differs")
    assert send(rosa, address, 0, b"short") == (422, "wrong_piece")
    assert send(rosa, address, 2, b"x") == (422, "wrong_piece")
    assert uploaded(rosa, address) == [1]
    assert send(rosa, f"/api/{place}/{uuid.uuid4()}/", 0, b"x") == (404, "not_found")


def test_an_import_that_is_cancelled_takes_no_more_and_forgets_the_file(rosa, place):
    address = announce(rosa, place)
    send(rosa, address, 1, b"end")
    browser = client_of(rosa)

    states = [browser.post(f"{address}cancel/").json()["state"] for _ in range(2)]

    assert states == ["cancelled", "cancelled"]
    assert send(rosa, address, 1, b"end") == (409, "import_over")
    assert PLACES[place].objects.get().chunks.count() == 0
    assert uploaded(rosa, address) == []


def test_an_import_that_has_ended_cannot_be_cancelled(rosa, place):
    address = announce(rosa, place)
    PLACES[place].objects.update(state="done")

    refused = client_of(rosa).post(f"{address}cancel/")

    assert (refused.status_code, refused.json()["code"]) == (409, "import_over")


def test_an_upload_left_lying_for_a_day_fails(rosa, place):
    """A file that is here in full waits for a worker for as long as it takes."""
    kind = PLACES[place]
    address, whole = announce(rosa, place), announce(rosa, place, num_bytes=3)
    send(rosa, whole, 0, b"end")
    assert fail_abandoned_uploads(kind) == 0
    kind.objects.update(created_at=long_ago())

    assert fail_abandoned_uploads(kind) == 1

    found = client_of(rosa).get(address).json()
    assert (found["state"], found["failure"]) == (
        "failed",
        "The upload was not finished within a day.",
    )
    assert client_of(rosa).get(whole).json()["state"] == "queued"
