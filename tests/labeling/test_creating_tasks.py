"""POST /api/projects/{id}/tasks/: prompts and their completions become tasks."""

from collections import Counter

import pytest

from labeling.models import Assignment, Project, Task
from labeling.services.tasks import TaskRequest, create_tasks
from tests.cast import (
    client_of,
    make_completions,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_source,
)

pytestmark = pytest.mark.django_db


def ask(user, project: Project, **wanted: object):
    body = {"num_prompts": 100, **wanted}
    return client_of(user).post(f"/api/projects/{project.pk}/tasks/", body, format="json")


def reasons(answer) -> dict[str, int]:
    return {row["reason"]: row["num_prompts"] for row in answer.json()["reasons"]}


def texts_of(task: Task) -> list[str]:
    return [row.completion.text for row in task.task_completions.select_related("completion")]


def sources_of(task: Task) -> Counter[str]:
    rows = task.task_completions.select_related("completion__source")
    return Counter(row.completion.source.name for row in rows)


def test_a_prompt_with_enough_completions_becomes_a_task_with_its_slots(ada):
    project = make_ranking_project(k=4, overlap=3)
    prompt = make_prompt()
    make_completions(prompt, 6)

    answer = ask(ada, project)

    assert answer.status_code == 201
    assert answer.json() == {
        "num_tasks": 1,
        "num_calibration_tasks": 0,
        "num_slots": 3,
        "num_skipped": 0,
        "num_duplicate_texts": 0,
        "num_in_equal_parts": 0,
        "reasons": [],
    }
    task = project.tasks.get()
    assert (task.prompt, task.k, task.origin) == (prompt, 4, "native")
    assert len(set(texts_of(task))) == 4
    assert list(task.assignments.order_by("slot").values_list("slot", "state")) == [
        (1, "open"),
        (2, "open"),
        (3, "open"),
    ]


def test_a_prompt_with_too_few_completions_is_passed_over(ada):
    project = make_ranking_project(k=5)
    make_completions(make_prompt(), 4)
    make_prompt()

    answer = ask(ada, project)

    assert answer.json()["num_tasks"] == 0
    assert answer.json()["num_skipped"] == 2
    assert reasons(answer) == {"too_few_completions": 2}


def test_equal_texts_are_never_shown_together(ada):
    project = make_ranking_project(k=4)
    enough = make_prompt()
    make_completions(enough, texts=["Yes", "Yes", "No", "Maybe", "Never", "No"])
    too_few = make_prompt()
    make_completions(too_few, texts=["Yes", "Yes", "No", "Maybe"])

    answer = ask(ada, project)

    assert answer.json()["num_tasks"] == 1
    assert answer.json()["num_duplicate_texts"] == 2
    assert reasons(answer) == {"too_few_distinct_completions": 1}
    assert sorted(texts_of(project.tasks.get())) == ["Maybe", "Never", "No", "Yes"]


def test_texts_that_differ_in_a_space_are_different(ada):
    make_completions(make_prompt(), texts=["Yes", "Yes ", "yes", "Yes\n"])

    assert ask(ada, make_ranking_project(k=4)).json()["num_tasks"] == 1


def test_only_the_sources_asked_for_are_shown(ada):
    project = make_ranking_project(k=4)
    prompt = make_prompt()
    make_completions(prompt, texts=list("abcde"), source=make_source("a"))
    make_completions(prompt, texts=list("vwxyz"), source=make_source("b"))

    ask(ada, project, source_ids=[make_source("b").pk])

    assert sources_of(project.tasks.get()) == {"b": 4}


def test_the_choice_is_shuffled_but_the_same_every_time():
    """Two projects of one seed do not exist; the same project chooses the same again."""
    prompts = [make_prompt() for _ in range(8)]
    for prompt in prompts:
        make_completions(prompt, texts=[f"{prompt.pk} {n}" for n in range(9)])
    project = make_ranking_project(k=4)

    create_tasks(project=project, request=TaskRequest(num_prompts=8))
    first = {task.prompt_id: sorted(texts_of(task)) for task in project.tasks.all()}
    Assignment.objects.all().delete()
    Task.objects.all().delete()
    create_tasks(project=project, request=TaskRequest(num_prompts=8))
    second = {task.prompt_id: sorted(texts_of(task)) for task in project.tasks.all()}

    assert first == second
    chosen = {tuple(int(text.split()[1]) for text in texts) for texts in first.values()}
    assert len(chosen) > 1


def test_a_second_request_goes_on_where_the_first_one_stopped(ada):
    project = make_ranking_project(k=4)
    for _ in range(5):
        make_completions(make_prompt(), 4)

    first = ask(ada, project, num_prompts=3)
    second = ask(ada, project, num_prompts=3)

    assert [first.json()["num_tasks"], second.json()["num_tasks"]] == [3, 2]
    assert reasons(second) == {"already_in_project": 3}
    assert project.tasks.values("prompt").distinct().count() == 5


def test_category_and_split_narrow_the_prompts(ada):
    project = make_ranking_project(k=4)
    wanted = make_prompt(category="chat", split="train")
    for prompt in (
        wanted,
        make_prompt(category="chat", split="validation"),
        make_prompt(category="rewrite", split="train"),
    ):
        make_completions(prompt, 4)

    ask(ada, project, category="chat", split="train")

    assert project.tasks.get().prompt == wanted


