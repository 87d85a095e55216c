"""Working out the stored rows of a few thousand prompts at once, as columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from labeling.agreement.audiences import AUDIENCES, EVERYONE
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray, PairJudgments
from labeling.agreement.people import PromptMeetings, meetings_by_prompt
from labeling.agreement.sums import sums_by_prompt
from labeling.selectors.agreement_counts import CELL_FIELDS, SUM_FIELDS
from labeling.selectors.judged_pairs import RankingRows, Subject

Columns = Mapping[str, IntArray | FloatArray]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of ``PromptAgreement`` with the ``LabelerMeeting`` of each.

    ``instructions`` are 0 where there are several, or none. Shapes: agreements and instructions,
    per row; meetings, per meeting, and ``row`` says whose it is.
    """

    agreements: Columns
    instructions: IntArray
    meetings: Columns
    row: IntArray


def worked_out(rows: RankingRows, fingerprints: Mapping[Subject, int | None]) -> Iterator[Block]:
    """The rows of every prompt: one for each different set of rankings that an audience sees.

    None as a fingerprint leaves the prompt out.
    """
    known = [fingerprints.get(subject) for subject in rows.subjects]
    fingerprint = np.array([one or 0 for one in known], dtype=np.int64)
    is_wanted = np.array([one is not None for one in known], dtype=np.bool_)
    judgments = replace(rows.items, prompt=rows.subject).pair_judgments()
    judged_by = judgments.prompt[judgments.pair] * _span(rows) + judgments.labeler
    for bits, chosen in _sets_of_rankings(rows):
        if not bits.any():
            continue
        whose = np.unique(_labeler_of_subject(rows)[chosen])
        of_audience = judgments.of_judgments(np.isin(judged_by, whose)).with_overlap(2)
        yield _block(
            rows,
            of_audience,
            chosen=chosen,
            bits=np.where(is_wanted, bits, 0),
            fingerprint=fingerprint,
        )


def _span(rows: RankingRows) -> int:
    return int(rows.items.labeler.max(initial=0)) + 1


def _labeler_of_subject(rows: RankingRows) -> IntArray:
    return rows.subject_of_ranking * _span(rows) + rows.items.labeler


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


def _block(
    rows: RankingRows,
    judgments: PairJudgments,
    *,
    chosen: BoolArray,
    bits: IntArray,
    fingerprint: IntArray,
) -> Block:
    num_subjects = len(rows.subjects)
    compared = np.unique(judgments.prompt)
    has_met = np.zeros(num_subjects, dtype=np.bool_)
    has_met[compared] = True
    # Whoever never met has no figures; the row of everyone says that this is known.
    wanted = np.flatnonzero((bits > 0) & (has_met | ((bits & EVERYONE.bit) > 0)))
    sums = np.zeros((num_subjects, len(SUM_FIELDS)))
    sums[compared] = sums_by_prompt(judgments).matrix()
    subject = rows.subject_of_ranking[chosen]
    places = np.array(rows.subjects, dtype=np.int64).reshape(-1, 2)
    fewest, most = _labelers_per_pair(judgments, num_subjects)
    agreements = {
        "project_id": places[:, 0],
        "prompt_id": places[:, 1],
        "audiences": bits,
        "fingerprint": fingerprint,
        "k": rows.k,
        "num_labelers": np.bincount(
            np.unique(_labeler_of_subject(rows)[chosen]) // _span(rows), minlength=num_subjects
        ),
        "last_submitted_at": _largest(subject, rows.submitted_at[chosen], num_subjects),
        "fewest_labelers": np.where(most > 0, fewest, 0),
        "most_labelers": most,
        **dict(zip(SUM_FIELDS, sums.T, strict=True)),
    }
    newest = _largest(subject, rows.instructions[chosen], num_subjects)
    oldest = -_largest(subject, -rows.instructions[chosen], num_subjects)
    row, meetings = _meetings(meetings_by_prompt(judgments), wanted, num_subjects)
    return Block(
        agreements={name: column[wanted] for name, column in agreements.items()},
        instructions=np.where(newest == oldest, newest, 0)[wanted],
        meetings=meetings,
        row=row,
    )


def _labelers_per_pair(judgments: PairJudgments, num_subjects: int) -> tuple[IntArray, IntArray]:
    """The fewest and the most labelers of a subject's pairs. Shapes: both per subject."""
    num_judged = np.bincount(judgments.pair, minlength=len(judgments.prompt))
    fewest = np.full(num_subjects, np.iinfo(np.int32).max, dtype=np.int64)
    most = np.zeros(num_subjects, dtype=np.int64)
    np.minimum.at(fewest, judgments.prompt, num_judged)
    np.maximum.at(most, judgments.prompt, num_judged)
    return fewest, most


def _largest(group: IntArray, values: IntArray, num_groups: int) -> IntArray:
    largest = np.full(num_groups, np.iinfo(np.int64).min)
    np.maximum.at(largest, group, values)
    return largest


def _meetings(met: PromptMeetings, wanted: IntArray, num_subjects: int) -> tuple[IntArray, Columns]:
    """The row of each meeting, and what it holds."""
    row_of_subject = np.full(num_subjects, -1)
    row_of_subject[wanted] = np.arange(len(wanted))
    row = row_of_subject[met.prompt]
    kept = row >= 0
    cells = dict(zip(CELL_FIELDS, met.cells[kept].T, strict=True))
    return row[kept], {"a_id": met.a[kept], "b_id": met.b[kept], **cells}
