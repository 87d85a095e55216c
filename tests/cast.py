"""The people of the tests, and plain functions that put rows into the database.

Amina labels in the training pool, Otto too, Hana is held out, Rosa researches, Ada administers,
Sim is simulated. The same people everywhere, so that a test's name says who does what to whom.
"""

import hashlib
import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from labeling.models import (
    Assignment,
    Completion,
    CompletionSource,
    Demonstration,
    InstructionVersion,
    Pool,
    Project,
    Prompt,
    PromptExclusion,
    RankedCompletion,
    Ranking,
    Role,
    Task,
    TaskCompletion,
    User,
)
from labeling.text_hygiene import cap_key, split_of_key, text_sha256

numbers = itertools.count(1)


@dataclass(frozen=True)
class Cast:
    amina: User
    otto: User
    hana: User
    rosa: User
    ada: User
    sim: User


def make_cast() -> Cast:
    return Cast(
        amina=make_user("amina"),
        otto=make_user("otto"),
        hana=make_user("hana", pool=Pool.HELD_OUT),
        rosa=make_user("rosa", role=Role.RESEARCHER),
        ada=make_user("ada", role=Role.ADMIN),
        sim=make_user("sim", is_simulated=True),
    )


def make_user(name: str, **fields: object) -> User:
    return User.objects.create_user(
        email=f"{name}@example.org", display_name=name.capitalize(), **fields
    )


def client_of(user: User | None) -> APIClient:
    """A browser signed in as this person; None is a visitor."""
    client = APIClient()
    if user is not None:
        client.force_login(user)
    return client


def make_prompt(text: str | None = None, *, split: str | None = None, **fields: object) -> Prompt:
    """A stored prompt. Its split follows its key, so asking for a split picks a key that has it."""
    text = f"Prompt number {next(numbers)}" if text is None else text
    if split is not None:
        fields["user_key"] = user_key_in(split)
    fields.setdefault("personal_data", Prompt.PersonalData.CLEAR)
    key = cap_key(
        organization_key=str(fields.get("organization_key", "")),
        user_key=str(fields.get("user_key", "")),
        text=text,
    )
    fields.setdefault("source_kind", Prompt.SourceKind.LABELER_PLAIN)
    return Prompt.objects.create(
        text=text, text_sha256=text_sha256(text), split=split_of_key(key), **fields
    )


def user_key_in(split: str) -> str:
    return next(
        key for n in itertools.count() if split_of_key(key := f"{next(numbers)}-{n}") == split
    )


def make_source(name: str = "policy-a") -> CompletionSource:
    source, _ = CompletionSource.objects.get_or_create(
        name=name, defaults={"kind": CompletionSource.Kind.MODEL_VERSION}
    )
    return source


def make_completions(
    prompt: Prompt,
    num_completions: int = 4,
    *,
    source: CompletionSource | None = None,
    texts: Iterable[str] = (),
) -> list[Completion]:
    """Answers A, B, C ... to the prompt, each its own row of the same source."""
    texts = list(texts) or [f"Answer {letter}" for letter in "ABCDEFGHI"[:num_completions]]
    return Completion.objects.bulk_create(
        Completion(
            prompt=prompt,
            source=source or make_source(),
            text=text,
            source_key=str(next(numbers)),
            sampling={"temperature": 1.0},
            seed=next(numbers),
            token_count=len(text.split()),
            finish_reason="stop",
        )
        for text in texts
    )


def make_project(kind: str = Project.Kind.RANKING, **fields: object) -> Project:
    """A project with its first instructions."""
    if kind != Project.Kind.DEMONSTRATION:
        fields.setdefault("k", 4)
    fields.setdefault("name", f"Project number {next(numbers)}")
    # Tests of calibration ask for it; everywhere else the overlap is exact.
    fields.setdefault("calibration_share", 0.0)
    project = Project.objects.create(kind=kind, **fields)
    author = User.objects.filter(role=Role.ADMIN).first() or make_user(
        f"author{next(numbers)}", role=Role.ADMIN
    )
    InstructionVersion.objects.create(
        project=project, version=1, title="How to judge", body="Read all.", created_by=author
    )
    return project


def make_ranking_project(**fields: object) -> Project:
    return make_project(Project.Kind.RANKING, **fields)


def make_toxicity_project(**fields: object) -> Project:
    fields.setdefault("purpose", Project.Purpose.EVALUATION)
    fields.setdefault("toxicity_instruction", Project.ToxicityInstruction.NONE)
    return make_project(Project.Kind.TOXICITY, **fields)


def make_demonstration_project(**fields: object) -> Project:
    return make_project(Project.Kind.DEMONSTRATION, **fields)


def make_task(
    project: Project, prompt: Prompt | None = None, completions: Sequence[Completion] | None = None
) -> Task:
    """A task with its completions and as many open slots as the project's overlap."""
    prompt = prompt or make_prompt()
    k = project.k or 0
    if completions is None:
        completions = make_completions(prompt, k) if k else []
    task = Task.objects.create(
        project=project, prompt=prompt, k=len(completions), shuffle_key=next(numbers)
    )
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, completion=completion, prompt=prompt)
        for completion in completions
    )
    Assignment.objects.bulk_create(
        Assignment(task=task, project=project, serve_key=task.shuffle_key, slot=slot)
        for slot in range(1, project.overlap + 1)
    )
    return task


