"""Exact overlap with real threads on a real Postgres: nothing doubled, nothing left over."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from labeling.models import Assignment, Candidacy, Ranking, Screening, User
from labeling.services.assignments import lease_next_assignment
from labeling.services.rankings import submit_ranking
from labeling.services.tasks import TaskRequest, create_tasks
from tests.cast import make_completions, make_prompt, make_ranking_project, make_task, make_user
from tests.labeling.work import let_lease_run_out, rank, read_instructions, submission, take

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(labelers: Iterable[User], work: Callable[[User], object]) -> list[object]:
    """Every labeler works in a thread with a connection of its own, all from the same moment."""
    labelers = list(labelers)
    start = threading.Barrier(len(labelers))

    def run(labeler: User) -> object:
        try:
            start.wait()
            return work(labeler)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(labelers)) as pool:
        return list(pool.map(run, labelers))


def test_the_last_slot_goes_to_one_of_twenty_four():
    project = make_ranking_project(overlap=1)
    make_task(project)
    labelers = [make_user(f"labeler{n}") for n in range(24)]
    read_instructions(project, *labelers)

    found = all_at_once(
        labelers, lambda labeler: lease_next_assignment(labeler=labeler, project=project)
    )

    assert Counter(result.assignment_id is not None for result in found) == {True: 1, False: 23}
    assert Assignment.objects.filter(state="leased").count() == 1
    assert Assignment.objects.count() == 1


def test_a_lapsed_slot_goes_to_one_of_twelve(amina):
    project = make_ranking_project(overlap=1)
    make_task(project)
    let_lease_run_out(take(project, amina))
    labelers = [make_user(f"labeler{n}") for n in range(12)]
    read_instructions(project, *labelers)

    found = all_at_once(
        labelers, lambda labeler: lease_next_assignment(labeler=labeler, project=project)
    )

    assert sum(result.assignment_id is not None for result in found) == 1
    assert Counter(Assignment.objects.values_list("state", flat=True)) == {
        "expired": 1,
        "leased": 1,
    }


def test_ten_tabs_of_one_labeler_hold_one_task(amina):
    project = make_ranking_project(overlap=1)
    for _ in range(10):
        make_task(project)
    read_instructions(project, amina)

    found = all_at_once(
        [amina] * 10, lambda labeler: lease_next_assignment(labeler=labeler, project=project)
    )

    assert len({result.assignment_id for result in found}) == 1
    assert amina.assignments.count() == 1


def test_ten_prefetches_at_once_hold_one_task_more(amina):
    """The browser asks for the task after this one, twice because a network stuttered."""
    project = make_ranking_project(overlap=1)
    for _ in range(10):
        make_task(project)
    held = take(project, amina)

    found = all_at_once(
        [amina] * 10,
        lambda labeler: lease_next_assignment(labeler=labeler, project=project, beside=held.pk),
    )

    [second] = {result.assignment_id for result in found}
    assert second != held.pk
    assert amina.assignments.filter(state="leased").count() == 2


def test_the_last_place_is_answered_by_one_of_twenty_four_and_by_nobody_else():
    """One answer short of its overlap: exactly one more is taken in, however many ask at once."""
    project = make_ranking_project(overlap=3)
    task = make_task(project)
    for n in range(2):
        early = make_user(f"early{n}")
        rank(take(project, early), early)
    labelers = [make_user(f"labeler{n}") for n in range(24)]
    read_instructions(project, *labelers)

    def work(labeler: User) -> bool:
        found = lease_next_assignment(labeler=labeler, project=project)
        if found.assignment_id is None:
            return False
        rank(Assignment.objects.get(pk=found.assignment_id), labeler)
        return True

    assert sum(all_at_once(labelers, work)) == 1
    assert task.rankings.filter(is_surplus=False).count() == 3
    assert not Assignment.objects.exclude(state="submitted").exists()


def test_without_a_project_the_last_slots_of_two_go_to_two_of_twenty():
    projects = [make_ranking_project(overlap=1, priority=n) for n in range(2)]
    labelers = [make_user(f"labeler{n}") for n in range(20)]
    for project in projects:
        make_task(project)
        read_instructions(project, *labelers)

    found = all_at_once(
        labelers, lambda labeler: lease_next_assignment(labeler=labeler, project=None)
    )

    given = [result.assignment_id for result in found if result.assignment_id is not None]
    assert len(given) == len(set(given)) == 2


def test_a_screening_task_has_a_place_for_twelve_candidates_at_once(ada):
    project = make_ranking_project(purpose="screening")
    task = make_task(project)
    screening = Screening.objects.create(name="S", ranking_project=project, created_by=ada)
    labelers = [make_user(f"candidate{n}") for n in range(12)]
    for n, labeler in enumerate(labelers):
        Candidacy.objects.create(
            screening=screening, labeler=labeler, code=f"c{n}", state="in_progress"
        )
    read_instructions(project, *labelers)

    found = all_at_once(
        labelers, lambda labeler: lease_next_assignment(labeler=labeler, project=project)
    )

    assert len({result.assignment_id for result in found}) == 12
    assert sorted(task.assignments.values_list("slot", flat=True)) == list(range(1, 13))


def test_repeats_asked_for_at_once_go_to_their_own_labelers(settings):
    settings.REPEAT_AFTER_RANKINGS, settings.TAKE_BACK_SECONDS = 1, 0
    project = make_ranking_project(overlap=4, repeat_share=0.5)
    for _ in range(12):
        make_task(project)
    labelers = [make_user(f"labeler{n}") for n in range(4)]
    read_instructions(project, *labelers)

    def work(labeler: User) -> None:
        while True:
            found = lease_next_assignment(labeler=labeler, project=project)
            if found.assignment_id is None:
                return
            rank(Assignment.objects.get(pk=found.assignment_id), labeler)

    all_at_once(labelers, work)

    repeats = project.tasks.filter(repeat_of__isnull=False)
    assert repeats.exists()
    for repeat in repeats:
        [ranking] = repeat.rankings.all()
        assert repeat.repeat_of.rankings.filter(labeler=ranking.labeler).exists()
    originals = project.tasks.filter(repeat_of=None)
    assert {task.rankings.count() for task in originals} == {4}


def test_twenty_labelers_give_thirty_tasks_exactly_three_rankings_each():
    project = make_ranking_project(overlap=3)
    tasks = [make_task(project) for _ in range(30)]
    labelers = [make_user(f"labeler{n}") for n in range(20)]
    read_instructions(project, *labelers)

    def work(labeler: User) -> None:
        while True:
            found = lease_next_assignment(labeler=labeler, project=project)
            if found.assignment_id is not None:
                rank(Assignment.objects.get(pk=found.assignment_id), labeler)
            elif not found.num_waiting_for_others:
                return

    all_at_once(labelers, work)

    rankings_of = Counter(Ranking.objects.values_list("task_id", flat=True))
    assert rankings_of == {task.pk: 3 for task in tasks}
    assert not Ranking.objects.filter(is_surplus=True).exists()
    assert set(Assignment.objects.values_list("state", flat=True)) == {"submitted"}


def test_one_answer_sent_ten_times_at_once_is_stored_once(amina):
    project = make_ranking_project(overlap=1)
    make_task(project)
    assignment = take(project, amina)
    sent = submission(assignment)

    stored = all_at_once(
        [amina] * 10, lambda labeler: submit_ranking(labeler=labeler, submission=sent)
    )

    assert Ranking.objects.count() == 1
    assert len({answer.id for answer in stored}) == 1
    assert sum(answer.is_new for answer in stored) == 1


def test_one_request_for_tasks_sent_six_times_at_once_makes_each_task_once(ada):
    project = make_ranking_project(k=4)
    for _ in range(10):
        make_completions(make_prompt(), 4)

    reports = all_at_once(
        [ada] * 6, lambda _: create_tasks(project=project, request=TaskRequest(num_prompts=10))
    )

    assert sorted(report.num_tasks for report in reports) == [0, 0, 0, 0, 0, 10]
    assert project.tasks.count() == 10
