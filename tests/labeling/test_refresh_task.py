"""The refresh of the agreement as the background runs it: when it rests, and when it may not."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish

from labeling import tasks
from labeling.models import PromptAgreement
from labeling.selectors.agreement_refresh import REFRESH_LOCK
from labeling.services.resting import Rest
from tests.cast import Cast, make_project, make_ranking, make_task
from tests.locks import somebody_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh was just made, and what it took calls for a long rest."""
    monkeypatch.setattr(tasks, "resting", Rest(times=1e12, at_most=3600))
    tasks.refresh_agreement()


@pytest.fixture
def rings() -> Iterator[list[dict[str, Any]]]:
    """The keyword arguments of every refresh that is asked for."""
    heard = []

    def hear(sender: str, body: Any, **_: Any) -> None:
        if sender == "labeling.refresh_agreement":
            heard.append(body[1])

    before_task_publish.connect(hear)
    yield heard
    before_task_publish.disconnect(hear)


def judged_twice(cast: Cast) -> None:
    task = make_task(make_project(overlap=2))
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [1, 2, 3, 4])


def test_a_refresh_rests_unless_somebody_awaits_the_figures(cast: Cast, at_rest: None) -> None:
    """Whoever imported judgments looks at their figures next, however long the last ones took."""
    judged_twice(cast)

    tasks.refresh_agreement()
    assert not PromptAgreement.objects.exists()

    tasks.refresh_agreement(is_awaited=True)
    assert PromptAgreement.objects.exists()


def test_behind_a_refresh_that_goes_on_elsewhere_there_is_another_one_for_who_awaits_it(
    cast: Cast, rings: list[dict[str, Any]]
) -> None:
    judged_twice(cast)

    with somebody_at(REFRESH_LOCK):
        tasks.refresh_agreement()
        assert rings == []
        tasks.refresh_agreement(is_awaited=True)

    assert rings == [{"is_awaited": True}]
    assert not PromptAgreement.objects.exists()
    tasks.refresh_agreement(**rings[0])
    assert PromptAgreement.objects.exists()
    assert len(rings) == 1
