"""Opening and changing projects, and the versions of their instructions."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max

from labeling.errors import Refused
from labeling.models import Acknowledgement, InstructionVersion, Project, User
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM
from labeling.services.audit import record

DEFAULT_K = 5
DEFAULT_CALIBRATION_SHARE = 0.1
DEFAULT_CALIBRATION_OVERLAP = 3

# What is decided when a project opens holds for all of its answers; the rest may change.
CHANGEABLE = (
    "name",
    "state",
    "priority",
    "priority_mode",
    "languages",
    "skills",
    "content_warning",
    "overlap",
    "calibration_share",
    "calibration_overlap",
    "repeat_share",
    "unclear_skips_to_retire",
    "seed_order_from_ratings",
    "allow_empty_demonstrations",
    "requires_review",
)
# Setting -> the kinds of project that have a use for it.
JUDGED = frozenset({Project.Kind.RANKING, Project.Kind.TOXICITY})
WRITTEN = frozenset({Project.Kind.DEMONSTRATION})
ONLY_FOR = {
    "calibration_share": JUDGED,
    "repeat_share": JUDGED,
    "allow_empty_demonstrations": WRITTEN,
    "requires_review": WRITTEN,
}


@dataclass(frozen=True)
class NewInstructions:
    title: str
    body: str


@dataclass(frozen=True)
class NewProject:
    """What is decided when a project opens. None takes the default for the kind."""

    name: str
    kind: str
    instructions: NewInstructions
    pool: str
    priority_mode: str
    purpose: str = Project.Purpose.TRAINING
    k: int | None = None
    overlap: int = 1
    priority: int = 0
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    content_warning: str = ""
    calibration_share: float | None = None
    calibration_overlap: int | None = None
    repeat_share: float = 0.0
    unclear_skips_to_retire: int = 2
    seed_order_from_ratings: bool = True
    allow_empty_demonstrations: bool = False
    requires_review: bool = False


@transaction.atomic
def open_project(*, new: NewProject, created_by: User) -> Project:
    """A project with the first version of its instructions.

    Raises: Refused("invalid_project"), Refused("name_taken").
    """
    if new.kind == Project.Kind.TOXICITY:
        raise _invalid("kind", "A toxicity project is opened as an evaluation.")
    project = Project(
        name=new.name,
        kind=new.kind,
        purpose=new.purpose,
        k=_k_of(new),
        overlap=new.overlap,
        pool=new.pool,
        priority=new.priority,
        priority_mode=new.priority_mode,
        languages=list(new.languages),
        skills=list(new.skills),
        content_warning=new.content_warning,
        calibration_share=_calibration_share_of(new),
        calibration_overlap=new.calibration_overlap
        or max(DEFAULT_CALIBRATION_OVERLAP, new.overlap),
        repeat_share=new.repeat_share,
        unclear_skips_to_retire=new.unclear_skips_to_retire,
        seed_order_from_ratings=new.seed_order_from_ratings,
        allow_empty_demonstrations=new.allow_empty_demonstrations,
        requires_review=new.requires_review,
        created_by=created_by,
    )
    _check_settings(project)
    _save(project)
    _write_version(project, version=1, new=new.instructions, created_by=created_by)
    record(actor=created_by, action="open_project", subject=project, details={"name": new.name})
    return project


def _k_of(new: NewProject) -> int | None:
    """How many completions a task of this project carries (R24)."""
    if new.kind == Project.Kind.DEMONSTRATION:
        if new.k is not None:
            raise _invalid("k", "A demonstration project shows no completions: leave k out.")
        return None
    k = DEFAULT_K if new.k is None else new.k
    if not NATIVE_K_MINIMUM <= k <= K_MAXIMUM:
        raise _invalid(
            "k", f"Choose between {NATIVE_K_MINIMUM} and {K_MAXIMUM} completions per task, not {k}."
        )
    return k


def _calibration_share_of(new: NewProject) -> float:
    """Demonstrations are not compared with each other, so none of them calibrates anybody."""
    if new.calibration_share is not None:
        return new.calibration_share
    return DEFAULT_CALIBRATION_SHARE if new.kind in JUDGED else 0.0


def _check_settings(project: Project) -> None:
    """Raises: Refused("invalid_project") with the field at fault."""
    for setting, kinds in ONLY_FOR.items():
        if getattr(project, setting) and project.kind not in kinds:
            raise _invalid(setting, f"A {project.kind} project has no use for this.")
    if project.calibration_share > 0 and project.calibration_overlap < project.overlap:
        raise _invalid(
            "calibration_overlap",
            f"Calibration tasks go to at least as many labelers as the others: {project.overlap}.",
        )


@transaction.atomic
def change_project(*, project: Project, changes: Mapping[str, object], changed_by: User) -> Project:
    """Change what is given and leave the rest; what really changed is audited.

    Settings hold from the next task on: tasks and slots that exist stay as they were made.

    Raises: Refused("name_taken"), Refused("invalid_project"), Refused("imported_project").
    """
    unknown = changes.keys() - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"A project's {sorted(unknown)} never change")
    if project.imported_from and changes.keys() - {"name"}:
        raise Refused("imported_project", "Nobody works in this project: only its name can change.")
    differences = {
        setting: [getattr(project, setting), value]
        for setting, value in changes.items()
        if getattr(project, setting) != value
    }
    if not differences:
        return project
    for setting, (_, value) in differences.items():
        setattr(project, setting, value)
    _check_settings(project)
    _save(project, fields=list(differences))
    record(actor=changed_by, action="change_project", subject=project, details=differences)
    return project


def _save(project: Project, *, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            project.save(update_fields=fields)
    except IntegrityError as error:
        if Project.objects.filter(name=project.name).exclude(pk=project.pk).exists():
            raise _name_taken(project.name) from error
        raise


@transaction.atomic
def publish_instructions(
    *, project: Project, new: NewInstructions, created_by: User, based_on: int | None = None
) -> InstructionVersion:
    """The next version, which every labeler must read before the next task (R15).

    Raises: Refused("instructions_changed") when it was written from a version that is outdated.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    newest = project.instruction_versions.aggregate(newest=Max("version"))["newest"] or 0
    if based_on is not None and based_on != newest:
        raise Refused(
            "instructions_changed",
            f"Version {newest} has come out meanwhile. Compare it with yours, then publish.",
        )
    written = _write_version(project, version=newest + 1, new=new, created_by=created_by)
    record(
        actor=created_by,
        action="publish_instructions",
        subject=project,
        details={"version": written.version},
    )
    return written


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
