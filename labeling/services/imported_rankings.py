"""Judgments of other projects: each once, and of two by one labeler the later one counts."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models.functions import Now

from labeling.importers.records import Judgment
from labeling.models import RankedCompletion, Ranking, User
from labeling.services.imported_people import ImportedPeople
from labeling.services.imported_tasks import PlacedTask, content_key

ROWS_PER_INSERT: Final = 2_000
# Everything imported keeps one identity for ever: the same judgment has the same key anywhere.
CLIENT_KEYS: Final = uuid.UUID("6f0c2a52-6f0e-4d5c-9c39-6f5d1d2f8a11")

# One live judgment each: a labeler of a task, and which of its completions they ordered.
Subject = tuple[int, int, frozenset[int]]


@dataclass
class JudgedRow:
    """What became of the judgments of one row."""

    placed: PlacedTask
    num_new: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class NewJudgment:
    row: JudgedRow
    judgment: Judgment
    ranking: Ranking

    @property
    def ranked(self) -> Iterator[tuple[int, int, int]]:
        """(place in the row, id of the completion, rank) of each that was ranked."""
        placed = zip(self.row.placed.ids, self.judgment.ranks, strict=True)
        for place, (completion_id, rank) in enumerate(placed):
            if rank is not None:
                yield place, completion_id, rank

    @property
    def subject(self) -> Subject:
        ids = frozenset(completion_id for _, completion_id, _ in self.ranked)
        return self.ranking.task_id, self.ranking.labeler_id, ids


def store_judgments(
    placed: Sequence[PlacedTask], dataset: str, people: ImportedPeople
) -> list[JudgedRow]:
    """Store what is new of these rows, and say of each how much that was."""
    rows = [JudgedRow(one, notes=list(one.row.notes)) for one in placed]
    accounts = people.accounts(
        (judgment.labeler, judgment.is_by_model)
        for row in rows
        for judgment in row.placed.row.judgments
    )
    read = [
        NewJudgment(row, judgment, _ranking_of(row.placed, judgment, accounts, dataset))
        for row in rows
        for judgment in row.placed.row.judgments
    ]
    told = _told_once(read)
    stored = _stored_of(told)
    _settle_repetitions(told, stored)
    new = [one for one in told if one.ranking.client_key not in stored]
    for place, one in enumerate(new):
        if one.judgment.judged_at is None:
            # In the order of the file, so that the later one counts wherever two are compared.
            one.ranking.submitted_at = Now() + timedelta(microseconds=place)
    Ranking.objects.bulk_create([one.ranking for one in new], batch_size=ROWS_PER_INSERT)
    RankedCompletion.objects.bulk_create(
        [item for one in new for item in _items_of(one)], batch_size=ROWS_PER_INSERT
    )
    for one in new:
        one.row.num_new += 1
    for one in told:
        if one.ranking.client_key in stored:
            one.row.notes.append(f"{one.judgment.labeler} said this before; it is stored once.")
    return rows


def _ranking_of(
    placed: PlacedTask,
    judgment: Judgment,
    accounts: dict[tuple[str, bool], User],
    dataset: str,
) -> Ranking:
    num_ranked = sum(rank is not None for rank in judgment.ranks)
    said = _said(placed, judgment, dataset)
    ranking = Ranking(
        task=placed.task,
        labeler=accounts[judgment.labeler, judgment.is_by_model],
        k=num_ranked,
        is_partial=num_ranked < placed.task.k,
        client_key=uuid.uuid5(CLIENT_KEYS, said),
        payload_sha256=said,
        order_source=Ranking.OrderSource.IMPORTED,
        seconds_active=judgment.seconds,
    )
    if judgment.judged_at is not None:
        ranking.submitted_at = judgment.judged_at
    return ranking


def _said(placed: PlacedTask, judgment: Judgment, dataset: str) -> str:
    """The hash of all that makes this judgment another one than any other."""
    order = sorted(zip(placed.ids, judgment.ranks, strict=True))
    return content_key(
        dataset,
        str(placed.task.source_key),
        judgment.labeler,
        judgment.identity,
        "" if judgment.judged_at is None else judgment.judged_at.isoformat(),
        " ".join(str(rank) for _, rank in order),
    )


def _told_once(read: Sequence[NewJudgment]) -> list[NewJudgment]:
    """Without those in the very words of another one: each stands where it was told last."""
    # Who said one thing, then another, then the first again means the first.
    told: dict[uuid.UUID, NewJudgment] = {}
    for one in read:
        first = told.pop(one.ranking.client_key, one)
        told[one.ranking.client_key] = first
        if first is not one and first.row is one.row:
            one.row.notes.append(f"{one.judgment.labeler} said the same twice; it counts once.")
    return list(told.values())


def _stored_of(told: Sequence[NewJudgment]) -> dict[uuid.UUID, Ranking]:
    """Those that were stored before, by their keys. One query."""
    stored = Ranking.objects.filter(client_key__in=[one.ranking.client_key for one in told])
    return {ranking.client_key: ranking for ranking in stored}


def _settle_repetitions(told: Sequence[NewJudgment], stored: Mapping[uuid.UUID, Ranking]) -> None:
    """Of several judgments of one subject all but the latest are superseded, and that is noted.

    The latest by its time, or where the data set has none, the last in the file. What an earlier
    import stored stands where the file has it, or before all of it; what was superseded stays so.
    """
    latest = _live_rankings(told, stored)
    superseded = []
    for one in told:
        ranking = stored.get(one.ranking.client_key, one.ranking)
        if ranking is not one.ranking and ranking.superseded_at is not None:
            continue
        earlier = latest.get(one.subject)
        if earlier is None:
            latest[one.subject] = ranking
            continue
        loser = earlier if _is_later(one.judgment.judged_at, earlier) else ranking
        if loser is earlier:
            latest[one.subject] = ranking
        loser.superseded_at = Now()
        if not loser._state.adding:
            superseded.append(loser.pk)
        one.row.notes.append(f"{one.judgment.labeler} judged it twice; the later one counts.")
    Ranking.objects.filter(pk__in=superseded).update(superseded_at=Now())


def _is_later(judged_at: datetime | None, than: Ranking) -> bool:
    if judged_at is None or not isinstance(than.submitted_at, datetime):
        return True
    return judged_at >= than.submitted_at


def _live_rankings(
    told: Sequence[NewJudgment], stored: Mapping[uuid.UUID, Ranking]
) -> dict[Subject, Ranking]:
    """The stored ones of the same labelers and tasks that this file does not have.

    At most two queries.
    """
    placed = [one for one in told if not one.row.placed.is_new]
    if not placed:
        return {}
    live = (
        Ranking.objects.filter(
            task__in={one.ranking.task_id for one in placed},
            labeler__in={one.ranking.labeler_id for one in placed},
            superseded_at__isnull=True,
        )
        .exclude(pk__in=[ranking.pk for ranking in stored.values()])
        .in_bulk()
    )
    ids_of: dict[uuid.UUID, set[int]] = {pk: set() for pk in live}
    items = RankedCompletion.objects.filter(ranking__in=live)
    for pk, completion_id in items.values_list("ranking_id", "completion_id"):
        ids_of[pk].add(completion_id)
    return {
        (ranking.task_id, ranking.labeler_id, frozenset(ids_of[pk])): ranking
        for pk, ranking in live.items()
    }


def _items_of(one: NewJudgment) -> Iterator[RankedCompletion]:
    judgment = one.judgment
    for place, completion_id, rank in one.ranked:
        yield RankedCompletion(
            ranking=one.ranking,
            task_id=one.ranking.task_id,
            completion_id=completion_id,
            rank=rank,
            rating=judgment.likert[place] if judgment.likert else None,
            axes=dict(judgment.axes[place]) if judgment.axes else {},
        )
