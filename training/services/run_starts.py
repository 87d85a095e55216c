"""Whether a run may go on from a model that has already learned, given what it holds out (R61)."""

from collections.abc import Mapping

from training.models import ModelVersion, Run, Snapshot
from training.selectors.lineage import num_learned_and_held_out
from training.services.run_inputs import ChosenInput, Fields

# The stages that go on from a model of their own kind, and what both have learned from.
STARTS = {
    Run.Stage.SFT: ("demonstrations", ModelVersion.Kind.SFT),
    Run.Stage.REWARD_MODEL: ("rankings", ModelVersion.Kind.REWARD_MODEL),
}


def check_start(stage: str, chosen: Mapping[str, ChosenInput]) -> Fields:
    """A message where the start has learned from what the run would hold out (RM11).

    Two queries where the start is a model of the stage's own kind, else none.
    """
    if stage not in STARTS:
        return {}
    role, kind = STARTS[Run.Stage(stage)]
    start, snapshot = chosen.get("base_model"), chosen.get(role)
    if not isinstance(start, ModelVersion) or start.kind != kind:
        return {}
    if not isinstance(snapshot, Snapshot):
        return {}
    num = num_learned_and_held_out(start, snapshot)
    if not num:
        return {}
    some = "1 prompt" if num == 1 else f"{num} prompts"
    message = (
        f"learned from {some} that these {role} hold out; freeze {role} that hold out no "
        "larger share than its own did, or start from another model"
    )
    return {"inputs.base_model": [message]}
