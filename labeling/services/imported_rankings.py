"""Judgments of other projects: each once, and of two by one labeler the later one counts."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models.functions import Now

from labeling.importers.records import SOMEBODY, Judgment
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
    # Which of two judgments by one person counts, to be said even where nothing here is new.
    counting: list[str] = field(default_factory=list)

    def say_which_counts(self, said: str) -> None:
        if said not in self.counting:
            self.counting.append(said)
            self.notes.append(said)


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
    placed: Sequence[PlacedTask], dataset: str, people: ImportedPeople, *, began_at: datetime
) -> list[JudgedRow]:
    """Store what is new of these rows, and say of each how much that was.

    ``began_at`` is when the import did, which more than one call may be part of.
    """
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
    _settle_repetitions(told, stored, began_at)
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
            one.row.notes.append(f"{who(one.judgment)} said this before; it is stored once.")
    return rows


def who(judgment: Judgment) -> str:
    """Rows of nobody in particular are one labeler's, so that the later of two counts."""
    if judgment.labeler != SOMEBODY:
        return judgment.labeler
    return "Somebody (the file does not say who judged, so all of it counts as one labeler's)"


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
            one.row.notes.append(f"{who(one.judgment)} said the same twice; it counts once.")
    return list(told.values())


def _stored_of(told: Sequence[NewJudgment]) -> dict[uuid.UUID, Ranking]:
    """Those that were stored before, by their keys. One query."""
    stored = Ranking.objects.filter(client_key__in=[one.ranking.client_key for one in told])
    return {ranking.client_key: ranking for ranking in stored}


def _settle_repetitions(
    told: Sequence[NewJudgment], stored: Mapping[uuid.UUID, Ranking], began_at: datetime
) -> None:
    """Of several judgments of one subject all but the latest are superseded, and that is noted.

    The latest by its time, or where the data set has none, the last in the file. What an earlier
    import superseded stays so, or an old file read once more would undo a newer one; but what this
    import superseded counts again where its file says it again, however far down.
    """
    subjects = Subjects(_siblings(told, stored), began_at)
    for one in told:
        subjects.settle(one, stored.get(one.ranking.client_key, one.ranking))
    subjects.save()


class Subjects:
    """The rankings of each subject: which of them counts, and which this import superseded.

    That a judgment was told again is kept in ``superseded_at`` of those it stands over, so that it
    is known in a later transaction of the same import, whoever works on it then.
    """

    def __init__(self, stored: Mapping[Subject, Sequence[Ranking]], began_at: datetime) -> None:
        self._began_at = began_at
        self._rankings = {subject: list(known) for subject, known in stored.items()}
        self._changed: dict[uuid.UUID, Ranking] = {}

    def settle(self, one: NewJudgment, ranking: Ranking) -> None:
        labeler = who(one.judgment)
        known = self._rankings.setdefault(one.subject, [])
        standing = next((other for other in known if other.superseded_at is None), None)
        if ranking not in known:
            known.append(ranking)
        elif ranking is not standing and not self._was_superseded_here(ranking):
            one.row.say_which_counts(f"{labeler} said otherwise later, and that counts.")
            return
        if standing is None or standing is ranking or _is_later(one.judgment.judged_at, standing):
            self._let_count(ranking, known)
        else:
            self._supersede(ranking)
        if standing is not None and standing is not ranking:
            one.row.say_which_counts(f"{labeler} judged it twice; the later one counts.")

    def _was_superseded_here(self, ranking: Ranking) -> bool:
        at = ranking.superseded_at
        return not isinstance(at, datetime) or at >= self._began_at

    def _let_count(self, ranking: Ranking, known: Sequence[Ranking]) -> None:
        for other in known:
            if other is not ranking:
                self._supersede(other)
        if ranking.superseded_at is not None:
            ranking.superseded_at = None
            self._changed[ranking.pk] = ranking

    def _supersede(self, ranking: Ranking) -> None:
        ranking.superseded_at = Now()
        self._changed[ranking.pk] = ranking

    def save(self) -> None:
        """Those that are stored already; what no longer counts first, for only one may."""
        changed = [one for one in self._changed.values() if not one._state.adding]
        over = [one.pk for one in changed if one.superseded_at is not None]
        again = [one.pk for one in changed if one.superseded_at is None]
        Ranking.objects.filter(pk__in=over).update(superseded_at=Now())
        Ranking.objects.filter(pk__in=again).update(superseded_at=None)


def _is_later(judged_at: datetime | None, than: Ranking) -> bool:
    if judged_at is None or not isinstance(than.submitted_at, datetime):
        return True
    return judged_at >= than.submitted_at


def _siblings(
    told: Sequence[NewJudgment], stored: Mapping[uuid.UUID, Ranking]
) -> dict[Subject, list[Ranking]]:
    """What is stored of the same labelers and tasks, told again or not. At most two queries."""
    placed = [one for one in told if not one.row.placed.is_new]
    if not placed:
        return {}
    told_again = {
        stored[key].pk: (stored[key], one.subject)
        for one in placed
        if (key := one.ranking.client_key) in stored
    }
    others = (
        Ranking.objects.filter(
            task__in={one.ranking.task_id for one in placed},
            labeler__in={one.ranking.labeler_id for one in placed},
        )
        .exclude(pk__in=told_again)
        .in_bulk()
    )
    ids_of: dict[uuid.UUID, set[int]] = {pk: set() for pk in others}
    items = RankedCompletion.objects.filter(ranking__in=others)
    for pk, completion_id in items.values_list("ranking_id", "completion_id"):
        ids_of[pk].add(completion_id)
    found: dict[Subject, list[Ranking]] = {}
    for ranking, subject in told_again.values():
        found.setdefault(subject, []).append(ranking)
    for pk, ranking in others.items():
        subject = (ranking.task_id, ranking.labeler_id, frozenset(ids_of[pk]))
        found.setdefault(subject, []).append(ranking)
    return found


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
