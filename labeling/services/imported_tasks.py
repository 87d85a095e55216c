"""Tasks of other projects: each prompt with its completions once, however many rows judge it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Final

from labeling.errors import Refused
from labeling.importers.prompts import MAX_KEY_CHARACTERS, PromptRow, RowError
from labeling.importers.records import Demonstrated, JudgedCompletion, JudgedTask
from labeling.models import (
    Completion,
    CompletionSource,
    Project,
    Prompt,
    Task,
    TaskCompletion,
)
from labeling.selectors.writers import ALSO_BY
from labeling.services.completions import NewCompletion, get_or_create_source, store_completions
from labeling.services.prompts import PromptRules, reservations, store_prompts
from labeling.text_hygiene import Split, split_of_key, text_sha256

# A completion by what wrote it and its key there.
CompletionKey = tuple[str, str]

SHUFFLE_DIGITS: Final = 12
MAX_KEY_OF_TASK: Final = 160
MAX_NAME_OF_SOURCE: Final = 160


@dataclass(frozen=True)
class NamedTask:
    """A row with the names under which it is stored; the line is for the report."""

    line: int
    task: JudgedTask

    @cached_property
    def keys(self) -> tuple[CompletionKey, ...]:
        return tuple(completion_key(self.task.prompt, one) for one in self.task.completions)

    @cached_property
    def identity(self) -> str:
        """The data set's own, or the hash of the prompt and its completions in any order."""
        if named := self.task.identity:
            return named if len(named) <= MAX_KEY_OF_TASK else content_key(named)
        parts = (f"{source}\0{key}" for source, key in sorted(self.keys))
        return content_key(self.task.prompt, *parts)


@dataclass(frozen=True)
class PlacedTask:
    """A row and the stored task it belongs to; ``ids`` are aligned with the row's completions."""

    line: int
    row: JudgedTask
    task: Task
    ids: tuple[int, ...]
    is_new: bool


@dataclass
class StoredTasks:
    placed: list[PlacedTask] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    num_prompts: int = 0
    num_completions: int = 0
    num_tasks: int = 0


@dataclass(frozen=True)
class KnownTask:
    task: Task
    ids: dict[CompletionKey, int]


def content_key(*parts: str) -> str:
    """An identity that two different contents never share."""
    return text_sha256("\0".join(parts))


def completion_key(prompt: str, completion: JudgedCompletion) -> CompletionKey:
    marks = [completion.key] if completion.key else []
    return completion.source, content_key(prompt, *marks, completion.text)


def split_key(dataset: str, group: str) -> str:
    """The key under which the prompts of one group share a split; never longer than it may be."""
    key = f"{dataset}/{group}"
    return key if len(key) <= MAX_KEY_CHARACTERS else f"{dataset}/{text_sha256(group)}"


def key_in_split(dataset: str, prompt: str, split: Split) -> str:
    """The first key of the prompt under which it falls into this split, the same everywhere.

    What was held out before must not be trained on after it was exported and imported. None is
    needed where the prompt alone falls there; a tenth of all keys do, or nine.
    """
    if split_of_key(text_sha256(prompt)) == split:
        return ""
    base = f"{dataset}/{text_sha256(prompt)[:32]}"
    keys = (f"{base}/{number}" for number in count())
    return next(key for key in keys if split_of_key(key) == split)


@dataclass(frozen=True)
class Target:
    """Where an import goes: under which name, into which project, and whether it may train."""

    dataset: str
    project_name: str
    is_study: bool = False

    def prompt_row(self, row: JudgedTask | Demonstrated) -> PromptRow:
        return PromptRow(
            text=row.prompt,
            category=row.category,
            user_key=self._key(row),
            imported_from=self.dataset,
            is_study=self.is_study,
        )

    def _key(self, row: JudgedTask | Demonstrated) -> str:
        """Under which the prompt falls into its split: its group's, or the one it was in before."""
        if row.split is None:
            return split_key(self.dataset, row.group) if row.group else ""
        return key_in_split(self.dataset, row.prompt, row.split)

    def reservations(self, prompt: Prompt) -> list[str]:
        """Why labels of this prompt train nothing as it is, though they were to."""
        if self.is_study:
            return []
        return [f"Trains nothing as it is. {said}" for said in reservations(prompt)]

    def problem_with(self, row: JudgedTask) -> str:
        """What of the row has no room; empty where all of it does."""
        room = MAX_NAME_OF_SOURCE - len(self.dataset) - 1
        for completion in row.completions:
            for name in (completion.source, *completion.also_by):
                if len(name) > room:
                    said = f"What wrote a completion has a name of more than {room} characters"
                    return f"{said}; shorten it: {name[:80]!r}."
        return ""

    def project(self) -> Project:
        """The project that holds the data set's tasks, made where there is none.

        Raises: Refused("not_an_import"), Refused("other_purpose").
        """
        purpose = Project.Purpose.STUDY if self.is_study else Project.Purpose.TRAINING
        project, _ = Project.objects.get_or_create(
            name=self.project_name,
            defaults={
                "kind": Project.Kind.RANKING,
                "purpose": purpose,
                # Nothing is handed out from it: its judgments are already made.
                "state": Project.State.PAUSED,
                "imported_from": self.dataset,
            },
        )
        if project.imported_from != self.dataset:
            said = f"The project {self.project_name!r} holds other tasks; choose a name."
            raise Refused("not_an_import", said)
        if project.purpose != purpose:
            said = f"The project {self.project_name!r} is for {project.purpose}; choose a name."
            raise Refused("other_purpose", said)
        return project


