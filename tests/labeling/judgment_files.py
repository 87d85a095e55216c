"""Small import files in the two formats of judgments."""

import io
import json
from collections.abc import Mapping
from typing import Any

from labeling.importers.pandalm import PANDALM
from labeling.importers.ukp_kwise import UKP
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import JudgmentImportReport, import_judgments


def debate(number: int = 1, **changes: object) -> dict[str, Any]:
    """A task of three arguments: c0 beats c1 twice, c1 and c2 are a tie, c0 and c2 unjudged."""
    return {
        "task_id": f"ukp/debate/{number}",
        "prompt": f"Debate: Question {number}\nSide: Yes\nWhich argument is more convincing?",
        "completions": [
            {"id": f"c{n}", "source_id": f"arg{number}{n}", "text": f" Argument {number}.{n}\n"}
            for n in range(3)
        ],
        "comparisons": [
            {"labeler": "lea", "a": "c0", "b": "c1", "label": "a"},
            {"labeler": "max", "a": "c1", "b": "c0", "label": "b"},
            {
                "labeler": "max",
                "a": "c2",
                "b": "c1",
                "label": "tie",
                "created_at": "2016-02-01T21:11:30.0Z",
            },
        ],
        "rankings": [],
        "ratings": [],
    } | changes


def duel(number: int = 0, **changes: object) -> dict[str, Any]:
    """An item of two responses, the first of which two annotators prefer."""
    return {
        "idx": number,
        "motivation_app": f"App {number}",
        "cmp_key": "bloom-7b_llama-7b",
        "instruction": "Shorten the sentence.",
        "input": f"Sentence number {number}.",
        "response1": f"Short {number}.",
        "response2": "",
        "annotator1": 1,
        "annotator2": 1,
        "annotator3": 0,
    } | changes


def as_lines(*rows: Mapping[str, Any] | str) -> io.BytesIO:
    return io.BytesIO(
        b"\n".join((row if isinstance(row, str) else json.dumps(row)).encode() for row in rows)
    )


def as_array(*rows: object) -> io.BytesIO:
    return io.BytesIO(json.dumps(rows).encode())


def import_debates(
    file: io.BytesIO, *, dry_run: bool = False, project: str = "Debates"
) -> JudgmentImportReport:
    return import_judgments(
        UKP.read(file, {}), target=Target("ukp", project), dry_run=dry_run, on_progress=id
    )


def import_duels(file: io.BytesIO, *, dry_run: bool = False) -> JudgmentImportReport:
    rows = PANDALM.read(file, {})
    return import_judgments(
        rows, target=Target("pandalm", "Duels"), dry_run=dry_run, on_progress=id
    )
