"""Setting a screening up: its texts, its two projects with their tasks, its cut-offs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction

from labeling.counting_words import count_of
from labeling.errors import Refused
from labeling.models import Pool, Project, Screening, SensitivityItem, User
from labeling.services.audit import record
from labeling.services.projects import NewInstructions, NewProject, open_project
from labeling.services.tasks import TaskRequest, create_tasks

FLAGS_CUTOFF: Final = 0.75
RANKING_CUTOFF: Final = 0.75
DEMONSTRATION_CUTOFF: Final = 6.0
# Candidates who find a task hard must not take it away from the next candidate.
NEVER_RETIRED: Final = 32_767


@dataclass(frozen=True)
class Cutoffs:
    """Soft ones: they mark a score as passed or not, and nobody is refused by them (R12)."""

    flags: float = FLAGS_CUTOFF
    ranking: float = RANKING_CUTOFF
    demonstration: float = DEMONSTRATION_CUTOFF


@dataclass(frozen=True)
class NewPart:
    """The instructions of a ranking or demonstration part, and which prompts its tasks take."""

    instructions: NewInstructions
    tasks: TaskRequest
    k: int | None = None


@dataclass(frozen=True)
class NewScreening:
    name: str
    texts: Sequence[str]
    ranking: NewPart
    demonstration: NewPart
    cutoffs: Cutoffs = Cutoffs()


@transaction.atomic
def open_screening(*, new: NewScreening, created_by: User) -> Screening:
    """A screening that candidates can be invited to, all of it or nothing.

    Raises: Refused("name_taken"), Refused("no_tasks"), what opening a project refuses.
    """
    if Screening.objects.filter(name=new.name).exists():
        raise name_taken(new.name)
    parts = {
        "ranking": (Project.Kind.RANKING, new.ranking),
        "demonstration": (Project.Kind.DEMONSTRATION, new.demonstration),
    }
    projects = {
        name: _open_part(part, name=name, kind=kind, of=new.name, created_by=created_by)
        for name, (kind, part) in parts.items()
    }
    screening = _store(new, projects, created_by=created_by)
    SensitivityItem.objects.bulk_create(
        SensitivityItem(screening=screening, position=position, text=text)
        for position, text in enumerate(new.texts, start=1)
    )
    record(actor=created_by, action="open_screening", subject=screening, details={"name": new.name})
    return screening


@transaction.atomic
def change_screening(
    *,
    screening: Screening,
    changed_by: User,
    name: str | None = None,
    state: str | None = None,
    cutoffs: Cutoffs | None = None,
) -> None:
    """Rename, close, reopen, or move the cut-offs; None leaves a thing as it is.

    Decisions that were saved keep the scores they were saved with.

    Raises: Refused("name_taken").
    """
    wanted = _settings(name=name, state=state, cutoffs=cutoffs)
    before = {field: getattr(screening, field) for field in wanted}
    changed = {field: value for field, value in wanted.items() if value != before[field]}
    if not changed:
        return
    try:
        with transaction.atomic():
            Screening.objects.filter(pk=screening.pk).update(**changed)
    except IntegrityError as error:
        # The cut-offs are bounded before they come here; only the name is unique.
        raise name_taken(name or "") from error
    details = {field: [before[field], value] for field, value in changed.items()}
    record(actor=changed_by, action="change_screening", subject=screening, details=details)


def name_taken(name: str) -> Refused:
    message = f"There is already a screening called {name!r}."
    return Refused("name_taken", message, fields={"name": [message]})


def _open_part(part: NewPart, *, name: str, kind: str, of: str, created_by: User) -> Project:
    """A project that only this screening's candidates and researchers meet, with its tasks."""
    new = NewProject(
        name=f"{of}: {name}",
        kind=kind,
        instructions=part.instructions,
        pool=Pool.TRAINING,
        priority_mode=Project.PriorityMode.HELPFULNESS_FIRST,
        purpose=Project.Purpose.SCREENING,
        k=part.k,
        # Everybody does every task, and slots are made as they come.
        calibration_share=0.0,
        unclear_skips_to_retire=NEVER_RETIRED,
        # An order that the ratings make would measure the board and not the candidate.
        seed_order_from_ratings=False,
    )
    try:
        project = open_project(new=new, created_by=created_by)
        report = create_tasks(project=project, request=part.tasks)
    except Refused as refused:
        raise _in_part(name, refused) from refused
    if report.num_tasks < part.tasks.num_prompts:
        raise _too_few_tasks(name, found=report.num_tasks, wanted=part.tasks.num_prompts)
    return project


def _store(new: NewScreening, projects: dict[str, Project], *, created_by: User) -> Screening:
    return Screening.objects.create(
        name=new.name,
        flags_cutoff=new.cutoffs.flags,
        ranking_cutoff=new.cutoffs.ranking,
        demonstration_cutoff=new.cutoffs.demonstration,
        ranking_project=projects["ranking"],
        demonstration_project=projects["demonstration"],
        created_by=created_by,
    )


def _settings(
    *, name: str | None, state: str | None, cutoffs: Cutoffs | None
) -> dict[str, str | float]:
    wanted: dict[str, str | float | None] = {"name": name, "state": state}
    if cutoffs is not None:
        wanted |= {
            "flags_cutoff": cutoffs.flags,
            "ranking_cutoff": cutoffs.ranking,
            "demonstration_cutoff": cutoffs.demonstration,
        }
    return {field: value for field, value in wanted.items() if value is not None}


def _in_part(name: str, refused: Refused) -> Refused:
    """The same refusal, its fields named as they stand in the request for the whole screening."""
    fields = {f"{name}.{field}": messages for field, messages in refused.fields.items()}
    return Refused(refused.code, refused.message, status=refused.status, fields=fields)


def _too_few_tasks(name: str, *, found: int, wanted: int) -> Refused:
    message = (
        f"The prompts chosen make {count_of(found, 'task')}, not {wanted}: choose others, or ask "
        "for fewer. A ranking task needs as many completions with different texts as it shows."
    )
    return Refused("no_tasks", message, status=422, fields={f"{name}.tasks.num_prompts": [message]})
