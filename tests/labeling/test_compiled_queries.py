"""A query that is worked out once gives what the queryset itself gives, whatever the values."""

import uuid

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef

from labeling.models import Assignment, Project, Task
from labeling.selectors.compiled import CompiledQuery
from tests.cast import make_ranking_project, make_task
from tests.labeling.work import take

pytestmark = pytest.mark.django_db


def slots_of(*, project: int, state_of: int) -> object:
    return (
        Assignment.objects.filter(project=project, task=state_of)
        .select_related("task__prompt")
        .annotate(is_shown=Exists(Task.objects.filter(pk=OuterRef("task"), project=project)))
        .order_by("slot")
    )


SLOTS = CompiledQuery(slots_of, project=int, state_of=int)


def test_the_rows_are_those_of_the_queryset_for_each_value(django_assert_num_queries):
    tasks = [make_task(make_ranking_project(overlap=overlap)) for overlap in (1, 3)]

    for task in tasks:
        plain = list(slots_of(project=task.project_id, state_of=task.pk))
        with django_assert_num_queries(1):
            found = SLOTS(project=task.project_id, state_of=task.pk)
            shown = [(slot.pk, slot.task.prompt.flags, slot.is_shown) for slot in found]
        assert shown == [(slot.pk, slot.task.prompt.flags, slot.is_shown) for slot in plain]


def test_nothing_found_is_nothing():
    assert SLOTS(project=1, state_of=2) == []
    assert SLOTS.first(project=1, state_of=2) is None


def test_what_was_found_can_be_changed_and_saved(amina):
    project = make_ranking_project()
    make_task(project)
    assignment = take(project, amina)
    by_id = CompiledQuery(
        lambda assignment: Assignment.objects.filter(pk=assignment)[:1], assignment=uuid.UUID
    )

    found = by_id.first(assignment=assignment.pk)
    found.slot = 7
    found.save()

    assert Assignment.objects.get(pk=assignment.pk).slot == 7


def test_a_forgotten_value_is_an_error_and_not_a_stand_in():
    projects = CompiledQuery(lambda project: Project.objects.filter(pk=project), project=int)

    with pytest.raises(KeyError):
        projects()


@pytest.mark.django_db(transaction=True)
def test_after_a_restart_of_postgres_the_statement_is_prepared_anew():
    task = make_task(make_ranking_project())
    values = {"project": task.project_id, "state_of": task.pk}
    SLOTS(**values)
    # A lost connection, found at the start of the next request.
    connection.connection.close()
    connection.health_check_done = False

    assert len(SLOTS(**values)) == 1
