"""Imports in the background: slices that are stored whole, whoever stores them."""

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from labeling.models import Prompt, PromptImport, PromptImportChunk, PromptImportSighting
from labeling.services import prompt_import_slices
from labeling.services.prompt_import_slices import import_one_slice
from labeling.services.prompt_imports import EXPORTED_SPLIT, NewImport, open_import
from labeling.services.uploads import (
    CHUNK_BYTES,
    cancel_upload,
    store_piece,
)
from labeling.tasks import import_prompts
from tests.labeling.uploads import (
    csv_file,
    json_lines,
    outcome_counts,
    outcomes,
    run_through,
    upload,
)

pytestmark = pytest.mark.django_db


def test_each_line_says_what_became_of_it(rosa):
    """R4, R5, R7: accepted, repeated, over the cap, to be reviewed, broken."""
    template = "word " * 64
    content = json_lines(
        {"text": "One", "organization_key": "acme"},
        {"text": "Two", "organization_key": "acme"},
        {"text": "Three", "organization_key": "acme"},
        {"text": "One"},
        {"text": template + "cats"},
        {"text": template + "dogs"},
        {"text": "Write to cara@example.org"},
        {"text": "", "category": "poetry"},
    )

    done = run_through(upload(content, by=rosa, cap=2))

    assert (done.state, done.num_lines_done, done.num_bytes_done) == ("done", 8, len(content))
    assert outcomes(done) == [
        (1, "accepted"),
        (2, "accepted"),
        (3, "over_cap"),
        (4, "duplicate"),
        (5, "accepted"),
        (6, "duplicate"),
        (7, "personal_data"),
        (8, "broken"),
    ]
    first, fifth = Prompt.objects.get(text="One"), Prompt.objects.get(text=template + "cats")
    links = dict(done.lines.exclude(duplicate_of=None).values_list("line", "duplicate_of"))
    assert links == {4: first.pk, 6: fifth.pk}
    broken = done.lines.get(line=8)
    assert broken.field == "text"
    assert broken.message.startswith("Empty. category: One of")
    assert {one.submitted_by for one in Prompt.objects.all()} == {rosa}


def test_a_dry_run_says_the_same_and_stores_nothing(rosa, monkeypatch):
    """The dry run remembers what earlier slices would have stored."""
    monkeypatch.setattr(prompt_import_slices, "ROWS_PER_SLICE", 2)
    template = "word " * 64
    content = json_lines(
        *({"text": f"{n}", "organization_key": "acme"} for n in range(4)),
        {"text": "0"},
        {"text": template + "cats"},
        {"text": template + "dogs"},
        {"text": "Call +44 20 7946 0958"},
    )

    dry = run_through(upload(content, by=rosa, cap=3, is_dry_run=True))
    assert not Prompt.objects.exists()
    assert not PromptImportSighting.objects.exists()
    real = run_through(upload(content, by=rosa, cap=3))

    assert outcomes(dry) == outcomes(real)
    assert outcome_counts(real) == {
        "accepted": 4,
        "over_cap": 1,
        "duplicate": 2,
        "personal_data": 1,
    }
    messages = dict(dry.lines.values_list("line", "message"))
    assert messages[5] == "The same text as line 1."
    assert messages[7] == "Begins like line 6, which is kept."


def test_a_csv_with_quoted_line_breaks_goes_on_at_a_row(rosa, monkeypatch):
    monkeypatch.setattr(prompt_import_slices, "ROWS_PER_SLICE", 1)
    content = csv_file(
        ["text", "category", "closed_domain", "organization_key"],
        ["Line one\nline two", "chat", "true", "acme"],
        ["Third, with a comma", "", "", ""],
        ["Too few cells"],
        ["Wrong", "poetry", "perhaps", ""],
    )

    done = run_through(upload(content, by=rosa, file_name="Prompts.CSV"))

    assert outcomes(done) == [(2, "accepted"), (4, "accepted"), (5, "broken"), (6, "broken")]
    first = Prompt.objects.get(category="chat")
    assert first.text == "Line one\nline two"
    assert (first.flags, first.organization_key) == ({"closed_domain": True}, "acme")
    assert done.lines.get(line=6).message == "This must be true, false or empty."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"question\nWhy?\n", "The column 'question' is not one of text"),
        (b"text,text\na,b\n", "twice"),
        (b"category\nchat\n", '"text" is missing'),
    ],
)
def test_a_csv_without_its_columns_fails_with_the_reason(rosa, content, says):
    done = run_through(upload(content, by=rosa, file_name="prompts.csv"))

    assert done.state == "failed"
    assert says in done.failure
    assert not PromptImportChunk.objects.exists()


