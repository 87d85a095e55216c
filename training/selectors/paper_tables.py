"""The paper's tables about data, from plain rows: Tables 1, 6, 7, 8, 9, 10 and 11 (R45)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.catalogue import CATEGORIES, PROMPT_FLAGS
from training.selectors.rows_behind import UNKNOWN, UNSAID, Order, RowsBehind, RowsOf, Writer

CUSTOMER: Final = "customer"
SPREAD_COLUMNS: Final = ("n", "Mean", "Std", "Min", "25%", "Median", "75%", "Max")
NOBODY_SAID: Final = "Nobody said"
# Why cells are undefined.
WITHOUT_CATEGORY: Final = "Prompts without a category count in no share."
NO_CATEGORY: Final = "No prompt has a category yet."
NO_CUSTOMERS_CATEGORY: Final = "No prompt of a customer has a category."
UNKNOWN_LANGUAGE: Final = "Prompts whose language is not known count in no share."
NOT_ASKED: Final = "Nobody was asked about the annotation in that split."
NO_LENGTH: Final = "The length of none of the texts is known."
SINGLE_TEXT: Final = "A single text has no deviation."

Cell = float | None
PROMPTS: Final = RowsBehind(RowsOf.PROMPTS)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt of a snapshot; ``split`` is the snapshot's, ``customer_key`` empty for others."""

    pk: int
    split: str
    source_kind: str
    category: str | None
    flags: Mapping[str, bool]
    num_tokens: int | None
    customer_key: str
    language: str | None


@dataclass(frozen=True)
class DemonstrationRow:
    source_kind: str
    num_tokens: int | None


@dataclass(frozen=True)
class TableRow:
    """``behind`` says of each cell which rows it counts or measures: none where there is none."""

    name: str
    cells: Sequence[Cell]
    behind: Sequence[RowsBehind | None]


@dataclass(frozen=True)
class Table:
    """``kinds`` says how each column reads: count, share (0 to 1) or measure.

    A cell that is None is undefined; ``reasons_undefined`` says why those that are here are so.
    """

    key: str
    title: str
    definition: str
    row_header: str
    columns: Sequence[str]
    kinds: Sequence[str]
    rows: Sequence[TableRow]
    reasons_undefined: Sequence[str] = ()


def prompt_tables(
    prompts: Sequence[PromptRow], demonstrations: Iterable[DemonstrationRow] = ()
) -> list[Table]:
    """Of each snapshot that has prompts, in the paper's order, the languages last."""
    return [
        use_cases(prompts),
        sizes(prompts),
        flags(prompts),
        per_customer(prompts),
        token_lengths(prompts),
        token_lengths_by_category(prompts),
        demonstration_lengths(prompts, demonstrations),
        languages(prompts),
    ]


def use_cases(prompts: Iterable[PromptRow]) -> Table:
    """Shares are over the prompts that somebody gave a category; the rest stand below them."""
    everybody, customers = Counter[str | None](), Counter[str | None]()
    for one in prompts:
        everybody[one.category] += 1
        customers[one.category] += one.source_kind == CUSTOMER
    totals = [sum(found[key] for key in CATEGORIES) for found in (everybody, customers)]
    rows = []
    for key in sorted(CATEGORIES, key=lambda key: -everybody[key]):
        cells = [
            cell
            for found, total in zip((everybody, customers), totals, strict=True)
            for cell in (found[key], _share(found[key], total))
        ]
        rows.append(_row(CATEGORIES[key], cells, _of_everybody_and_customers(key)))
    unsaid = _row(
        NOBODY_SAID,
        (everybody[None], None, customers[None], None),
        _of_everybody_and_customers(UNSAID),
    )
    reasons = [WITHOUT_CATEGORY] if totals[0] else [NO_CATEGORY]
    if totals[0] and not totals[1]:
        reasons.append(NO_CUSTOMERS_CATEGORY)
    return Table(
        key="table_1",
        title="Table 1: use cases",
        definition="Prompts by use-case category, all of them and those of customers alone, as the "
        "paper's table has them; shares are of the prompts that have a category.",
        row_header="Use case",
        columns=("Prompts", "Share", "By customers", "Share of these"),
        kinds=("count", "share") * 2,
        rows=[*rows, unsaid],
        reasons_undefined=reasons,
    )


def sizes(prompts: Iterable[PromptRow]) -> Table:
    found = Counter((one.split, one.source_kind == CUSTOMER) for one in prompts)
    rows = [
        _row(
            split.capitalize(),
            (found[split, False], found[split, True], found[split, False] + found[split, True]),
            _of_both_writers(PROMPTS.that(split=split)),
        )
        for split in sorted({split for split, _ in found})
    ]
    total = [float(sum(column)) for column in zip(*(row.cells for row in rows), strict=True)]
    return Table(
        key="table_6",
        title="Table 6: size",
        definition="Distinct prompts by split and by who wrote them. Imported ones are by whom "
        "their file says, and count as labelers' where it does not say.",
        row_header="Split",
        columns=("By labelers", "By customers", "Total"),
        kinds=("count",) * 3,
        rows=[*rows, _row("Total", total, _of_both_writers(PROMPTS))] if rows else [],
    )


