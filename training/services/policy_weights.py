"""How much each policy of a sampling run writes (R85)."""

from collections.abc import Collection, Mapping

from training.ml.mixing import POLICY_ROLES, default_weights
from training.models import ModelVersion
from training.services.run_inputs import ChosenInput, Fields

MAXIMUM_WEIGHT = 1_000_000


def check_weights(
    asked: Collection[str], chosen: Mapping[str, ChosenInput], given: Mapping[str, float]
) -> tuple[dict[str, float], Fields]:
    """The weight of every policy by role, and a message for every weight that cannot be used.

    ``asked`` are the roles that the request fills, usable or not. Nothing where a single model
    writes everything; the defaults, mostly supervised models, where no weight is given.
    """
    roles = [role for role in POLICY_ROLES if role in asked]
    fields: Fields = {
        f"weights.{role}": ["there is no policy in this role"] for role in given.keys() - set(roles)
    }
    for role, weight in given.items():
        if not 0 <= weight <= MAXIMUM_WEIGHT:
            fields[f"weights.{role}"] = [f"must be a number from 0 to {MAXIMUM_WEIGHT}"]
    if given and not fields:
        fields = {f"weights.{role}": ["is needed"] for role in roles if role not in given}
        if not fields and not any(given.values()):
            fields = {"weights": ["one of them must be above 0"]}
    if fields or len(roles) < 2:
        return {}, fields
    if given:
        return {role: float(given[role]) for role in roles}, {}
    kinds = {role: chosen[role].kind for role in roles if role in chosen}
    return default_weights(
        {role: kind == ModelVersion.Kind.SFT for role, kind in kinds.items()}
    ), {}
