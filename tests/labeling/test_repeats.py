"""A labeler meets their own earlier task again, unmarked, and nobody else ever does."""

import pytest

from labeling.models import Assignment, Project, Task
from labeling.selectors.agreement import agreement
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.rankings import rankings_for_training, sealed_rankings
from labeling.services.agreement_store import refresh_agreement
from labeling.services.assignments import lease_next_assignment, skip_assignment, undo_skip
from labeling.services.take_back import take_back
from tests.cast import (
    client_of,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import let_lease_run_out, rank, read_instructions, submission, take

pytestmark = pytest.mark.django_db

# With a share of one half, so many requests without a repeat happen once in 10 to the 12th.
ENOUGH = 40


@pytest.fixture
def project(settings) -> Project:
    settings.REPEAT_AFTER_RANKINGS = 2
    settings.TAKE_BACK_SECONDS = 0
    project = make_ranking_project(repeat_share=0.5)
    for _ in range(ENOUGH):
        make_task(project)
    return project


def take_repeat(project: Project, labeler) -> Assignment:
    for _ in range(ENOUGH):
        assignment = take(project, labeler)
        if assignment.task.repeat_of is not None:
            return assignment
        rank(assignment, labeler)
    raise AssertionError("no repeat came")


def test_a_repeat_shows_the_same_prompt_and_completions_to_the_same_labeler(project, amina):
    repeat = take_repeat(project, amina)

    original = repeat.task.repeat_of
    assert original.rankings.get().labeler == amina
    assert repeat.task.prompt == original.prompt
    assert set(repeat.task.task_completions.values_list("completion", flat=True)) == set(
        original.task_completions.values_list("completion", flat=True)
    )
    assert set(repeat.presented.values_list("completion", flat=True)) == set(
        original.task_completions.values_list("completion", flat=True)
    )


def test_so_many_of_ones_own_rankings_lie_between_a_task_and_its_repeat(project, amina):
    repeat = take_repeat(project, amina)

    original = repeat.task.repeat_of.rankings.get()
    later = sealed_rankings().filter(submitted_at__gt=original.submitted_at)
    assert later.count() >= 2


def test_no_task_is_repeated_twice(project, amina):
    while (assignment := next_of(project, amina)) is not None:
        rank(assignment, amina)

    repeated = list(
        Task.objects.filter(repeat_of__isnull=False).values_list("repeat_of", flat=True)
    )
    assert len(repeated) == len(set(repeated)) > 0


def next_of(project: Project, labeler) -> Assignment | None:
    read_instructions(project, labeler)
    found = lease_next_assignment(labeler=labeler, project=project)
    return found.assignment_id and Assignment.objects.get(pk=found.assignment_id)


def test_nothing_in_the_answers_tells_a_repeat(project, amina):
    """R30: the labeler's page has the same fields for both."""
    repeat = take_repeat(project, amina)
    original = repeat.task.repeat_of.assignments.get(labeler=amina)
    browser = client_of(amina)

    pages = [browser.get(f"/api/assignments/{row.pk}/").json() for row in (original, repeat)]

    assert pages[0].keys() == pages[1].keys()
    assert pages[0]["prompt"] == pages[1]["prompt"]
    assert "repeat" not in str(pages[1])
    assert "calibration" not in str(pages[1])


def test_no_repeat_comes_before_the_earlier_ranking_is_sealed(project, amina, settings):
    settings.TAKE_BACK_SECONDS = 600
    for _ in range(ENOUGH):
        rank(take(project, amina), amina)

    assert not Task.objects.filter(repeat_of__isnull=False).exists()


def test_a_project_without_a_share_repeats_nothing(project, amina):
    project.repeat_share = 0.0
    project.save()
    for _ in range(ENOUGH):
        rank(take(project, amina), amina)

    assert not Task.objects.filter(repeat_of__isnull=False).exists()


def test_a_demonstration_is_never_repeated(amina, settings):
    settings.REPEAT_AFTER_RANKINGS = 1
    project = make_demonstration_project(repeat_share=0.5)
    make_task(project)

    assert take(project, amina).task.repeat_of is None


def test_a_repeat_whose_lease_runs_out_goes_to_nobody_else(project, amina, otto):
    """R22: its slot waits retired, and the labeler finds it again with its draft."""
    repeat = take_repeat(project, amina)
    Assignment.objects.filter(state="open").update(state="retired")
    let_lease_run_out(repeat)

    others = next_of(project, otto)
    repeat.refresh_from_db()
    again = next_of(project, amina)

    assert others is None
    assert repeat.state == Assignment.State.EXPIRED
    assert again == repeat
    assert list(repeat.task.assignments.values_list("state", "labeler")) == [
        ("leased", amina.pk),
    ]


def test_a_late_answer_to_a_repeat_is_not_surplus(project, amina, otto):
    repeat = take_repeat(project, amina)
    let_lease_run_out(repeat)
    next_of(project, otto)

    assert not rank(repeat, amina).is_surplus


def test_a_skipped_repeat_goes_to_nobody_else_and_can_be_taken_up_again(project, amina, otto):
    """R22: an unclear repeat does not retire anything either."""
    project.unclear_skips_to_retire = 1
    project.save()
    repeat = take_repeat(project, amina)
    skip_assignment(labeler=amina, assignment_id=repeat.pk, reason="unclear", comment="")

    states = dict(repeat.task.assignments.values_list("labeler", "state"))
    undo_skip(labeler=amina, assignment_id=repeat.pk)

    repeat.refresh_from_db()
    assert states == {amina.pk: "skipped", None: "retired"}
    assert repeat.task.state == Task.State.OPEN
    assert repeat.state == Assignment.State.LEASED


def test_a_repeat_in_hand_is_not_waited_for_by_anybody(project, amina, otto):
    take_repeat(project, amina)
    Assignment.objects.filter(state="open").update(state="retired")
    read_instructions(project, otto)

    found = lease_next_assignment(labeler=otto, project=project)

    assert (found.reason, found.num_waiting_for_others) == ("empty", 0)


def test_a_repeat_is_left_out_of_training_and_of_agreement(project, amina, otto):
    """The same judgment twice is no second judgment; what somebody else judged, too, is one."""
    repeat = take_repeat(project, amina)
    rank(repeat, amina, 4, 3, 2, 1)
    originals = repeat.project.tasks.filter(repeat_of=None, rankings__isnull=False)
    for task in list(originals):
        Assignment.objects.create(task=task, project=project, serve_key=task.shuffle_key, slot=2)
        make_ranking(task, otto, [1, 2, 3, 4])

    trained = {record.task_id for record in rankings_for_training()}
    refresh_agreement()
    found = agreement(Selection(project_id=project.pk))

    assert repeat.task_id not in trained
    assert len(trained) == found.num_prompts == originals.distinct().count()
    assert found.num_rankings == 2 * len(trained)


def test_a_repeat_can_be_taken_back_like_any_answer(project, amina, settings):
    repeat = take_repeat(project, amina)
    settings.TAKE_BACK_SECONDS = 600
    rank(repeat, amina)

    take_back(labeler=amina, assignment_id=repeat.pk)

    repeat.refresh_from_db()
    assert repeat.state == Assignment.State.LEASED
    assert submission(repeat).items
