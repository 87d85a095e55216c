"""manage.py import_judgments: what it takes, what it shows, and when it fails."""

import gzip
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling.models import Project, Task
from labeling.selectors.rankings import rankings_for_training
from tests.labeling.import_samples import table
from tests.labeling.judgment_files import as_lines, debate

pytestmark = pytest.mark.django_db


def run_command(*arguments: str) -> str:
    output = io.StringIO()
    call_command("import_judgments", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_shows_progress_and_a_summary(tmp_path: Path) -> None:
    path = tmp_path / "debates.jsonl"
    path.write_bytes(as_lines(debate(1), debate(2)).getvalue())

    dry = run_command("ukp", str(path), "--dry-run")
    wet = run_command("ukp", str(path), "--project", "Tea and coffee")

    assert "line 2: would store task ukp/debate/2: K = 3, 3 judgments" in dry
    assert "2 rows read, 6 judgments so far" in wet
    assert wet.splitlines()[-2:] == [
        "read 2 rows of the file: 2 stored, 0 with nothing new, 0 left out, 0 broken",
        (
            "stored 2 tasks with 2 new prompts, 6 new completions, 2 new labelers, "
            "6 judgments and 0 demonstrations"
        ),
    ]
    assert Project.objects.get().name == "Tea and coffee"


def test_the_command_keeps_the_good_rows_and_fails_on_broken_ones(tmp_path: Path) -> None:
    path = tmp_path / "debates.jsonl"
    path.write_bytes(as_lines(debate(1), "{").getvalue())

    with pytest.raises(CommandError, match="1 row is broken"):
        run_command("ukp", str(path))

    assert Task.objects.count() == 1


def test_the_command_reads_what_was_gzipped_and_says_when_it_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "debates.jsonl.gz"
    path.write_bytes(gzip.compress(as_lines(debate(1), debate(2)).getvalue()))

    assert "stored 2 tasks" in run_command("ukp", str(path))

    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CommandError, match="Cannot read"):
        run_command("ukp", str(path))


def test_the_command_takes_choices_and_the_name_of_the_data_set(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(table(["q", "a", "b", "best"], ["Why?", "Moon", "Sun", "b"]))
    mapping = ["prompt=q", "completions=a,b", "preferred=best"]

    run_command("csv", str(path), "--dataset", "my-set", *(f"--choose={one}" for one in mapping))

    assert Project.objects.get().name == "Imported: my-set"
    assert [record.rankings[0].ranks for record in rankings_for_training()] == [(2, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--choose", "axis"], "takes NAME=VALUE"),
        (["--choose", "axis=fun"], "leaves nothing to choose"),
        (["--dataset", "My set"], "up to 40 of a-z"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    path = tmp_path / "debates.jsonl"
    path.write_bytes(as_lines(debate(1)).getvalue())

    with pytest.raises(CommandError, match=message):
        run_command("ukp", str(path), *arguments)


def test_the_command_says_when_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run_command("pandalm", str(tmp_path / "nothing.json"))
