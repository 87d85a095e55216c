"""Being given a task: whose turn it is, what comes first, and what is never given."""

import pytest

from labeling.errors import Refused
from labeling.models import Assignment, Pool, PresentedCompletion, Project, User
from labeling.services.assignments import lease_next_assignment, skip_assignment
from labeling.services.projects import (
    NewInstructions,
    acknowledge_instructions,
    publish_instructions,
)
from tests.cast import make_demonstration_project, make_ranking_project, make_task
from tests.labeling.work import let_lease_run_out, lose, rank, read_instructions, take

pytestmark = pytest.mark.django_db


def next_of(project: Project, labeler: User):
    read_instructions(project, labeler)
    return lease_next_assignment(labeler=labeler, project=project)


def test_a_slot_is_leased_under_the_newest_instructions(amina):
    """R15."""
    project = make_ranking_project()
    task = make_task(project)

    assignment = take(project, amina)

    assert assignment.task == task
    assert assignment.state == Assignment.State.LEASED
    assert assignment.labeler == amina
    assert assignment.instructions.version == 1
    assert assignment.leased_until > assignment.opened_at


def test_asking_twice_gives_the_task_already_held(amina):
    project = make_ranking_project()
    for _ in range(3):
        make_task(project)

    first, second = take(project, amina), take(project, amina)

    assert first == second
    assert amina.assignments.count() == 1


def test_asking_again_renews_the_lease(amina):
    project = make_ranking_project()
    make_task(project)
    held = take(project, amina)
    let_lease_run_out(held)

    again = take(project, amina)

    assert again == held
    assert again.leased_until > held.leased_until


def test_tasks_come_in_the_stored_shuffled_order(amina):
    project = make_ranking_project()
    late, early = make_task(project), make_task(project)
    late.assignments.update(serve_key=early.shuffle_key + 1)

    assert take(project, amina).task == early


def test_a_task_judged_before_is_not_given_again(amina):
    project = make_ranking_project(overlap=3)
    make_task(project)
    rank(take(project, amina), amina)

    found = next_of(project, amina)

    assert (found.assignment_id, found.reason) == (None, "empty")


def test_a_task_skipped_before_is_not_given_again(amina):
    project = make_ranking_project(overlap=3)
    make_task(project)
    skipped = take(project, amina)
    skip_assignment(labeler=amina, assignment_id=skipped.pk, reason="too_long", comment="")

    assert next_of(project, amina).reason == "empty"


def test_tasks_in_other_hands_are_counted_when_there_is_nothing(amina, otto):
    project = make_ranking_project()
    make_task(project)
    take(project, otto)

    found = next_of(project, amina)

    assert found.reason == "empty"
    assert found.num_waiting_for_others == 1


def test_hana_who_is_held_out_gets_nothing_from_a_training_project(hana):
    """R14."""
    project = make_ranking_project(pool=Pool.TRAINING)
    make_task(project)

    found = next_of(project, hana)

    assert (found.assignment_id, found.reason) == (None, "not_in_pool")
    assert not hana.assignments.exists()


def test_amina_gets_nothing_from_a_held_out_project(amina):
    """R14."""
    project = make_ranking_project(pool=Pool.HELD_OUT)
    make_task(project)

    assert next_of(project, amina).reason == "not_in_pool"


def test_a_labeler_moved_to_the_other_pool_cannot_go_on(amina):
    """R14: the pool is checked even for a task in hand."""
    project = make_ranking_project()
    make_task(project)
    take(project, amina)
    amina.pool = Pool.HELD_OUT
    amina.save()

    assert next_of(project, amina).reason == "not_in_pool"


def test_nothing_is_given_from_imported_judgments(amina):
    project = make_ranking_project(imported_from="ukp")
    make_task(project)

    assert next_of(project, amina).reason == "not_in_pool"


def test_a_paused_project_gives_nothing_new(amina):
    project = make_ranking_project(state=Project.State.PAUSED)
    make_task(project)

    assert next_of(project, amina).reason == "paused"


def test_a_pause_lets_a_labeler_finish_what_they_hold(amina):
    project = make_ranking_project()
    make_task(project)
    held = take(project, amina)
    project.state = Project.State.PAUSED
    project.save()

    assert next_of(project, amina).assignment_id == held.pk


