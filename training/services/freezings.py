"""Freezing for a person in the background: a million rankings take longer than a request may.

The request stores what was asked for; a worker freezes it in one moment and says so in the same
transaction. A worker that dies in the middle leaves no snapshot, and the next one begins anew.
"""

import logging
from time import monotonic

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import User
from training.models import Freezing, Snapshot
from training.selectors.freezings import OPEN_STATES
from training.selectors.lost_work import LOST, MAX_LOST
from training.services.canonical import canonical_json, sha256_of_text
from training.services.snapshot_records import SnapshotQuery, check_projects
from training.services.snapshots import freeze, query_as_json, sweeping_before
from training.services.unattended import DATABASE_AWAY, why

logger = logging.getLogger(__name__)

REMEDY = "Freeze it again when that is mended."


@transaction.atomic
def request_freezing(
    *, by: User, name: str, kind: str, query: SnapshotQuery, text: str = ""
) -> Freezing:
    """A freezing that waits for a worker; the one on its way where the same was asked for before.

    Raises: Refused("not_for_training") (status 422).
    """
    check_projects(query)
    said = query_as_json(query)
    wish = sha256_of_text(canonical_json([name, kind, said, text]))
    # Two clicks at the same moment come one after the other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    same = Freezing.objects.filter(created_by=by, wish_sha256=wish, state__in=OPEN_STATES)
    return same.first() or Freezing.objects.create(
        name=name, kind=kind, query=said, text=text, wish_sha256=wish, created_by=by
    )


def freeze_for(seconds: float) -> None:
    """What waits, the oldest first, until none is left or this long has passed; then the next one
    is left to another call.

    Precondition: nobody else does so meanwhile.
    """
    until = monotonic() + seconds
    while freeze_next() and monotonic() < until:
        pass


def freeze_next() -> bool:
    """Freeze what was asked for first; False if nothing is left.

    Whatever it breaks off with ends it with the reason. A database that is away does not: it is
    begun again, and ended when that did not help.

    Precondition: nobody else does so meanwhile, so what is running was lost with its worker.
    """
    waiting = Freezing.objects.filter(state__in=OPEN_STATES).select_related("created_by")
    freezing = waiting.order_by("created_at", "pk").first()
    if freezing is None:
        return False
    with sweeping_before("asked"):
        if freezing.num_tries >= MAX_LOST:
            _fail(freezing, LOST)
            return True
        freezing.state, freezing.started_at = Freezing.State.RUNNING, Now()
        freezing.num_tries += 1
        freezing.save(update_fields=["state", "started_at", "num_tries"])
        try:
            _freeze(freezing)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            if not isinstance(error, Refused):
                logger.exception("freezing %s broke off", freezing.pk)
            _fail(freezing, why(error, remedy=REMEDY))
    return True


def _freeze(freezing: Freezing) -> None:
    def end_with(snapshot: Snapshot) -> None:
        freezing.snapshot = snapshot
        _end(freezing, Freezing.State.DONE)

    freeze(
        by=freezing.created_by,
        name=freezing.name,
        kind=freezing.kind,
        query=SnapshotQuery(**freezing.query),
        text=freezing.text,
        then=end_with,
    )


def _fail(freezing: Freezing, failure: str) -> None:
    freezing.snapshot, freezing.failure = None, failure
    _end(freezing, Freezing.State.FAILED)


def _end(freezing: Freezing, state: Freezing.State) -> None:
    freezing.state, freezing.text, freezing.finished_at = state, "", Now()
    freezing.save(update_fields=["state", "text", "finished_at", "snapshot", "failure"])
