"""A refresh of many prompts reads in a second session, and stores what one session would (R36)."""

from typing import Any

import pytest
from django.db import connection

from labeling.models import LabelerDay, LabelerMeeting, PromptAgreement, Ranking
from labeling.services import agreement_store as module
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast, make_ranking, make_ranking_project, make_task

pytestmark = pytest.mark.django_db(transaction=True)

NUM_TASKS = 7


@pytest.fixture
def rankings(cast: Cast) -> list[Ranking]:
    project = make_ranking_project(overlap=2)
    tasks = [make_task(project) for _ in range(NUM_TASKS)]
    return [
        make_ranking(task, labeler, ranks)
        for task in tasks
        for labeler, ranks in ((cast.amina, [1, 2, 3, 3]), (cast.otto, [2, 1, 3, 4]))
    ]


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The Postgres process that read each block, as the blocks come."""
    seen: list[int] = []
    read = module._rankings_of

    def noted(fingerprints: Any) -> Any:
        rows = read(fingerprints)
        seen.append(connection.connection.info.backend_pid)
        return rows

    monkeypatch.setattr(module, "_rankings_of", noted)
    return seen


def stored() -> tuple[list[Any], list[Any]]:
    """All rows but their numbers, in one order."""
    fields = PromptAgreement._meta.fields
    own = [field.attname for field in fields if field.name not in ("id", "judged")]
    meetings = [
        field.attname
        for field in LabelerMeeting._meta.fields
        if field.name not in ("id", "agreement")
    ]
    whose = ("agreement__prompt", "agreement__audiences", "a", "b")
    return (
        list(PromptAgreement.objects.order_by("prompt", "audiences").values_list(*own)),
        list(LabelerMeeting.objects.order_by(*whose).values_list(*whose, *meetings)),
    )


def test_two_sessions_store_what_one_stores(
    rankings: list[Ranking], readers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = refresh_alone(readers)
    alone = stored()
    PromptAgreement.objects.all().delete()
    LabelerDay.objects.all().delete()
    readers.clear()
    monkeypatch.setattr(module, "PROMPTS_AT_ONCE", 2)

    assert refresh_agreement() == NUM_TASKS

    assert stored() == alone
    assert len(alone[0]) >= NUM_TASKS
    assert len(readers) == 4
    assert set(readers).isdisjoint({own})
    assert len(set(readers)) == 1


def refresh_alone(readers: list[int]) -> int:
    """All prompts at once, and by which session they were read: ours."""
    assert refresh_agreement() == NUM_TASKS
    own = int(connection.connection.info.backend_pid)
    assert readers == [own]
    return own


def test_a_refresh_that_fails_on_the_way_keeps_what_it_stored_and_goes_on_next_time(
    rankings: list[Ranking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROMPTS_AT_ONCE", 2)
    read, calls = module._rankings_of, []

    def failing(fingerprints: Any) -> Any:
        calls.append(fingerprints)
        if len(calls) == 3:
            raise OSError("the network is gone")
        return read(fingerprints)

    monkeypatch.setattr(module, "_rankings_of", failing)
    with pytest.raises(OSError, match="the network is gone"):
        refresh_agreement()
    assert PromptAgreement.objects.values("prompt").distinct().count() == 4

    assert refresh_agreement() == NUM_TASKS - 4

    assert PromptAgreement.objects.values("prompt").distinct().count() == NUM_TASKS
