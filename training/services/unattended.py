"""What work that nobody watches has in common: one at a time, and a reason where it stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import F

from labeling.errors import Refused
from training.artifact_bucket import BucketError
from training.artifact_store import ArtifactError
from training.models import Round, StandingRewardModel
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.run_requests import in_words

# Whoever is at what takes minutes holds it: of a worker's two processes one is always free.
LONG_WORK = 7_407
# Of an error that nobody expected, in characters.
MAX_SAID: Final = 300
# They say nothing of the work itself.
DATABASE_AWAY = (OperationalError, InterfaceError)
STORE_FAULTS = (OSError, ArtifactError, BucketError)


@contextmanager
def counting_losses(what: Round | StandingRewardModel) -> Iterator[None]:
    """Note on the row that a worker may be lost with this, until it ends, well or with a reason.

    A database that is away is no reason: whatever it breaks off in is lost.

    Raises: Refused("lost") instead where that happened too often.
    """
    row = type(what)._default_manager.filter(pk=what.pk)
    if what.num_lost >= MAX_LOST:
        raise Refused("lost", LOST)
    row.update(num_lost=F("num_lost") + 1)
    try:
        yield
    except DATABASE_AWAY:
        raise
    except Exception:
        row.update(num_lost=0)
        raise
    row.update(num_lost=0)


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
