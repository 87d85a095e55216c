"""Where a run stands: what it was made from, what it made, and what came of that (R53).

Of what came before, three generations; the page of a model has the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Q

from labeling.errors import NotAccessible
from labeling.models import Project
from training.models import ModelVersion, Run, RunInput

GENERATIONS = 3
USES_SHOWN = 5

# The run, the runs that made its inputs, and so on; each with how near it is at the nearest. A run
# one generation further back than is shown only says that there is more.
MAKERS = """
WITH RECURSIVE maker(id, generation) AS (
    SELECT %(run)s::uuid, 0
    UNION
    SELECT version.run_id, maker.generation + 1
    FROM maker
    JOIN training_runinput input ON input.run_id = maker.id
    JOIN training_modelversion version ON version.id = input.model_version_id
    WHERE version.run_id IS NOT NULL AND maker.generation < %(generations)s
)
SELECT id, min(generation) FROM maker GROUP BY id
"""


class NodeKind(StrEnum):
    SNAPSHOT = "snapshot"
    MODEL_VERSION = "model_version"
    RUN = "run"
    EVALUATION = "evaluation"


@dataclass(frozen=True)
class Node:
    """``detail`` is the kind of a snapshot, model or evaluation, or the stage of a run."""

    kind: NodeKind
    id: str
    name: str
    detail: str


@dataclass(frozen=True)
class Link:
    """``target`` was made from, or looks at, ``source``."""

    source: str
    target: str
    role: str


@dataclass(frozen=True)
class RunLineage:
    """Earlier generations, and older runs that read what this one made, may be left out."""

    nodes: list[Node]
    links: list[Link]
    has_earlier: bool
    has_more_uses: bool


def lineage_of_run(run_id: UUID) -> RunLineage:
    """Six queries, however long the chain is. Raises: NotAccessible."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotAccessible
    generation_of = _makers(run.pk)
    shown = [maker for maker, generation in generation_of.items() if generation < GENERATIONS]
    made = ModelVersion.objects.filter(run=run).first()
    nodes = {str(run.pk): node_of_run(run)}
    links = _walk_back(run, shown, nodes)
    has_more_uses = False
    if made is not None:
        nodes[str(made.pk)] = node_of_model(made)
        links.append(Link(str(run.pk), str(made.pk), "output"))
        has_more_uses = _walk_on(made, nodes, links)
    return RunLineage(
        nodes=list(nodes.values()),
        links=links,
        has_earlier=len(shown) < len(generation_of),
        has_more_uses=has_more_uses,
    )


def node_of_run(run: Run) -> Node:
    return Node(NodeKind.RUN, str(run.pk), run.name, run.stage)


def node_of_model(version: ModelVersion) -> Node:
    return Node(NodeKind.MODEL_VERSION, str(version.pk), version.name, version.kind)


def _makers(run_id: UUID) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(MAKERS, {"run": run_id, "generations": GENERATIONS})
        return dict(cursor.fetchall())


def _walk_back(run: Run, makers: Iterable[UUID], nodes: dict[str, Node]) -> list[Link]:
    """What each of these runs read stands behind the model that it made; this run is itself."""
    inputs = (
        RunInput.objects.filter(run__in=list(makers))
        .select_related("model_version", "snapshot", "run__output_model_version")
        .order_by("run__created_at", "role")
    )
    links = []
    for one in inputs:
        target = run.pk if one.run_id == run.pk else one.run.output_model_version.pk
        if one.snapshot is not None:
            read = Node(
                NodeKind.SNAPSHOT, str(one.snapshot.pk), one.snapshot.name, one.snapshot.kind
            )
        else:
            assert one.model_version is not None  # noqa: S101 - a constraint says so
            read = node_of_model(one.model_version)
        nodes[read.id] = read
        links.append(Link(read.id, str(target), one.role))
    return links


def _walk_on(made: ModelVersion, nodes: dict[str, Node], links: list[Link]) -> bool:
    """The newest runs that read the model, and every evaluation of it; whether runs are left."""
    reading = RunInput.objects.filter(model_version=made).select_related("run")
    uses = list(reading.order_by("-run__created_at", "role")[: USES_SHOWN + 1])
    for use in uses[:USES_SHOWN]:
        nodes[str(use.run_id)] = node_of_run(use.run)
        links.append(Link(str(made.pk), str(use.run_id), use.role))
    for project in _evaluations_of(made):
        node = Node(NodeKind.EVALUATION, str(project.pk), project.name, project.kind)
        nodes[node.id] = node
        links.append(Link(str(made.pk), node.id, "evaluation"))
    return len(uses) > USES_SHOWN


def _evaluations_of(made: ModelVersion) -> Iterable[Project]:
    source = made.completion_source_id
    if source is None:
        return []
    shows_it = Q(evaluated_sources=source) | Q(baseline_source=source)
    found = Project.objects.filter(shows_it, purpose=Project.Purpose.EVALUATION)
    return found.distinct().order_by("-created_at")
