"""Files of judgments uploaded through the API: dry run, slices, reports, and what ends them."""

import csv
import gzip
import io
import json
from unittest.mock import patch

import pytest

from labeling.models import JudgmentImport, Project, Ranking, Task
from labeling.services import judgment_import_slices as slices
from labeling.services.judgment_import_jobs import MAX_FILE_BYTES
from labeling.services.uploads import CHUNK_BYTES
from labeling.tasks import import_judgments
from tests.cast import client_of
from tests.labeling.import_samples import TULU_COLUMNS, tulu_row
from tests.labeling.judgment_files import debate
from tests.labeling.test_xlsx_files import workbook
from tests.labeling.uploads import csv_file, json_lines
from tests.locks import somebody_at

ADDRESS = "/api/judgment-imports/"
pytestmark = pytest.mark.django_db


def announce(user, content: bytes, **body: object):
    wanted = {
        "file_name": "judgments.jsonl",
        "num_bytes": len(content),
        "format": "ukp",
        "dataset": "debates",
        "is_dry_run": False,
        **body,
    }
    return client_of(user).post(ADDRESS, wanted, format="json")


def send(user, opened: dict, content: bytes, position: int = 0):
    return client_of(user).generic(
        "PUT",
        f"{ADDRESS}{opened['id']}/chunks/{position}/",
        content,
        content_type="application/octet-stream",
    )


