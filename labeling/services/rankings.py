"""Storing one labeler's order of the completions they were shown, and taking it back."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from labeling.catalogue import LIKERT_MAXIMUM, LIKERT_MINIMUM, flags_asked
from labeling.errors import Refused
from labeling.models import Assignment, Project, RankedCompletion, Ranking, User
from labeling.models.projects import K_MAXIMUM
from labeling.preferences import dense_ranks
from labeling.services.answers import (
    StoredAnswer,
    bounded_seconds,
    check_answerable,
    payload_sha256,
    replayed,
    supersede,
)
from labeling.services.drafts import DraftBody
from labeling.services.slots import lock_own_assignment, secure_slot, settle


@dataclass(frozen=True)
class JudgedCompletion:
    """What a labeler says about one completion, by the handle under which they saw it."""

    handle: UUID
    rank: int
    rating: int
    flags: Mapping[str, bool]
    note: str


@dataclass(frozen=True)
class RankingSubmission:
    assignment_id: UUID
    client_key: UUID
    items: tuple[JudgedCompletion, ...]
    order_source: str
    seconds_active: float

    def sha256(self) -> str:
        """The hash of what is said, whatever order the completions are listed in."""
        items = {
            str(item.handle): [item.rank, item.rating, dict(item.flags), item.note]
            for item in self.items
        }
        return payload_sha256(
            {
                "assignment": str(self.assignment_id),
                "items": items,
                "num_items": len(self.items),
                "order_source": self.order_source,
                "seconds_active": self.seconds_active,
            }
        )


@transaction.atomic
def submit_ranking(*, labeler: User, submission: RankingSubmission) -> StoredAnswer:
    """Store one labeler's order of the completions they were shown, once per client key.

    Ranks are stored dense, ties kept (R28). An answer after the lease was lost is always stored,
    as surplus where every slot of the task is in other hands.

    Raises: NotAccessible, Refused("key_reused" | "taken_back" | "wrong_kind" | "already_ranked"
    | "skipped" | "incomplete_ranking").
    """
    assignment = lock_own_assignment(assignment_id=submission.assignment_id, labeler=labeler)
    sha256 = submission.sha256()
    same_key = Ranking.objects.filter(client_key=submission.client_key).first()
    if stored := replayed(same_key, labeler=labeler, sha256=sha256):
        return stored
    check_answerable(assignment, kind=Project.Kind.RANKING)
    completion_of = dict(assignment.presented.values_list("handle", "completion_id"))
    check_complete(submission.items, assignment=assignment, shown=completion_of.keys())
    ranking = Ranking.objects.create(
        task=assignment.task,
        assignment=assignment,
        labeler=labeler,
        instructions_id=assignment.instructions_id,
        k=len(submission.items),
        is_surplus=not secure_slot(assignment),
        client_key=submission.client_key,
        payload_sha256=sha256,
        order_source=submission.order_source,
        seconds_active=bounded_seconds(assignment, submission.seconds_active),
    )
    store_items(ranking, submission.items, completion_of=completion_of)
    settle(assignment, surplus=ranking.is_surplus, submitted_at=ranking.submitted_at)
    return StoredAnswer(ranking.pk, ranking.submitted_at, ranking.is_surplus, is_new=True)


def check_complete(
    items: tuple[JudgedCompletion, ...], *, assignment: Assignment, shown: Collection[UUID]
) -> None:
    """Every shown completion judged once, with a rank, a rating and each flag that is asked.

    A flag that is missing is not a no: it was never answered (R26).

    Raises: Refused("incomplete_ranking"), whose fields name each handle and what is wrong with it.
    """
    asked = frozenset(flags_asked(assignment.task.prompt.flags))
    judged = [item.handle for item in items]
    problems: dict[str, list[str]] = defaultdict(list)
    for handle in set(shown) - set(judged):
        problems[f"items.{handle}"].append("This completion is not ranked.")
    for handle in set(judged) - set(shown):
        problems[f"items.{handle}"].append("No completion of this task has this handle.")
    if len(judged) > len(set(judged)):
        problems["items"].append("A completion is ranked twice.")
    for item in items:
        if wrong := what_is_wrong(item, asked=asked):
            problems[f"items.{item.handle}"].extend(wrong)
    if problems:
        raise Refused(
            "incomplete_ranking",
            "Every completion needs a rank, a rating and an answer to every question.",
            status=422,
            fields=dict(problems),
        )


def what_is_wrong(item: JudgedCompletion, *, asked: frozenset[str]) -> list[str]:
    wrong = []
    if not 1 <= item.rank <= K_MAXIMUM:
        wrong.append(f"The rank must be between 1 and {K_MAXIMUM}.")
    if not LIKERT_MINIMUM <= item.rating <= LIKERT_MAXIMUM:
        wrong.append(f"The rating must be between {LIKERT_MINIMUM} and {LIKERT_MAXIMUM}.")
    if missing := asked - item.flags.keys():
        wrong.append(f"Not answered: {', '.join(sorted(missing))}.")
    if strange := item.flags.keys() - asked:
        wrong.append(f"Not asked about this prompt: {', '.join(sorted(strange))}.")
    return wrong


def store_items(
    ranking: Ranking, items: tuple[JudgedCompletion, ...], *, completion_of: Mapping[UUID, int]
) -> None:
    ranks = dense_ranks([item.rank for item in items])
    RankedCompletion.objects.bulk_create(
        RankedCompletion(
            ranking=ranking,
            task_id=ranking.task_id,
            completion_id=completion_of[item.handle],
            rank=rank,
            rating=item.rating,
            flags=dict(item.flags),
            note=item.note,
        )
        for item, rank in zip(items, ranks, strict=True)
    )


def take_back_ranking(assignment: Assignment) -> DraftBody:
    """Supersede the live ranking of a locked assignment; what it said, as a draft.

    Raises: Refused("sealed") once the time for taking back is over.
    """
    ranking = assignment.rankings.get(superseded_at__isnull=True)
    supersede(ranking)
    handle_of = dict(assignment.presented.values_list("completion_id", "handle"))
    items = {
        str(handle_of[item.completion_id]): {
            "rank": item.rank,
            "rating": item.rating,
            "flags": item.flags,
            "note": item.note,
        }
        for item in ranking.items.all()
    }
    return {"items": items, "seconds_active": ranking.seconds_active, "phase": "order"}
