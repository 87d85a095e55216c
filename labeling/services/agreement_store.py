"""Keeping the agreement figures up to date in the background, one changed prompt at a time.

What is stored is compared with what there is: a prompt is worked out again when the set of its
sealed rankings, or whose they are, is another than the one its row was made of. So nothing has to
tell this module about a ranking, and a submit costs nothing; a missed beat or a restored backup
heals by itself.
"""

import io
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, Count, F, Func, Model, Value, When
from django.db.models.aggregates import Aggregate
from django.db.models.functions import Now

from labeling.agreement.audiences import AUDIENCES, EVERYONE
from labeling.agreement.judgments import BoolArray, IntArray, PairJudgments
from labeling.agreement.people import PromptMeetings, meetings_by_prompt
from labeling.agreement.sums import sums_by_prompt
from labeling.models import AgreementStore, LabelerMeeting, Pool, PromptAgreement
from labeling.selectors.agreement_counts import CELL_FIELDS, SUM_FIELDS
from labeling.selectors.judged_pairs import RankingRows, Subject, counted_rankings, ranking_rows

# Bounds the memory and the length of a transaction.
PROMPTS_AT_ONCE: Final = 4_000
ROWS_PER_INSERT: Final = 5_000


AGREEMENT_COLUMNS: Final = (
    "project_id",
    "prompt_id",
    "audiences",
    "fingerprint",
    "k",
    "num_labelers",
    "instructions_id",
    "last_submitted_at",
    "fewest_labelers",
    "most_labelers",
    *SUM_FIELDS,
)
MEETING_COLUMNS: Final = ("agreement_id", "a_id", "b_id", *CELL_FIELDS)
# The values of one row, in the order of its columns.
Row = tuple[object, ...]


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
        changed = sorted(_changed().items())
        for start in range(0, len(changed), PROMPTS_AT_ONCE):
            _store(dict(changed[start : start + PROMPTS_AT_ONCE]))
        store, is_new = AgreementStore.objects.get_or_create(pk=1)
        AgreementStore.objects.filter(pk=1).update(
            refreshed_at=Now(), token=uuid.uuid4() if changed or is_new else store.token
        )
        return len(changed)


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


def _changed() -> dict[Subject, int | None]:
    """The fingerprint of every prompt to be worked out; None where it has no figures any more."""
    kind = Case(When(labeler__pool=Pool.HELD_OUT, then=Value(1)), default=Value(0)) + Case(
        When(labeler__is_simulated=True, then=Value(2)), default=Value(0)
    )
    hashed = Func(F("id"), kind, function="uuid_hash_extended", output_field=BigIntegerField())
    found = {
        (project, prompt): fingerprint
        for project, prompt, fingerprint in counted_rankings()
        .order_by()
        .values("task__project_id", "task__prompt_id")
        .annotate(num=Count("pk"), fingerprint=BitXor(hashed))
        .filter(num__gt=1)
        .values_list("task__project_id", "task__prompt_id", "fingerprint")
        .iterator(ROWS_PER_INSERT)
    }
    stored = {
        (project, prompt): fingerprint
        for project, prompt, fingerprint in _of_everyone()
        .values_list("project_id", "prompt_id", "fingerprint")
        .iterator(ROWS_PER_INSERT)
    }
    gone: dict[Subject, int | None] = dict.fromkeys(stored.keys() - found.keys())
    return gone | {
        subject: fingerprint
        for subject, fingerprint in found.items()
        if stored.get(subject) != fingerprint
    }


def _of_everyone() -> Any:
    return PromptAgreement.objects.annotate(of_everyone=F("audiences").bitand(EVERYONE.bit)).filter(
        of_everyone__gt=0
    )


@transaction.atomic
def _store(fingerprints: dict[Subject, int | None]) -> None:
    prompts = {prompt for _, prompt in fingerprints}
    rankings = counted_rankings().filter(task__prompt__in=prompts)
    rows = ranking_rows(rankings)
    stored = PromptAgreement.objects.filter(prompt__in=prompts)
    old = [
        pk
        for pk, *place in stored.values_list("pk", "project_id", "prompt_id")
        if tuple(place) in fingerprints
    ]
    LabelerMeeting.objects.filter(agreement__in=old).delete()
    PromptAgreement.objects.filter(pk__in=old).delete()
    made = list(_worked_out(rows, fingerprints))
    agreements, meetings = [], []
    for key, (agreement, of_agreement) in zip(_new_keys(len(made)), made, strict=True):
        agreements.append((key, *agreement))
        meetings += [(key, *meeting) for meeting in of_agreement]
    _copy(PromptAgreement, ("id", *AGREEMENT_COLUMNS), agreements)
    _copy(LabelerMeeting, MEETING_COLUMNS, meetings)


