"""R53: what a run was trained with, although an upgrade came between its attempts."""

import pytest

from training.models import Run
from training.runner.claim import claim, finish_unsuccessful, report_slots, start_running
from training.runner.letting_go import Ending
from training.runner.periodic import requeue_due
from training.services.code_revision import code_revision

pytestmark = pytest.mark.django_db

HOST = "node-a"


@pytest.fixture
def run(make_run):
    report_slots(HOST)
    return make_run()


@pytest.fixture
def attempt(run, settings):
    """Takes the run and starts it, as a runner of that code does."""

    def start(revision):
        settings.CODE_REVISION = revision
        code_revision.cache_clear()
        held = claim(run.pk, host=HOST)
        assert start_running(held, pid=4321)
        return held

    yield start
    code_revision.cache_clear()


def said_of_code(run):
    return list(run.events.filter(detail__contains="code").values_list("detail", flat=True))


def test_an_attempt_on_the_code_of_the_request_says_nothing(run, attempt):
    attempt(run.code_revision)

    assert run.attempts.get().code_revision == run.code_revision
    assert said_of_code(run) == []


def test_each_change_of_the_code_is_an_event(run, attempt, settings):
    """The run's own row keeps what it was asked for on; the third attempt has nothing to add."""
    settings.RUN_RETRY_SECONDS = 0
    Run.objects.filter(pk=run.pk).update(code_revision="a" * 40)

    for revision in ("b" * 40, "c" * 40 + "-dirty", "c" * 40 + "-dirty"):
        held = attempt(revision)
        finish_unsuccessful(held, Ending(reason="preempted", is_transient=True))
        requeue_due()

    assert [one.code_revision[0] for one in run.attempts.order_by("number")] == ["b", "c", "c"]
    assert said_of_code(run) == [
        "attempt 1 runs code bbbbbbbbbbbb; the run was asked for on aaaaaaaaaaaa",
        "attempt 2 runs code cccccccccccc with changes; attempt 1 ran bbbbbbbbbbbb",
    ]
    run.refresh_from_db()
    assert run.code_revision == "a" * 40