def test_prompts_can_be_named(ada):
    project = make_ranking_project(k=4)
    named, other = make_prompt(), make_prompt()
    make_completions(named, 4)
    make_completions(other, 4)

    answer = ask(ada, project, prompt_ids=[named.pk, 999_999])

    assert project.tasks.get().prompt == named
    assert reasons(answer) == {"unknown_prompt": 1}


def test_a_demonstration_project_needs_no_completions(ada):
    project = make_demonstration_project(overlap=2)
    make_prompt()
    make_prompt()

    answer = ask(ada, project, num_prompts=1)

    assert (answer.json()["num_tasks"], answer.json()["num_slots"]) == (1, 2)
    task = project.tasks.get()
    assert task.k == 0
    assert not task.task_completions.exists()


def test_a_demonstration_project_has_no_sources(ada):
    answer = ask(ada, make_demonstration_project(), source_ids=[make_source().pk])

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["source_ids"]


def test_a_source_that_does_not_exist_is_refused(ada):
    answer = ask(ada, make_ranking_project(), source_ids=[make_source().pk, 999_999])

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["source_ids"]


def test_an_imported_project_gets_no_native_tasks(ada):
    make_completions(make_prompt(), 4)

    answer = ask(ada, make_ranking_project(imported_from="ukp"))

    assert (answer.status_code, answer.json()["code"]) == (409, "imported_project")


@pytest.mark.parametrize(
    "change",
    [
        {"num_prompts": 0},
        {"num_prompts": 10_001},
        {"num_prompts": "5"},
        {"num_prompts": None},
        {"category": "poems"},
        {"split": "test"},
        {"source_ids": []},
        {"source_ids": ["a"]},
        {"source_ids": [2**63 - 1]},
        {"prompt_ids": [0]},
    ],
)
def test_a_malformed_request_is_refused(ada, change):
    answer = ask(ada, make_ranking_project(), **change)

    assert answer.status_code == 400
    assert [place.split(".")[0] for place in answer.json()["fields"]] == list(change)


def test_rosa_cannot_make_tasks(rosa):
    project = make_ranking_project()

    assert ask(rosa, project).status_code == 403
    assert not project.tasks.exists()


def test_a_project_that_does_not_exist_gets_no_tasks(ada):
    answer = client_of(ada).post("/api/projects/999999/tasks/", {"num_prompts": 1}, format="json")

    assert answer.status_code == 404


def test_a_hundred_tasks_take_as_many_queries_as_one(django_assert_num_queries):
    project = make_ranking_project(k=4, overlap=2)
    for _ in range(100):
        make_completions(make_prompt(), 5)

    # Savepoint, project lock, prompts, taken prompts, completions, tasks, what they show, slots,
    # savepoint.
    with django_assert_num_queries(9):
        report = create_tasks(project=project, request=TaskRequest(num_prompts=100))

    assert (report.num_tasks, report.num_slots) == (100, 200)


# --- Calibration (R33) ---


def calibrated(project: Project, num_prompts: int) -> set[int]:
    """The prompts whose tasks go to several labelers."""
    create_tasks(project=project, request=TaskRequest(num_prompts=num_prompts))
    return set(project.tasks.filter(is_calibration=True).values_list("prompt", flat=True))


def test_the_share_for_calibration_goes_to_several_labelers(ada):
    """R33: of 200 tasks at 25 %, fewer than 25 or more than 75 happen once in 10 to the 4th."""
    project = make_ranking_project(calibration_share=0.25, calibration_overlap=3)
    for _ in range(200):
        make_completions(make_prompt(), 4)

    report = ask(ada, project, num_prompts=200).json()

    num_calibration = report["num_calibration_tasks"]
    assert 25 < num_calibration < 75
    assert report["num_slots"] == 200 + 2 * num_calibration
    for task in project.tasks.all():
        assert task.assignments.count() == (3 if task.is_calibration else 1)


@pytest.mark.parametrize(("share", "num_calibration"), [(0.0, 0), (1.0, 5)])
def test_all_tasks_or_none_may_be_for_calibration(share, num_calibration):
    """R33."""
    for _ in range(5):
        make_completions(make_prompt(), 4)

    assert len(calibrated(make_ranking_project(calibration_share=share), 5)) == num_calibration


def test_the_same_tasks_are_for_calibration_every_time():
    """R33: the choice hangs on the project and the prompt, not on when tasks are made."""
    for _ in range(40):
        make_completions(make_prompt(), 4)
    project = make_ranking_project(calibration_share=0.5)

    first = calibrated(project, 40)
    Assignment.objects.all().delete()
    Task.objects.all().delete()
    calibrated(project, 7)
    second = calibrated(project, 40)

    assert first == second


def test_a_project_with_more_overlap_than_calibration_keeps_its_own():
    """R33."""
    make_completions(make_prompt(), 4)
    project = make_ranking_project(overlap=5, calibration_share=1.0, calibration_overlap=3)
    calibrated(project, 1)

    assert project.tasks.get().assignments.count() == 5


def test_demonstrations_and_screenings_are_never_for_calibration():
    """R33: there is nothing to compare, and everybody does a screening task anyway."""
    make_completions(make_prompt(), 4)
    writing = make_demonstration_project(calibration_share=1.0)
    screening = make_ranking_project(calibration_share=1.0, purpose="screening")

    assert calibrated(writing, 1) == calibrated(screening, 1) == set()
