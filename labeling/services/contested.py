"""Deciding about a prompt on which labelers are divided: an order that settles it, or exclusion."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Adjudication, PromptExclusion, User
from labeling.preferences import dense_ranks
from labeling.selectors.contested import ContestedPrompt
from labeling.services.audit import record


@transaction.atomic
def adjudicate(
    *,
    author: User,
    contested: ContestedPrompt,
    ranks: Mapping[int, int],
    is_gold: bool,
    reason: str,
) -> Adjudication:
    """Store the order that settles the prompt; a gold one measures labelers from then on.

    An earlier one is superseded and kept. The labelers' rankings stay as they are. Raises:
    Refused("incomplete_ranking") unless every completion has a rank, Refused("empty_reason").
    """
    _check_reason(reason)
    shown = [completion.pk for completion in contested.completions]
    if set(ranks) != set(shown):
        raise Refused(
            "incomplete_ranking",
            "Give every completion of the prompt one rank.",
            status=400,
            fields={"ranks": ["Every completion needs one rank, and no other has one."]},
        )
    dense = dense_ranks([ranks[completion] for completion in shown])
    here = {"project": contested.project, "prompt": contested.prompt}
    # Whoever decides at the same moment waits here, and supersedes.
    list(Adjudication.objects.select_for_update().filter(**here, superseded_at__isnull=True))
    Adjudication.objects.filter(**here, superseded_at__isnull=True).update(superseded_at=Now())
    adjudication = Adjudication.objects.create(
        **here,
        ranks={str(pk): rank for pk, rank in zip(shown, dense, strict=True)},
        is_gold=is_gold,
        reason=reason,
        author=author,
    )
    record(
        actor=author,
        action="prompt.adjudicated",
        subject=contested.prompt,
        details={"project": contested.project.pk, "is_gold": is_gold, "reason": reason},
    )
    return adjudication


@transaction.atomic
def exclude_prompt(*, author: User, contested: ContestedPrompt, reason: str) -> PromptExclusion:
    """Take what was said about the prompt out of the project's training and statistics.

    Snapshots that are frozen stay as they are. Twice is once: the first reason stands. Raises:
    Refused("empty_reason").
    """
    _check_reason(reason)
    exclusion, is_new = PromptExclusion.objects.get_or_create(
        project=contested.project,
        prompt=contested.prompt,
        lifted_at=None,
        defaults={"reason": reason, "author": author},
    )
    if is_new:
        record(
            actor=author,
            action="prompt.excluded",
            subject=contested.prompt,
            details={"project": contested.project.pk, "reason": reason},
        )
    return exclusion


@transaction.atomic
def lift_exclusion(*, actor: User, contested: ContestedPrompt) -> None:
    """Let the prompt count again; nothing happens where it does."""
    lifted = PromptExclusion.objects.filter(
        project=contested.project, prompt=contested.prompt, lifted_at__isnull=True
    ).update(lifted_at=Now(), lifted_by=actor)
    if lifted:
        record(
            actor=actor,
            action="prompt.exclusion_lifted",
            subject=contested.prompt,
            details={"project": contested.project.pk},
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("empty_reason", "Say why first.", status=400, fields={"reason": ["Empty."]})
