"""GET and POST /api/projects/<id>/overlap/: more labelers on a prompt, and the cost."""

from typing import Any

import pytest

from labeling.models import Assignment, AuditEntry, Project, Ranking, Task, User
from tests.cast import (
    Cast,
    client_of,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import take

pytestmark = pytest.mark.django_db


def address(project: Project) -> str:
    return f"/api/projects/{project.pk}/overlap/"


def plan(user: User | None, project: Project, **query: object) -> Any:
    return client_of(user).get(address(project), {"overlap": 2, "num_prompts": 200, **query})


def do(user: User | None, project: Project, **body: object) -> Any:
    body = {"overlap": 2, "num_prompts": 200, **body}
    return client_of(user).post(address(project), body, format="json")


def open_slots(task: Task) -> int:
    return task.assignments.filter(state=Assignment.State.OPEN).count()


@pytest.fixture
def project(cast: Cast) -> Project:
    """Five prompts, one labeler each: Amina ranked three of them, in 2, 3 and 10 minutes."""
    project = make_ranking_project()
    for minutes in (2, 3, 10, None, None):
        task = make_task(project)
        if minutes is not None:
            ranking = make_ranking(task, cast.amina, [1, 2, 3, 4])
            Ranking.objects.filter(pk=ranking.pk).update(seconds_active=60 * minutes)
    return project


def test_what_it_costs_is_shown_and_nothing_is_changed(cast: Cast, project: Project) -> None:
    """Five more rankings at a median of 3 minutes."""
    shown = plan(cast.rosa, project)

    assert shown.json() == {
        "overlap": 2,
        "num_prompts": 5,
        "num_rankings": 5,
        "minutes_each": 3.0,
        "minutes": 15.0,
    }
    assert Assignment.objects.count() == 5


def test_more_labelers_are_given_the_same_prompts(cast: Cast, project: Project) -> None:
    """What was ranked already is open to others, not to who ranked it; the rest to two."""
    done = do(cast.rosa, project)

    assert (done.status_code, done.json()["num_rankings"]) == (201, 5)
    assert [open_slots(task) for task in project.tasks.order_by("pk")] == [1, 1, 1, 2, 2]
    taken = set()
    for _ in range(5):
        taken.add(take(project, cast.otto).task_id)
        assignment = Assignment.objects.get(labeler=cast.otto, state=Assignment.State.LEASED)
        Assignment.objects.filter(pk=assignment.pk).update(
            state=Assignment.State.SUBMITTED, leased_until=None
        )
    assert len(taken) == 5
    entry = AuditEntry.objects.get(action="raise_overlap")
    assert (entry.actor, entry.details["num_rankings"]) == (cast.rosa, 5)


def test_the_next_prompts_come_first_and_asking_again_goes_on(cast: Cast, project: Project) -> None:
    """Those that nobody has ranked yet are the next to be served."""
    do(cast.rosa, project, num_prompts=2)
    assert [open_slots(task) for task in project.tasks.order_by("pk")] == [0, 0, 0, 2, 2]

    assert do(cast.rosa, project, num_prompts=2).json()["num_prompts"] == 2
    assert sum(open_slots(task) for task in project.tasks.all()) == 6

    assert do(cast.rosa, project, num_prompts=2).json()["num_prompts"] == 1
    refused = do(cast.rosa, project, num_prompts=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "enough_overlap")
    assert plan(cast.rosa, project).json()["num_rankings"] == 0


def test_a_slot_that_was_given_back_counts_once(cast: Cast, project: Project) -> None:
    """The row of who skipped stays beside the open one that goes on under its number."""
    task = project.tasks.order_by("pk").last()
    slot = task.assignments.get()
    Assignment.objects.filter(pk=slot.pk).update(
        state=Assignment.State.SKIPPED, labeler=cast.otto, opened_at=slot.created_at
    )
    task.assignments.create(project=project, serve_key=0, slot=1)

    do(cast.rosa, project)

    assert sorted(task.assignments.values_list("slot", "state")) == [
        (1, "open"),
        (1, "skipped"),
        (2, "open"),
    ]


def test_without_a_measured_time_the_cost_is_only_a_number_of_rankings(cast: Cast) -> None:
    project = make_ranking_project()
    make_task(project)

    shown = plan(cast.rosa, project).json()

    assert (shown["num_rankings"], shown["minutes_each"], shown["minutes"]) == (1, None, None)


def test_retired_tasks_and_repeats_are_left_alone(cast: Cast, project: Project) -> None:
    tasks = list(project.tasks.order_by("pk"))
    Task.objects.filter(pk=tasks[0].pk).update(state=Task.State.RETIRED)
    Task.objects.filter(pk=tasks[1].pk).update(repeat_of=tasks[2])

    assert do(cast.rosa, project).json()["num_prompts"] == 3
    assert [open_slots(task) for task in tasks] == [0, 0, 1, 2, 2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"imported_from": "file"}, "imported_project"),
        ({"purpose": Project.Purpose.SCREENING}, "nothing_to_compare"),
    ],
)
def test_projects_that_have_no_overlap_to_raise_are_refused(
    cast: Cast, change: dict[str, str], code: str
) -> None:
    for project in (make_ranking_project(**change), make_demonstration_project()):
        for answer in (plan(cast.rosa, project), do(cast.rosa, project)):
            expected = "nothing_to_compare" if project.k is None else code
            assert (answer.status_code, answer.json()["code"]) == (409, expected)


@pytest.mark.parametrize(
    ("field", "value"), [("overlap", 1), ("overlap", 51), ("num_prompts", 0), ("num_prompts", "x")]
)
def test_a_malformed_wish_is_refused_by_its_name(
    cast: Cast, project: Project, field: str, value: object
) -> None:
    for answer in (
        plan(cast.rosa, project, **{field: value}),
        do(cast.rosa, project, **{field: value}),
    ):
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert Assignment.objects.count() == 5


def test_only_researchers_raise_it_and_only_where_there_is_a_project(
    cast: Cast, project: Project
) -> None:
    for user in (cast.amina, None):
        assert plan(user, project).status_code in (401, 403)
        assert do(user, project).status_code in (401, 403)
    nowhere = Project(pk=987_654)
    assert plan(cast.rosa, nowhere).status_code == 404
    assert do(cast.rosa, nowhere).status_code == 404


def test_many_prompts_take_no_more_queries(
    cast: Cast, project: Project, django_assert_max_num_queries: Any
) -> None:
    client = client_of(cast.rosa)
    body = {"overlap": 3, "num_prompts": 200}

    # Session, account, project; a transaction: its lock, what it takes (2), the tasks, their lock,
    # their slots, the new ones, the audit.
    with django_assert_max_num_queries(13):
        assert client.post(address(project), body, format="json").status_code == 201