def flags(prompts: Sequence[PromptRow]) -> Table:
    splits = sorted({one.split for one in prompts})
    columns = [
        name for split in splits for name in (split.capitalize(), f"{split.capitalize()}: asked")
    ]
    rows = [
        _row(
            label,
            [cell for split in splits for cell in _prevalence(prompts, key, split)],
            [one for split in splits for one in _flagged_and_asked(key, split)],
        )
        for key, label in PROMPT_FLAGS.items()
    ]
    return Table(
        key="table_7",
        title="Table 7: what prompts are like",
        definition="The share of prompts flagged yes, of those about which it was asked.",
        row_header="Annotation",
        columns=columns,
        kinds=("share", "count") * len(splits),
        rows=rows,
        reasons_undefined=[NOT_ASKED] if any(None in row.cells for row in rows) else [],
    )


def per_customer(prompts: Sequence[PromptRow]) -> Table:
    by_split: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    of_customers = [one for one in prompts if one.source_kind == CUSTOMER]
    for one in of_customers:
        if one.customer_key:
            by_split[one.split][one.customer_key].append(one.pk)
    num_of_nobody = sum(not one.customer_key for one in of_customers)
    left_out = f" Prompts of customers without a name, in no row: {num_of_nobody:,}."
    return Table(
        key="table_8",
        title="Table 8: prompts per customer",
        definition="A customer is an organization, or a user where none is named."
        + (left_out if num_of_nobody else ""),
        row_header="Split",
        columns=("Customers", "Prompts", "Prompts per customer", "Most of one"),
        kinds=("count", "count", "measure", "count"),
        rows=[_customers_row(split, found.values()) for split, found in sorted(by_split.items())],
    )


def token_lengths(prompts: Sequence[PromptRow]) -> Table:
    return _spread_table(
        _lengths_by(
            prompts, lambda one: _Group(one.split.capitalize(), RowsOf.PROMPTS, "split", one.split)
        ),
        key="table_9",
        title="Table 9: prompt lengths by split",
        row_header="Split",
    )


def token_lengths_by_category(prompts: Sequence[PromptRow]) -> Table:
    return _spread_table(
        _lengths_by(prompts, _of_category),
        key="table_10",
        title="Table 10: prompt lengths by use case",
        row_header="Use case",
    )


def demonstration_lengths(
    prompts: Iterable[PromptRow], demonstrations: Iterable[DemonstrationRow]
) -> Table:
    """Table 11: prompts and demonstrations of labelers' and of customers' prompts apart (R52).

    Only snapshots of demonstrations have any.
    """
    lengths: dict[_Group, list[int | None]] = defaultdict(list)
    for prompt in prompts:
        writer = _writer_of(prompt.source_kind)
        name = f"{writer.capitalize()}' prompts"
        group = _Group(name, RowsOf.PROMPTS, "written_by", writer)
        lengths[group].append(prompt.num_tokens)
    for one in demonstrations:
        writer = _writer_of(one.source_kind)
        name = f"Demonstrations for {writer}' prompts"
        group = _Group(name, RowsOf.DEMONSTRATIONS, "written_by", writer)
        lengths[group].append(one.num_tokens)
    return _spread_table(
        lengths, key="table_11", title="Table 11: prompts and demonstrations", row_header="Of"
    )


def languages(prompts: Sequence[PromptRow]) -> Table:
    found = Counter(one.language or UNKNOWN for one in prompts)
    num_known = len(prompts) - found[UNKNOWN]
    return Table(
        key="languages",
        title="Languages",
        definition="As detected when the prompt came in; shares are of the prompts whose language "
        "is known. The paper found about 96% English.",
        row_header="Language",
        columns=("Prompts", "Share"),
        kinds=("count", "share"),
        rows=[
            _row(
                name,
                (number, None if name == UNKNOWN else _share(number, num_known)),
                (PROMPTS.that(language=name),) * 2,
            )
            for name, number in sorted(found.items(), key=lambda one: (-one[1], one[0]))
            if number
        ],
        reasons_undefined=[UNKNOWN_LANGUAGE] if found[UNKNOWN] else [],
    )


def spread(lengths: Iterable[int | None]) -> tuple[Cell, ...]:
    """(n, mean, std, min, quartiles, max) of those that are known, as ``SPREAD_COLUMNS`` says.

    The deviation is the sample's (n - 1), so that of one number is undefined.
    """
    known = np.array([one for one in lengths if one is not None], dtype=np.float64)
    if not len(known):
        return (0, *(None,) * (len(SPREAD_COLUMNS) - 1))
    low, middle, high = np.percentile(known, [25, 50, 75])
    deviation = float(known.std(ddof=1)) if len(known) > 1 else None
    return (
        len(known),
        float(known.mean()),
        deviation,
        float(known.min()),
        float(low),
        float(middle),
        float(high),
        float(known.max()),
    )


