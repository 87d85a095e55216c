"""How much of a round is adversarial: the tags of its prompts, counted (R88)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from labeling.catalogue import ADVERSARIAL_TAGS
from labeling.models import Prompt, Task
from training.models import Round, RoundStep, RunInput, SnapshotPrompt
from training.selectors.rounds import newest_links

_KEYS = list(ADVERSARIAL_TAGS)


@dataclass(frozen=True)
class TagShare:
    """One tag among a round's prompts; ``num_said`` were asked about it and ``num_yes`` carry it.

    ``share`` is None exactly where nobody has said anything, and ``reason`` then says so.
    """

    key: str
    label: str
    num_yes: int
    num_said: int
    share: float | None
    reason: str


@dataclass(frozen=True)
class RoundTags:
    """The prompts that are counted, how many carry no answer about any tag, and each tag."""

    num_prompts: int
    num_unsaid: int
    # The prompts of the round's tasks, or, before there are any, those that it samples.
    is_of_tasks: bool
    tags: Sequence[TagShare]


def tags_of(one: Round) -> RoundTags:
    """The tags of the prompts that the round's tasks ask about, or that it samples until then.

    One query at most beyond ``rounds``.
    """
    links = newest_links(one)
    is_of_tasks = RoundStep.TASKS in links
    sampling = links.get(RoundStep.SAMPLING)
    if sampling is None or sampling.run_id is None:
        return _counted(is_of_tasks, None)
    asked = RunInput.objects.filter(run=sampling.run_id, role="prompts").values("snapshot")
    frozen = SnapshotPrompt.objects.filter(snapshot__in=asked)
    prompts = Prompt.objects.filter(pk__in=frozen.values("prompt"))
    if is_of_tasks:
        prompts = prompts.filter(
            Exists(Task.objects.filter(project=one.project_id, prompt=OuterRef("pk")))
        )
    counts = {"prompts": Count("pk"), "unsaid": Count("pk", filter=~Q(flags__has_any_keys=_KEYS))}
    for key in ADVERSARIAL_TAGS:
        counts[f"said_{key}"] = Count("pk", filter=Q(flags__has_key=key))
        counts[f"yes_{key}"] = Count("pk", filter=Q(**{f"flags__{key}": True}))
    return _counted(is_of_tasks, prompts.aggregate(**counts))


def _counted(is_of_tasks: bool, found: dict[str, int] | None) -> RoundTags:
    num_prompts = found["prompts"] if found else 0
    if found is None:
        reason = "The round has sampled no prompts yet."
    elif num_prompts == 0 and is_of_tasks:
        reason = "None of its prompts has a task in its project."
    else:
        reason = "Nobody has said it of any of its prompts."
    tags = []
    for key, label in ADVERSARIAL_TAGS.items():
        num_yes = found[f"yes_{key}"] if found else 0
        num_said = found[f"said_{key}"] if found else 0
        share = num_yes / num_said if num_said else None
        tags.append(TagShare(key, label, num_yes, num_said, share, "" if num_said else reason))
    return RoundTags(num_prompts, found["unsaid"] if found else 0, is_of_tasks, tags)
