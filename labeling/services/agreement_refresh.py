"""Asking for the agreement figures, and telling how far they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from labeling.models import AgreementStore

FAILURE_CHARACTERS: Final = 500


def ask_for_refresh() -> None:
    """Have the figures worked out at the next beat, whether or not it rests. Twice is once.

    A web request rings no bell: the beat looks here.
    """
    AgreementStore.objects.get_or_create(pk=1)
    AgreementStore.objects.filter(pk=1).update(requested_at=Coalesce("requested_at", Now()))


@contextmanager
def told_of() -> Iterator[None]:
    """Around a refresh: that it began, and how it ended. Precondition: only one at a time."""
    AgreementStore.objects.get_or_create(pk=1)
    store = AgreementStore.objects.filter(pk=1)
    # Asked for from now on, it is another one that is meant.
    store.update(started_at=Now(), requested_at=None, num_changed=0, num_done=0)
    try:
        yield
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"[:FAILURE_CHARACTERS]
        store.update(started_at=None, failed_at=Now(), failure=failure)
        raise
    store.update(started_at=None, failed_at=None, failure="")


def will_work_out(num_prompts: int) -> None:
    if num_prompts:
        AgreementStore.objects.filter(pk=1).update(num_changed=num_prompts)


def has_worked_out(num_prompts: int) -> None:
    AgreementStore.objects.filter(pk=1).update(num_done=F("num_done") + num_prompts)
