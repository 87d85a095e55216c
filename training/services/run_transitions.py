"""The one place where a run's state changes: a guarded UPDATE and its event, together."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from training.models import Run, RunEvent, RunState


@transaction.atomic
def move(
    run_id: UUID,
    *,
    to: RunState,
    sources: Iterable[RunState],
    actor: str,
    fence: int | None = None,
    detail: str = "",
    changes: dict[str, Any] | None = None,
) -> bool:
    """Take a run to another state if it is in one of ``sources``; False when it is not.

    With ``fence`` the run must also still carry it, so that whoever lost the run changes nothing.
    ``changes`` are further columns of the same UPDATE.
    """
    guarded = Run.objects.filter(pk=run_id, state__in=tuple(sources))
    if fence is not None:
        guarded = guarded.filter(fence=fence)
    before = guarded.select_for_update().values_list("state", flat=True).first()
    if before is None:
        return False
    guarded.update(state=to, **(changes or {}))
    after_fence = Run.objects.values_list("fence", flat=True).get(pk=run_id)
    RunEvent.objects.create(
        run_id=run_id,
        from_state=before,
        to_state=to,
        actor=actor,
        fence=after_fence,
        detail=detail,
    )
    return True


def note(run: Run, *, actor: str, detail: str) -> None:
    """Add an event that moves nothing, such as the wish to cancel a live run."""
    RunEvent.objects.create(
        run=run,
        from_state=run.state,
        to_state=run.state,
        actor=actor,
        fence=run.fence,
        detail=detail,
    )
