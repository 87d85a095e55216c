"""Prompts through the API: listed, looked at, imported."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from labeling.models import Prompt, User
from tests.cast import client_of, make_completions, make_prompt, make_source

IMPORT = "/api/prompts/import/"


def listed(user: User, **query: object) -> list[dict[str, object]]:
    response = client_of(user).get("/api/prompts/", query)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def send(user: User, body: bytes, query: str = "") -> tuple[int, dict[str, object]]:
    response = client_of(user).generic(
        "POST", IMPORT + query, body, content_type="application/jsonl"
    )
    return response.status_code, response.json()


def test_rosa_lists_prompts_newest_first_with_their_completions_counted(rosa: User) -> None:
    older = make_prompt("Older", category="chat", flags={"ambiguous": True})
    newer = make_prompt("Newer")
    make_completions(older, 4)

    rows = listed(rosa)

    assert [(row["id"], row["num_completions"]) for row in rows] == [(newer.pk, 0), (older.pk, 4)]
    assert set(rows[1]) == {
        "id",
        "text",
        "category",
        "flags",
        "source_kind",
        "split",
        "distribution",
        "imported_from",
        "num_completions",
        "standing",
        "personal_data",
        "token_count",
        "is_too_long",
        "language",
        "language_confidence",
        "created_at",
    }
    assert (rows[1]["category"], rows[1]["flags"]) == ("chat", {"ambiguous": True})


def test_prompts_are_found_by_category_split_and_words(rosa: User) -> None:
    make_prompt("Tell me about WHALES", category="open_qa", split="train")
    make_prompt("Tell me about 100% wool_", category="chat", split="validation")

    assert [row["category"] for row in listed(rosa, category="chat")] == ["chat"]
    assert [row["split"] for row in listed(rosa, split="train")] == ["train"]
    assert [row["category"] for row in listed(rosa, search="whales")] == ["open_qa"]
    # % and _ are letters here, not wildcards.
    assert [row["category"] for row in listed(rosa, search="0% wool_")] == ["chat"]
    assert listed(rosa, search="t%l") == []


@pytest.mark.parametrize("query", [{"category": "poetry"}, {"split": "test"}, {"search": "a\0"}])
def test_a_filter_that_is_none_names_itself(rosa: User, query: dict[str, str]) -> None:
    response = client_of(rosa).get("/api/prompts/", query)

    assert (response.status_code, list(response.json()["fields"])) == (400, list(query))


def test_the_list_costs_three_queries_however_long(
    rosa: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_completions(make_prompt(), 4)
    client = client_of(rosa)

    with django_assert_num_queries(3):
        client.get("/api/prompts/")


def test_a_prompt_is_shown_with_its_completions_and_their_sources(
    rosa: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    prompt = make_prompt("  Spaces stay. ")
    source = make_source("policy-b")
    first, *_ = make_completions(prompt, source=source, texts=[" One ", "Two"])
    client = client_of(rosa)

    with django_assert_num_queries(5):
        shown = client.get(f"/api/prompts/{prompt.pk}/").json()

    assert shown["text"] == "  Spaces stay. "
    assert [completion["text"] for completion in shown["completions"]] == [" One ", "Two"]
    assert shown["completions"][0] == {
        "id": first.pk,
        "text": " One ",
        "source": {"id": source.pk, "name": "policy-b"},
        "sampling": {"temperature": 1.0},
        "seed": first.seed,
        "token_count": 1,
        "finish_reason": "stop",
    }


def test_a_prompt_that_is_not_there_is_not_found(rosa: User) -> None:
    assert client_of(rosa).get("/api/prompts/987654/").status_code == 404
    assert client_of(rosa).get(f"/api/prompts/{10**25}/").status_code == 404


def test_rosa_imports_prompts(rosa: User) -> None:
    body = b'{"text": "a"}\n{"text": "a"}\n{"text": "b", "category": "poetry"}\n'

    status, report = send(rosa, body)

    assert status == 200
    assert report["skipped"] == [{"line": 2, "reason": "The same text as line 1."}]
    assert [(error["line"], error["field"]) for error in report["errors"]] == [(3, "category")]
    assert {name: report[name] for name in ("dry_run", "num_read", "num_stored", "stored")} == {
        "dry_run": False,
        "num_read": 3,
        "num_stored": 1,
        "stored": [1],
    }
    assert Prompt.objects.get().submitted_by == rosa


def test_a_dry_run_through_the_api_stores_nothing(rosa: User) -> None:
    status, report = send(rosa, b'{"text": "a"}', "?dry_run=true")

    assert (status, report["dry_run"], report["stored"]) == (200, True, [1])
    assert not Prompt.objects.exists()


def test_importing_twice_stores_once(rosa: User) -> None:
    send(rosa, b'{"text": "a"}')

    _, report = send(rosa, b'{"text": "a"}')

    assert report["skipped"] == [
        {"line": 1, "reason": f"Already stored as prompt {Prompt.objects.get().pk}."}
    ]


def test_an_empty_body_is_an_empty_report(rosa: User) -> None:
    status, report = send(rosa, b"")

    assert (status, report["num_read"]) == (200, 0)


def test_a_body_of_three_megabytes_is_too_large(rosa: User) -> None:
    status, body = send(rosa, b'{"text": "' + b"x" * 3_000_000 + b'"}')

    assert (status, body["code"]) == (413, "payload_too_large")


def test_an_unclear_dry_run_is_refused_rather_than_taken_for_real(rosa: User) -> None:
    status, body = send(rosa, b'{"text": "a"}', "?dry_run=perhaps")

    assert (status, list(body["fields"])) == (400, ["dry_run"])
    assert not Prompt.objects.exists()


def test_a_single_json_document_is_not_json_lines(rosa: User) -> None:
    response = client_of(rosa).post(IMPORT, [{"text": "a"}])

    assert response.status_code == 415


def test_a_thousand_rows_cost_a_few_queries_not_thousands(
    rosa: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = b"\n".join(json.dumps({"text": f"prompt {n}"}).encode() for n in range(1_000))
    client = client_of(rosa)

    # Session and user; for each batch of 500: savepoint, look-up, lock, look-up, insert, release.
    with django_assert_num_queries(14):
        client.generic("POST", IMPORT, body, content_type="application/jsonl")
