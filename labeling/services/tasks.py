"""Turning prompts and their completions into tasks, with one slot per labeler wanted."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from math import isfinite
from statistics import fmean
from typing import Literal

from django.db import transaction

from labeling.errors import Refused
from labeling.mixing import allot
from labeling.models import Assignment, CompletionSource, Project, Prompt, Task, TaskCompletion
from labeling.selectors.completions import CompletionChoice, completion_choices
from labeling.selectors.prompts import is_usable

PROMPTS_PER_BATCH = 500
CALIBRATION_SALT = 33
MIX_SALT = 85

SkipReason = Literal[
    "unknown_prompt", "already_in_project", "too_few_completions", "too_few_distinct_completions"
]


@dataclass(frozen=True)
class TaskRequest:
    """Which prompts to take, and whose completions to show; None means any."""

    num_prompts: int
    category: str | None = None
    split: str | None = None
    source_ids: tuple[int, ...] | None = None
    # How much each of them counts, in the same order (R85).
    source_weights: tuple[float, ...] | None = None
    prompt_ids: tuple[int, ...] | None = None

    @property
    def weight_of(self) -> dict[int, float] | None:
        if self.source_ids is None or self.source_weights is None:
            return None
        return dict(zip(self.source_ids, self.source_weights, strict=True))


@dataclass
class TaskReport:
    """What became of a request; ``skipped`` counts the prompts passed over, by reason."""

    num_tasks: int = 0
    # How many of them go to several labelers, to calibrate them (R33).
    num_calibration_tasks: int = 0
    num_slots: int = 0
    # Completions left out because another one with the same text was there.
    num_duplicate_texts: int = 0
    # Tasks whose sources took turns, for want of weights.
    num_in_equal_parts: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)

    @property
    def num_skipped(self) -> int:
        return self.skipped.total()


@transaction.atomic
def create_tasks(*, project: Project, request: TaskRequest) -> TaskReport:
    """Make up to ``num_prompts`` tasks, one per prompt of the project, all or none.

    Prompts are taken in an order shuffled by the project, the same on every call, so that a second
    request goes on where the first one stopped.

    Raises: Refused("imported_project"), Refused("invalid_request").
    """
    check_request(project, request)
    # Two requests at once would otherwise both make a task of the same prompt.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    report = TaskReport()
    fresh = fresh_prompts(project, request, report)
    shown = shown_completions(fresh, project=project, request=request, report=report)
    plans = list(islice(shown, request.num_prompts))
    tasks = store_tasks(project, plans)
    report.num_tasks = len(tasks)
    report.num_calibration_tasks = sum(task.is_calibration for task in tasks)
    report.num_slots = sum(num_slots_of(task) for task in tasks)
    return report


def check_request(project: Project, request: TaskRequest) -> None:
    if project.imported_from:
        raise Refused("imported_project", "The tasks of this project come from its import alone.")
    if project.purpose == Project.Purpose.EVALUATION:
        raise Refused(
            "evaluation_project",
            "Tasks of an evaluation are added on its own page, which keeps out every prompt that "
            "its models have learned from.",
        )
    if request.source_ids is None:
        if request.source_weights is not None:
            raise _invalid("source_weights", "Name the sources that they belong to.")
        return
    if project.kind == Project.Kind.DEMONSTRATION:
        raise _invalid("source_ids", "A demonstration shows no completions: leave this out.")
    num_known = CompletionSource.objects.filter(pk__in=request.source_ids).count()
    if num_known < len(set(request.source_ids)):
        raise _invalid("source_ids", "There is no completion source of one of these numbers.")
    if request.source_weights is not None:
        check_source_weights(request.source_ids, request.source_weights)


def check_source_weights(source_ids: Sequence[int], weights: Sequence[float]) -> None:
    if len(weights) != len(source_ids) or len(set(source_ids)) < len(source_ids):
        raise _invalid("source_weights", "Give each source one weight, in the order of source_ids.")
    if not all(isfinite(weight) and weight >= 0 for weight in weights):
        raise _invalid("source_weights", "Each must be a number from 0 on.")
    if not any(weights):
        raise _invalid("source_weights", "One of them must be above 0.")


def fresh_prompts(project: Project, request: TaskRequest, report: TaskReport) -> list[int]:
    """The prompts that fit the request and have no task in the project yet, in shuffled order."""
    prompts = Prompt.objects.filter(is_usable())
    if request.category is not None:
        prompts = prompts.filter(category=request.category)
    if request.split is not None:
        prompts = prompts.filter(split=request.split)
    if request.prompt_ids is not None:
        prompts = prompts.filter(pk__in=request.prompt_ids)
    fitting = set(prompts.values_list("pk", flat=True))
    taken = fitting & set(project.tasks.values_list("prompt_id", flat=True))
    report.skipped["already_in_project"] += len(taken)
    report.skipped["unknown_prompt"] += len(set(request.prompt_ids or ()) - fitting)
    return sorted(fitting - taken, key=lambda prompt_id: shuffle_digest(project.pk, prompt_id))


def shown_completions(
    prompt_ids: Sequence[int], *, project: Project, request: TaskRequest, report: TaskReport
) -> Iterator[tuple[int, list[int]]]:
    """Each usable prompt with the completions its task shows; one query per batch of prompts."""
    if project.k is None:
        yield from ((prompt_id, []) for prompt_id in prompt_ids)
        return
    for start in range(0, len(prompt_ids), PROMPTS_PER_BATCH):
        batch = prompt_ids[start : start + PROMPTS_PER_BATCH]
        choices_of = completion_choices(prompt_ids=batch, source_ids=request.source_ids)
        for prompt_id in batch:
            choices = choices_of.get(prompt_id, [])
            distinct = distinct_texts(choices, seed=(project.pk, prompt_id))
            if len(distinct) >= project.k:
                report.num_duplicate_texts += len(choices) - len(distinct)
                offset = Fraction(
                    int.from_bytes(shuffle_digest(project.pk, prompt_id, MIX_SALT)[:6], "big"),
                    2**48,
                )
                weight_of = weights_of_sources(distinct, request.weight_of)
                is_mixed = len({choice.source_id for choice in distinct}) > 1
                report.num_in_equal_parts += is_mixed and weight_of is None
                yield prompt_id, mix(distinct, project.k, offset, weight_of)
            elif len(choices) >= project.k:
                report.skipped["too_few_distinct_completions"] += 1
            else:
                report.skipped["too_few_completions"] += 1


def distinct_texts(
    choices: Sequence[CompletionChoice], *, seed: tuple[int, int]
) -> list[CompletionChoice]:
    """One completion per text, shuffled: two equal ones in a task could only be tied."""
    by_text: dict[str, CompletionChoice] = {}
    for choice in sorted(choices, key=lambda choice: shuffle_digest(*seed, choice.id)):
        by_text.setdefault(choice.text_md5, choice)
    return list(by_text.values())


def mix(
    choices: Sequence[CompletionChoice],
    k: int,
    offset: Fraction,
    weight_of: Mapping[int, float] | None,
) -> list[int]:
    """``k`` of the completions: by the weights of their sources, without them all alike (R85).

    Which way a share that is no whole number is rounded is decided by ``offset`` in [0, 1), so that
    over many prompts the weights are kept. Where a policy has too few completions the others fill
    the task.
    """
    in_turns = mix_sources(choices)
    if weight_of is None:
        return in_turns[:k]
    wanted = dict(zip(weight_of, allot(list(weight_of.values()), k, offset), strict=True))
    source_of = {choice.id: choice.source_id for choice in choices}
    taken: list[int] = []
    for completion_id in in_turns:
        source_id = source_of[completion_id]
        if wanted[source_id]:
            wanted[source_id] -= 1
            taken.append(completion_id)
    rest = [completion_id for completion_id in in_turns if completion_id not in set(taken)]
    return [*taken, *rest][:k]


def weights_of_sources(
    choices: Sequence[CompletionChoice], asked: Mapping[int, float] | None
) -> dict[int, float] | None:
    """What each source of these completions counts: as asked, else what the mix that wrote them
    gave it, on the mean; None where nothing was asked and one was written outside a mix.
    """
    weights: dict[int, list[float]] = {}
    for choice in choices:
        weight = choice.weight if asked is None else asked[choice.source_id]
        if weight is None:
            return None
        weights.setdefault(choice.source_id, []).append(weight)
    means = {source_id: fmean(found) for source_id, found in weights.items()}
    return means if any(means.values()) else None


def mix_sources(choices: Sequence[CompletionChoice]) -> list[int]:
    """The completions in rounds, one of every source per round, otherwise in the given order."""
    taken: Counter[int] = Counter()
    rounds: list[tuple[int, int, int]] = []
    for position, choice in enumerate(choices):
        rounds.append((taken[choice.source_id], position, choice.id))
        taken[choice.source_id] += 1
    return [completion_id for _, _, completion_id in sorted(rounds)]


def store_tasks(project: Project, plans: Sequence[tuple[int, list[int]]]) -> list[Task]:
    """A task for each prompt and the completions it shows, with a slot per labeler wanted."""
    tasks = Task.objects.bulk_create(
        [
            Task(
                project=project,
                prompt_id=prompt_id,
                k=len(completion_ids),
                shuffle_key=int.from_bytes(shuffle_digest(project.pk, prompt_id)[:6], "big"),
                is_calibration=is_for_calibration(project, prompt_id),
            )
            for prompt_id, completion_ids in plans
        ],
        batch_size=PROMPTS_PER_BATCH,
    )
    TaskCompletion.objects.bulk_create(
        [
            TaskCompletion(task=task, prompt_id=prompt_id, completion_id=completion_id)
            for task, (prompt_id, completion_ids) in zip(tasks, plans, strict=True)
            for completion_id in completion_ids
        ],
        batch_size=PROMPTS_PER_BATCH,
    )
    Assignment.objects.bulk_create(
        [
            Assignment(task=task, project=project, serve_key=task.shuffle_key, slot=slot)
            for task in tasks
            for slot in range(1, num_slots_of(task) + 1)
        ],
        batch_size=PROMPTS_PER_BATCH,
    )
    return tasks


def is_for_calibration(project: Project, prompt_id: int) -> bool:
    """Whether the prompt's task goes to several labelers (R33): a share of all, by its hash.

    Only judgments can be compared, and a screening task has a place for everybody anyway.
    """
    if project.k is None or project.purpose == Project.Purpose.SCREENING:
        return False
    # Not the digest that orders the tasks: calibration would then come first.
    digest = shuffle_digest(project.pk, prompt_id, CALIBRATION_SALT)
    return int.from_bytes(digest[:6], "big") < project.calibration_share * 2**48


def num_slots_of(task: Task) -> int:
    """How many labelers judge a task that is being made."""
    if task.is_calibration:
        return max(task.project.overlap, task.project.calibration_overlap)
    return task.project.overlap


def shuffle_digest(*numbers: int) -> bytes:
    """Sorting by this shuffles, the same way on every machine and at every time."""
    return hashlib.sha256(":".join(map(str, numbers)).encode()).digest()


def _invalid(field_name: str, message: str) -> Refused:
    return Refused("invalid_request", message, status=400, fields={field_name: [message]})
