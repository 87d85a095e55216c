"""Keeping the agreement figures up to date in the background, one changed prompt at a time.

What is stored is compared with what there is: a prompt is worked out again when the set of its
sealed rankings, or whose they are, is another than the one its row was made of. So nothing has to
tell this module about a ranking, and a submit costs nothing; a missed beat or a restored backup
heals by itself.
"""

import uuid
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, Count, F, Func, Value, When
from django.db.models.aggregates import Aggregate
from django.db.models.functions import Now

from labeling.agreement.audiences import EVERYONE
from labeling.agreement.judgments import IntArray
from labeling.models import AgreementStore, LabelerMeeting, Pool, PromptAgreement
from labeling.selectors.judged_pairs import Subject, counted_rankings, ranking_rows
from labeling.selectors.number_columns import compiled, integer_columns, large_read
from labeling.services.agreement_blocks import Block, worked_out
from labeling.services.numeric_copy import copy_numbers

# Bounds the memory and the length of a transaction.
PROMPTS_AT_ONCE: Final = 4_000

# What differs, compared where it lies: only that is sent.
CHANGED: Final = """
WITH found (project_id, prompt_id, fingerprint) AS ({found}),
stored AS (
    SELECT project_id, prompt_id, fingerprint FROM labeling_promptagreement
    WHERE audiences & %s > 0
)
SELECT project_id, prompt_id, (found.fingerprint IS NOT NULL)::int::bigint,
    coalesce(found.fingerprint, 0)
FROM found FULL JOIN stored USING (project_id, prompt_id)
WHERE found.fingerprint IS DISTINCT FROM stored.fingerprint
ORDER BY project_id, prompt_id
"""
CHANGED_COLUMNS: Final = 4


class BitXor(Aggregate):
    """The exclusive or of all values: the same for the same set in any order."""

    function = "BIT_XOR"
    output_field = BigIntegerField()


def refresh_agreement() -> int:
    """Work out the prompts whose rankings are others than before; how many those were.

    Each few thousand in a transaction of their own; a reader sees the figures of one moment or of
    the next. One refresh at a time: a second one does nothing.
    """
    with _only_one() as is_mine:
        if not is_mine:
            return 0
        changed = _changed()
        num_changed = len(changed.T)
        for start in range(0, num_changed, PROMPTS_AT_ONCE):
            _store(_fingerprints(changed[:, start : start + PROMPTS_AT_ONCE]))
        store, is_new = AgreementStore.objects.get_or_create(pk=1)
        AgreementStore.objects.filter(pk=1).update(
            refreshed_at=Now(), token=uuid.uuid4() if num_changed or is_new else store.token
        )
        return num_changed


class _only_one:  # noqa: N801  # reads as the statement it makes
    """Holds a lock of the database session for as long as the refresh takes."""

    KEY: Final = 6_042

    def __enter__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.KEY])
            self.is_mine = bool(cursor.fetchone()[0])
        return self.is_mine

    def __exit__(self, *_: object) -> None:
        if self.is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [self.KEY])


def _changed() -> IntArray:
    """Every prompt to be worked out: project, prompt, whether it has figures, fingerprint.

    Shapes: 4 x prompts, in the order of the first two.
    """
    kind = Case(When(labeler__pool=Pool.HELD_OUT, then=Value(1)), default=Value(0)) + Case(
        When(labeler__is_simulated=True, then=Value(2)), default=Value(0)
    )
    hashed = Func(F("id"), kind, function="uuid_hash_extended", output_field=BigIntegerField())
    found, values = compiled(
        counted_rankings()
        .order_by()
        .values("task__project_id", "task__prompt_id")
        .annotate(fingerprint=BitXor(hashed))
        .alias(num=Count("pk"))
        .filter(num__gt=1)
        .values_list("task__project_id", "task__prompt_id", "fingerprint")
    )
    sql = CHANGED.format(found=found)
    with large_read():
        return integer_columns(sql, (*values, EVERYONE.bit), num_columns=CHANGED_COLUMNS)


def _fingerprints(changed: IntArray) -> dict[Subject, int | None]:
    """None where a prompt has no figures any more."""
    return {
        (project, prompt): fingerprint if is_there else None
        for project, prompt, is_there, fingerprint in changed.T.tolist()
    }


@transaction.atomic
def _store(fingerprints: dict[Subject, int | None]) -> None:
    prompts = {prompt for _, prompt in fingerprints}
    rows = ranking_rows(counted_rankings().filter(task__prompt__in=prompts))
    stored = PromptAgreement.objects.filter(prompt__in=prompts)
    old = [
        pk
        for pk, *place in stored.values_list("pk", "project_id", "prompt_id")
        if tuple(place) in fingerprints
    ]
    LabelerMeeting.objects.filter(agreement__in=old).delete()
    PromptAgreement.objects.filter(pk__in=old).delete()
    for block in worked_out(rows, fingerprints):
        _copy(block)


def _copy(block: Block) -> None:
    keys = _new_keys(len(block.instructions))
    for is_known in (True, False):
        chosen = (block.instructions > 0) == is_known
        columns = {name: column[chosen] for name, column in block.agreements.items()}
        known = {"instructions_id": block.instructions[chosen]} if is_known else {}
        copy_numbers(PromptAgreement, {"id": keys[chosen], **columns, **known})
    copy_numbers(LabelerMeeting, {"agreement_id": keys[block.row], **block.meetings})


def _new_keys(number: int) -> IntArray:
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    values = [PromptAgreement._meta.db_table, number]
    return np.sort(integer_columns(sql, values, num_columns=1)[0])