def completions_of(task: Task) -> list[Completion]:
    """In the order in which they were made, which is the order of ``ranks`` below."""
    return list(Completion.objects.filter(prompt=task.prompt, pk__in=shown(task)).order_by("pk"))


def shown(task: Task) -> list[int]:
    return list(task.task_completions.values_list("completion_id", flat=True))


def long_ago() -> datetime:
    """A time at which every answer has been sealed."""
    return timezone.now() - timedelta(days=1)


def hold_slot(task: Task, labeler: User, submitted_at: datetime) -> Assignment:
    """The task's next open slot, as if this labeler had claimed and submitted it."""
    slot = task.assignments.filter(state=Assignment.State.OPEN).order_by("slot").first()
    assert slot is not None, "the task has no open slot left"
    slot.labeler = labeler
    slot.state = Assignment.State.SUBMITTED
    slot.instructions = task.project.instruction_versions.order_by("-version").first()
    slot.opened_at = slot.submitted_at = submitted_at
    slot.save()
    return slot


def make_ranking(
    task: Task,
    labeler: User,
    ranks: Sequence[int],
    *,
    submitted_at: datetime | None = None,
    ratings: Sequence[int] | None = None,
    flags: Mapping[str, bool] | None = None,
    flags_at: Mapping[int, Mapping[str, bool]] | None = None,
    axes: Mapping[int, Mapping[str, float]] | None = None,
    seconds_shown: Sequence[float | None] | None = None,
    note: str = "",
    **said: object,
) -> Ranking:
    """One labeler's dense ranks of the task's completions, sealed long ago by default.

    ``flags_at`` are the flags of the completion at a place, ``flags`` those of the others. ``axes``
    are ratings that came with an imported judgment, by the place of the completion. ``note`` is of
    each completion, ``said`` is what else the ranking holds.
    """
    submitted_at = submitted_at or long_ago()
    assignment = hold_slot(task, labeler, submitted_at)
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            assignment=assignment,
            labeler=labeler,
            instructions=assignment.instructions,
            k=task.k,
            client_key=uuid.uuid4(),
            payload_sha256=hashlib.sha256(repr(ranks).encode()).hexdigest(),
            order_source=Ranking.OrderSource.SEEDED,
            submitted_at=submitted_at,
            **{"seconds_active": 60.0, **said},
        )
        RankedCompletion.objects.bulk_create(
            RankedCompletion(
                ranking=ranking,
                task=task,
                completion=completion,
                rank=rank,
                rating=ratings[n] if ratings else 8 - rank if rank < 8 else 1,
                flags=dict((flags_at or {}).get(n, flags or {})),
                axes=dict((axes or {}).get(n, {})),
                seconds_shown=seconds_shown[n] if seconds_shown else None,
                note=note,
            )
            for n, (completion, rank) in enumerate(zip(completions_of(task), ranks, strict=True))
        )
    return ranking


def exclude_prompt(project: Project, prompt: Prompt, author: User) -> None:
    PromptExclusion.objects.create(
        project=project, prompt=prompt, author=author, reason="The prompt is broken."
    )


def make_imported_task(project: Project, prompt: Prompt, completions: Sequence[Completion]) -> Task:
    """One that nobody is given: its judgments came from elsewhere."""
    task = Task.objects.create(
        project=project,
        prompt=prompt,
        k=len(completions),
        origin=Task.Origin.IMPORTED,
        shuffle_key=next(numbers),
    )
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, completion=completion, prompt=prompt)
        for completion in completions
    )
    return task


def make_imported_ranking(
    task: Task,
    labeler: User,
    rank_of: Mapping[Completion, int],
    *,
    submitted_at: datetime | None = None,
    axes: Mapping[Completion, Mapping[str, float]] | None = None,
) -> Ranking:
    """A judgment of an imported task, perhaps of some of its completions only."""
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            labeler=labeler,
            k=len(rank_of),
            is_partial=len(rank_of) < task.k,
            client_key=uuid.uuid4(),
            payload_sha256="",
            order_source=Ranking.OrderSource.IMPORTED,
            submitted_at=submitted_at or long_ago(),
        )
        RankedCompletion.objects.bulk_create(
            RankedCompletion(
                ranking=ranking,
                task=task,
                completion=completion,
                rank=rank,
                axes=dict((axes or {}).get(completion, {})),
            )
            for completion, rank in rank_of.items()
        )
    return ranking


def make_demonstration(
    task: Task, labeler: User, text: str = "A good answer.", *, submitted_at: datetime | None = None
) -> Demonstration:
    submitted_at = submitted_at or long_ago()
    assignment = hold_slot(task, labeler, submitted_at)
    return Demonstration.objects.create(
        prompt=task.prompt,
        assignment=assignment,
        labeler=labeler,
        instructions=assignment.instructions,
        text=text,
        token_count=len(text.split()),
        client_key=uuid.uuid4(),
        payload_sha256=text_sha256(text),
        seconds_active=60.0,
        submitted_at=submitted_at,
    )
