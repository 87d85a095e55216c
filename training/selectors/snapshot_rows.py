"""The rows of a snapshot that stand behind its figures (R45).

Which rows there are, and their split, are the snapshot's. Texts never change; a category, flags and
the language are those of today, as in the figures.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left, NullIf

from labeling.errors import Refused
from labeling.models import Demonstration, Prompt, Ranking
from labeling.selectors.agreement_rows import EXCERPT_CHARACTERS
from labeling.selectors.costs import num_ordered_pairs
from training.models import Snapshot
from training.selectors.rows_behind import UNKNOWN, UNSAID, Order, RowsOf, Writer
from training.selectors.snapshot_splits import held_out_prompts
from training.selectors.snapshot_tables import (
    LINKS,
    PROMPT_OF,
    check_same_kind,
    prompts_of,
    share_held_out,
)

# Which lists of rows a snapshot of each kind has.
ROWS_OF: Final = {
    Snapshot.Kind.RM: (RowsOf.RANKINGS, RowsOf.PROMPTS, RowsOf.CUSTOMERS),
    Snapshot.Kind.SFT: (RowsOf.DEMONSTRATIONS, RowsOf.PROMPTS, RowsOf.CUSTOMERS),
    Snapshot.Kind.PPO: (RowsOf.PROMPTS, RowsOf.CUSTOMERS),
    Snapshot.Kind.COMPLETIONS: (RowsOf.PROMPTS, RowsOf.CUSTOMERS),
    Snapshot.Kind.EVAL: (RowsOf.PROMPTS, RowsOf.CUSTOMERS),
}
CUSTOMER_KEY: Final = Coalesce(NullIf("organization_key", Value("")), "user_key")


@dataclass(frozen=True)
class RowFilter:
    """None means any. ``also_in`` and ``not_in`` are other snapshots of the same kind."""

    split: str | None = None
    written_by: str | None = None
    source: str | None = None
    category: str | None = None
    language: str | None = None
    flag: str | None = None
    flagged: bool | None = None
    of_named_customer: bool = False
    # Any prompt of the customer.
    customer_of: int | None = None
    order: str = Order.STORED
    also_in: Snapshot | None = None
    not_in: Snapshot | None = None


def prompt_rows(snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Prompt]:
    """The distinct prompts that its records come from, unordered, each with its split. One query.

    Raises: Refused("no_such_rows"), Refused("kinds_differ").
    """
    _check_made_of(snapshot, RowsOf.PROMPTS)
    found = _of_prompts(_chosen_prompts(snapshot, wanted), wanted)
    rows: QuerySet[Prompt] = _with_split(found, snapshot, "pk")
    return rows.annotate(excerpt=Left("text", EXCERPT_CHARACTERS))


def customer_rows(snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Any, Any]:
    """The named customers of its prompts, unordered: ``key``, ``num_prompts`` and the number of
    their ``first_prompt``. One query.

    Raises: Refused("no_such_rows"), Refused("kinds_differ").
    """
    _check_made_of(snapshot, RowsOf.CUSTOMERS)
    prompts = _of_named_customers(_chosen_prompts(snapshot, wanted))
    by_customer = prompts.order_by().values("key")
    rows: QuerySet[Any, Any] = by_customer.annotate(num_prompts=Count("pk"), first_prompt=Min("pk"))
    return rows


def demonstration_rows(snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Demonstration]:
    """Its demonstrations, unordered, each with its split. One query.

    Raises: Refused("no_such_rows"), Refused("kinds_differ").
    """
    _check_made_of(snapshot, RowsOf.DEMONSTRATIONS)
    found = _beside(Demonstration.objects.all(), snapshot, wanted)
    found = found.filter(_written_by(wanted, "prompt__"), _in_split(snapshot, wanted, "prompt"))
    rows: QuerySet[Demonstration] = _with_split(_of_length(found, wanted), snapshot, "prompt")
    return rows.select_related("labeler").annotate(
        excerpt=Left("text", EXCERPT_CHARACTERS),
        prompt_excerpt=Left("prompt__text", EXCERPT_CHARACTERS),
    )


def ranking_rows(snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Ranking]:
    """Its rankings, unordered, each with its split and its ordered pairs. One query.

    Raises: Refused("no_such_rows"), Refused("kinds_differ").
    """
    _check_made_of(snapshot, RowsOf.RANKINGS)
    found = _beside(Ranking.objects.all(), snapshot, wanted)
    found = found.filter(_in_split(snapshot, wanted, "task__prompt"))
    rows: QuerySet[Ranking] = _with_split(found, snapshot, "task__prompt")
    return rows.select_related("labeler", "task").annotate(
        excerpt=Left("task__prompt__text", EXCERPT_CHARACTERS), num_pairs=num_ordered_pairs()
    )


def _check_made_of(snapshot: Snapshot, rows: RowsOf) -> None:
    made_of = ROWS_OF.get(Snapshot.Kind(snapshot.kind), ())
    if rows in made_of:
        return
    there = f"look at its {', '.join(made_of)}" if made_of else "download its records"
    said = f"A snapshot of kind {snapshot.kind} has no list of {rows}; {there}."
    raise Refused("no_such_rows", said, status=422)


def _chosen_prompts(snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Prompt]:
    """What every list of prompts or of their customers is filtered by."""
    found = prompts_of(snapshot).filter(_in_split(snapshot, wanted, "pk"))
    for other, is_there in ((wanted.also_in, True), (wanted.not_in, False)):
        if other is not None:
            check_same_kind(snapshot, other, "also_in" if is_there else "not_in")
            there = Q(Exists(_links(other, PROMPT_OF[other.kind])))
            found = found.filter(there if is_there else ~there)
    return found


def _of_prompts(prompts: QuerySet[Prompt], wanted: RowFilter) -> QuerySet[Any]:
    found: QuerySet[Any] = prompts.filter(_written_by(wanted))
    if wanted.category is not None:
        said = None if wanted.category == UNSAID else wanted.category
        found = found.filter(category__isnull=True) if said is None else found.filter(category=said)
    if wanted.language is not None:
        code = Q(language=wanted.language)
        no_code = Q(language__isnull=True) | Q(language="")
        found = found.filter(code | no_code if wanted.language == UNKNOWN else code)
    if wanted.flag is not None and wanted.flagged is None:
        found = found.filter(flags__has_key=wanted.flag)
    elif wanted.flag is not None:
        found = found.filter(flags__contains={wanted.flag: wanted.flagged})
    if wanted.of_named_customer or wanted.customer_of is not None:
        found = _of_named_customers(found)
    if wanted.customer_of is not None:
        one = Prompt.objects.filter(pk=wanted.customer_of).values_list(CUSTOMER_KEY)
        found = found.filter(key=Subquery(one))
    return _of_length(found, wanted)


def _of_named_customers(prompts: QuerySet[Prompt]) -> QuerySet[Any]:
    """Each with its customer as ``key``."""
    customers = prompts.filter(source_kind=Prompt.SourceKind.CUSTOMER)
    return customers.annotate(key=CUSTOMER_KEY).exclude(key="")


def _beside(rows: QuerySet[Any], snapshot: Snapshot, wanted: RowFilter) -> QuerySet[Any]:
    """The rows that this snapshot links, and another one or not."""
    _, column, _ = LINKS[snapshot.kind]
    found = rows.filter(Exists(_links(snapshot, column)))
    if wanted.also_in is not None:
        check_same_kind(snapshot, wanted.also_in, "also_in")
        found = found.filter(Exists(_links(wanted.also_in, column)))
    if wanted.not_in is not None:
        check_same_kind(snapshot, wanted.not_in, "not_in")
        found = found.filter(~Exists(_links(wanted.not_in, column)))
    return found


def _links(snapshot: Snapshot, way: str) -> QuerySet[Any]:
    """Those of a snapshot that lead to the row in question."""
    model: Any = LINKS[snapshot.kind][0]
    found: QuerySet[Any] = model.objects.filter(snapshot=snapshot, **{way: OuterRef("pk")})
    return found


def _written_by(wanted: RowFilter, way: str = "") -> Q:
    """``way`` leads to the prompt."""
    source = f"{way}source_kind"
    fits = Q() if wanted.source is None else Q(**{source: wanted.source})
    customer = Q(**{source: Prompt.SourceKind.CUSTOMER})
    match wanted.written_by:
        case Writer.CUSTOMERS:
            return fits & customer
        case Writer.LABELERS:
            return fits & ~customer
        case _:
            return fits


def _of_length(rows: QuerySet[Any], wanted: RowFilter) -> QuerySet[Any]:
    is_by_length = wanted.order in (Order.SHORTEST, Order.LONGEST)
    return rows.filter(token_count__isnull=False) if is_by_length else rows


def _in_split(snapshot: Snapshot, wanted: RowFilter, prompt: str) -> Q:
    if wanted.split is None:
        return Q()
    held_out = _is_held_out(snapshot, prompt)
    return held_out if wanted.split == Prompt.Split.VALIDATION else ~held_out


def _with_split(rows: QuerySet[Any], snapshot: Snapshot, prompt: str) -> QuerySet[Any]:
    """Each with ``frozen_split``, the one that the snapshot's records say."""
    held_out = When(_is_held_out(snapshot, prompt), then=Value(Prompt.Split.VALIDATION))
    split = Case(held_out, default=Value(Prompt.Split.TRAIN), output_field=CharField())
    found: QuerySet[Any] = rows.annotate(frozen_split=split)
    return found


def _is_held_out(snapshot: Snapshot, prompt: str) -> Q:
    """``prompt`` leads to the prompt of a row."""
    held_out = held_out_prompts(share_held_out(snapshot))
    return Q(Exists(held_out.filter(pk=OuterRef(prompt))))
