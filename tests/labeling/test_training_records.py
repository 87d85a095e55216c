"""What training may learn from: sealed, of the right pool, by people, always in one order."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from labeling.models import Completion, Pool, RankedCompletion, Ranking, Task
from labeling.selectors.demonstrations import demonstrations_for_training
from labeling.selectors.rankings import rankings_for_training
from tests.cast import (
    completions_of,
    make_completions,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db


def ranks_of(record) -> list[tuple[int | None, ...]]:
    return [ranking.ranks for ranking in record.rankings]


def test_a_record_holds_all_that_training_reads_of_a_task(amina):
    project = make_ranking_project()
    prompt = make_prompt("Say hello.", category="chat", split="validation")
    texts = ["Hello!", "Hi.", "No.", "Hello there."]
    completions = make_completions(prompt, texts=texts, source=make_source("policy-b"))
    task = make_task(project, prompt, completions)
    ranking = make_ranking(task, amina, [1, 2, 3, 1])

    [record] = rankings_for_training()

    assert (record.task_id, record.prompt_id, record.prompt) == (task.pk, prompt.pk, "Say hello.")
    assert (record.category, record.split) == ("chat", "validation")
    assert [shown.text for shown in record.completions] == texts
    assert {shown.source_name for shown in record.completions} == {"policy-b"}
    assert [shown.id for shown in record.completions] == [row.pk for row in completions]
    [stored] = record.rankings
    assert (stored.id, stored.labeler_id) == (ranking.pk, amina.pk)
    assert stored.ranks == (1, 2, 3, 1)


def test_the_ratings_of_an_imported_judgment_stand_beside_its_ranks(amina, otto):
    """Aligned with the completions, and nothing where a judgment came without."""
    task = make_task(make_ranking_project(overlap=2))
    axes = {1: {"overall": 6}, 3: {"overall": 2, "honesty": 4.5}}
    make_ranking(task, amina, [2, 1, 3, 4], axes=axes)
    make_ranking(task, otto, [1, 2, 3, 4])

    [record] = rankings_for_training()

    axes_of = {stored.labeler_id: stored.axes for stored in record.rankings}
    assert axes_of == {
        amina.pk: ({}, {"overall": 6}, {}, {"overall": 2, "honesty": 4.5}),
        otto.pk: (),
    }


def test_the_labelers_of_a_task_are_one_record(amina, otto):
    task = make_task(make_ranking_project(overlap=2))
    later = timezone.now() - timedelta(hours=2)
    make_ranking(task, amina, [1, 2, 3, 4], submitted_at=later)
    make_ranking(task, otto, [4, 3, 2, 1])

    [record] = rankings_for_training()

    # Otto's is from yesterday, Amina's from two hours ago: in the order of submission.
    assert ranks_of(record) == [(4, 3, 2, 1), (1, 2, 3, 4)]


def test_an_answer_that_can_be_taken_back_is_not_read(amina, settings):
    settings.TAKE_BACK_SECONDS = 600
    task = make_task(make_ranking_project())
    make_ranking(task, amina, [1, 2, 3, 4], submitted_at=timezone.now() - timedelta(seconds=500))
    assert rankings_for_training() == []

    settings.TAKE_BACK_SECONDS = 400

    assert len(rankings_for_training()) == 1


def test_an_answer_that_was_taken_back_is_not_read(amina):
    ranking = make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])
    ranking.superseded_at = timezone.now()
    ranking.save(update_fields=["superseded_at"])

    assert rankings_for_training() == []


def test_held_out_labelers_teach_nothing(hana, amina):
    """R14, from both sides: the project's pool and the labeler's."""
    make_ranking(make_task(make_ranking_project(pool=Pool.HELD_OUT)), amina, [1, 2, 3, 4])
    make_ranking(make_task(make_ranking_project()), hana, [1, 2, 3, 4])

    assert rankings_for_training() == []


def test_simulated_labelers_teach_only_where_asked_for(sim, amina):
    task = make_task(make_ranking_project(overlap=2))
    make_ranking(task, amina, [1, 2, 3, 4])
    make_ranking(task, sim, [4, 3, 2, 1])

    [people] = rankings_for_training()
    [everybody] = rankings_for_training(include_simulated=True)

    assert ranks_of(people) == [(1, 2, 3, 4)]
    assert len(everybody.rankings) == 2


def test_projects_and_categories_narrow_the_records(amina):
    here, there = make_ranking_project(), make_ranking_project()
    chat = make_task(here, make_prompt(category="chat"))
    rewrite = make_task(here, make_prompt(category="rewrite"))
    elsewhere = make_task(there, make_prompt(category="chat"))
    for task in (chat, rewrite, elsewhere):
        make_ranking(task, amina, [1, 2, 3, 4])

    def tasks(**query: object) -> list[int]:
        return [record.task_id for record in rankings_for_training(**query)]

    assert tasks() == [chat.pk, rewrite.pk, elsewhere.pk]
    assert tasks(project_ids=[here.pk]) == [chat.pk, rewrite.pk]
    assert tasks(project_ids=[here.pk], category="chat") == [chat.pk]
    assert tasks(project_ids=[]) == []


def imported_task(*texts: str) -> tuple[Task, list[Completion]]:
    project = make_ranking_project(imported_from="ukp", k=None)
    prompt = make_prompt()
    completions = make_completions(prompt, texts=texts)
    task = Task.objects.create(
        project=project, prompt=prompt, k=len(texts), origin="imported", shuffle_key=0
    )
    for completion in completions:
        task.task_completions.create(completion=completion, prompt=prompt)
    return task, completions


def test_imported_judgments_of_a_few_completions_leave_the_others_open(db):
    """Nobody can take an imported judgment back: it is sealed from the start."""
    task, completions = imported_task("a", "b", "c")
    judge = make_user("imported", is_active=False, imported_from="ukp")
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            labeler=judge,
            k=2,
            is_partial=True,
            client_key=uuid.uuid4(),
            payload_sha256="0" * 64,
            order_source="imported",
        )
        for completion, rank in ((completions[2], 1), (completions[0], 2)):
            RankedCompletion.objects.create(
                ranking=ranking, task=task, completion=completion, rank=rank
            )

    [record] = rankings_for_training()

    assert ranks_of(record) == [(2, None, 1)]


def test_fifty_tasks_take_as_many_queries_as_one(amina, otto, django_assert_num_queries):
    project = make_ranking_project(overlap=2)
    for _ in range(50):
        task = make_task(project)
        make_ranking(task, amina, [1, 2, 3, 4])
        make_ranking(task, otto, [2, 1, 3, 4])

    # Where blocks end, and what an index costs in them and after them; they are copied beside.
    with django_assert_num_queries(3):
        records = rankings_for_training()

    assert len(records) == 50
    assert sum(len(record.rankings) for record in records) == 100


def test_ranks_stand_beside_their_completions(amina):
    """However the rows come back: rank 1 is that of the completion ranked first."""
    task = make_task(make_ranking_project(k=9))
    given = [9, 1, 8, 2, 7, 3, 6, 4, 5]
    make_ranking(task, amina, given)

    [record] = rankings_for_training()

    ids = [row.pk for row in completions_of(task)]
    assert dict(zip(ids, given, strict=True)) == {
        shown.id: rank for shown, rank in zip(record.completions, ranks_of(record)[0], strict=True)
    }


def test_demonstrations_come_with_their_prompts(amina, otto):
    project = make_demonstration_project(overlap=2)
    second = make_task(project, make_prompt("Two?", category="open_qa", split="train"))
    stored = make_demonstration(second, amina, "  2.\n")

    [record] = demonstrations_for_training()

    assert (record.id, record.labeler_id) == (stored.pk, amina.pk)
    assert (record.prompt_id, record.prompt, record.text) == (second.prompt_id, "Two?", "  2.\n")
    assert (record.source, record.category, record.split) == ("labeler", "open_qa", "train")


def test_the_source_of_a_demonstration_is_where_its_prompt_came_from(amina):
    """Table 6 of the paper counts demonstrations by that."""
    project = make_demonstration_project()
    ours = make_task(project, make_prompt())
    customers = make_prompt(source_kind="customer", consent_reference="terms of 2021")
    imported = make_task(project, make_prompt(imported_from="stories"))
    for task in (ours, make_task(project, customers), imported):
        make_demonstration(task, amina)

    assert [record.source for record in demonstrations_for_training()] == [
        "labeler",
        "customer",
        "import",
    ]


def test_demonstrations_obey_seal_pool_and_simulation(amina, hana, sim):
    project = make_demonstration_project(overlap=4)
    task = make_task(project)
    make_demonstration(task, hana)
    make_demonstration(task, sim, "Simulated.")
    make_demonstration(task, amina, submitted_at=timezone.now())
    make_demonstration(make_task(make_demonstration_project(pool=Pool.HELD_OUT)), amina)

    assert demonstrations_for_training() == []
    [simulated] = demonstrations_for_training(include_simulated=True)
    assert simulated.text == "Simulated."


def test_demonstrations_are_narrowed_by_project_and_category(amina):
    here = make_task(make_demonstration_project(), make_prompt(category="chat"))
    there = make_task(make_demonstration_project(), make_prompt(category="rewrite"))
    make_demonstration(here, amina)
    make_demonstration(there, amina)

    by_project = demonstrations_for_training(project_ids=[here.project_id])
    by_category = demonstrations_for_training(category="rewrite")

    assert [record.prompt_id for record in by_project] == [here.prompt_id]
    assert [record.prompt_id for record in by_category] == [there.prompt_id]


def test_demonstrations_take_one_query(amina, django_assert_num_queries):
    project = make_demonstration_project()
    for _ in range(20):
        make_demonstration(make_task(project), amina)

    with django_assert_num_queries(1):
        assert len(demonstrations_for_training()) == 20