def test_instructions_come_before_the_first_task(amina):
    """R15."""
    project = make_ranking_project()
    make_task(project)

    with pytest.raises(Refused) as refusal:
        lease_next_assignment(labeler=amina, project=project)

    assert refusal.value.code == "instructions_not_acknowledged"
    assert not amina.assignments.exists()


def test_a_new_version_is_read_before_the_next_task(amina, ada):
    """R15: not before the one in hand, which keeps the version it was judged under."""
    project = make_ranking_project()
    make_task(project)
    make_task(project)
    held = take(project, amina)
    publish_instructions(project=project, new=NewInstructions("How", "Anew."), created_by=ada)

    same = lease_next_assignment(labeler=amina, project=project)
    rank(held, amina)
    with pytest.raises(Refused, match="version 2"):
        lease_next_assignment(labeler=amina, project=project)
    acknowledge_instructions(project=project, labeler=amina, version=2)
    fresh = lease_next_assignment(labeler=amina, project=project)

    assert same.assignment_id == held.pk
    assert held.instructions.version == 1
    assert Assignment.objects.get(pk=fresh.assignment_id).instructions.version == 2


def test_an_expired_lease_frees_the_slot_for_somebody_else(amina, otto):
    project = make_ranking_project()
    task = make_task(project)
    held = take(project, amina)

    taken = lose(held, to=otto)

    assert held.state == Assignment.State.EXPIRED
    assert held.labeler == amina
    assert (taken.task, taken.slot) == (task, held.slot)
    assert taken.labeler == otto


def test_a_lost_task_comes_back_while_its_slot_is_free(amina, otto):
    """Whoever was away gets their own half-done task again, as long as nobody took it over."""
    project = make_ranking_project(overlap=1)
    first, second = make_task(project), make_task(project)
    lost = take(project, amina)
    let_lease_run_out(lost)
    # Otto's visit frees the slot of the first task, which he has done, and gives him the second.
    first.assignments.create(
        project=first.project, serve_key=first.shuffle_key, slot=2, labeler=otto, state="submitted"
    )
    taken = take(project, otto)
    lost.refresh_from_db()
    assert (taken.task, lost.state) == (second, Assignment.State.EXPIRED)

    again = take(project, amina)

    assert again == lost
    assert again.state == Assignment.State.LEASED
    assert not first.assignments.filter(state="open").exists()


def test_every_completion_is_presented_once_under_a_handle_of_its_own(amina, otto):
    """R30."""
    project = make_ranking_project(overlap=2)
    task = make_task(project)

    mine, theirs = take(project, amina), take(project, otto)

    shown = {row.completion_id for row in task.task_completions.all()}
    for assignment in (mine, theirs):
        presented = list(assignment.presented.all())
        assert [row.position for row in presented] == [0, 1, 2, 3]
        assert {row.completion_id for row in presented} == shown
    assert PresentedCompletion.objects.values("handle").distinct().count() == 8


def test_the_order_shown_differs_between_assignments(amina):
    """R30: with 12 tasks of 4, all in the stored order by chance is 1 in 24 to the 12th."""
    project = make_ranking_project()
    orders = set()
    for _ in range(12):
        task = make_task(project)
        assignment = take(project, amina)
        stored = list(
            task.task_completions.order_by("completion").values_list("completion", flat=1)
        )
        shown = [row.completion_id for row in assignment.presented.all()]
        orders.add(tuple(stored.index(completion) for completion in shown))
        rank(assignment, amina)

    assert len(orders) > 1


def test_a_demonstration_task_presents_nothing(amina):
    project = make_demonstration_project()
    make_task(project)

    assert not take(project, amina).presented.exists()


def test_the_next_task_takes_a_constant_number_of_queries(amina, django_assert_num_queries):
    project = make_ranking_project(k=9)
    for _ in range(20):
        make_task(project)
    read_instructions(project, amina)

    # Savepoint in and out, labeler lock, candidacy, own leases, consent, instructions, lapsed
    # leases, lost task, slot, lease, what is presented.
    with django_assert_num_queries(12):
        lease_next_assignment(labeler=amina, project=project)
