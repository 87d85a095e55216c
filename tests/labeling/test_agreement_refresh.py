"""GET and POST /api/agreement/refresh/: how far the figures are, and having them now."""

from typing import Any

import pytest

from labeling import tasks
from labeling.models import AgreementStore, PromptAgreement
from labeling.selectors.agreement_refresh import REFRESH_LOCK
from labeling.services import agreement_store
from labeling.services.agreement_store import refresh_agreement
from labeling.services.resting import Rest
from tests.cast import Cast, client_of, make_project, make_ranking, make_task
from tests.locks import somebody_at

pytestmark = pytest.mark.django_db

ADDRESS = "/api/agreement/refresh/"


def shown(cast: Cast) -> Any:
    return client_of(cast.rosa).get(ADDRESS).json()


def judged_twice(cast: Cast, *, num_prompts: int = 1) -> None:
    project = make_project(overlap=2)
    for _ in range(num_prompts):
        task = make_task(project)
        make_ranking(task, cast.amina, [1, 2, 3, 4])
        make_ranking(task, cast.otto, [1, 2, 3, 4])


def test_before_the_first_there_is_nothing_to_tell(cast: Cast) -> None:
    found = shown(cast)

    assert (found["state"], found["refreshed_at"], found["failure"]) == ("idle", None, "")


def test_one_that_ended_says_when_and_how_much_it_worked_out(cast: Cast) -> None:
    judged_twice(cast, num_prompts=3)
    refresh_agreement()

    found = shown(cast)

    assert (found["state"], found["started_at"]) == ("idle", None)
    assert found["refreshed_at"] is not None
    assert (found["num_done"], found["num_changed"]) == (3, 3)


def test_whoever_asks_does_not_wait_for_a_rest(cast: Cast, monkeypatch: Any) -> None:
    """The beat looks into the database, for a web request rings no bell. Twice is once."""
    monkeypatch.setattr(tasks, "resting", Rest(times=1e12, at_most=3600))
    tasks.refresh_agreement()
    judged_twice(cast)
    tasks.refresh_agreement()
    assert not PromptAgreement.objects.exists()

    client = client_of(cast.rosa)
    first = client.post(ADDRESS)
    asked_at = AgreementStore.objects.get().requested_at
    second = client.post(ADDRESS)

    assert (first.status_code, first.json()["state"]) == (202, "asked")
    assert second.json() == first.json()
    assert AgreementStore.objects.get().requested_at == asked_at

    tasks.refresh_agreement()

    assert PromptAgreement.objects.exists()
    assert shown(cast)["state"] == "idle"


def test_one_that_goes_on_says_how_far_it_is(cast: Cast, monkeypatch: Any) -> None:
    """Two of three prompts are of now when the third is stored."""
    judged_twice(cast, num_prompts=3)
    seen = []

    def stop_and_look(*block: Any) -> None:
        seen.append(shown(cast))
        store(*block)

    store = agreement_store._store
    monkeypatch.setattr(agreement_store, "PROMPTS_AT_ONCE", 1)
    monkeypatch.setattr(agreement_store, "_store", stop_and_look)

    refresh_agreement()

    assert [(one["state"], one["num_done"], one["num_changed"]) for one in seen] == [
        ("running", 0, 3),
        ("running", 1, 3),
        ("running", 2, 3),
    ]


def test_one_that_failed_says_of_what_until_one_succeeds(cast: Cast, monkeypatch: Any) -> None:
    judged_twice(cast)

    def fail(*_: object) -> None:
        raise ValueError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(agreement_store, "_store", fail)
        with pytest.raises(ValueError, match="no space"):
            refresh_agreement()

    found = shown(cast)
    assert (found["state"], found["num_done"], found["num_changed"]) == ("failed", 0, 1)
    assert found["failure"] == "ValueError: no space left on device"
    assert found["failed_at"] is not None

    refresh_agreement()

    assert (shown(cast)["state"], shown(cast)["failure"]) == ("idle", "")


def test_one_whose_process_ended_broke_off(cast: Cast) -> None:
    """Nobody holds its lock any more; while somebody does, it goes on."""
    refresh_agreement()
    store = AgreementStore.objects.filter(pk=1)
    store.update(started_at=store.get().refreshed_at, num_changed=5, num_done=2)

    assert shown(cast)["state"] == "broke_off"
    with somebody_at(REFRESH_LOCK):
        assert shown(cast)["state"] == "running"


def test_only_researchers_look_and_ask(cast: Cast) -> None:
    for user in (cast.amina, None):
        assert client_of(user).get(ADDRESS).status_code in (401, 403)
        assert client_of(user).post(ADDRESS).status_code in (401, 403)
    assert not AgreementStore.objects.exists()


def test_looking_takes_few_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    refresh_agreement()
    client = client_of(cast.rosa)

    # Session, account, the row; whether the lock is held only where a refresh has begun.
    with django_assert_num_queries(3):
        client.get(ADDRESS)
