"""Reading what a run answered at its checkpoints (R47)."""

from dataclasses import dataclass
from uuid import UUID

from labeling.errors import NotAccessible
from training.models import CheckpointSample, Run, SamplePrompt, Snapshot

# Of at most 64 prompts, so that a page always holds several checkpoints.
SAMPLES_PER_PAGE = 256
# The input whose held-out prompts a stage answers.
PROMPTS_OF = {Run.Stage.SFT: "demonstrations", Run.Stage.PPO: "prompts"}


@dataclass(frozen=True)
class SamplesPage:
    """Whole checkpoints only. ``reason_undefined`` says why a run has no samples at all."""

    prompts: list[SamplePrompt]
    samples: list[CheckpointSample]
    next_step: int
    has_more: bool
    reason_undefined: str


def samples_after(run_id: UUID, step: int) -> SamplesPage:
    """The answers at later checkpoints, in the order of checkpoints and prompts.

    Raises: NotAccessible. One query; three when there is nothing.
    """
    later = CheckpointSample.objects.filter(prompt__run=run_id, step__gt=step)
    later = later.select_related("prompt").order_by("step", "prompt__place")
    found = list(later[: SAMPLES_PER_PAGE + 1])
    has_more = len(found) > SAMPLES_PER_PAGE
    if has_more:
        # The last checkpoint may go on behind the page.
        found = [sample for sample in found if sample.step < found[-1].step]
    prompts = {sample.prompt.place: sample.prompt for sample in found}
    return SamplesPage(
        prompts=[prompts[place] for place in sorted(prompts)],
        samples=found,
        next_step=found[-1].step if found else step,
        has_more=has_more,
        reason_undefined="" if found else _why_there_is_none(run_id, step),
    )


def _why_there_is_none(run_id: UUID, step: int) -> str:
    """Raises: NotAccessible."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotAccessible
    if step >= 0:
        return ""
    if run.stage not in PROMPTS_OF:
        return "this stage trains no model that writes"
    asked = run.spec["hyperparameters"].get("sample_prompts")
    if asked is None:
        return "the run is from before samples were kept"
    if asked == 0:
        return "sample_prompts is 0, so the run was asked for none"
    snapshot = Snapshot.objects.filter(
        consumers__run=run, consumers__role=PROMPTS_OF[Run.Stage(run.stage)]
    ).first()
    if snapshot is not None and snapshot.counts.get("validation") == 0:
        return f"{snapshot.name} holds out no prompt for validation"
    return "none has arrived yet"
