"""Which days' rankings are others than before, and what was ranked on them.

To see whether anything changed, the rankings are gone through once and added up into a few hundred
days; only those that differ are looked at prompt by prompt.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    BinaryField,
    Case,
    Expression,
    F,
    Func,
    Value,
    When,
)
from django.db.models.aggregates import Aggregate
from django.db.models.functions import TruncDate

from labeling.agreement.judgments import IntArray
from labeling.models import LabelerDay, Pool
from labeling.selectors.judged_pairs import counted_rankings
from labeling.selectors.number_columns import compiled, joined_numbers, large_read

ROWS_PER_STATEMENT: Final = 2_000
KEY: Final = ("day", "task__project_id", "labeler_id", "task__k", "instructions_id")
DAY: Final = TruncDate("submitted_at", tzinfo=UTC)
CHANGED: Final = """
WITH found (day, fingerprint) AS ({found}),
stored AS (SELECT day, bit_xor(fingerprint) AS fingerprint FROM labeling_labelerday GROUP BY day)
SELECT day FROM found FULL JOIN stored USING (day)
WHERE found.fingerprint IS DISTINCT FROM stored.fingerprint
ORDER BY day
"""


class BitXor(Aggregate):
    """The exclusive or of all values: the same for the same set in any order."""

    function = "BIT_XOR"
    output_field = BigIntegerField()


class JoinedNumbers(Aggregate):
    """What ``joined_numbers`` reads."""

    function = "STRING_AGG"
    template = "%(function)s(int8send(%(expressions)s), ''::bytea)"
    output_field = BinaryField()


def fingerprint() -> Expression:
    """Of some rankings: another one when their set, or whose they are, is another."""
    kind = Case(When(labeler__pool=Pool.HELD_OUT, then=Value(1)), default=Value(0)) + Case(
        When(labeler__is_simulated=True, then=Value(2)), default=Value(0)
    )
    hashed = Func(F("id"), kind, function="uuid_hash_extended", output_field=BigIntegerField())
    return BitXor(hashed)


def changed_days() -> list[date]:
    """The days whose counted rankings are others than those stored."""
    found, values = compiled(
        counted_rankings()
        .order_by()
        .annotate(day=DAY)
        .values("day")
        .annotate(mark=fingerprint())
        .values_list("day", "mark")
    )
    with large_read(), connection.cursor() as cursor:
        cursor.execute(CHANGED.format(found=found), list[Any](values))
        return [day for (day,) in cursor.fetchall()]


def found_days(days: Sequence[date]) -> list[LabelerDay]:
    """What there is of these days now, not stored yet."""
    if not days:
        return []
    rows = (
        counted_rankings()
        .order_by()
        .annotate(day=DAY)
        .filter(
            # The index knows moments.
            submitted_at__gte=_midnight(min(days)),
            submitted_at__lt=_midnight(max(days) + timedelta(days=1)),
            day__in=days,
        )
        .values_list(*KEY)
        .annotate(mark=fingerprint(), joined=JoinedNumbers("task__prompt_id"))
    )
    return [
        LabelerDay(
            day=day,
            project_id=project,
            labeler_id=labeler,
            k=k,
            instructions_id=instructions,
            fingerprint=mark,
            prompts=joined,
        )
        for day, project, labeler, k, instructions, mark, joined in rows.iterator()
    ]


def prompts_of_days(days: Sequence[date], found: Sequence[LabelerDay]) -> IntArray:
    """Every prompt ranked on these days, as they were stored or as they were found now."""
    stored = LabelerDay.objects.filter(day__in=days).only("prompts")
    return np.unique(joined_numbers(bytes(row.prompts) for row in (*stored, *found)))


@transaction.atomic
def store_days(days: Sequence[date], found: Sequence[LabelerDay]) -> None:
    """Only once the prompts are worked out: what is stored here is not looked at again."""
    LabelerDay.objects.filter(day__in=days).delete()
    LabelerDay.objects.bulk_create(found, batch_size=ROWS_PER_STATEMENT)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
