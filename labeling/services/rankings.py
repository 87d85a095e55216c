"""Storing one labeler's order of the completions they were shown, and taking it back."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from labeling.catalogue import FLAG_ITEMS
from labeling.models import (
    Assignment,
    Draft,
    PresentedCompletion,
    RankedCompletion,
    Ranking,
    User,
)
from labeling.preferences import dense_ranks
from labeling.selectors.compiled import CompiledQuery
from labeling.services.answers import (
    StoredAnswer,
    check_answerable,
    replayed,
    seconds_since_opened,
    supersede,
)
from labeling.services.drafts import DraftBody
from labeling.services.ranking_checks import JudgedCompletion, RankingSubmission, check_complete
from labeling.services.slots import lock_own_assignment, secure_slot, settle

SAME_KEY = CompiledQuery(lambda key: Ranking.objects.filter(client_key=key)[:1], key=UUID)
SHOWN = CompiledQuery(
    lambda assignment: PresentedCompletion.objects.filter(assignment=assignment), assignment=UUID
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
    same_key = SAME_KEY.first(key=submission.client_key)
    if stored := replayed(same_key, labeler=labeler, sha256=sha256):
        return stored
    check_answerable(assignment, kind="ranking")
    completion_of = {row.handle: row.completion_id for row in SHOWN(assignment=assignment.pk)}
    check_complete(submission, assignment=assignment, shown=completion_of.keys())
    opened_for = seconds_since_opened(assignment)
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
        seconds_active=min(submission.seconds_active, opened_for),
        none_acceptable=submission.none_acceptable,
        input_toxicity=submission.input_toxicity,
    )
    store_items(ranking, submission.items, completion_of=completion_of, most_seconds=opened_for)
    settle(assignment, surplus=ranking.is_surplus, submitted_at=ranking.submitted_at)
    return StoredAnswer(ranking.pk, ranking.submitted_at, ranking.is_surplus, is_new=True)


def store_items(
    ranking: Ranking,
    items: tuple[JudgedCompletion, ...],
    *,
    completion_of: Mapping[UUID, int],
    most_seconds: float,
) -> None:
    """No completion was in front of the labeler for longer than ``most_seconds``."""
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
            seconds_shown=(
                None if item.seconds_shown is None else min(item.seconds_shown, most_seconds)
            ),
            toxicity=item.toxicity,
            relative_toxicity=item.relative_toxicity,
            continuity=item.continuity,
        )
        for item, rank in zip(items, ranks, strict=True)
    )


def take_back_ranking(assignment: Assignment, *, draft: Draft | None) -> DraftBody:
    """Supersede the live ranking of a locked assignment; what it said, as a draft.

    Contradictions that were kept on purpose are in no ranking; they stay as the draft has them.

    Raises: Refused("sealed") once the time for taking back is over.
    """
    ranking = assignment.rankings.get(superseded_at__isnull=True)
    supersede(ranking)
    handle_of = dict(assignment.presented.values_list("completion_id", "handle"))
    ranked = list(ranking.items.all())
    body = {
        "items": {str(handle_of[item.completion_id]): _as_drafted(item) for item in ranked},
        "questions": [key for key in FLAG_ITEMS if key in ranked[0].flags],
        "none_acceptable": ranking.none_acceptable,
        "input_toxicity": ranking.input_toxicity,
        "seconds_active": ranking.seconds_active,
        "phase": "order",
    }
    kept = draft.body.get("kept") if draft else None
    return {**body, "kept": kept} if kept else body


def _as_drafted(item: RankedCompletion) -> dict[str, object]:
    said = {key: getattr(item, key) for key in ("rank", "rating", "flags", "note")}
    measured = ("seconds_shown", "toxicity", "relative_toxicity", "continuity")
    return said | {key: getattr(item, key) for key in measured if getattr(item, key) is not None}
