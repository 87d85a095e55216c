"""Keeping the agreement figures up to date in the background, one changed prompt at a time.

What is stored is compared with what there is, first by days, then by the prompts ranked on days
that differ: a prompt is worked out again when the set of its sealed rankings, or whose they are, is
another than the one its row was made of. So nothing has to tell this module about a ranking, and a
submit costs nothing; a missed beat or a restored backup heals by itself.
"""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from typing import Any, Final

import numpy as np
from django.db import connection, connections, transaction
from django.db.models import Count
from django.db.models.functions import Now

from labeling.agreement.audiences import EVERYONE
from labeling.agreement.judgments import IntArray
from labeling.models import AgreementStore, LabelerMeeting, PromptAgreement
from labeling.selectors.agreement_refresh import REFRESH_LOCK
from labeling.selectors.judged_pairs import RankingRows, Subject, counted_rankings, ranking_rows
from labeling.selectors.number_columns import compiled, integer_columns, large_read
from labeling.services.agreement_blocks import Block, worked_out
from labeling.services.agreement_refresh import has_worked_out, told_of, will_work_out
from labeling.services.judged_store import keep, remove_unused, scattered
from labeling.services.labeler_days import (
    changed_days,
    fingerprint,
    found_days,
    prompts_of_days,
    store_days,
)
from labeling.services.numeric_copy import copy_numbers
from labeling.services.only_one import only_one

# Bounds the memory and the length of a transaction.
PROMPTS_AT_ONCE: Final = 4_000

# What differs, compared where it lies: only that is sent.
CHANGED: Final = """
WITH found (project_id, prompt_id, fingerprint) AS ({found}),
stored AS (
    SELECT project_id, prompt_id, fingerprint FROM labeling_promptagreement
    WHERE audiences & %s > 0{among}
)
SELECT project_id, prompt_id, (found.fingerprint IS NOT NULL)::int::bigint,
    coalesce(found.fingerprint, 0)
FROM found FULL JOIN stored USING (project_id, prompt_id)
WHERE found.fingerprint IS DISTINCT FROM stored.fingerprint
ORDER BY project_id, prompt_id
"""
CHANGED_COLUMNS: Final = 4
NOTHING: Final = np.empty((CHANGED_COLUMNS, 0), dtype=np.int64)

# None where a prompt has no figures any more.
Fingerprints = dict[Subject, int | None]


def refresh_agreement() -> int | None:
    """Work out the prompts whose rankings are others than before; how many those were.

    Each few thousand in a transaction of their own; a reader sees the figures of one moment or of
    the next. One refresh at a time: a second one does nothing and returns None.
    """
    with only_one(REFRESH_LOCK) as is_mine:
        if not is_mine:
            return None
        with told_of():
            return _refresh()


def _refresh() -> int:
    days = changed_days()
    found = found_days(days)
    changed = _changed(prompts_of_days(days, found)) if days else NOTHING
    num_changed = len(changed.T)
    if num_changed:
        changed = np.concatenate([changed, scattered(changed)], axis=1)
    blocks = [
        _fingerprints(changed[:, start : start + PROMPTS_AT_ONCE])
        for start in range(0, len(changed.T), PROMPTS_AT_ONCE)
    ]
    will_work_out(len(changed.T))
    for fingerprints, rows in _with_rankings(blocks):
        _store(fingerprints, rows)
        has_worked_out(len(fingerprints))
    remove_unused()
    store_days(days, found)
    news = {"token": uuid.uuid4()} if days else {}
    AgreementStore.objects.filter(pk=1).update(refreshed_at=Now(), **news)
    return num_changed


def _changed(candidates: IntArray) -> IntArray:
    """Which of these prompts are to be worked out: project, prompt, whether it has figures,
    fingerprint.

    Shapes: candidates, prompts; the answer 4 x prompts, in the order of the first two.
    """
    rankings, among = counted_rankings(), ""
    values: list[Any] = [EVERYONE.bit]
    # Where there are more, naming them takes longer than comparing all there are.
    if len(candidates) <= PROMPTS_AT_ONCE:
        rankings = rankings.filter(task__prompt__in=candidates.tolist())
        among = " AND prompt_id = ANY(%s)"
        values.append(candidates.tolist())
    found, found_values = compiled(
        rankings.order_by()
        .values("task__project_id", "task__prompt_id")
        .annotate(mark=fingerprint())
        .alias(num=Count("pk"))
        .filter(num__gt=1)
        .values_list("task__project_id", "task__prompt_id", "mark")
    )
    sql = CHANGED.format(found=found, among=among)
    with large_read():
        return integer_columns(sql, (*found_values, *values), num_columns=CHANGED_COLUMNS)


def _fingerprints(changed: IntArray) -> Fingerprints:
    return {
        (project, prompt): fingerprint if is_there else None
        for project, prompt, is_there, fingerprint in changed.T.tolist()
    }


def _with_rankings(
    blocks: Sequence[Fingerprints],
) -> Iterator[tuple[Fingerprints, RankingRows]]:
    """Each block with its rankings. While one is stored, a second session reads the next.

    A ranking that comes between the comparison and the reading makes its prompt differ from the
    fingerprint stored with it, so the next refresh works it out again.
    """
    if len(blocks) < 2 or connection.in_atomic_block:
        yield from ((block, _rankings_of(block)) for block in blocks)
        return
    with ThreadPoolExecutor(max_workers=1) as reader:
        try:
            ahead = reader.submit(_rankings_of, blocks[0])
            for block, following in zip_longest(blocks, blocks[1:]):
                rows = ahead.result()
                if following is not None:
                    ahead = reader.submit(_rankings_of, following)
                yield block, rows
        finally:
            # A connection belongs to the thread that opened it.
            reader.submit(connections.close_all).result()


def _rankings_of(fingerprints: Fingerprints) -> RankingRows:
    prompts = {prompt for _, prompt in fingerprints}
    return ranking_rows(counted_rankings().filter(task__prompt__in=prompts))


@transaction.atomic
def _store(fingerprints: Fingerprints, rows: RankingRows) -> None:
    prompts = {prompt for _, prompt in fingerprints}
    stored = PromptAgreement.objects.filter(prompt__in=prompts)
    old = [
        pk
        for pk, *place in stored.values_list("pk", "project_id", "prompt_id")
        if tuple(place) in fingerprints
    ]
    LabelerMeeting.objects.filter(agreement__in=old).delete()
    PromptAgreement.objects.filter(pk__in=old).delete()
    judged = keep(rows)
    for block in worked_out(rows, fingerprints):
        _copy(block, judged)


def _copy(block: Block, judged: int) -> None:
    keys = _new_keys(len(block.instructions))
    for is_known in (True, False):
        chosen = (block.instructions > 0) == is_known
        columns = {name: column[chosen] for name, column in block.agreements.items()}
        place = {"judged_id": np.full(int(chosen.sum()), judged)}
        known = {"instructions_id": block.instructions[chosen]} if is_known else {}
        copy_numbers(PromptAgreement, {"id": keys[chosen], **place, **columns, **known})
    copy_numbers(LabelerMeeting, {"agreement_id": keys[block.row], **block.meetings})


def _new_keys(number: int) -> IntArray:
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    values = [PromptAgreement._meta.db_table, number]
    return np.sort(integer_columns(sql, values, num_columns=1)[0])