@pytest.mark.parametrize("cell", [b"\xff\xfe", b"a\0b"])
def test_a_cell_that_cannot_be_kept_is_one_broken_line(rosa, cell):
    content = b"text\n" + cell + b"\ngood\n"

    done = run_through(upload(content, by=rosa, file_name="prompts.csv"))

    assert outcomes(done) == [(2, "broken"), (3, "accepted")]


def test_lines_run_across_the_pieces_of_the_file(rosa):
    texts = [f"{n} " + "é" * 60_000 for n in range(20)]
    content = json_lines(*({"text": text} for text in texts))
    assert len(content) > 2 * CHUNK_BYTES

    done = run_through(upload(content, by=rosa))

    assert done.num_bytes_done == len(content)
    assert set(Prompt.objects.values_list("text", flat=True)) == set(texts)


def test_a_line_too_long_to_keep_is_broken_and_the_next_one_is_read(rosa):
    content = b'{"text": "' + b"x" * 3_000_000 + b'"}\n{"text": "good"}'

    done = run_through(upload(content, by=rosa))

    assert outcomes(done) == [(1, "broken"), (2, "accepted")]


def test_an_import_waits_for_its_last_piece(rosa):
    content = b" " * CHUNK_BYTES + b'{"text": "good"}'
    opened = open_import(
        new=NewImport(file_name="a.jsonl", num_bytes=len(content)), created_by=rosa
    )
    store_piece(kind=PromptImport, import_id=opened.pk, position=0, content=content[:CHUNK_BYTES])

    assert not import_one_slice()
    store_piece(kind=PromptImport, import_id=opened.pk, position=1, content=content[CHUNK_BYTES:])

    assert run_through(opened).state == "done"
    assert Prompt.objects.count() == 1


def test_a_cancelled_import_keeps_what_is_stored_and_goes_no_further(rosa, monkeypatch):
    monkeypatch.setattr(prompt_import_slices, "ROWS_PER_SLICE", 1)
    opened = upload(json_lines({"text": "one"}, {"text": "two"}), by=rosa)
    import_one_slice()

    cancel_upload(kind=PromptImport, import_id=opened.pk)

    assert not import_one_slice()
    assert [one.text for one in Prompt.objects.all()] == ["one"]


def test_a_slice_that_breaks_off_leaves_nothing_behind(rosa, monkeypatch):
    """The prompts, the lines of the report and the place in the file are one transaction."""
    opened = upload(json_lines({"text": "one"}, {"text": "two"}), by=rosa)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(prompt_import_slices.PromptImportLine.objects, "bulk_create", die)
        with pytest.raises(Killed):
            import_one_slice()
    opened.refresh_from_db()
    assert (opened.state, opened.num_lines_done) == ("queued", 0)
    assert not Prompt.objects.exists()

    assert run_through(opened).state == "done"
    assert outcomes(opened) == [(1, "accepted"), (2, "accepted")]


