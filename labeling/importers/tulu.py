"""Two models' completions, judged in a spreadsheet with five levels of preference.

XLSX or CSV with the columns instance_id, prompt, model_a, model_b, completion_a, completion_b,
completion_a_is_acceptable, completion_b_is_acceptable, preference, evaluator and timestamp. Clearly
and slightly better are both better here: an order has no distances.

Source: Wang et al. 2023, the human evaluation of Tülu.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from labeling.importers.reading import (
    YEARS,
    Row,
    one_of,
    read_any_text,
    read_identity,
    read_moment,
    reader_of_rows,
)
from labeling.importers.records import (
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)
from labeling.importers.table_files import reader_of

RANKS_OF_PREFERENCE: Final[Mapping[str, tuple[int, int]]] = {
    "a-is-better": (1, 2),
    "a-is-slightly-better": (1, 2),
    "tie": (1, 1),
    "b-is-slightly-better": (2, 1),
    "b-is-better": (2, 1),
}
ACCEPTABLE: Final[Mapping[str, float]] = {"yes": 1.0, "no": 0.0}
SIDES: Final = ("a", "b")
NEEDED: Final = (
    "prompt",
    "model_a",
    "model_b",
    "completion_a",
    "completion_b",
    "preference",
    "evaluator",
)


def read_task(row: Row, _: Choices) -> JudgedTask:
    prompt = row.text("prompt")
    completions = tuple(
        JudgedCompletion(row.name(f"model_{side}"), row.any_text(f"completion_{side}", ""))
        for side in SIDES
    )
    ranks = row.read("preference", read_preference) or (1, 1)
    axes = tuple(acceptable(row, f"completion_{side}_is_acceptable") for side in SIDES)
    evaluator = row.name("evaluator")
    judged_at = row.optional("timestamp", read_sheet_time)
    instance = row.optional("instance_id", read_identity)
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=completions,
        judgments=(Judgment(evaluator, ranks, judged_at=judged_at, axes=axes),),
        group=f"instance {instance}" if instance else "",
    )


def read_preference(value: object) -> tuple[int, int]:
    return one_of(RANKS_OF_PREFERENCE)(as_seen(value))


def as_seen(value: object) -> str:
    """A space behind the word, or a capital, is nothing that anybody sees in a spreadsheet."""
    return read_any_text(value).strip().lower()


def acceptable(row: Row, name: str) -> dict[str, float]:
    answer = row.optional(name, lambda value: one_of(ACCEPTABLE)(as_seen(value)))
    return {} if answer is None else {"acceptable": answer}


def read_sheet_time(value: object) -> datetime:
    """Spreadsheets have no time zones; all times of one are compared with each other only."""
    moment = read_moment(value, "2023-05-25 14:08:33")
    if moment.year not in YEARS:
        raise ValueError(f"A time between {YEARS.start} and {YEARS.stop - 1}.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


TULU: Final = DataFormat(
    name="tulu",
    about="The spreadsheet of two completions with five levels, as XLSX or CSV.",
    row="line",
    read=reader_of_rows(read_task, reader_of(NEEDED)),
)
