"""Judgments that can train nothing because of their prompt: the report of their import says so."""

import io
from typing import Any

import pytest

from labeling.importers.formats import FORMATS
from labeling.selectors.demonstrations import demonstrations_for_training
from labeling.selectors.rankings import rankings_for_training
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments
from tests.labeling.import_samples import lines, table, web_answers

pytestmark = pytest.mark.django_db

MAIL = "Write to jane.doe@example.org about the tides."
WAITS = "Trains nothing as it is. Personal data (email): waits for a review."
OVER_CAP = "Trains nothing as it is. Over the cap of its key: stored, never sampled."


def report_of(
    name: str, content: bytes, *, dry_run: bool = False, is_study: bool = False, **choices: str
) -> JudgmentImportReport:
    known = FORMATS[name]
    rows = known.read(io.BytesIO(content), known.choices_of(choices))
    target = Target(name, name, is_study=is_study)
    return import_judgments(rows, target=target, dry_run=dry_run, on_progress=id)


def notes_of(*read: Any, **options: Any) -> list[tuple[int, str]]:
    return [(note.line, note.reason) for note in report_of(*read, **options).notes]


def question(text: str) -> dict[str, Any]:
    return web_answers(1, 0) | {"question": {"id": text, "full_text": text}}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_whose_prompt_waits_for_a_review_says_so(dry_run: bool) -> None:
    """R7: also when it is only tried."""
    content = lines(question("Why?"), question(MAIL))

    assert notes_of("webgpt", content, dry_run=dry_run) == [(2, WAITS)]
    assert len(rankings_for_training()) == (0 if dry_run else 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_rows_of_a_group_beyond_its_cap_say_so(settings: Any, dry_run: bool) -> None:
    """R5."""
    settings.PROMPT_CAP = 2
    rows = [[f"Question {n}?", "x", "y", "a", "batch"] for n in range(4)]
    content = table(["q", "a", "b", "best", "group"], *rows)
    mapping = {"prompt": "q", "completions": "a,b", "preferred": "best", "group": "group"}

    found = report_of("csv", content, dry_run=dry_run, **mapping)

    assert found.num_judgments == 4
    # Numbered as in the file, whose first line names the columns.
    assert [(note.line, note.reason) for note in found.notes] == [(4, OVER_CAP), (5, OVER_CAP)]


def test_a_later_judgment_of_a_stored_prompt_says_so_too() -> None:
    report_of("webgpt", lines(question(MAIL)))
    other = question(MAIL) | {"answer_1": "Another answer."}

    assert notes_of("webgpt", lines(other)) == [(1, WAITS)]


def test_a_demonstration_of_such_a_prompt_says_so() -> None:
    content = lines({"instruction": MAIL, "context": "", "response": "Dear Jane"})

    assert notes_of("dolly", content) == [(1, WAITS)]
    assert demonstrations_for_training() == []


def test_what_is_for_the_figures_only_was_never_to_train() -> None:
    assert notes_of("webgpt", lines(question(MAIL)), is_study=True) == []
