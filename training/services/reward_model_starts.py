"""Whether a reward model may go on learning from these rankings (R61)."""

from collections.abc import Mapping

from training.models import ModelVersion, Run, Snapshot
from training.selectors.lineage import rankings_behind
from training.selectors.snapshot_splits import OWN_SHARE
from training.services.run_inputs import ChosenInput, Fields


def check_start(stage: str, chosen: Mapping[str, ChosenInput]) -> Fields:
    """A message where the start has learned from what the run would hold out (RM11).

    A larger share holds out all that a smaller one does, so shares tell. Two queries where a reward
    model is the start, else none.
    """
    start, rankings = chosen.get("base_model"), chosen.get("rankings")
    if stage != Run.Stage.REWARD_MODEL or not isinstance(rankings, Snapshot):
        return {}
    if not isinstance(start, ModelVersion) or start.kind != ModelVersion.Kind.REWARD_MODEL:
        return {}
    smallest = min((held_out_share(one) for one in rankings_behind(start)), default=1.0)
    if held_out_share(rankings) <= smallest:
        return {}
    message = (
        f"learned from prompts that these rankings hold out: it held out {smallest:.0%}, they "
        f"{held_out_share(rankings):.0%}; freeze them with its share, or start from another model"
    )
    return {"inputs.base_model": [message]}


def held_out_share(snapshot: Snapshot) -> float:
    share = snapshot.query.get("validation_share")
    return OWN_SHARE if share is None else float(share)