def _new_keys(number: int) -> list[int]:
    table = PromptAgreement._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, number],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Numbers and times only, so that nothing needs escaping; three times faster than INSERT."""
    lines = (
        "\t".join("\\N" if value is None else str(value) for value in row) + "\n" for row in rows
    )
    sql = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, io.StringIO("".join(lines)))


def _worked_out(
    rows: RankingRows, fingerprints: dict[Subject, int | None]
) -> Iterator[tuple[Row, list[Row]]]:
    """The rows of every prompt: one for each different set of rankings that an audience sees."""
    judgments = replace(rows.items, prompt=rows.subject).pair_judgments()
    for bits, chosen in _sets_of_rankings(rows):
        whose = np.unique(
            rows.subject_of_ranking[chosen] * _span(rows) + rows.items.labeler[chosen]
        )
        judged_by = judgments.prompt[judgments.pair] * _span(rows) + judgments.labeler
        of_audience = judgments.of_judgments(np.isin(judged_by, whose)).with_overlap(2)
        yield from _rows_of(rows, fingerprints, of_audience, chosen=chosen, bits=bits)


def _span(rows: RankingRows) -> int:
    return int(rows.items.labeler.max(initial=0)) + 1


def _sets_of_rankings(rows: RankingRows) -> Iterator[tuple[IntArray, BoolArray]]:
    """(bits by prompt, which rankings): the audiences that see one and the same set share a row.

    A prompt has no bits where an earlier audience sees the same set, or there is no second ranking.
    """
    num_subjects = len(rows.subjects)
    # Two sets of one prompt's rankings have the same sum only if they are the same set.
    mark = np.random.default_rng(0).integers(1, 2**40, size=len(rows.subject_of_ranking))
    members = [
        audience.of(is_held_out=rows.is_held_out, is_simulated=rows.is_simulated)
        for audience in AUDIENCES
    ]
    signatures = np.stack(
        [
            np.bincount(rows.subject_of_ranking, mark * seen, minlength=num_subjects)
            for seen in members
        ]
    )
    sizes = np.stack(
        [np.bincount(rows.subject_of_ranking[seen], minlength=num_subjects) for seen in members]
    )
    for n, seen in enumerate(members):
        is_new = (signatures[:n] != signatures[n]).all(axis=0) & (sizes[n] > 1)
        shares = signatures[n:] == signatures[n]
        bits = np.array([audience.bit for audience in AUDIENCES[n:]]) @ shares
        bits = np.where(is_new, bits, 0)
        yield bits, seen & (bits[rows.subject_of_ranking] > 0)


def _rows_of(
    rows: RankingRows,
    fingerprints: dict[Subject, int | None],
    judgments: PairJudgments,
    *,
    chosen: BoolArray,
    bits: IntArray,
) -> Iterator[tuple[Row, list[Row]]]:
    compared = np.unique(judgments.prompt)
    sums = sums_by_prompt(judgments).matrix()
    sums_of = dict(zip(compared.tolist(), sums.tolist(), strict=True))
    meetings_of = _meetings_by_subject(meetings_by_prompt(judgments))
    num_judged = np.bincount(judgments.pair, minlength=len(judgments.prompt))
    rankings_of: dict[int, list[int]] = defaultdict(list)
    for ranking in np.flatnonzero(chosen).tolist():
        rankings_of[int(rows.subject_of_ranking[ranking])].append(ranking)
    fewest = np.full(len(rows.subjects), np.iinfo(np.int32).max)
    most = np.zeros(len(rows.subjects), dtype=np.int64)
    np.minimum.at(fewest, judgments.prompt, num_judged)
    np.maximum.at(most, judgments.prompt, num_judged)
    for subject in np.flatnonzero(bits).tolist():
        place = rows.subjects[subject]
        fingerprint = fingerprints.get(place)
        is_marker = bool(bits[subject] & EVERYONE.bit)
        # Whoever never met has no figures; the row of everyone says that this is known.
        if fingerprint is None or (subject not in sums_of and not is_marker):
            continue
        of = rankings_of[subject]
        versions = {int(rows.instructions[ranking]) for ranking in of}
        values = sums_of.get(subject, [0.0] * len(SUM_FIELDS))
        yield (
            (
                *place,
                int(bits[subject]),
                fingerprint,
                int(rows.k[subject]),
                len({int(rows.items.labeler[ranking]) for ranking in of}),
                (versions.pop() or None) if len(versions) == 1 else None,
                max(rows.submitted_at[ranking] for ranking in of),
                int(fewest[subject]) if most[subject] else 0,
                int(most[subject]),
                *values,
            ),
            meetings_of.get(subject, []),
        )


def _meetings_by_subject(met: PromptMeetings) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    columns = (met.prompt.tolist(), met.a.tolist(), met.b.tolist(), met.cells.tolist())
    for subject, a, b, cells in zip(*columns, strict=True):
        found[subject].append((a, b, *cells))
    return found
