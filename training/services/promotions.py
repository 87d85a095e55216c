"""Promoting model versions, and taking a promotion back (R87)."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from labeling.errors import Refused
from labeling.models import Project, User
from labeling.services.audit import record
from training.models import ModelVersion, Promotion
from training.selectors.model_versions import access_model_version
from training.selectors.promotions import (
    current_of,
    grounds_in,
    held_out_accuracy,
    promotions_of,
    why_no_held_out_accuracy,
)

PROMOTED_KINDS = (
    ModelVersion.Kind.POLICY,
    ModelVersion.Kind.REWARD_MODEL,
    ModelVersion.Kind.SFT,
)
# Two promotions of one kind wait for each other: each must know what it replaces.
LOCK = 7_404


@dataclass(frozen=True)
class Wanted:
    """``evaluation`` is what it stands on; ``override_reason`` why it may go without."""

    stage: str
    evaluation: Project | None = None
    override_reason: str = ""


@transaction.atomic
def promote(*, by: User, version: ModelVersion, wanted: Wanted) -> Promotion:
    """Say that a version is a candidate, in staging, current, or withdrawn.

    Raises: Refused("not_promotable") for a base model, Refused("already_there"),
    Refused("no_figures") when the evaluation says nothing of it, Refused("needs_evidence") when it
    is to become current without an evaluation and without a reason (status 422).
    """
    _lock(version)
    version = access_model_version(version.pk)
    before = _stage_of(version)
    if before == wanted.stage:
        raise Refused("already_there", f"{version.name} is {wanted.stage} already.")
    evidence = _evidence(version, wanted)
    reason = wanted.override_reason.strip()
    if wanted.stage == Promotion.Stage.CURRENT and evidence is None and not reason:
        message = "A human evaluation with an interval, or a reason for going without, is needed."
        if missing := why_no_held_out_accuracy(version):
            message = f"{missing} Give a reason for going without."
        raise Refused("needs_evidence", message, status=422, fields={"override_reason": [message]})
    current = current_of(version.kind)
    replaced = current.model_version if current else None
    promotion = Promotion.objects.create(
        model_version=version,
        stage=wanted.stage,
        replaces=replaced if wanted.stage == Promotion.Stage.CURRENT else None,
        evaluation=wanted.evaluation,
        evidence=evidence,
        override_reason=reason,
        promoted_by=by,
    )
    _audit(by, "promote_model_version", promotion, before)
    return promotion


@transaction.atomic
def roll_back(*, by: User, version: ModelVersion, reason: str) -> Promotion:
    """Make the version current that this one replaced, on the grounds it had then.

    Raises: Refused("needs_reason") (status 422), Refused("not_current"), Refused("nothing_before"),
    Refused("was_withdrawn") when the version to go back to has been withdrawn since.
    """
    if not reason.strip():
        message = "Say why: whoever reads the history asks first."
        raise Refused("needs_reason", message, status=422, fields={"reason": [message]})
    _lock(version)
    current = current_of(version.kind)
    if current is None or current.model_version_id != version.pk:
        raise Refused("not_current", f"{version.name} is not the current version of its kind.")
    earlier = current.replaces
    if earlier is None:
        raise Refused("nothing_before", "No version was current before this one.")
    if _stage_of(access_model_version(earlier.pk)) == Promotion.Stage.WITHDRAWN:
        raise Refused(
            "was_withdrawn",
            f"{earlier.name} was current before and has been withdrawn since. Promote it again or"
            " another version instead.",
        )
    then = promotions_of(earlier).filter(stage=Promotion.Stage.CURRENT).first()
    promotion = Promotion.objects.create(
        model_version=earlier,
        stage=Promotion.Stage.CURRENT,
        replaces=version,
        evaluation=then.evaluation if then else None,
        evidence=then.evidence if then else None,
        override_reason=reason.strip(),
        promoted_by=by,
    )
    _audit(by, "roll_back_model_version", promotion, Promotion.Stage.CURRENT)
    return promotion


def _evidence(version: ModelVersion, wanted: Wanted) -> dict[str, Any] | None:
    if wanted.evaluation is None:
        return held_out_accuracy(version)
    grounds = grounds_in(wanted.evaluation, version)
    if grounds.evidence is None:
        said = [grounds.reason_missing]
        raise Refused("no_figures", said[0], status=422, fields={"evaluation": said})
    return grounds.evidence


def _lock(version: ModelVersion) -> None:
    if version.kind not in PROMOTED_KINDS:
        raise Refused(
            "not_promotable", "A base model is what others are made from; it has no stage."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, version.kind])


def _stage_of(version: Any) -> str | None:
    """``stage`` is an annotation of ``access_model_version``."""
    stage: str | None = version.stage
    return stage


def _in_words(evidence: dict[str, Any]) -> str:
    kind = evidence["kind"].replace("_", " ")
    return f"{kind} {evidence['value']:.3f} [{evidence['low']:.3f}, {evidence['high']:.3f}]"


def _audit(by: User, action: str, promotion: Promotion, before: str | None) -> None:
    version, replaced = promotion.model_version, promotion.replaces
    evaluation = promotion.evaluation
    said = {
        "name": version.name,
        "stage": promotion.stage,
        "was": before or "none",
        "replaces": replaced.name if replaced else None,
        "evaluation": evaluation.name if evaluation else None,
        "figure": promotion.evidence and _in_words(promotion.evidence),
        "reason": promotion.override_reason or None,
    }
    details = {name: value for name, value in said.items() if value is not None}
    record(actor=by, action=action, subject=version, details=details)
