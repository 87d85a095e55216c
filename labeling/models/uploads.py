"""What every file has in common that is uploaded in pieces and gone through in the background."""

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User

# Of every piece but the last.
CHUNK_BYTES: Final = 1_000_000


class Upload(models.Model):
    """One uploaded file. The row is the truth; a worker that dies is followed by another.

    Its pieces are the rows of ``chunks``. ``GONE_AT_THE_END`` names the relations that are of no
    use once it is over.
    """

    GONE_AT_THE_END: ClassVar[tuple[str, ...]] = ("chunks",)

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    num_bytes = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    failure = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class UploadChunk(models.Model):
    """A piece of the uploaded file, so that any worker on any machine can read it."""

    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        abstract = True


OPEN_STATES: Final = (Upload.State.QUEUED, Upload.State.RUNNING)
