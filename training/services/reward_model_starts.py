"""Whether a reward model may go on learning from these rankings (R61)."""

from collections.abc import Mapping

from training.models import ModelVersion, Run, Snapshot
from training.selectors.lineage import num_learned_and_held_out
from training.services.run_inputs import ChosenInput, Fields


def check_start(stage: str, chosen: Mapping[str, ChosenInput]) -> Fields:
    """A message where the start has learned from what the run would hold out (RM11).

    Two queries where a reward model is the start, else none.
    """
    start, rankings = chosen.get("base_model"), chosen.get("rankings")
    if stage != Run.Stage.REWARD_MODEL or not isinstance(rankings, Snapshot):
        return {}
    if not isinstance(start, ModelVersion) or start.kind != ModelVersion.Kind.REWARD_MODEL:
        return {}
    num = num_learned_and_held_out(start, rankings)
    if not num:
        return {}
    some = "1 prompt" if num == 1 else f"{num} prompts"
    message = (
        f"learned from {some} that these rankings hold out; freeze rankings that hold out no "
        "larger share than its own did, or start from another model"
    )
    return {"inputs.base_model": [message]}
