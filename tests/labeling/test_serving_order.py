"""What comes next: which of two tasks in hand, which project, which slot, and for whom."""

import pytest

from labeling.errors import NotAccessible, Refused
from labeling.models import Assignment, Candidacy, Pool, Project, Role, Screening, Task
from labeling.selectors.compiled import CompiledQuery
from labeling.services import claims
from labeling.services.assignments import (
    NextAssignment,
    lease_next_assignment,
    skip_assignment,
    undo_skip,
)
from labeling.services.drafts import save_draft
from tests.cast import (
    make_demonstration_project,
    make_ranking_project,
    make_task,
    make_user,
)
from tests.labeling.work import let_lease_run_out, lose, rank, read_instructions, take

pytestmark = pytest.mark.django_db


def take_anywhere(labeler) -> Assignment:
    found = lease_next_assignment(labeler=labeler, project=None)
    return Assignment.objects.get(pk=found.assignment_id)


def take_beside(held: Assignment) -> Assignment:
    found = lease_next_assignment(labeler=held.labeler, project=held.task.project, beside=held.pk)
    return Assignment.objects.get(pk=found.assignment_id)


def project_with_tasks(num_tasks: int = 1, **fields: object) -> Project:
    project = make_ranking_project(**fields)
    for _ in range(num_tasks):
        make_task(project)
    return project


# --- Two tasks at a time ---


def test_the_task_opened_first_comes_back_first(amina):
    project = project_with_tasks(3)
    first = take(project, amina)
    take_beside(first)

    assert take(project, amina) == first


def test_a_second_task_is_ready_beside_the_first_and_a_third_is_not(amina):
    project = project_with_tasks(5)
    first = take(project, amina)

    second, again = take_beside(first), take_beside(first)

    assert second == again != first
    assert take_beside(second) == first
    assert amina.assignments.count() == 2


def test_the_task_that_was_ready_is_the_next_one(amina):
    project = project_with_tasks(3)
    first = take(project, amina)
    second = take_beside(first)
    rank(first, amina)

    assert take(project, amina) == second


def test_nothing_is_given_beside_somebody_elses_task(amina, otto):
    project = project_with_tasks(3)
    held = take(project, amina)
    read_instructions(project, otto)

    with pytest.raises(NotAccessible):
        lease_next_assignment(labeler=otto, project=project, beside=held.pk)

    assert not otto.assignments.exists()


def test_nothing_is_given_beside_a_task_that_is_answered(amina):
    project = project_with_tasks(3)
    answered = take(project, amina)
    rank(answered, amina)

    with pytest.raises(Refused) as refusal:
        take_beside(answered)

    assert refusal.value.code == "not_held"
    assert amina.assignments.count() == 1


def test_nothing_is_given_beside_a_task_of_another_project(amina):
    held = take(project_with_tasks(), amina)
    other = project_with_tasks()
    read_instructions(other, amina)

    with pytest.raises(Refused) as refusal:
        lease_next_assignment(labeler=amina, project=other, beside=held.pk)

    assert refusal.value.code == "not_held"


# --- Any project ---


def test_without_a_project_the_highest_priority_comes_first(amina):
    usual, urgent = project_with_tasks(), project_with_tasks(priority=5)
    read_instructions(usual, amina)
    read_instructions(urgent, amina)

    first = take_anywhere(amina)
    rank(first, amina)
    second = take_anywhere(amina)

    assert (first.project, second.project) == (urgent, usual)


def test_without_a_project_the_task_in_hand_comes_before_a_higher_priority(amina):
    held = take(project_with_tasks(), amina)
    read_instructions(project_with_tasks(priority=5), amina)

    assert take_anywhere(amina) == held


