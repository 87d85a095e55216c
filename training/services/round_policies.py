"""Which policies write a round's completions, and how much of them each (R85)."""

from collections.abc import Sequence

from training.ml.mixing import POLICY_ROLES
from training.models import ModelVersion, Round, RoundPolicy
from training.services.policy_weights import check_weights
from training.services.run_inputs import Fields

WRITERS = (ModelVersion.Kind.SFT, ModelVersion.Kind.BASE, ModelVersion.Kind.POLICY)
NO_WRITER = "must be a model that writes completions"


def check_policies(
    policy: ModelVersion, others: Sequence[ModelVersion], weights: Sequence[float]
) -> tuple[list[float], Fields]:
    """The weight of the policy and of each of the others, and a message for what cannot be used.

    ``weights`` come in that order; without any, supervised models write most. A policy alone has no
    weight.
    """
    fields: Fields = {} if writes(policy) else {"policy": [NO_WRITER]}
    for place, other in enumerate(others):
        if not writes(other):
            fields[f"other_policies.{place}"] = [NO_WRITER]
        elif other in (policy, *others[:place]):
            fields[f"other_policies.{place}"] = ["is one of its policies already"]
    if weights and len(weights) != len(others) + 1:
        said = "must be one for each policy, first the policy, then the others in their order"
        return [], fields | {"weights": [said]}
    if not others:
        return [], fields | ({"weights": ["one policy writes everything"]} if weights else {})
    roles = POLICY_ROLES[: len(others) + 1]
    chosen = dict(zip(roles, (policy, *others), strict=True))
    given = dict(zip(roles, weights, strict=True)) if weights else {}
    checked, refused = check_weights(roles, chosen, given)
    by_place = {
        f"weights.{place}": refused[f"weights.{role}"]
        for place, role in enumerate(roles)
        if f"weights.{role}" in refused
    }
    whole = {"weights": refused["weights"]} if "weights" in refused else {}
    return list(checked.values()), fields | by_place | whole


def writes(version: ModelVersion) -> bool:
    return version.kind in WRITERS and version.completion_source_id is not None


def store_policies(opened: Round, others: Sequence[ModelVersion], weights: Sequence[float]) -> None:
    """Nothing where the round's policy writes everything. Precondition: ``check_policies``."""
    if not others:
        return
    together = zip((opened.policy, *others), weights, strict=True)
    RoundPolicy.objects.bulk_create(
        RoundPolicy(round=opened, place=place, model_version=version, weight=weight)
        for place, (version, weight) in enumerate(together)
    )


def writers_of(opened: Round) -> list[ModelVersion]:
    """Whose completions the round asks for, its own policy first."""
    return [one.model_version for one in opened.policies.all()] or [opened.policy]


def weights_of(opened: Round) -> list[float]:
    """In the order of ``writers_of``; none where one policy writes everything."""
    return [one.weight for one in opened.policies.all()]