_TOKENS: Final = (
    "In tokens, counted when the text came in; n counts the texts whose length is known. The "
    "deviation is the sample's."
)
_SPREAD_KINDS: Final = ("count", *("measure",) * (len(SPREAD_COLUMNS) - 1))


@dataclass(frozen=True)
class _Group:
    """Texts measured together: those for whose ``field`` the list of ``of`` says ``value``."""

    name: str
    of: RowsOf
    field: str
    value: str

    def behind(self, column: str) -> RowsBehind:
        order = Order.LONGEST if column == "Max" else Order.SHORTEST
        return RowsBehind(self.of, {self.field: self.value, "order": order})


def _of_category(prompt: PromptRow) -> _Group:
    name = NOBODY_SAID if prompt.category is None else CATEGORIES[prompt.category]
    return _Group(name, RowsOf.PROMPTS, "category", prompt.category or UNSAID)


def _lengths_by(
    prompts: Iterable[PromptRow], group: Callable[[PromptRow], _Group]
) -> dict[_Group, list[int | None]]:
    lengths: dict[_Group, list[int | None]] = defaultdict(list)
    for one in prompts:
        lengths[group(one)].append(one.num_tokens)
    return lengths


def _spread_table(
    lengths: Mapping[_Group, Sequence[int | None]], *, key: str, title: str, row_header: str
) -> Table:
    groups = sorted(lengths, key=lambda group: group.name)
    rows = [_spread_row(group, lengths[group]) for group in groups]
    sizes_known = {row.cells[0] for row in rows}
    reasons = {0: NO_LENGTH, 1: SINGLE_TEXT}
    return Table(
        key=key,
        title=title,
        definition=_TOKENS,
        row_header=row_header,
        columns=SPREAD_COLUMNS,
        kinds=_SPREAD_KINDS,
        rows=rows,
        reasons_undefined=[reason for size, reason in reasons.items() if size in sizes_known],
    )


def _spread_row(group: _Group, lengths: Iterable[int | None]) -> TableRow:
    cells = spread(lengths)
    is_known = bool(cells[0])
    behind = [
        group.behind(column) if is_known and cell is not None else None
        for column, cell in zip(SPREAD_COLUMNS, cells, strict=True)
    ]
    return TableRow(group.name, cells, behind)


def _customers_row(split: str, prompts_of_each: Collection[Sequence[int]]) -> TableRow:
    """``prompts_of_each`` are the numbers of each customer's prompts."""
    most = max(prompts_of_each, key=lambda numbers: (len(numbers), -min(numbers)))
    num_prompts = sum(map(len, prompts_of_each))
    prompts, customers = (
        RowsBehind(of, {"split": split}) for of in (RowsOf.PROMPTS, RowsOf.CUSTOMERS)
    )
    return _row(
        split.capitalize(),
        (len(prompts_of_each), num_prompts, num_prompts / len(prompts_of_each), len(most)),
        (
            customers,
            prompts.that(of_named_customer="true"),
            customers,
            # Named by one of its prompts: no address holds the name of a customer.
            prompts.that(customer_of=str(min(most))),
        ),
    )


def _of_both_writers(prompts: RowsBehind) -> tuple[RowsBehind, ...]:
    return (*(prompts.that(written_by=writer) for writer in Writer), prompts)


def _of_everybody_and_customers(category: str) -> tuple[RowsBehind, ...]:
    """Behind a number and its share, of all prompts and of customers'."""
    everybody = PROMPTS.that(category=category)
    return (everybody, everybody, *(everybody.that(written_by=Writer.CUSTOMERS),) * 2)


def _flagged_and_asked(key: str, split: str) -> tuple[RowsBehind, RowsBehind]:
    asked = PROMPTS.that(split=split, flag=key)
    return asked.that(flagged="true"), asked


def _row(name: str, cells: Sequence[Cell], behind: Sequence[RowsBehind | None]) -> TableRow:
    """Nothing stands behind what is 0 or undefined."""
    return TableRow(
        name, cells, [one if cell else None for cell, one in zip(cells, behind, strict=True)]
    )


def _prevalence(prompts: Iterable[PromptRow], key: str, split: str) -> tuple[Cell, Cell]:
    asked = [one.flags[key] for one in prompts if one.split == split and key in one.flags]
    return _share(sum(asked), len(asked)), len(asked)


def _share(number: int, total: int) -> Cell:
    return number / total if total else None


def _writer_of(source_kind: str) -> Writer:
    return Writer.CUSTOMERS if source_kind == CUSTOMER else Writer.LABELERS
