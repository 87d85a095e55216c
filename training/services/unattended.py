"""What work that nobody watches has in common: one at a time, and a reason where it stops."""

from typing import Final

from django.db import DatabaseError

from labeling.errors import Refused
from training.artifact_bucket import BucketError
from training.artifact_store import ArtifactError
from training.services.run_requests import in_words

# Whoever is at what takes minutes holds it: of a worker's two processes one is always free.
LONG_WORK = 7_407
# What a worker was lost with is begun again, but not for ever.
MAX_LOST: Final = 3
LOST: Final = (
    f"It broke off {MAX_LOST} times: its worker or the database went away in the middle, for want "
    "of memory, of disk or of time. The logs of the worker and of the database say which."
)
# Of an error that nobody expected, in characters.
MAX_SAID: Final = 300
STORE_FAULTS = (OSError, ArtifactError, BucketError)


def why(error: Exception, *, remedy: str = "It is tried again by itself.") -> str:
    """What stopped it, for the person who finds it standing still.

    Errors of the database may repeat what it was asked to store, so they are named and no more.

    ``remedy`` is what helps where the disk or the store is at fault.
    """
    match error:
        case Refused():
            return in_words(error)
        case OSError():
            said = error.strerror or type(error).__name__
            return f"Its data could not be stored: {said}. {remedy}"
        case ArtifactError() | BucketError():
            said = str(error).rstrip(".")
            return f"The artifact store does not work: {said}. {remedy}"
        case DatabaseError():
            said = type(error).__name__
        case _:
            said = f"{type(error).__name__}: {error}"[:MAX_SAID]
    return f"It broke off with an error that nobody expected ({said}). The worker's log says where."
