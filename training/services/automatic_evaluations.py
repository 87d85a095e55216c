"""Whether the automatic evaluations asked of a run can be worked out from what it reads (R75)."""

from collections.abc import Mapping, Sequence

from training.ml.glossary.automatic_evaluations import (
    AUTOMATIC_EVALUATIONS,
    EVALUATION_ROLES,
    REWARD_MODEL,
    SECOND_REWARD_MODEL,
    evaluations_of,
)
from training.services.run_inputs import ChosenInput, Fields
from training.services.stages import STAGES


def check_evaluations(
    stage: str, wanted: Sequence[str], chosen: Mapping[str, ChosenInput]
) -> Fields:
    """A message for every evaluation or input of one that cannot be used. No query."""
    known = [one.name for one in evaluations_of(stage)]
    if strange := sorted(set(wanted) - set(known)):
        of_stage = f"it has {', '.join(known)}" if known else "only policies are evaluated"
        return {"evaluations": [f"{STAGES[stage].label} has no {', '.join(strange)}: {of_stage}"]}
    if len(set(wanted)) < len(wanted):
        return {"evaluations": ["each can be asked for once"]}
    fields: Fields = {}
    for name in wanted:
        for role in AUTOMATIC_EVALUATIONS[name].needs:
            if role not in chosen:
                fields.setdefault(f"inputs.{role}", [f"is needed by the evaluation {name}"])
    needed = {role for name in wanted for role in AUTOMATIC_EVALUATIONS[name].needs}
    for role in EVALUATION_ROLES:
        if role in chosen and role not in needed:
            readers = [one.name for one in evaluations_of(stage) if role in one.needs]
            fields[f"inputs.{role}"] = [f"is read by {' and '.join(readers)} alone; choose one"]
    return fields | _same_judge(chosen)


def _same_judge(chosen: Mapping[str, ChosenInput]) -> Fields:
    own, second = chosen.get(REWARD_MODEL), chosen.get(SECOND_REWARD_MODEL)
    if own is None or second is None or own.artifact_id != second.artifact_id:
        return {}
    return {f"inputs.{SECOND_REWARD_MODEL}": ["must be another than the run's own reward model"]}
