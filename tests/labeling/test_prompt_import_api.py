"""Imports of prompt files through the API: opened, uploaded, watched, reported on."""

import csv
import io

import pytest

from labeling.models import Prompt, PromptImport, PromptImportLine
from labeling.services.uploads import CHUNK_BYTES
from tests.cast import client_of
from tests.labeling.uploads import json_lines, run_through, upload

ADDRESS = "/api/prompt-imports/"


def send(user, opened: dict[str, object], position: int, content: bytes):
    return client_of(user).generic(
        "PUT",
        f"{ADDRESS}{opened['id']}/chunks/{position}/",
        content,
        content_type="application/octet-stream",
    )


def announce(user, **body: object):
    return client_of(user).post(ADDRESS, {"file_name": "a.jsonl", "num_bytes": 20, **body})


def test_rosa_uploads_a_file_in_pieces_and_reads_its_report(rosa):
    content = b" " * CHUNK_BYTES + b'{"text": "good"}\n{"text": ""}\n'
    opened = announce(rosa, num_bytes=len(content)).json()
    assert (opened["state"], opened["uploaded"], opened["chunk_bytes"]) == (
        "queued",
        [],
        CHUNK_BYTES,
    )

    # In any order, and twice: the line was cut and the browser began again.
    assert send(rosa, opened, 1, content[CHUNK_BYTES:]).status_code == 204
    assert client_of(rosa).get(f"{ADDRESS}{opened['id']}/").json()["uploaded"] == [1]
    assert send(rosa, opened, 0, content[:CHUNK_BYTES]).status_code == 204
    assert send(rosa, opened, 0, content[:CHUNK_BYTES]).status_code == 204
    run_through(PromptImport.objects.get(pk=opened["id"]))

    done = client_of(rosa).get(f"{ADDRESS}{opened['id']}/").json()
    assert (done["state"], done["num_bytes_done"], done["uploaded"]) == ("done", len(content), [])
    assert done["num_lines"] == {
        "accepted": 1,
        "duplicate": 0,
        "over_cap": 0,
        "personal_data": 0,
        "too_long": 0,
        "broken": 1,
    }
    lines = client_of(rosa).get(f"{ADDRESS}{opened['id']}/lines/", {"outcome": "broken"}).json()
    assert [(line["line"], line["field"], line["message"]) for line in lines["results"]] == [
        (2, "text", "Empty.")
    ]
    assert Prompt.objects.get().submitted_by == rosa


def test_a_piece_of_another_length_or_content_is_refused(rosa):
    opened = announce(rosa).json()

    short = send(rosa, opened, 0, b"x")
    behind = send(rosa, opened, 1, b"")
    send(rosa, opened, 0, b"a" * 20)
    other = send(rosa, opened, 0, b"b" * 20)

    assert (short.status_code, short.json()["code"]) == (422, "wrong_piece")
    assert (behind.status_code, behind.json()["code"]) == (422, "wrong_piece")
    assert (other.status_code, other.json()["code"]) == (409, "piece_differs")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"file_name": "prompts.xlsx"}, "file_name"),
        ({"file_name": "a\n.csv"}, "file_name"),
        ({"file_name": "x" * 200 + ".csv"}, "file_name"),
        ({"file_name": "a.jsonl.gz"}, "file_name"),
        ({"file_name": "a.csv", "format": "exported_train"}, "file_name"),
        ({"format": "exported"}, "format"),
        ({"num_bytes": 0}, "num_bytes"),
        ({"num_bytes": 3_000_000_000}, "num_bytes"),
        ({"num_bytes": "20"}, "num_bytes"),
        ({"cap": 0}, "cap"),
        ({"cap_by": "team"}, "cap_by"),
        ({"is_dry_run": "perhaps"}, "is_dry_run"),
    ],
)
def test_a_malformed_announcement_names_its_field(rosa, body, field):
    answer = announce(rosa, **body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_the_cap_of_the_installation_holds_unless_another_is_given(rosa, settings):
    """R5: 200 for an organization, both to be changed."""
    settings.PROMPT_CAP = 7

    assert (announce(rosa).json()["cap"], announce(rosa).json()["cap_by"]) == (7, "organization")
    other = announce(rosa, cap=3, cap_by="user").json()
    assert (other["cap"], other["cap_by"]) == (3, "user")


def test_an_import_is_cancelled_once_and_an_ended_one_never(rosa):
    opened = announce(rosa).json()
    address = f"{ADDRESS}{opened['id']}/cancel/"
    over = run_through(upload(json_lines({"text": "a"}), by=rosa))

    assert client_of(rosa).post(address).json()["state"] == "cancelled"
    assert client_of(rosa).post(address).json()["state"] == "cancelled"
    refused = client_of(rosa).post(f"{ADDRESS}{over.pk}/cancel/")
    late = send(rosa, opened, 0, b"a" * 20)

    assert (refused.status_code, refused.json()["code"]) == (409, "import_over")
    assert (late.status_code, late.json()["code"]) == (409, "import_over")


def test_the_report_is_csv_that_a_spreadsheet_does_not_run(rosa):
    done = run_through(upload(json_lines({"text": "a"}, {"text": "a"}), by=rosa))
    PromptImportLine.objects.create(
        prompt_import=done, line=3, outcome="broken", field="=cmd()", message='+1, "x"\n'
    )

    answer = client_of(rosa).get(f"{ADDRESS}{done.pk}/report.csv")

    assert answer.streaming
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    stored = Prompt.objects.get()
    assert list(csv.reader(io.StringIO(text))) == [
        ["line", "outcome", "prompt", "duplicate_of", "field", "message"],
        ["1", "accepted", str(stored.pk), "", "", ""],
        ["2", "duplicate", "", str(stored.pk), "", f"Already stored as prompt {stored.pk}."],
        ["3", "broken", "", "", "'=cmd()", '\'+1, "x"\n'],
    ]


def test_the_list_shows_the_newest_first_in_three_queries(rosa, django_assert_num_queries):
    for name in ("a.jsonl", "b.csv", "c.ndjson"):
        announce(rosa, file_name=name)
    client = client_of(rosa)

    with django_assert_num_queries(3):
        rows = client.get(ADDRESS).json()["results"]

    assert [row["file_name"] for row in rows] == ["c.ndjson", "b.csv", "a.jsonl"]
    assert rows[0]["created_by_name"] == "Rosa"


def test_the_lines_cost_four_queries_however_many(rosa, django_assert_num_queries):
    done = run_through(upload(json_lines(*({"text": f"{n}"} for n in range(60))), by=rosa))
    client = client_of(rosa)

    with django_assert_num_queries(4):
        page = client.get(f"{ADDRESS}{done.pk}/lines/").json()

    assert len(page["results"]) == 50
    following = client.get(f"{ADDRESS}{done.pk}/lines/", {"cursor": page["next"]}).json()
    assert [row["line"] for row in following["results"]] == list(range(51, 61))


def test_an_import_that_is_not_there_is_not_found(rosa):
    nobody = f"{ADDRESS}00000000-0000-4000-8000-000000000000/"

    for answer in (
        client_of(rosa).get(nobody),
        client_of(rosa).get(f"{nobody}lines/"),
        client_of(rosa).get(f"{nobody}report.csv"),
        client_of(rosa).post(f"{nobody}cancel/"),
    ):
        assert answer.status_code == 404


def test_amina_sees_nothing_of_imports(amina, rosa):
    opened = announce(rosa).json()

    assert client_of(amina).get(ADDRESS).status_code == 403
    assert send(amina, opened, 0, b"a" * 20).status_code == 403
