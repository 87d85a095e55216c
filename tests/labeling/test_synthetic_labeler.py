"""A labeler that does not exist labels once a minute, and nothing of it stays (R74)."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from labeling.models import (
    Assignment,
    AuditEntry,
    Completion,
    PeriodicWork,
    Project,
    Prompt,
    Ranking,
    User,
)
from labeling.services import synthetic_labeler
from labeling.services.periodic import note_work
from labeling.services.synthetic_labeler import LabelingFails, label_once, try_labeling

KEPT = (Assignment, AuditEntry, Completion, Project, Prompt, Ranking, Session, User)
REFUSE_RANKINGS = """
CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON labeling_rankedcompletion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_late();
"""


def rows():
    return {model.__name__: model._default_manager.count() for model in KEPT}


def work():
    return PeriodicWork.objects.values_list("num_failures", "succeeded_at").get()


@pytest.mark.django_db
def test_it_labels_and_leaves_nothing(monkeypatch):
    """Every row that labeling makes was there for a moment, and none of them is afterwards."""
    before = rows()
    meanwhile = {}
    look = synthetic_labeler.transaction.set_rollback

    def look_first(rollback):
        meanwhile.update(rows())
        look(rollback)

    monkeypatch.setattr(synthetic_labeler.transaction, "set_rollback", look_first)

    assert try_labeling()

    assert rows() == before
    grown = {name for name, num in meanwhile.items() if num > before[name]}
    assert {"Assignment", "Completion", "Project", "Prompt", "Ranking", "Session", "User"} <= grown
    failures, succeeded_at = work()
    assert (failures, succeeded_at is None) == (0, False)


@pytest.mark.django_db
def test_a_site_on_which_nobody_can_label_is_told_by_its_step(settings):
    settings.ROOT_URLCONF = "tests.config.faulty_urls"

    with pytest.raises(LabelingFails, match="post /api/assignments/next/ ended with 404"):
        label_once()


@pytest.mark.django_db
def test_failures_are_counted_until_it_succeeds_again(settings):
    """The alert of docs/operations.md: two in a row."""
    sound = settings.ROOT_URLCONF
    settings.ROOT_URLCONF = "tests.config.faulty_urls"

    assert [try_labeling(), try_labeling()] == [False, False]
    assert work() == (2, None)

    settings.ROOT_URLCONF = sound
    assert try_labeling()
    failures, succeeded_at = work()
    assert (failures, succeeded_at is None) == (0, False)


@pytest.mark.django_db
def test_what_only_a_commit_would_refuse_is_seen_too():
    """A deferred trigger is asked before everything is taken back."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_RANKINGS)

    assert not try_labeling()
    assert work()[0] == 1


@pytest.mark.django_db
def test_a_failure_keeps_the_time_of_the_last_success():
    note_work("reap")
    succeeded_at = PeriodicWork.objects.get(name="reap").succeeded_at

    note_work("reap", succeeded=False)

    again = PeriodicWork.objects.get(name="reap")
    assert (again.succeeded_at, again.num_failures) == (succeeded_at, 1)
    assert again.ran_at > succeeded_at