def test_a_project_that_is_done_lets_the_next_one_have_its_turn(amina):
    done, usual = project_with_tasks(priority=5, overlap=2), project_with_tasks()
    rank(take(done, amina), amina)
    read_instructions(usual, amina)

    assert take_anywhere(amina).project == usual


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "paused"},
        {"pool": Pool.HELD_OUT},
        {"languages": ["fr"]},
        {"skills": ["law"]},
        {"imported_from": "ukp"},
        {"purpose": "screening"},
    ],
)
def test_without_a_project_nothing_is_given_that_one_may_not_work_in(amina, fields):
    """R14."""
    read_instructions(project_with_tasks(priority=5, **fields), amina)

    assert lease_next_assignment(labeler=amina, project=None) == NextAssignment(None, "empty")


def test_unread_instructions_name_their_project(amina):
    """R15: whoever asks for any task learns which instructions to read."""
    project = project_with_tasks()

    with pytest.raises(Refused) as refusal:
        lease_next_assignment(labeler=amina, project=None)

    assert refusal.value.code == "instructions_not_acknowledged"
    assert refusal.value.fields == {"project": [str(project.pk)]}


# --- Who is qualified ---


def test_what_a_labeler_lacks_is_named(amina):
    amina.languages = ["en"]
    amina.save()
    project = project_with_tasks(languages=["en", "sw"], skills=["medicine"])
    read_instructions(project, amina)

    found = lease_next_assignment(labeler=amina, project=project)

    assert (found.reason, found.missing) == ("not_qualified", ("sw", "medicine"))
    assert not amina.assignments.exists()


def test_whoever_has_every_language_and_skill_is_given_a_task(amina):
    amina.languages, amina.skills = ["sw", "en"], ["law", "medicine"]
    amina.save()

    assert take(project_with_tasks(languages=["en", "sw"], skills=["medicine"]), amina)


def test_a_task_in_hand_is_finished_by_whoever_is_no_longer_qualified(amina):
    project = project_with_tasks()
    held = take(project, amina)
    project.skills = ["law"]
    project.save()

    assert lease_next_assignment(labeler=amina, project=project).assignment_id == held.pk


# --- Where the search goes on ---


def make_the_front(num_slots: int, monkeypatch) -> None:
    monkeypatch.setattr(claims, "HEAD_SLOTS", num_slots)
    short = CompiledQuery(claims._front, labeler=int, project=int)
    monkeypatch.setattr(claims, "FRONT", short)


def test_a_labeler_far_ahead_is_still_given_the_next_task(amina, monkeypatch):
    """What they have done stands open at the front, for the second labeler of each task."""
    make_the_front(3, monkeypatch)
    project = project_with_tasks(8, overlap=2)

    given = []
    for _ in range(8):
        assignment = take(project, amina)
        given.append(assignment.task_id)
        rank(assignment, amina)

    assert given == sorted(given)
    assert lease_next_assignment(labeler=amina, project=project).reason == "empty"


def test_what_was_given_back_behind_a_labeler_is_found_at_the_end(amina, otto, monkeypatch):
    make_the_front(2, monkeypatch)
    project = project_with_tasks(6, overlap=2)
    tasks = list(project.tasks.order_by("shuffle_key"))
    # Somebody else has both slots of the third task while Amina passes by.
    tasks[2].assignments.update(state="retired")
    for _ in range(5):
        rank(take(project, amina), amina)
    tasks[2].assignments.update(state="open")

    assert take(project, amina).task == tasks[2]


def test_a_slot_is_claimed_from_the_index_of_open_slots(amina, django_assert_max_num_queries):
    """Reading further than a labeler's own place costs two statements more, never one per task."""
    project = project_with_tasks(30, overlap=2)
    read_instructions(project, amina)
    for _ in range(3):
        rank(take(project, amina), amina)

    with django_assert_max_num_queries(14):
        lease_next_assignment(labeler=amina, project=project)


# --- Drafts, expiry, unclear skips ---


def test_a_lease_that_runs_out_keeps_its_draft(amina, otto):
    """R22."""
    project = project_with_tasks()
    held = take(project, amina)
    body = {"items": {}, "seconds_active": 3.0, "phase": "rate"}
    save_draft(labeler=amina, assignment_id=held.pk, version=0, body=body)

    lose(held, to=otto)

    assert held.state == Assignment.State.EXPIRED
    assert held.draft.body == body


