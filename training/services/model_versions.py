"""Making model versions: base models from a local folder, trained ones from a run's output."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from labeling.errors import Refused
from labeling.models import CompletionSource, User
from labeling.services.audit import record
from labeling.services.completions import get_or_create_source
from training.artifact_store import (
    ArtifactError,
    StoredArtifact,
    UnusableFolderError,
    artifact_path,
    publish,
)
from training.models import Artifact, LabelsBehind, ModelVersion, Run
from training.selectors.lineage import count_labels_behind
from training.services.model_folders import check_model_folder, unusable_folder
from training.services.model_traits import traits_of

MAXIMUM_NAME = 160
# The input whose weights training started from.
PARENT_ROLES = ("base_model", "policy")


@dataclass(frozen=True)
class Origin:
    """Who made a base model and on what terms."""

    licence: str
    source: str


def register_base_model(
    *, path: Path, name: str, origin: Origin, by: User | None = None
) -> ModelVersion:
    """Copy a local Hugging Face folder into the store and file it as a base model.

    Asking again for the same name and the same bytes gives the version that is there.

    Raises: Refused("unusable_model_folder"), Refused("name_taken"), Refused("store_unavailable").
    """
    check_model_folder(path)
    stored = _stored_copy(path)
    with transaction.atomic():
        existing = ModelVersion.objects.filter(name=name).first()
        if existing is not None:
            if existing.artifact_id == stored.sha256:
                return existing
            raise Refused("name_taken", f"Another model version is called {name!r}.")
        version = ModelVersion.objects.create(
            name=name,
            kind=ModelVersion.Kind.BASE,
            artifact=record_artifact(stored, Artifact.Kind.MODEL),
            licence=origin.licence,
            source=origin.source,
            completion_source=_completion_source(name),
            created_by=by,
            **_traits(stored),
        )
        # Without a person it is a command on the machine itself.
        if by is not None:
            details = {"name": name, "licence": origin.licence, "source": origin.source}
            record(actor=by, action="register_base_model", subject=version, details=details)
        return version


def _stored_copy(folder: Path) -> StoredArtifact:
    """Somebody may change the folder between its check and its copy."""
    try:
        return publish(settings.ARTIFACT_ROOT, folder)
    except UnusableFolderError as error:
        raise unusable_folder(str(error).rstrip(".")) from error
    except ArtifactError as error:
        raise Refused("store_unavailable", f"{error} Try again later.", status=503) from error


def publish_model_folder(folder: Path) -> StoredArtifact:
    """Check what a trainer wrote and put it into the store; costs a read of the weights.

    Raises: Refused("unusable_model_folder"), ArtifactError, OSError.
    """
    check_model_folder(folder)
    # The run has ended, so nobody writes into its folder any more.
    return publish(settings.ARTIFACT_ROOT, folder, may_link=True)


def record_output(
    *, run: Run, kind: ModelVersion.Kind, stored: StoredArtifact, report: dict[str, Any]
) -> ModelVersion:
    """File a run's weights as a new model version that inherits its parent's terms.

    Call it in the transaction that ends the run.
    """
    parent = ModelVersion.objects.get(consumers__run=run, consumers__role__in=PARENT_ROLES)
    name = _free_name(run)
    writes = kind != ModelVersion.Kind.REWARD_MODEL
    version = ModelVersion.objects.create(
        name=name,
        kind=kind,
        artifact=record_artifact(stored, Artifact.Kind.MODEL),
        licence=parent.licence,
        source=parent.source,
        run=run,
        completion_source=_completion_source(name) if writes else None,
        report=report,
        created_by=run.created_by,
        **_traits(stored, parent),
    )
    # Whoever asks for them later need not wait until a million are counted.
    LabelsBehind.objects.create(model_version=version, **asdict(count_labels_behind(version.pk)))
    return version


def _traits(stored: StoredArtifact, parent: ModelVersion | None = None) -> dict[str, Any]:
    """Of a folder that was just published, so it lies on this machine.

    A trainer saves the tokenizer that it was given, in full: what the loader adds to the file of
    some architectures stands in its copy, and is no reason to fit the parent less.
    """
    traits = traits_of(artifact_path(settings.ARTIFACT_ROOT, stored.sha256))
    if parent is not None and parent.vocabulary_sha256:
        traits = replace(
            traits,
            vocabulary_size=parent.vocabulary_size,
            vocabulary_sha256=parent.vocabulary_sha256,
        )
    return asdict(traits)


def record_artifact(stored: StoredArtifact, kind: Artifact.Kind) -> Artifact:
    """The row of a stored folder; the same folder has one row."""
    artifact, _ = Artifact.objects.get_or_create(
        sha256=stored.sha256, defaults={"kind": kind, "num_bytes": stored.num_bytes}
    )
    return artifact


def _free_name(run: Run) -> str:
    """The run's name, or where a version or a source has it, the name with the run's number."""
    taken = (
        ModelVersion.objects.filter(name=run.name).exists()
        or CompletionSource.objects.filter(name=run.name).exists()
    )
    if not taken:
        return run.name
    suffix = f" {str(run.pk)[:8]}"
    return run.name[: MAXIMUM_NAME - len(suffix)] + suffix


def _completion_source(name: str) -> CompletionSource:
    source = get_or_create_source(kind=CompletionSource.Kind.MODEL_VERSION, name=name)
    if ModelVersion.objects.filter(completion_source=source).exists():
        raise Refused("name_taken", f"Another model version writes completions as {name!r}.")
    return source