KILLED_WORKER = """
    import os, signal, sys
    import django
    django.setup()
    from labeling.models import PromptImportLine
    from labeling.services import prompt_import_slices as slices

    slices.ROWS_PER_SLICE = 10
    slices.import_one_slice()
    slices.import_one_slice()

    def die(*_args, **_options):
        os.kill(os.getpid(), signal.SIGKILL)

    # The prompts of the third slice are written, the transaction is open.
    type(PromptImportLine.objects).bulk_create = die
    slices.import_one_slice()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(rosa, monkeypatch):
    """A real process, killed with signal 9 inside its third slice; another one goes on."""
    rows = [{"text": f"prompt {n}"} for n in range(55)]
    opened = upload(json_lines(*rows), by=rosa)
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
        f":{database['PORT']}/{database['NAME']}"
    )

    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED_WORKER)],
        cwd=django_settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        check=False,
        capture_output=True,
        text=True,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    opened.refresh_from_db()
    assert (opened.state, opened.num_lines_done, Prompt.objects.count()) == ("running", 20, 20)
    run_through(opened)
    assert opened.state == "done"
    assert Prompt.objects.count() == 55
    assert outcome_counts(opened) == {"accepted": 55}
    assert [line for line, _ in outcomes(opened)] == list(range(1, 56))


@pytest.mark.django_db(transaction=True)
def test_an_import_in_another_hand_is_left_alone(rosa):
    def try_another() -> bool:
        try:
            return import_one_slice()
        finally:
            connections.close_all()

    opened = upload(json_lines({"text": "one"}), by=rosa)
    with transaction.atomic():
        PromptImport.objects.select_for_update().get(pk=opened.pk)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(try_another).result() is False

    assert run_through(opened).state == "done"


def test_the_task_rings_again_while_there_is_more(rosa, monkeypatch):
    """Each ring works for a few seconds only; the bell for the rest goes to whoever is free."""
    rung = []
    monkeypatch.setattr("labeling.tasks.SECONDS_AT_ONCE", 0.0)
    monkeypatch.setattr(
        "labeling.tasks.current_app.send_task", lambda name, **options: rung.append(name)
    )
    opened = upload(json_lines({"text": "one"}), by=rosa)

    import_prompts()
    assert rung == ["labeling.import_prompts"]
    monkeypatch.setattr("labeling.tasks.SECONDS_AT_ONCE", 5.0)
    import_prompts()

    opened.refresh_from_db()
    assert (opened.state, rung) == ("done", ["labeling.import_prompts"])


def test_a_slice_costs_the_same_queries_however_many_rows(rosa):
    counted = []
    for num_rows in (40, 400):
        rows = [{"text": f"{num_rows}: {n}", "organization_key": f"{n}"} for n in range(num_rows)]
        upload(json_lines(*rows), by=rosa)
        with CaptureQueriesContext(connection) as queries:
            import_one_slice()
        counted.append(len(queries))

    assert counted[0] == counted[1] < 25


SAME_BEGINNING = "Tell me about the harbour at dusk and " * 20


@pytest.mark.parametrize(("format_", "split"), sorted(EXPORTED_SPLIT.items()))
def test_exported_prompts_stay_in_the_split_of_their_file(rosa, monkeypatch, format_, split):
    """R6, over several slices: those that begin alike were told apart before (R4)."""
    monkeypatch.setattr(prompt_import_slices, "ROWS_PER_SLICE", 2)
    content = json_lines(
        *({"prompt": f"{SAME_BEGINNING}{n}"} for n in range(5)), {"text": "x"}, {"prompt": " "}
    )

    tried = run_through(upload(content, by=rosa, format=format_, is_dry_run=True))
    assert Prompt.objects.count() == 0
    done = run_through(upload(content, by=rosa, format=format_))

    expected = [(n, "accepted") for n in range(1, 6)] + [(6, "broken"), (7, "broken")]
    assert outcomes(tried) == outcomes(done) == expected
    assert set(Prompt.objects.values_list("split", "imported_from")) == {(split, "concord")}


def test_a_prompt_that_is_stored_in_the_other_split_stays_there_and_its_line_says_so(rosa):
    """R6: held out elsewhere is not held out here, which nobody finds out later."""
    content = json_lines({"prompt": "Name a sea."})
    run_through(upload(content, by=rosa, format="exported_train"))
    stored = Prompt.objects.get()

    for is_dry_run in (True, False):
        again = run_through(
            upload(content, by=rosa, format="exported_validation", is_dry_run=is_dry_run)
        )
        line = again.lines.get()
        assert line.outcome == "duplicate"
        assert line.message == (
            f"Already stored as prompt {stored.pk}. It stays in the split train, though it was "
            "exported from validation."
        )
    assert Prompt.objects.get().split == "train"


def test_an_export_that_is_imported_as_rows_is_told_what_it_is(rosa):
    done = run_through(upload(json_lines({"prompt": "Name a sea."}), by=rosa))

    assert "that was exported: import the file as exported prompts" in done.lines.get().message