def store_tasks(rows: Sequence[NamedTask], target: Target) -> StoredTasks:
    """The stored task of each row, the project made when there is a first new one.

    A stored task never changes its completions: a row of its identity with others is an error.

    Raises: Refused("not_an_import"), Refused("other_purpose").
    """
    outcome = StoredTasks()
    known = _known_tasks(target.dataset, {row.identity for row in rows})
    first_of: dict[str, NamedTask] = {}
    for row in rows:
        if row.identity not in known:
            first_of.setdefault(row.identity, row)
    fresh = list(first_of.values())
    if fresh:
        known |= _store(fresh, target, outcome)
    for row in rows:
        stored = known[row.identity]
        if set(row.keys) != stored.ids.keys():
            first = first_of.get(row.identity)
            where = f"The row {first.line}" if first else f"Task {stored.task.pk}"
            said = (
                f"{where} has the same identity and other completions. Where two files count their"
                " tasks alike, name the second data set otherwise."
            )
            outcome.errors.append(RowError(row.line, "", said))
            continue
        ids = tuple(stored.ids[key] for key in row.keys)
        is_new = first_of.get(row.identity) is row
        outcome.placed.append(PlacedTask(row.line, row.task, stored.task, ids, is_new))
    return outcome


def _known_tasks(dataset: str, identities: Iterable[str]) -> dict[str, KnownTask]:
    """The stored ones, by identity. Two queries."""
    tasks = Task.objects.filter(
        project__imported_from=dataset, source_key__in=list(identities)
    ).select_related("project", "prompt")
    known = {task.pk: KnownTask(task, {}) for task in tasks}
    shown = TaskCompletion.objects.filter(task__in=known).values_list(
        "task_id", "completion_id", "completion__source__name", "completion__source_key"
    )
    for task_id, completion_id, source, key in shown:
        known[task_id].ids[source.removeprefix(f"{dataset}/"), key] = completion_id
    return {str(one.task.source_key): one for one in known.values()}


def _store(
    fresh: Sequence[NamedTask], target: Target, outcome: StoredTasks
) -> dict[str, KnownTask]:
    project = target.project()
    prompts = _store_prompts(fresh, target, outcome)
    ids = _store_completions(fresh, target.dataset, prompts, outcome)
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            prompt=prompts[row.task.prompt],
            k=len(row.keys),
            origin=Task.Origin.IMPORTED,
            shuffle_key=int(text_sha256(row.identity)[:SHUFFLE_DIGITS], 16) / 16**SHUFFLE_DIGITS,
            source_key=row.identity,
        )
        for row in fresh
    )
    # Listed in the order of the file, which two sides keep.
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, completion_id=ids[key], prompt_id=task.prompt_id)
        for task, row in zip(tasks, fresh, strict=True)
        for key in row.keys
    )
    outcome.num_tasks += len(tasks)
    return {
        row.identity: KnownTask(task, {key: ids[key] for key in row.keys})
        for task, row in zip(tasks, fresh, strict=True)
    }


def _store_prompts(
    fresh: Sequence[NamedTask], target: Target, outcome: StoredTasks
) -> dict[str, Prompt]:
    """By their text. Judged tasks may begin alike: each was judged, so each is kept."""
    rows = [target.prompt_row(row.task) for row in fresh]
    stored = store_prompts(rows, rules=PromptRules.of_settings(compares_prefixes=False))
    outcome.num_prompts += sum(one.is_new for one in stored)
    return {one.prompt.text: one.prompt for one in stored}


def _also_by(dataset: str, completion: JudgedCompletion) -> dict[str, object]:
    """Who else wrote these very words: they were judged once for all of them."""
    if not completion.also_by:
        return {}
    return {ALSO_BY: [f"{dataset}/{name}" for name in completion.also_by]}


def _store_completions(
    fresh: Sequence[NamedTask], dataset: str, prompts: dict[str, Prompt], outcome: StoredTasks
) -> dict[CompletionKey, int]:
    """The ids by source and key."""
    # A source that only ever wrote the words of another one has no rows, and is a source.
    rows_of: dict[str, dict[str, NewCompletion]] = {}
    for row in fresh:
        prompt = prompts[row.task.prompt]
        for (source, key), completion in zip(row.keys, row.task.completions, strict=True):
            for other in completion.also_by:
                rows_of.setdefault(other, {})
            rows_of.setdefault(source, {})[key] = NewCompletion(
                prompt_id=prompt.pk,
                text=completion.text,
                source_key=key,
                sampling=_also_by(dataset, completion),
            )
    ids: dict[CompletionKey, int] = {}
    for name, rows in rows_of.items():
        written_by = get_or_create_source(
            kind=CompletionSource.Kind.IMPORTED, name=f"{dataset}/{name}"
        )
        outcome.num_completions += store_completions(
            source=written_by, rows=rows.values()
        ).num_stored
        stored = Completion.objects.filter(source=written_by, source_key__in=rows)
        ids |= {(name, key): pk for key, pk in stored.values_list("source_key", "pk")}
    return ids
