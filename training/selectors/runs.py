"""Reading runs: their state, their figures, their console output."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, FloatField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from labeling.errors import NotAccessible, Refused
from labeling.models import User
from training.models import (
    Run,
    RunAttempt,
    RunInput,
    RunLog,
    StepMetrics,
)

METRICS_PER_PAGE = 500
LOG_CHARACTERS = 64_000
PERSON = "person:"


@dataclass(frozen=True)
class MetricsPage:
    points: list[StepMetrics]
    next_step: int


@dataclass(frozen=True)
class LogPage:
    """``truncated`` says that earlier output exists which this page leaves out."""

    text: str
    next_offset: int
    truncated: bool


@dataclass(frozen=True)
class RunFilters:
    """Which runs; None and "" mean any. ``search`` is a part of their names."""

    stage: str | None = None
    state: str | None = None
    # A model version or snapshot that they read.
    input: UUID | None = None
    requested_by: int | None = None
    search: str = ""


EVERY_RUN = RunFilters()


def run_rows(filters: RunFilters = EVERY_RUN) -> QuerySet[Run]:
    """As lists show them, each with its ``last_host`` and ``ptx_coef``: without specification,
    report, attempts and events, which grow with a run. Two queries.
    """
    attempts = RunAttempt.objects.filter(run=OuterRef("pk")).order_by("-number")
    found = Run.objects.select_related("created_by", "slot", "output_model_version")
    found = found.annotate(
        last_host=Subquery(attempts.values("host")[:1]),
        ptx_coef=Cast(KT("spec__hyperparameters__ptx_coef"), FloatField()),
    )
    found = found.prefetch_related(Prefetch("inputs", _inputs()))
    found = found.defer("spec", "report", "reason_detail", "output_model_version__report")
    if filters.stage is not None:
        found = found.filter(stage=filters.stage)
    if filters.state is not None:
        found = found.filter(state=filters.state)
    if filters.requested_by is not None:
        found = found.filter(created_by=filters.requested_by)
    if filters.search:
        found = found.filter(name__icontains=filters.search)
    if filters.input is not None:
        reading = RunInput.objects.filter(
            Q(model_version=filters.input) | Q(snapshot=filters.input), run=OuterRef("pk")
        )
        found = found.filter(Exists(reading))
    return found


def runs() -> QuerySet[Run]:
    """With everything that describes them. Four queries."""
    return run_rows().defer(None).prefetch_related("attempts", "events")


def _inputs() -> QuerySet[RunInput]:
    read = RunInput.objects.select_related("model_version", "snapshot")
    return read.defer("model_version__report", "snapshot__query", "snapshot__counts")


def requesters() -> QuerySet[User]:
    """Everybody who has requested a run, by name. One query."""
    return User.objects.filter(pk__in=Run.objects.order_by().values("created_by")).order_by(
        "display_name", "pk"
    )


def access_run(run_id: UUID) -> Run:
    """For researchers. Raises: NotAccessible."""
    run = runs().filter(pk=run_id).first()
    if run is None:
        raise NotAccessible
    return run


def access_runs(run_ids: Sequence[UUID]) -> list[Run]:
    """For researchers: these in their order. Four queries.

    Raises: Refused("unknown_runs") that names each by its place in ``ids`` (status 404).
    """
    found = {run.pk: run for run in runs().filter(pk__in=run_ids)}
    missing = {
        f"ids.{place}": [f"There is no run {run_id}."]
        for place, run_id in enumerate(run_ids)
        if run_id not in found
    }
    if missing:
        said = "Not all of these runs are here."
        raise Refused("unknown_runs", said, status=404, fields=missing)
    return [found[run_id] for run_id in run_ids]


def actor_names(page: Iterable[Run]) -> dict[str, str]:
    """The display name behind every "person:ID" in these runs' events. One query."""
    actors = {event.actor for run in page for event in run.events.all()}
    ids = [int(actor.removeprefix(PERSON)) for actor in actors if actor.startswith(PERSON)]
    names = User.objects.filter(pk__in=ids).values_list("pk", "display_name")
    return {f"{PERSON}{person_id}": name for person_id, name in names}


def metrics_after(run_id: UUID, step: int) -> MetricsPage:
    """The figures of later steps; a page holds 500 or a little more, never half a step.

    Raises: NotAccessible. One query, two when there is nothing or a page is full.
    """
    later = StepMetrics.objects.filter(run=run_id, step__gt=step).order_by("step", "phase")
    points = list(later[:METRICS_PER_PAGE])
    if len(points) == METRICS_PER_PAGE:
        last = points[-1]
        points += list(later.filter(step=last.step, phase__gt=last.phase))
    if not points:
        _check_there_is(run_id)
    return MetricsPage(points=points, next_step=points[-1].step if points else step)


def log_after(run_id: UUID, offset: int | None) -> LogPage:
    """Console output that was delivered after ``offset``; its end when there is no offset.

    Raises: NotAccessible. One query, two when there is nothing.
    """
    pieces = RunLog.objects.filter(run=run_id, pk__gt=offset or 0)
    is_cut = False
    if offset is None:
        taken, is_cut = _within(pieces.order_by("-pk"))
        taken.reverse()
    else:
        taken, _ = _within(pieces.order_by("pk"))
    if not taken:
        _check_there_is(run_id)
    return LogPage(
        text="".join(piece.text for piece in taken),
        next_offset=taken[-1].pk if taken else offset or 0,
        truncated=is_cut,
    )


def _check_there_is(run_id: UUID) -> None:
    if not Run.objects.filter(pk=run_id).exists():
        raise NotAccessible


def _within(pieces: QuerySet[RunLog]) -> tuple[list[RunLog], bool]:
    """As many pieces as fit in one answer, at least one, and whether any was left."""
    taken: list[RunLog] = []
    room = LOG_CHARACTERS
    for piece in pieces.iterator(chunk_size=20):
        if taken and len(piece.text) > room:
            return taken, True
        room -= len(piece.text)
        taken.append(piece)
    return taken, False
