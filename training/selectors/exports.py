"""Reading exports and the files they left."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from labeling.errors import NotAccessible
from training.artifact_store import ArtifactError, artifact_file
from training.models import Export

MANIFEST = "manifest.json"


def exports_of(snapshot_id: UUID) -> QuerySet[Export]:
    """With their creator, snapshot and artifact. One query."""
    return Export.objects.filter(snapshot=snapshot_id).select_related(
        "created_by", "snapshot", "artifact"
    )


def access_export(export_id: UUID) -> Export:
    """For researchers. One query. Raises: NotAccessible."""
    export = (
        Export.objects.select_related("created_by", "snapshot", "artifact")
        .filter(pk=export_id)
        .first()
    )
    if export is None:
        raise NotAccessible
    return export


def export_files(export: Export) -> list[dict[str, Any]]:
    """Name, bytes and rows of each file of a finished export; none of an unfinished one."""
    if export.artifact_id is None:
        return []
    path = artifact_file(settings.ARTIFACT_ROOT, export.artifact_id, MANIFEST)
    files: dict[str, dict[str, Any]] = json.loads(path.read_text())["files"]
    listed = [
        {"name": name, "bytes": said["bytes"], "rows": said.get("rows")}
        for name, said in sorted(files.items())
    ]
    return [*listed, {"name": MANIFEST, "bytes": path.stat().st_size, "rows": None}]


def export_file(export: Export, name: str) -> Path:
    """Raises: NotAccessible, also while the export is not finished."""
    if export.artifact_id is None:
        raise NotAccessible
    try:
        return artifact_file(settings.ARTIFACT_ROOT, export.artifact_id, name)
    except ArtifactError as error:
        raise NotAccessible from error
