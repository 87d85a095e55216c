"""Which prompts an evaluation can judge, what each task shows, and why the others are left out."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from django.db.models import QuerySet

from labeling.models import Project, Prompt
from labeling.selectors.completions import CompletionChoice, completion_choices

LeftOutReason = Literal[
    "unknown_prompt",
    "already_in_evaluation",
    "over_cap",
    "personal_data",
    "seen_in_training",
    "no_baseline_completion",
    "no_model_completion",
    "too_few_distinct_completions",
]
PERSONAL: Final = frozenset({Prompt.PersonalData.FOUND, Prompt.PersonalData.CONFIRMED})


@dataclass(frozen=True)
class PromptChoice:
    """Which prompts to judge; None means any, ``prompt_ids`` chooses them one by one."""

    num_prompts: int
    category: str | None = None
    split: str | None = None
    distribution: str | None = None
    prompt_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class ComparedModels:
    """The source every task shows, and those compared with it."""

    baseline_id: int
    source_ids: tuple[int, ...]

    @property
    def all_ids(self) -> tuple[int, ...]:
        return (self.baseline_id, *self.source_ids)


@dataclass(frozen=True)
class LeftOut:
    """A prompt that makes no task; the sources are those that stand in its way."""

    prompt_id: int
    reason: LeftOutReason
    source_ids: tuple[int, ...] = ()


@dataclass
class EvaluationPlan:
    """``tasks`` holds (prompt, completions); ``num_beyond`` prompts more could have been taken."""

    tasks: list[tuple[int, list[int]]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    num_beyond: int = 0
    num_tasks_of_source: Counter[int] = field(default_factory=Counter)

    def reasons(self) -> Counter[tuple[LeftOutReason, tuple[int, ...]]]:
        return Counter((one.reason, one.source_ids) for one in self.left_out)


def plan_evaluation(
    *,
    choice: PromptChoice,
    models: ComparedModels,
    k: int,
    seen: Mapping[str, Collection[int]],
    project: Project | None = None,
) -> EvaluationPlan:
    """What asking for these prompts would make, and every prompt that it would leave out.

    ``seen`` gives, for the key of a prompt, the sources whose models have learned from it (R36).
    Each task shows the baseline and one completion of each model, of as many as K has room for in
    turn, then further samples of theirs until there are K. Three queries whatever the size.
    """
    plan = EvaluationPlan()
    usable = _usable_prompts(choice, models=models, seen=seen, project=project, plan=plan)
    choices_of = completion_choices(prompt_ids=_chosen(choice), source_ids=models.all_ids)
    seed = project.pk if project else 0
    for prompt_id in sorted(usable, key=lambda one: _digest(seed, one)):
        samples = _samples_by_source(choices_of.get(prompt_id, []), seed=(seed, prompt_id))
        found = _shown(prompt_id, samples, models=models, k=k, used=plan.num_tasks_of_source)
        if isinstance(found, LeftOut):
            plan.left_out.append(found)
        elif len(plan.tasks) == choice.num_prompts:
            plan.num_beyond += 1
        else:
            plan.tasks.append((prompt_id, [one.id for one in found]))
            plan.num_tasks_of_source.update({one.source_id for one in found})
    plan.left_out.sort(key=lambda one: one.prompt_id)
    return plan


def _chosen(choice: PromptChoice) -> QuerySet[Prompt, int]:
    prompts = Prompt.objects.all()
    for column in ("category", "split", "distribution"):
        if (wanted := getattr(choice, column)) is not None:
            prompts = prompts.filter(**{column: wanted})
    if choice.prompt_ids is not None:
        prompts = prompts.filter(pk__in=choice.prompt_ids)
    return prompts.values_list("pk", flat=True)


def _usable_prompts(
    choice: PromptChoice,
    *,
    models: ComparedModels,
    seen: Mapping[str, Collection[int]],
    project: Project | None,
    plan: EvaluationPlan,
) -> list[int]:
    taken = set(project.tasks.values_list("prompt_id", flat=True)) if project else set()
    rows = Prompt.objects.filter(pk__in=_chosen(choice)).values_list(
        "pk", "organization_key", "user_key", "text_sha256", "standing", "personal_data"
    )
    found, usable = set(), []
    for prompt_id, organization, user, text_hash, standing, personal_data in rows:
        found.add(prompt_id)
        # The same key as text_hygiene.cap_key, with the hash that is stored already.
        learned = seen.get(organization or user or text_hash, ())
        if prompt_id in taken:
            plan.left_out.append(LeftOut(prompt_id, "already_in_evaluation"))
        elif standing == Prompt.Standing.OVER_CAP:
            plan.left_out.append(LeftOut(prompt_id, "over_cap"))
        elif personal_data in PERSONAL:
            plan.left_out.append(LeftOut(prompt_id, "personal_data"))
        elif by := tuple(one for one in models.all_ids if one in learned):
            plan.left_out.append(LeftOut(prompt_id, "seen_in_training", by))
        else:
            usable.append(prompt_id)
    strange = set(choice.prompt_ids or ()) - found
    plan.left_out.extend(LeftOut(prompt_id, "unknown_prompt") for prompt_id in sorted(strange))
    return usable


def _samples_by_source(
    choices: Iterable[CompletionChoice], *, seed: tuple[int, int]
) -> dict[int, list[CompletionChoice]]:
    """Shuffled, the same way every time."""
    samples: dict[int, list[CompletionChoice]] = defaultdict(list)
    for choice in sorted(choices, key=lambda one: _digest(*seed, one.id)):
        samples[choice.source_id].append(choice)
    return samples


def _shown(
    prompt_id: int,
    samples: Mapping[int, Sequence[CompletionChoice]],
    *,
    models: ComparedModels,
    k: int,
    used: Mapping[int, int],
) -> list[CompletionChoice] | LeftOut:
    """What the task of one prompt shows, or why it makes none.

    Two models may have given the very same text: it is shown twice, because the tie is the finding.
    """
    if models.baseline_id not in samples:
        return LeftOut(prompt_id, "no_baseline_completion", (models.baseline_id,))
    room = min(k - 1, len(models.source_ids))
    present = [one for one in models.source_ids if one in samples]
    if len(present) < room:
        missing = tuple(one for one in models.source_ids if one not in samples)
        return LeftOut(prompt_id, "no_model_completion", missing)
    # The least shown so far go first, so that all come up equally often where K is too small.
    in_turn = sorted(present, key=lambda one: (used.get(one, 0), _digest(prompt_id, one)))[:room]
    shown = [samples[one][0] for one in (models.baseline_id, *in_turn)]
    shown += _further(samples, sources=(*in_turn, models.baseline_id), shown=shown, k=k)
    if len(shown) < k:
        return LeftOut(prompt_id, "too_few_distinct_completions")
    return shown


def _further(
    samples: Mapping[int, Sequence[CompletionChoice]],
    *,
    sources: Sequence[int],
    shown: Sequence[CompletionChoice],
    k: int,
) -> list[CompletionChoice]:
    """Further samples in rounds, one of each source per round, no text twice."""
    texts = {one.text_md5 for one in shown}
    rounds: list[tuple[int, int, CompletionChoice]] = []
    for place, source_id in enumerate(sources):
        number = 0
        for sample in samples[source_id][1:]:
            if sample.text_md5 not in texts:
                texts.add(sample.text_md5)
                rounds.append((number, place, sample))
                number += 1
    rounds.sort(key=lambda one: one[:2])
    return [sample for _, _, sample in rounds[: k - len(shown)]]


def _digest(*numbers: int) -> bytes:
    """Sorting by this shuffles, the same way on every machine and at every time."""
    return hashlib.sha256(":".join(map(str, numbers)).encode()).digest()
