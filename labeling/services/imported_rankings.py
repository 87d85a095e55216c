"""Judgments of other projects: each once, and of two by one labeler the later one counts."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    new = _not_yet_stored(read)
    _settle_repetitions(new)
    Ranking.objects.bulk_create([one.ranking for one in new], batch_size=ROWS_PER_INSERT)
    RankedCompletion.objects.bulk_create(
        [item for one in new for item in _items_of(one)], batch_size=ROWS_PER_INSERT
    )
    for one in new:
        one.row.num_new += 1
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


def _not_yet_stored(read: Sequence[NewJudgment]) -> list[NewJudgment]:
    """Without those stored before or told twice, each where it was told last. One query."""
    new: dict[uuid.UUID, NewJudgment] = {}
    for one in read:
        # Who said one thing, then another, then the first again means the first.
        first = new.pop(one.ranking.client_key, one)
        new[one.ranking.client_key] = first
        if first is not one and first.row is one.row:
            one.row.notes.append(f"{one.judgment.labeler} said the same twice; it counts once.")
    stored = Ranking.objects.filter(client_key__in=new)
    for key in stored.values_list("client_key", flat=True):
        del new[key]
    return list(new.values())


def _settle_repetitions(new: Sequence[NewJudgment]) -> None:
    """Of several judgments of one subject all but the latest are superseded, and that is noted.

    The latest by its time, or where the data set has none, the last in the file.
    """
    latest: dict[Subject, Ranking] = _live_rankings(new)
    superseded = []
    for one in new:
        earlier = latest.get(one.subject)
        if earlier is None:
            latest[one.subject] = one.ranking
            continue
        loser = earlier if _is_later(one.judgment.judged_at, earlier) else one.ranking
        if loser is earlier:
            latest[one.subject] = one.ranking
        loser.superseded_at = Now()
        if not loser._state.adding:
            superseded.append(loser.pk)
        one.row.notes.append(f"{one.judgment.labeler} judged it twice; the later one counts.")
    Ranking.objects.filter(pk__in=superseded).update(superseded_at=Now())


def _is_later(judged_at: datetime | None, than: Ranking) -> bool:
    if judged_at is None or not isinstance(than.submitted_at, datetime):
        return True
    return judged_at >= than.submitted_at


def _live_rankings(new: Sequence[NewJudgment]) -> dict[Subject, Ranking]:
    """The stored ones of the same labelers and tasks. At most two queries."""
    placed = [one for one in new if not one.row.placed.is_new]
    if not placed:
        return {}
    live = Ranking.objects.filter(
        task__in={one.ranking.task_id for one in placed},
        labeler__in={one.ranking.labeler_id for one in placed},
        superseded_at__isnull=True,
    ).in_bulk()
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
