"""Any CSV or XLSX with judgments or demonstrations, its columns chosen by name.

Completions are columns, and so are their ranks (1 or 0 is the best; nothing or -1 was not ranked),
their scores (the highest is the best) or the name of the preferred one. Without any of these the
first completion is a demonstration. Of three or more columns an empty one of which nothing is said
holds no completion: not every prompt has as many.
"""

import csv
from collections.abc import Iterator, Sequence
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

# Of two columns both hold a completion, or one could not be preferred.
FEW: Final = 3
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
    places = places_there(texts, ranks, is_best_known=bool(choices["preferred"]))
    sources = sources_of(row, columns, choices, places)
    there = [tuple(one[place] for place in places) for one in ranks]
    return JudgedTask(
        prompt=prompt,
        completions=tuple(
            JudgedCompletion(source, texts[place])
            for source, place in zip(sources, places, strict=True)
        ),
        judgments=tuple(
            Judgment(labeler, one, judged_at=time)
            # Of the best one and one that is not there is nothing to tell.
            for one in [one for one in there if num_ranked(one) > 1] or there
        ),
        group=group,
    )


def num_ranked(ranks: Ranks) -> int:
    return sum(rank is not None for rank in ranks)


def places_there(texts: Sequence[str], ranks: Sequence[Ranks], *, is_best_known: bool) -> list[int]:
    """The columns that hold a completion."""
    places = range(len(texts))
    if len(texts) < FEW:
        return list(places)
    if is_best_known:
        # The others were passed over, which says nothing of an empty one; in a tie nor is any best.
        said = {one.index(1) for one in ranks if 2 in one}
    else:
        said = {place for place in places for one in ranks if one[place] is not None}
    return [place for place in places if texts[place] or place in said]


def read_file(file: BinaryIO, choices: Choices) -> Iterator[NumberedRow]:
    """A column that was chosen and is not there spoils every row, so it is told once."""
    several = [names_in(choices[name]) for name in ("completions", "sources", "ranks", "scores")]
    single = [choices[name] for name in ("prompt", "preferred", "labeler", "time", "group")]
    needed = [name for name in (*chain(*several), *single) if name]
    return read_values(table_rows(file, needed=needed), read_row, choices)


def names_in(choice: str) -> list[str]:
    """With a comma between them; a name that holds one itself stands in quotes, as in CSV."""
    names = next(csv.reader([choice], skipinitialspace=True), [])
    return [name.strip() for name in names if name.strip()]


def column(row: Row, name: str) -> str:
    return (row.optional(name, read_identity) or "") if name else ""


def sources_of(
    row: Row, columns: Sequence[str], choices: Choices, places: Sequence[int]
) -> list[str]:
    """What the columns of these models hold, or the names of the completions' columns."""
    named = names_in(choices["sources"])
    if not named:
        return [columns[place] for place in places]
    if len(named) != len(columns):
        raise row.refused("", "As many sources as completions are to be chosen.")
    return [row.name(named[place]) for place in places]


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
    """The preferred completion by the name of its column or model, its letter, or its number."""
    answer = spoken(row.name(choices["preferred"]))
    row.check()
    first = int(choices["first_number"])
    meaning = models_of(row, choices) | {
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


def models_of(row: Row, choices: Choices) -> dict[str, int]:
    """The places by what wrote them, but for a model that wrote several."""
    cells = [str(row.members.get(name, "")) for name in names_in(choices["sources"])]
    models = [spoken(cell) for cell in cells]
    return {model: place for place, model in enumerate(models) if models.count(model) == 1}


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
