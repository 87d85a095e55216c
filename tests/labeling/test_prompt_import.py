"""Prompts from JSON Lines: the good rows are stored, every other one is told apart."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, StringIO
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from labeling.importers.prompts import PromptRow
from labeling.models import Prompt, User
from labeling.services.prompts import (
    ImportReport,
    SkippedRow,
    import_prompts,
    store_prompts,
)
from labeling.text_hygiene import split_of_key, text_sha256
from tests.cast import make_prompt


def lines(*rows: object) -> BytesIO:
    return BytesIO(b"\n".join(json.dumps(row).encode() for row in rows))


def run(source: Iterable[bytes], *, dry_run: bool = False) -> ImportReport:
    return import_prompts(source, submitted_by=None, dry_run=dry_run)


def errors_of(row: object) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in run(lines(row)).errors]


def test_a_row_is_stored_with_all_that_it_says(amina: User) -> None:
    """R1, R9, R88."""
    row = {
        "text": "  Summarize:\n\tWhales sing. ",
        "category": "summarization",
        "flags": {"closed_domain": True, "ambiguous": False, "harmful_request": True},
        "source_kind": "customer",
        "distribution": "gpt",
        "user_key": "u1",
        "organization_key": "acme",
        "consent_reference": "form 7",
    }

    import_prompts(lines(row), submitted_by=amina, dry_run=False)

    prompt = Prompt.objects.get()
    assert {name: getattr(prompt, name) for name in row} == row
    assert prompt.submitted_by == amina
    assert prompt.text_sha256 == text_sha256(row["text"])
    assert prompt.split == split_of_key("acme")


@pytest.mark.django_db
def test_only_the_text_is_required() -> None:
    run(lines({"text": "Why is the sky blue?"}))

    prompt = Prompt.objects.get()
    assert (prompt.category, prompt.flags, prompt.source_kind, prompt.distribution) == (
        None,
        {},
        "labeler_plain",
        "instruct",
    )


@pytest.mark.django_db
def test_good_rows_are_stored_and_broken_ones_reported_with_their_line() -> None:
    source = BytesIO(
        b'{"text": "one"}\n'
        b"\n"
        b'{"text": "two"\n'
        b'{"text": "three", "category": "poetry", "flags": {"rude": true}}\n'
        b"[1, 2]\r\n"
        b'{"text": "one"}\n'
        b'{"text": "four"}'
    )

    report = run(source)

    assert report.num_read == 6
    assert report.stored == [1, 7]
    assert report.skipped == [SkippedRow(6, "The same text as line 1.")]
    assert [(error.line, error.field) for error in report.errors] == [
        (3, ""),
        (4, "category"),
        (4, "flags"),
        (5, ""),
    ]
    assert sorted(Prompt.objects.values_list("text", flat=True)) == ["four", "one"]


@pytest.mark.django_db
def test_a_customers_prompt_without_consent_is_refused() -> None:
    """R1."""
    errors = errors_of({"text": "Hi", "source_kind": "customer", "consent_reference": ""})

    assert errors == [("consent_reference", "A customer's prompt needs one (source_kind).")]
    assert not Prompt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t"}, "text"),
        ({"text": "x" * 200_001}, "text"),
        ({"text": "x", "category": "Chat"}, "category"),
        ({"text": "x", "category": []}, "category"),
        ({"text": "x", "flags": ["ambiguous"]}, "flags"),
        ({"text": "x", "flags": {"ambiguous": 1}}, "flags"),
        ({"text": "x", "flags": {"harmful_request": "yes"}}, "flags"),
        ({"text": "x", "flags": None}, "flags"),
        ({"text": "x", "source_kind": "web"}, "source_kind"),
        ({"text": "x", "source_kind": None}, "source_kind"),
        ({"text": "x", "distribution": {}}, "distribution"),
        ({"text": "x", "user_key": "u" * 121}, "user_key"),
        ({"text": "x", "organization_key": 12}, "organization_key"),
        ({"text": "x", "consent_reference": "c" * 201}, "consent_reference"),
        ({"text": "x", "txt": "y"}, "txt"),
    ],
)
def test_a_broken_field_is_named(row: dict[str, object], field: str) -> None:
    report = run(lines(row))

    assert [(error.line, error.field) for error in report.errors] == [(1, field)]
    assert not Prompt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": "x", "text": "y"}',
        b'{"text": "\xff"}',
        b'{"text": NaN}',
        b"[" * 5_000,
        b'{"text": "x", "flags": {"ambiguous": ' + b"9" * 5_000 + b"}}",
    ],
)
def test_a_line_that_cannot_be_kept_is_one_error_and_the_next_line_is_read(line: bytes) -> None:
    report = run(BytesIO(line + b'\n{"text": "good"}'))

    assert [(error.line, error.field) for error in report.errors] == [(1, "")]
    assert report.stored == [2]


@pytest.mark.django_db
def test_a_stored_text_is_skipped_and_named() -> None:
    stored = make_prompt("Known")

    report = run(lines({"text": "Known"}, {"text": "Known "}))

    assert report.skipped == [SkippedRow(1, f"Already stored as prompt {stored.pk}.")]
    assert report.stored == [2]


@pytest.mark.django_db
def test_importing_twice_stores_once() -> None:
    rows = [{"text": f"prompt {n}"} for n in range(3)]
    run(lines(*rows))

    report = run(lines(*rows))

    assert (report.num_stored, len(report.skipped)) == (0, 3)
    assert Prompt.objects.count() == 3


@pytest.mark.django_db
def test_a_dry_run_reports_the_same_and_stores_nothing() -> None:
    make_prompt("Known")
    rows = [{"text": "Known"}, {"text": "new"}, {"text": "new"}, {"text": ""}]

    dry = run(lines(*rows), dry_run=True)
    assert Prompt.objects.count() == 1
    real = run(lines(*rows))

    assert dry.dry_run
    assert (dry.num_read, dry.stored, dry.skipped, dry.errors) == (
        real.num_read,
        real.stored,
        real.skipped,
        real.errors,
    )
    assert real.stored == [2]


@pytest.mark.django_db
def test_a_duplicate_is_found_across_batches_of_500() -> None:
    rows = [{"text": f"prompt {n}"} for n in range(501)] + [{"text": "prompt 0"}]

    report = run(lines(*rows))

    assert report.num_stored == 501
    assert report.skipped == [SkippedRow(502, "The same text as line 1.")]


@pytest.mark.django_db
def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert run(BytesIO(b'\xef\xbb\xbf{"text": "one"}')).stored == [1]


@pytest.mark.django_db
def test_an_empty_file_is_an_empty_report() -> None:
    report = run(BytesIO(b"\n \n"))

    assert (report.num_read, report.num_stored, report.errors) == (0, 0, [])


@pytest.mark.django_db
def test_a_batch_is_stored_whole_or_not_at_all() -> None:
    rows = [PromptRow("one"), PromptRow("two", category="no such category")]

    with pytest.raises(IntegrityError, match="prompt_category_is_known"):
        store_prompts(rows)


@pytest.mark.django_db
def test_storing_finds_what_is_stored_and_keeps_the_order() -> None:
    known = make_prompt("b")

    outcome = store_prompts([PromptRow("a"), PromptRow("b"), PromptRow("a")])

    assert [(stored.prompt.text, stored.is_new) for stored in outcome] == [
        ("a", True),
        ("b", False),
        ("a", False),
    ]
    assert outcome[1].prompt == known
    assert outcome[0].prompt.pk == outcome[2].prompt.pk


@pytest.mark.django_db(transaction=True)
def test_the_same_file_imported_four_times_at_once_is_stored_once() -> None:
    rows = [{"text": f"prompt {n}"} for n in range(50)]
    barrier = Barrier(4)

    def import_now(_: int) -> int:
        try:
            barrier.wait()
            return run(lines(*rows)).num_stored
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        stored = sorted(pool.map(import_now, range(4)))

    assert stored == [0, 0, 0, 50]
    assert Prompt.objects.count() == 50


@pytest.mark.django_db
def test_the_prompts_of_an_organization_share_one_split() -> None:
    """R6."""
    rows = [
        {"text": f"{key} {n}", "organization_key": f"org{key}", "user_key": f"user{n}"}
        for key in range(40)
        for n in range(3)
    ]

    run(lines(*rows))

    splits = {
        key: set(Prompt.objects.filter(organization_key=key).values_list("split", flat=True))
        for key in {row["organization_key"] for row in rows}
    }
    assert all(len(found) == 1 for found in splits.values())
    assert {"train", "validation"} == set.union(*splits.values())


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [{}, {"user_key": "u3"}, {"organization_key": "u3"}])
def test_postgres_itself_refuses_a_prompt_in_the_wrong_split(keys: dict[str, str]) -> None:
    """R6: enforced by the database, whatever the code above does."""
    prompt = make_prompt("x", **keys)
    wrong = "train" if prompt.split == "validation" else "validation"

    with pytest.raises(IntegrityError, match="prompt_split_follows_its_key"):
        Prompt.objects.filter(pk=prompt.pk).update(split=wrong)


@pytest.mark.django_db
def test_postgres_itself_refuses_a_hash_of_another_text() -> None:
    with pytest.raises(IntegrityError, match="prompt_text_hash_is_its_own"):
        Prompt.objects.filter(pk=make_prompt("x").pk).update(text_sha256=text_sha256("y"))


class RoundTrip(TestCase):
    """Any text that is accepted is stored byte for byte."""

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
    def test_a_text_comes_out_as_it_went_in(self, text: str) -> None:
        report = run(lines({"text": text}))

        if text.strip():
            assert Prompt.objects.get(text_sha256=text_sha256(text)).text == text
        else:
            assert [error.field for error in report.errors] == ["text"]


def command(path: Path, *options: str) -> str:
    out = StringIO()
    try:
        call_command("import_prompts", str(path), *options, stdout=out)
    except CommandError as error:
        out.write(f"failed: {error}")
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_became_of_each_row(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_bytes(b'{"text": "a"}\n{"text": "a"}\n{"text": ""}\nnonsense\n')

    dry, real = command(path, "--dry-run"), command(path)

    assert dry.splitlines()[:2] == [
        "line 2: skipped: The same text as line 1.",
        "line 3: error: text: Empty.",
    ]
    assert "read 4, would store 1, skipped 1, broken 2" in dry
    assert "read 4, stored 1, skipped 1, broken 2" in real
    assert "failed: 2 rows are broken; the good ones were kept." in real
    assert Prompt.objects.count() == 1


def test_the_command_says_when_there_is_no_file(tmp_path: Path) -> None:
    assert "No such file" in command(tmp_path / "nowhere.jsonl")


@pytest.mark.django_db
def test_exported_prompts_stay_in_the_split_of_their_file(tmp_path: Path) -> None:
    """R6. What is no row of such a file is reported, and a second run stores nothing twice."""
    path = tmp_path / "prompts.jsonl"
    path.write_bytes(b'{"prompt": "a"}\n{"prompt": "b"}\n{"prompt": ""}\n{"text": "c"}\n[]\n{"\n')

    dry, real, again = (
        command(path, "--exported-split", "validation", *options)
        for options in (["--dry-run"], [], [])
    )

    assert "read 6, would store 2, skipped 0, broken 4" in dry
    assert "read 6, stored 2, skipped 0, broken 4" in real
    assert "line 3: error: Empty." in real
    assert 'line 4: error: A row of an exported prompts.jsonl is {"prompt": "..."}.' in real
    assert "read 6, stored 0, skipped 2, broken 4" in again
    assert dict(Prompt.objects.values_list("text", "split")) == dict.fromkeys("ab", "validation")