def upload(user, content: bytes, **body: object) -> dict:
    answer = announce(user, content, **body)
    assert answer.status_code == 201, answer.json()
    opened = answer.json()
    for start in range(0, len(content), CHUNK_BYTES):
        piece = content[start : start + CHUNK_BYTES]
        assert send(user, opened, piece, start // CHUNK_BYTES).status_code == 204
    return opened


def run_through(user, opened: dict) -> dict:
    while slices.import_judgments_for(60):
        pass
    return client_of(user).get(f"{ADDRESS}{opened['id']}/").json()


def said(user, opened: dict, **query: object) -> list[tuple[int, str, str]]:
    rows = client_of(user).get(f"{ADDRESS}{opened['id']}/rows/", query).json()["results"]
    return [(row["line"], row["outcome"], row["field"]) for row in rows]


def sheet(*rows: list[str]) -> bytes:
    return csv_file(["Question", "One", "Two", "Better", "Who"], *rows)


MAPPING = {
    "prompt": "Question",
    "completions": "One,Two",
    "preferred": "Better",
    "labeler": "Who",
}


def test_rosa_uploads_judgments_and_nothing_is_lost_on_bad_rows(rosa):
    content = json_lines(debate(1), {"task_id": 3}, debate(2))

    done = run_through(rosa, opened := upload(rosa, content))

    assert (done["state"], done["num_rows_done"]) == ("done", 3)
    assert (done["num_tasks"], done["num_judgments"], done["num_labelers"]) == (2, 6, 2)
    # One row, whatever is wrong with it.
    assert done["num_said"]["broken"] == 1
    # Each refused row is named, with its field.
    assert {line for line, _, _ in said(rosa, opened, outcome="broken")} == {2}
    assert Task.objects.count() == 2
    project = Project.objects.get(name="Imported: debates")
    assert (project.purpose, done["project_id"]) == (Project.Purpose.STUDY, project.pk)


def test_a_dry_run_reports_the_same_and_stores_nothing(rosa):
    content = json_lines(debate(1), {"task_id": 3}, debate(1))

    tried = run_through(rosa, upload(rosa, content, is_dry_run=True))

    assert not Ranking.objects.exists()
    assert not Project.objects.exists()
    done = run_through(rosa, upload(rosa, content))
    for name in ("num_tasks", "num_judgments", "num_labelers", "num_rows_done", "num_said"):
        assert tried[name] == done[name], name
    assert (tried["is_whole"], tried["project_id"]) == (True, None)


def test_a_workbook_is_imported_as_its_table_in_csv_would_be(rosa):
    rows = [tulu_row("a-is-better"), tulu_row("none"), tulu_row("tie", "2023-05-26 09:00:00")]
    content = workbook([TULU_COLUMNS, *rows])

    done = run_through(
        rosa, opened := upload(rosa, content, file_name="human.xlsx", format="tulu", dataset="tulu")
    )

    assert (done["state"], done["num_rows_done"], done["num_tasks"]) == ("done", 3, 1)
    assert said(rosa, opened, outcome="broken") == [(3, "broken", "preference")]
    # Two judgments of one pair by one person: the later one counts.
    assert Ranking.objects.filter(superseded_at__isnull=True).count() == 1


def test_a_dry_run_that_time_does_not_suffice_for_says_so(rosa):
    content = json_lines(*(debate(number) for number in range(5)))

    with patch.object(slices, "DRY_RUN_SECONDS", -1.0):
        tried = run_through(rosa, upload(rosa, content, is_dry_run=True))

    assert (tried["state"], tried["is_whole"], tried["num_rows_done"]) == ("done", False, 1)


def test_a_dry_run_in_which_too_much_is_wrong_to_be_told_says_so(rosa):
    """A file of another format has several faults in every row, and may have a million rows."""
    content = json_lines(*[{"task_id": []}] * 9)

    with patch.object(slices, "FAULTS_PER_TRIAL", 7):
        tried = run_through(rosa, upload(rosa, content, is_dry_run=True))

    # Four faults in each.
    assert (tried["state"], tried["is_whole"], tried["num_rows_done"]) == ("done", False, 2)


def test_a_csv_is_read_by_the_mapping_chosen_on_the_page(rosa):
    content = sheet(
        ["Name a sea.", "The North Sea.", "A boat.", "One", "lea"],
        ["Name a sea.", "The North Sea.", "A boat.", "tie", "max"],
        ["Name a lake.", "Como.", "Sea.", "neither", "max"],
    )

    opened = upload(rosa, content, format="csv", choices=MAPPING, dataset="sheet")
    done = run_through(rosa, opened)

    assert (done["num_tasks"], done["num_judgments"]) == (1, 2)
    assert said(rosa, opened) == [(4, "broken", "Better")]
    assert done["choices"]["tie"].startswith("tie,")


def test_a_mapping_to_a_column_that_is_not_there_ends_with_its_name(rosa):
    content = sheet(["Name a sea.", "The North Sea.", "A boat.", "One", "lea"])

    opened = upload(rosa, content, format="csv", choices={**MAPPING, "labeler": "Nobody"})
    run_through(rosa, opened)

    rows = client_of(rosa).get(f"{ADDRESS}{opened['id']}/rows/").json()["results"]
    assert "'Nobody' is missing" in rows[0]["message"]
    assert not Task.objects.exists()


def test_a_gzipped_file_is_unpacked_and_a_broken_one_says_so(rosa):
    packed = gzip.compress(json_lines(debate()))

    assert run_through(rosa, upload(rosa, packed))["num_tasks"] == 1
    cut = run_through(rosa, upload(rosa, packed[:-9]))

    assert cut["state"] == "failed"
    assert "cannot be unpacked" in cut["failure"]


def test_a_small_file_cannot_unfold_to_a_disk_full(rosa):
    with patch.object(slices, "MAX_PLAIN_BYTES", 500):
        bomb = run_through(rosa, upload(rosa, gzip.compress(b" " * 100_000)))

    rows = client_of(rosa).get(f"{ADDRESS}{bomb['id']}/rows/").json()["results"]
    assert "once unpacked" in bomb["failure"] + "".join(row["message"] for row in rows)


def test_a_worker_that_dies_in_a_slice_leaves_nothing_and_the_next_goes_on(rosa):
    opened = upload(rosa, json_lines(*(debate(number) for number in range(5))))

    keep, slices_kept = slices._keep, []

    def die_in_the_second(*args, **kwargs):
        slices_kept.append(args)
        if len(slices_kept) == 2:
            raise KeyboardInterrupt
        keep(*args, **kwargs)

    with patch.object(slices, "ROWS_PER_SLICE", 2):
        with patch.object(slices, "_keep", die_in_the_second), pytest.raises(KeyboardInterrupt):
            slices.import_judgments_for(60)
        left = JudgmentImport.objects.get(pk=opened["id"])
        assert (left.num_rows_done, Task.objects.count()) == (2, 2)
        done = run_through(rosa, opened)

    assert (done["state"], done["num_tasks"], done["num_rows_done"]) == ("done", 5, 5)
    assert done["num_said"]["skipped"] == 0


def test_a_file_that_takes_longer_to_read_anew_than_a_turn_lasts_is_finished(rosa):
    """It was read up to where it stood, turn after turn, and no row more."""
    opened = upload(rosa, json_lines(*(debate(number) for number in range(5))))

    with patch.object(slices, "ROWS_PER_SLICE", 2):
        turns = [slices.import_judgments_for(0.0) for _ in range(4)]

    assert turns[0] is True
    assert turns[-1] is not True
    assert run_through(rosa, opened)["num_tasks"] == 5


def test_whoever_comes_while_another_worker_reads_the_file_leaves_it_alone(rosa):
    opened = upload(rosa, json_lines(debate()))

    with somebody_at(slices.AT_AN_IMPORT):
        assert slices.import_judgments_for(60) is None
        assert not Task.objects.exists()
    assert run_through(rosa, opened)["num_tasks"] == 1


def test_an_error_of_our_own_ends_that_import_and_not_the_next(rosa):
    """An import that is tried for ever would keep all others waiting."""
    opened = [upload(rosa, json_lines(debate(number)), dataset=f"d{number}") for number in (1, 2)]

    with patch.object(slices, "_keep", side_effect=[TypeError("?"), None]):
        slices.import_judgments_for(60)
    failed, done = (run_through(rosa, one) for one in opened)

    assert (failed["state"], done["state"]) == ("failed", "done")
    assert failed["failure"].startswith("Concord itself failed at this file (TypeError)")


def test_importing_a_file_again_changes_nothing_and_says_so(rosa):
    content = json_lines(debate())
    run_through(rosa, upload(rosa, content))

    again = run_through(rosa, upload(rosa, content))

    assert (again["num_judgments"], again["num_said"]["skipped"]) == (0, 1)
    assert Ranking.objects.count() == 3


def test_a_project_that_holds_something_else_ends_the_import_in_words(rosa):
    Project.objects.create(name="Taken", kind=Project.Kind.DEMONSTRATION)

    failed = run_through(rosa, upload(rosa, json_lines(debate()), project_name="Taken"))

    assert failed["state"] == "failed"
    assert "Taken" in failed["failure"]


def test_a_cancelled_import_stores_no_more(rosa):
    opened = upload(rosa, json_lines(debate()))

    cancelled = client_of(rosa).post(f"{ADDRESS}{opened['id']}/cancel/")
    again = client_of(rosa).post(f"{ADDRESS}{opened['id']}/cancel/")
    import_judgments()

    assert (cancelled.json()["state"], again.status_code) == ("cancelled", 200)
    assert not Task.objects.exists()
    assert send(rosa, opened, b"x").status_code == 422


def test_an_upload_that_is_not_complete_waits(rosa):
    content = json_lines(debate())
    opened = announce(rosa, content).json()

    import_judgments()

    shown = client_of(rosa).get(f"{ADDRESS}{opened['id']}/").json()
    assert (shown["state"], shown["uploaded"]) == ("queued", [])


def test_the_report_has_every_row_with_something_to_say(rosa):
    opened = upload(rosa, json_lines({"task_id": "=1+1"}, debate()))
    run_through(rosa, opened)

    answer = client_of(rosa).get(f"{ADDRESS}{opened['id']}/report.csv")

    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["line", "outcome", "field", "message"]
    assert {(row[0], row[1]) for row in rows[1:]} == {("1", "broken")}


def test_every_format_says_what_it_leaves_to_choose(rosa):
    found = client_of(rosa).get("/api/judgment-formats/").json()

    formats = {one["name"]: one for one in found["formats"]}
    assert {"csv", "wmt", "pandalm", "ukp", "trl"} <= set(formats)
    assert [choice["name"] for choice in formats["csv"]["choices"]][:2] == ["prompt", "completions"]
    assert all(one["about"].endswith(".") for one in found["formats"])
    assert found["max_bytes"] == MAX_FILE_BYTES


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"num_bytes": MAX_FILE_BYTES + 1}, "num_bytes"),
        ({"num_bytes": 0}, "num_bytes"),
        ({"format": "xls"}, "format"),
        ({"dataset": "Two Words"}, "dataset"),
        ({"choices": {"colour": "red"}}, "choices"),
        ({"choices": {"prompt": ["a"]}, "format": "csv"}, "choices.prompt"),
        ({"file_name": "a\nb"}, "file_name"),
        ({"is_study": "perhaps"}, "is_study"),
    ],
)
def test_a_malformed_wish_names_its_field(rosa, change, field):
    answer = announce(rosa, b"{}", **change)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not JudgmentImport.objects.exists()


def test_the_list_is_newest_first_in_a_fixed_number_of_queries(rosa, django_assert_num_queries):
    for name in ("one", "two", "three"):
        announce(rosa, b"{}", dataset=name)
    client = client_of(rosa)
    client.get(ADDRESS)

    with django_assert_num_queries(3):
        found = client.get(ADDRESS).json()["results"]

    assert [one["dataset"] for one in found] == ["three", "two", "one"]


def test_a_labeler_neither_uploads_nor_reads(amina, rosa):
    opened = upload(rosa, json.dumps(debate()).encode())

    assert announce(amina, b"{}").status_code == 403
    assert send(amina, opened, b"x").status_code == 403
    assert client_of(amina).get(f"{ADDRESS}{opened['id']}/rows/").status_code == 403
