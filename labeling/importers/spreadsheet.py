"""Any CSV or XLSX with judgments or demonstrations, its columns chosen by name.

Completions are columns, and so are their ranks (1 or 0 is the best; nothing or -1 was not ranked),
their scores (the highest is the best) or the name of the preferred one. Without any of these the
first completion is a demonstration.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO, Final

from labeling.importers.csv_files import (
    is_nothing,
    read_cell_number,
    read_cell_rank,
)
from labeling.importers.reading import (
    Row,
    best_over_each,
    ranks_by_score,
    read_identity,
    read_values,
)
from labeling.importers.records import (
    SOMEBODY,
    Choice,
    Choices,
    DataFormat,
    Demonstrated,
    JudgedCompletion,
    JudgedTask,
    Judgment,
    LeftOut,
    NumberedRow,
    Record,
)
from labeling.importers.table_files import table_rows
from labeling.importers.tulu import read_sheet_time

Ranks = tuple[int | None, ...]

TIE_WORDS: Final = "tie,both,equal,same,c"


def read_row(row: Row, choices: Choices) -> Record:
    prompt = row.text(choices["prompt"])
    columns = names_in(choices["completions"])
    texts = [row.any_text(name, "") for name in columns]
    labeler = column(row, choices["labeler"]) or SOMEBODY
    group = column(row, choices["group"])
    time = row.optional(choices["time"], read_sheet_time) if choices["time"] else None
    ranks = read_ranks(row, columns, choices)
    row.check()
    if ranks is None:
        if not texts[0].strip():
            return LeftOut("An empty answer is nothing to imitate.")
        return Demonstrated(prompt=prompt, text=texts[0], writer=labeler, group=group)
    return JudgedTask(
        prompt=prompt,
        completions=tuple(
            JudgedCompletion(source, text)
            for source, text in zip(sources_of(row, columns, choices), texts, strict=True)
        ),
        judgments=tuple(Judgment(labeler, one, judged_at=time) for one in ranks),
        group=group,
    )


def read_file(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    """A column that was chosen and is not there spoils every row, so it is told once."""
    several = [names_in(choices[name]) for name in ("completions", "sources", "ranks", "scores")]
    single = [choices[name] for name in ("prompt", "preferred", "labeler", "time", "group")]
    needed = [name for name in (*chain(*several), *single) if name]
    return read_values(table_rows(file, needed=needed), read_row, choices)


def names_in(choice: str) -> list[str]:
    return [name.strip() for name in choice.split(",") if name.strip()]


def column(row: Row, name: str) -> str:
    return (row.optional(name, read_identity) or "") if name else ""


def sources_of(row: Row, columns: Sequence[str], choices: Choices) -> list[str]:
    """The columns that name the models, or the completions' columns themselves."""
    named = names_in(choices["sources"])
    if not named:
        return list(columns)
    if len(named) != len(columns):
        raise row.refused("", "As many sources as completions are to be chosen.")
    return [row.name(name) for name in named]


def read_ranks(row: Row, columns: Sequence[str], choices: Choices) -> list[Ranks] | None:
    """None where nothing was judged, so that the row is a demonstration."""
    if choices["preferred"]:
        return preferred(row, columns, choices)
    for kind in ("ranks", "scores"):
        if names := names_in(choices[kind]):
            if len(names) != len(columns):
                raise row.refused("", f"As many {kind} as completions are to be chosen.")
            if kind == "ranks":
                return [tuple(row.optional(name, read_cell_rank) for name in names)]
            return [ranks_by_score([row.optional(name, read_score) for name in names])]
    return None


def read_score(value: object) -> float | None:
    return None if is_nothing(str(value)) else read_cell_number(value)


def preferred(row: Row, columns: Sequence[str], choices: Choices) -> list[Ranks]:
    """The preferred completion by the name of its column, its letter, or its number."""
    answer = spoken(row.name(choices["preferred"]))
    row.check()
    first = int(choices["first_number"])
    meaning: Mapping[str, int] = {
        word: place
        for place, name in enumerate(columns)
        for word in (name.lower(), chr(ord("a") + place), str(place + first))
    }
    ties = {spoken(word) for word in names_in(choices["tie"])}
    if choices["tie"] == TIE_WORDS:
        # What was not chosen for this file gives way: with three completions C is the third.
        ties -= meaning.keys()
    if answer in ties:
        return [(1,) * len(columns)]
    if answer not in meaning:
        row.problem(
            choices["preferred"],
            f"Neither a completion nor a tie: {answer[:80]!r}.{hint(answer, first)}",
        )
    return best_over_each(meaning.get(answer, 0), len(columns))


def spoken(word: str) -> str:
    """As a person reads it: no matter how large it is written, and 2.0 is 2."""
    return word.strip().lower().removesuffix(".0")


def hint(answer: str, first: int) -> str:
    """What may be meant, said where every other row may have been misread too."""
    if answer != "0" or not first:
        return ""
    return (
        " Numbers count from 1 unless the first number is chosen to be 0; where 0 says that none is"
        " preferred, it belongs to the words for a tie."
    )


CSV: Final = DataFormat(
    name="csv",
    about="Any table with named columns, CSV or XLSX: which is what is chosen below.",
    row="line",
    read=read_file,
    choices=(
        Choice("prompt", "the column of the prompt", "prompt"),
        Choice("completions", "the columns of the completions", "completion_a,completion_b"),
        Choice("sources", "the columns that name what wrote them"),
        Choice("ranks", "the columns of their ranks"),
        Choice("scores", "the columns of their scores"),
        Choice("preferred", "the column that names the preferred one"),
        Choice(
            "first_number",
            "what the first completion is called where numbers name them",
            "1",
            ("1", "0"),
        ),
        Choice("tie", "the words that say that none is preferred", TIE_WORDS),
        Choice("labeler", "the column of the labeler"),
        Choice("time", "the column of the time"),
        Choice("group", "the column whose equal values share a split"),
    ),
)
