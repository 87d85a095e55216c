"""Opening, pausing and renaming projects, and the versions of their instructions."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max

from labeling.errors import Refused
from labeling.models import Acknowledgement, InstructionVersion, Project, User
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM

DEFAULT_K = 5


@dataclass(frozen=True)
class NewInstructions:
    title: str
    body: str


@dataclass(frozen=True)
class NewProject:
    """What an admin decides when opening a project. ``k`` None takes the default for the kind."""

    name: str
    kind: str
    instructions: NewInstructions
    pool: str
    priority_mode: str
    k: int | None = None
    overlap: int = 1
    seed_order_from_ratings: bool = True
    allow_empty_demonstrations: bool = False


@transaction.atomic
def open_project(*, new: NewProject, created_by: User) -> Project:
    """A project with the first version of its instructions.

    Raises: Refused("invalid_project"), Refused("name_taken").
    """
    project, is_new = Project.objects.get_or_create(
        name=new.name,
        defaults={
            "kind": new.kind,
            "k": _k_of(new),
            "overlap": new.overlap,
            "pool": new.pool,
            "priority_mode": new.priority_mode,
            "seed_order_from_ratings": new.seed_order_from_ratings,
            "allow_empty_demonstrations": new.allow_empty_demonstrations,
            "created_by": created_by,
        },
    )
    if not is_new:
        raise _name_taken(new.name)
    _write_version(project, version=1, new=new.instructions, created_by=created_by)
    return project


def _k_of(new: NewProject) -> int | None:
    """How many completions a task of this project carries (R24)."""
    if new.kind == Project.Kind.DEMONSTRATION:
        if new.k is not None:
            raise _invalid("k", "A demonstration project shows no completions: leave k out.")
        return None
    if new.allow_empty_demonstrations:
        raise _invalid("allow_empty_demonstrations", "Only a demonstration project has these.")
    k = DEFAULT_K if new.k is None else new.k
    if not NATIVE_K_MINIMUM <= k <= K_MAXIMUM:
        raise _invalid(
            "k", f"Choose between {NATIVE_K_MINIMUM} and {K_MAXIMUM} completions per task, not {k}."
        )
    return k


@transaction.atomic
def change_project(
    *, project: Project, name: str | None = None, state: str | None = None
) -> Project:
    """Rename, pause or reopen; None leaves a thing as it is. Raises: Refused("name_taken")."""
    if name is not None:
        project.name = name
    if state is not None:
        project.state = state
    try:
        with transaction.atomic():
            project.save(update_fields=["name", "state"])
    except IntegrityError as error:
        # Neither column stands under any other constraint.
        raise _name_taken(project.name) from error
    return project


@transaction.atomic
def publish_instructions(
    *, project: Project, new: NewInstructions, created_by: User
) -> InstructionVersion:
    """The next version, which every labeler must read before the next task (R15)."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    newest = project.instruction_versions.aggregate(newest=Max("version"))["newest"] or 0
    return _write_version(project, version=newest + 1, new=new, created_by=created_by)


def acknowledge_instructions(*, project: Project, labeler: User, version: int) -> None:
    """The labeler has read this version; doing it twice changes nothing.

    Raises: Refused("no_such_version"), Refused("instructions_changed") when a newer one exists.
    """
    newest = project.instruction_versions.order_by("-version").first()
    if newest is None or version > newest.version:
        raise Refused(
            "no_such_version", f"These instructions have no version {version}.", status=422
        )
    if version < newest.version:
        raise Refused(
            "instructions_changed",
            f"Version {newest.version} of the instructions has come out: read that one.",
        )
    Acknowledgement.objects.get_or_create(instructions=newest, labeler=labeler)


def _write_version(
    project: Project, *, version: int, new: NewInstructions, created_by: User
) -> InstructionVersion:
    return InstructionVersion.objects.create(
        project=project, version=version, title=new.title, body=new.body, created_by=created_by
    )


def _name_taken(name: str) -> Refused:
    message = f"There is already a project called {name!r}."
    return Refused("name_taken", message, fields={"name": [message]})


def _invalid(field: str, message: str) -> Refused:
    return Refused("invalid_project", message, status=400, fields={field: [message]})