@pytest.mark.parametrize(("to_retire", "is_retired"), [(1, True), (2, False)])
def test_each_project_says_how_many_unclear_skips_retire_a_task(amina, to_retire, is_retired):
    """R22."""
    project = project_with_tasks(overlap=2, unclear_skips_to_retire=to_retire)
    held = take(project, amina)

    skip_assignment(labeler=amina, assignment_id=held.pk, reason="unclear", comment="")

    task = project.tasks.get()
    assert (task.state == Task.State.RETIRED) == is_retired
    assert task.assignments.filter(state="open").exists() != is_retired


# --- Screening: a place for everybody ---


@pytest.fixture
def screening_project(ada):
    project = make_ranking_project(purpose=Project.Purpose.SCREENING, pool=Pool.HELD_OUT, overlap=1)
    make_task(project)
    Screening.objects.create(name="Spring", ranking_project=project, created_by=ada)
    return project


def candidate(name: str):
    labeler = make_user(name)
    Candidacy.objects.create(
        screening=Screening.objects.get(), labeler=labeler, code=name, state="in_progress"
    )
    return labeler


def test_every_candidate_and_every_researcher_gets_a_slot_of_every_screening_task(
    screening_project, rosa
):
    people = [candidate("c1"), candidate("c2"), rosa]

    taken = [take(screening_project, person) for person in people]

    assert {assignment.task for assignment in taken} == {screening_project.tasks.get()}
    assert sorted(assignment.slot for assignment in taken) == [1, 2, 3]


def test_a_screening_task_is_done_once_by_each(screening_project):
    someone = candidate("c1")
    rank(take(screening_project, someone), someone)

    assert lease_next_assignment(labeler=someone, project=screening_project).reason == "empty"


def test_a_candidate_who_comes_back_late_finds_their_task(screening_project):
    """Their slot went to somebody else meanwhile, and there is one more for them."""
    late, other = candidate("late"), candidate("other")
    held = take(screening_project, late)
    lose(held, to=other)

    again = take(screening_project, late)
    stored = rank(again, late)

    assert again == held
    assert again.slot == 2
    assert not stored.is_surplus


def test_a_late_answer_in_a_screening_is_never_surplus(screening_project):
    late, other = candidate("late"), candidate("other")
    held = take(screening_project, late)
    lose(held, to=other)

    assert not rank(held, late).is_surplus


def test_a_skipped_screening_task_can_be_taken_up_again(screening_project):
    someone, other = candidate("c1"), candidate("c2")
    held = take(screening_project, someone)
    skip_assignment(labeler=someone, assignment_id=held.pk, reason="too_long", comment="")
    take(screening_project, other)

    undo_skip(labeler=someone, assignment_id=held.pk)

    held.refresh_from_db()
    assert (held.state, held.slot) == (Assignment.State.LEASED, 2)


def test_demonstrations_of_a_screening_have_a_place_for_everybody_too(ada):
    project = make_demonstration_project(purpose=Project.Purpose.SCREENING)
    make_task(project)
    Screening.objects.create(name="Spring", demonstration_project=project, created_by=ada)

    taken = [take(project, candidate("c1")), take(project, candidate("c2"))]

    assert len({assignment.slot for assignment in taken}) == 2


def test_a_retired_project_task_opens_no_slot_when_a_lease_runs_out(amina, otto):
    """An open slot is always one that can be handed out: its task is open."""
    project = project_with_tasks(overlap=3, unclear_skips_to_retire=1)
    held = take(project, amina)
    skipped = take(project, otto)
    skip_assignment(labeler=otto, assignment_id=skipped.pk, reason="unclear", comment="")
    let_lease_run_out(held)
    visitor = make_user("visitor", role=Role.RESEARCHER)
    read_instructions(project, visitor)

    assert lease_next_assignment(labeler=visitor, project=project).reason == "empty"
    assert not Assignment.objects.filter(state="open").exists()
