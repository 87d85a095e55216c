"""What Label Studio exports of its Ranker and Pairwise tags.

One JSON array: {"id", "data": {"prompt", "items": [{"id", "body"}]}, "annotations":
[{"completed_by", "lead_time", "was_cancelled", "created_at", "result": [{"type": "ranker",
"value": {"ranker": {COLUMN: [ids]}}} | {"type": "pairwise", "value": {"selected": "left" |
"right"}}]}]}. One column is an order, best first; several are tiers, in the order in which they
stand, and items of one tier are tied. An order that is the one shown may be an answer or a page
that nobody touched: the export cannot tell, so it is noted, or left out when that is chosen. So
are all items in one of several columns, in the order shown.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from labeling.importers.prompts import read_string
from labeling.importers.reading import (
    MAX_NAME_CHARACTERS,
    Row,
    one_of,
    read_identity,
    read_object,
    read_seconds,
    read_time,
    reader_of_json,
)
from labeling.importers.records import (
    Choice,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

SOURCE: Final = "item"
# Where Label Studio puts what was not moved into any tier.
NOT_PLACED: Final = "_"
RANKS_OF_SIDE: Final[Mapping[str, tuple[int, int]]] = {"left": (1, 2), "right": (2, 1)}
TEXTS_OF_ITEM: Final = ("body", "html", "title", "text")

Items = list[tuple[str, str]]


def read_task(row: Row, choices: Choices) -> JudgedTask:
    identity = row.optional("id", read_identity) or ""
    data = row.row("data")
    prompt = data.text(choices["prompt"])
    items = read_items(data, choices)
    notes: list[str] = []
    judgments = [
        judgment
        for annotation in row.rows("annotations")
        if annotation.members.get("was_cancelled") is not True
        for judgment in read_annotation(annotation, items, choices, notes)
    ]
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(JudgedCompletion(SOURCE, text, key=name) for name, text in items),
        judgments=tuple(judgments),
        identity=identity,
        notes=tuple(notes),
    )


def read_items(data: Row, choices: Choices) -> Items:
    """The items of a list, or the two texts of a pair, under their ids."""
    if "items" in data.members:
        found = [
            (one.read("id", read_identity) or "", read_item_text(one)) for one in data.rows("items")
        ]
        if len({name for name, _ in found}) < len(found):
            data.problem("items", "The same id twice.")
        return found
    sides = (choices["left"], choices["right"])
    return [(side, data.any_text(side)) for side in sides]


def read_item_text(item: Row) -> str:
    for name in TEXTS_OF_ITEM:
        if name in item.members:
            return item.any_text(name)
    return item.any_text(TEXTS_OF_ITEM[0])


def read_annotation(
    annotation: Row, items: Items, choices: Choices, notes: list[str]
) -> list[Judgment]:
    labeler = annotation.read("completed_by", read_person) or ""
    seconds = annotation.optional("lead_time", read_seconds)
    judged_at = annotation.optional("created_at", read_time)
    found = []
    for result in annotation.rows("result"):
        ranks = read_result(result, items)
        if ranks is None:
            continue
        if said := untouched(result, ranks, [name for name, _ in items]):
            notes.append(f"{labeler}: {said}, perhaps untouched.")
            if choices["untouched"] == "leave-out":
                continue
        found.append(Judgment(labeler, ranks, judged_at=judged_at, seconds=seconds))
    return found


def read_person(value: object) -> str:
    """The number of an account, its address, or an object with one of the two."""
    if isinstance(value, dict):
        value = value.get("email", value.get("id"))
    return read_identity(value)


def read_result(result: Row, items: Items) -> tuple[int | None, ...] | None:
    """The ranks of the items; None for a result of another tag."""
    kind = result.read("type", read_kind)
    if kind == "ranker":
        columns = result.row("value").read("ranker", read_object) or {}
        return ranks_of_columns(result, columns, [name for name, _ in items])
    if kind != "pairwise":
        return None
    if len(items) != 2:
        result.problem("type", "A pairwise answer needs two items.")
    return result.row("value").read("selected", one_of(RANKS_OF_SIDE)) or (1, 2)


def read_kind(value: object) -> str:
    return read_string(value, at_most=MAX_NAME_CHARACTERS)


def ranks_of_columns(
    result: Row, columns: Mapping[str, object], names: Sequence[str]
) -> tuple[int | None, ...]:
    tiers = [ids for column, ids in columns.items() if column != NOT_PLACED]
    if len(tiers) == 1 and isinstance(tiers[0], list):
        tiers = [[one] for one in tiers[0]]
    rank_of: dict[str, int] = {}
    for rank, ids in enumerate(tiers, start=1):
        for one in ids if isinstance(ids, list) else [ids]:
            name = name_of(one)
            if name not in names or name in rank_of:
                result.problem("value", f"Not one of the items, or twice: {name[:80]!r}.")
            rank_of[name] = rank
    return tuple(rank_of.get(name) for name in names)


def name_of(value: object) -> str:
    """As an item has it; what is no id is told as it stands."""
    try:
        return read_identity(value)
    except ValueError:
        return str(value)


def untouched(result: Row, ranks: Sequence[int | None], names: Sequence[str]) -> str:
    """How the answer of a ranker is what was shown, where it is; empty where it is not.

    Items come to stand in several tiers only when somebody has put them there, but all of them in
    one of several columns, as they were shown, is where they may have stood from the beginning.
    """
    if result.members.get("type") != "ranker":
        return ""
    columns = result.row("value").read("ranker", read_object) or {}
    placed = [ids for name, ids in columns.items() if name != NOT_PLACED]
    if len(placed) == 1:
        is_as_shown = list(ranks) == [rank for rank, _ in enumerate(ranks, start=1)]
        return "the order is the one that was shown" if is_as_shown else ""
    orders = [[name_of(one) for one in ids] for ids in placed if isinstance(ids, list)]
    if list(names) in orders:
        return "all items are in one column, in the order that was shown"
    return ""


LABEL_STUDIO: Final = DataFormat(
    name="label-studio",
    about="Orders of a Ranker, or the side chosen in a Pairwise.",
    row="item",
    read=reader_of_json(read_task),
    choices=(
        Choice("prompt", "the name of the prompt in the task's data", "prompt"),
        Choice("left", "of pairs without items: the name of the left text", "answer1"),
        Choice("right", "of pairs without items: the name of the right text", "answer2"),
        Choice("untouched", "orders that are the one shown", "keep", ("keep", "leave-out")),
    ),
)
