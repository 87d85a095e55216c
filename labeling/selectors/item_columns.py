"""Reading what rankings say of each completion as columns of numbers, ranking by ranking.

Left to itself Postgres finds the items of some thousand rankings by going through those of all,
which takes seconds where there are millions. So they are looked up one ranking after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.catalogue import FLAG_ITEMS
from labeling.models import Ranking
from labeling.selectors.number_columns import NOTHING, compiled, integer_columns

# OFFSET 0 keeps a part from being merged into the rest and turned round.
ITEMS: Final = """
WITH found ({names}) AS ({rankings}),
chosen AS MATERIALIZED (
    SELECT *, row_number() OVER () AS number, substring(uuid_send(id) FROM 1 FOR 8)::bigint AS high,
        substring(uuid_send(id) FROM 9 FOR 8)::bigint AS low
    FROM found
)
SELECT {columns}
FROM chosen
CROSS JOIN LATERAL ({items} OFFSET 0) AS item
{completions}
"""
PLAIN: Final = "SELECT * FROM labeling_rankedcompletion WHERE ranking_id = chosen.id"
# With the place at which each was shown.
SHOWN: Final = """
SELECT ranked.*, position
FROM labeling_rankedcompletion AS ranked LEFT JOIN (
    SELECT completion_id, position FROM labeling_presentedcompletion
    WHERE assignment_id = chosen.assignment_id OFFSET 0
) AS presented USING (completion_id)
WHERE ranking_id = chosen.id
"""
COMPLETIONS: Final = """
CROSS JOIN LATERAL (
    SELECT * FROM labeling_completion WHERE id = item.completion_id OFFSET 0
) AS completion
"""
# What was said about each flag, as the digits of one number of this base.
ANSWERS: Final = 3
NOT_ASKED: Final = 0
FLAGS: Final = "CASE WHEN item.flags = '{}' THEN 0 ELSE " + (
    " + ".join(
        f"{ANSWERS**place} * CASE item.flags -> '{key}'"
        " WHEN 'true'::jsonb THEN 2 WHEN 'false'::jsonb THEN 1 ELSE 0 END"
        for place, key in enumerate(FLAG_ITEMS)
    )
    + " END"
)


@dataclass(frozen=True, eq=False)
class ItemColumns:
    """``ranking`` numbers the rankings from 0, in their order; ``named`` are the columns asked for.

    Shapes: ids, 2 halves x rankings; first, the place of one of its completions, per ranking; the
    others, per ranked completion, in the order in which they were stored.
    """

    ids: IntArray
    first: IntArray
    ranking: IntArray
    named: Mapping[str, IntArray]

    @property
    def num_rankings(self) -> int:
        return len(self.first)

    def of_rankings(self, name: str) -> IntArray:
        """What is the same for all completions of a ranking. Shapes: per ranking."""
        return self.named[name][self.first]

    def id_of(self, ranking: int) -> UUID:
        return UUID(bytes=self.ids[:, ranking].astype(">i8").tobytes())


def item_columns(
    rankings: QuerySet[Ranking],
    of_ranking: Mapping[str, str],
    of_item: Mapping[str, str],
) -> ItemColumns:
    """What these rankings say, one query whatever the size; those that say nothing are left out.

    ``of_ranking`` names fields of the ranking that are never null. ``of_item`` holds expressions
    over them as ``chosen``, over ``item`` and over its ``completion``; for ``item.position`` the
    ``of_ranking`` must name the assignment, which alone may be null.
    """
    own = ("item.id", "number", "high", "low")
    columns = np.empty((len(own) + len(of_item), 0), dtype=np.int64)
    numbers = [f"({one})::bigint" for one in (*own, *of_item.values())]
    sql, values = _statement(rankings, of_ranking, numbers)
    if sql != NOTHING:
        columns = integer_columns(sql, values, num_columns=len(columns))
    number, high, low, *named = columns[1:, columns[0].argsort()]
    _, first, ranking = np.unique(number, return_index=True, return_inverse=True)
    return ItemColumns(
        first=first,
        ids=np.stack([high[first], low[first]]),
        ranking=ranking,
        named=dict(zip(of_item, named, strict=True)),
    )


def item_rows(
    rankings: QuerySet[Ranking], of_ranking: Mapping[str, str], of_item: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The same for what is no number: a row for each ranked completion, in any order."""
    sql, values = _statement(rankings, of_ranking, of_item)
    if sql == NOTHING:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, list[Any](values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _statement(
    rankings: QuerySet[Ranking], of_ranking: Mapping[str, str], of_item: Sequence[str]
) -> tuple[str, Sequence[object]]:
    paths = {"id": "pk", **of_ranking}
    sql, values = compiled(rankings.values_list(*paths.values()))
    if sql == NOTHING:
        return NOTHING, ()
    columns = ", ".join(of_item)
    statement = ITEMS.format(
        names=", ".join(paths),
        rankings=sql,
        columns=columns,
        items=SHOWN if "item.position" in columns else PLAIN,
        completions=COMPLETIONS if "completion." in columns else "",
    )
    return statement, values


def as_bits(number: str) -> str:
    """An expression for a double that may be null, to be read by ``doubles``."""
    return f"float8send(coalesce({number}, 'NaN'))"


def doubles(bits: IntArray) -> FloatArray:
    """NaN where it was null. Shapes: both alike."""
    return np.ascontiguousarray(bits).view(np.float64)


def answers_to(flags: IntArray, key: str) -> tuple[BoolArray, IntArray]:
    """Whether a flag was asked about, and 1 for yes. Shapes: all alike, as ``FLAGS`` reads them."""
    digit = flags // ANSWERS ** list(FLAG_ITEMS).index(key) % ANSWERS
    return digit != NOT_ASKED, (digit == ANSWERS - 1).astype(np.int64)
