"""The last guard: Postgres itself refuses what is not a ranking, whatever the code above does.

Rows are thrown at the tables directly, past every service. The checks of a whole ranking are
deferred to the end of the transaction; ``store`` brings that end forward.
"""

import uuid
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from labeling.models import Completion, RankedCompletion, Ranking, Task, User
from tests.cast import (
    completions_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    return make_task(make_ranking_project(overlap=3))


def store(
    task: Task,
    labeler: User,
    ranked: list[tuple[Completion, int]],
    *,
    k: int = 4,
    client_key: uuid.UUID | None = None,
    is_partial: bool = False,
) -> Ranking:
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            labeler=labeler,
            k=k,
            is_partial=is_partial,
            client_key=client_key or uuid.uuid4(),
            payload_sha256="0" * 64,
            order_source="unseeded",
        )
        for completion, rank in ranked:
            RankedCompletion.objects.create(
                ranking=ranking, task=task, completion=completion, rank=rank, rating=4
            )
        check_now()
    return ranking


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def ranked(task: Task, *ranks: int) -> list[tuple[Completion, int]]:
    return list(zip(completions_of(task), ranks, strict=False))


@contextmanager
def refused_by(constraint: str):
    with pytest.raises(IntegrityError) as refusal:
        yield
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize("ranks", [(1, 2, 3, 4), (4, 1, 3, 2), (1, 1, 2, 2), (1, 1, 1, 1)])
def test_a_whole_dense_ranking_is_accepted(task, amina, ranks):
    ranking = store(task, amina, ranked(task, *ranks))

    stored = ranking.items.order_by("completion").values_list("rank", flat=True)
    assert tuple(stored) == ranks


def test_a_gap_in_the_ranks_is_refused(task, amina):
    with refused_by("ranks_are_dense"):
        store(task, amina, ranked(task, 1, 2, 4, 4))


def test_a_ranking_that_starts_at_two_is_refused(task, amina):
    with refused_by("ranks_are_dense"):
        store(task, amina, ranked(task, 2, 3, 4, 5))


def test_a_missing_completion_is_refused(task, amina):
    with refused_by("every_completion_is_ranked"):
        store(task, amina, ranked(task, 1, 2, 3))


def test_a_ranking_of_nothing_is_refused(task, amina):
    with refused_by("every_completion_is_ranked"):
        store(task, amina, [])


def test_a_completion_ranked_twice_is_refused(task, amina):
    first, second, third, _ = completions_of(task)

    with refused_by("ranked_once"):
        store(task, amina, [(first, 1), (second, 2), (third, 3), (first, 4)])


def test_another_prompts_completion_is_refused(task, amina):
    first, second, third, _ = completions_of(task)
    foreign = make_completions(make_prompt(), 1)[0]

    with refused_by("ranked_completion_was_shown"):
        store(task, amina, [(first, 1), (second, 2), (third, 3), (foreign, 4)])


def test_a_completion_of_the_prompt_that_was_not_shown_is_refused(task, amina):
    first, second, third, _ = completions_of(task)
    not_shown = make_completions(task.prompt, texts=["Not shown"])[0]

    with refused_by("ranked_completion_was_shown"):
        store(task, amina, [(first, 1), (second, 2), (third, 3), (not_shown, 4)])


def test_a_k_that_is_not_the_tasks_is_refused(task, amina):
    with refused_by("ranking_k_fits_its_task"):
        store(task, amina, ranked(task, 1, 2, 3), k=3)


def test_rank_zero_is_refused(task, amina):
    with refused_by("rank_is_in_range"):
        store(task, amina, ranked(task, 0, 1, 2, 3))


def test_rank_ten_is_refused(task, amina):
    with refused_by("rank_is_in_range"):
        store(task, amina, ranked(task, 1, 2, 3, 10))


def test_a_partial_ranking_of_a_native_task_is_refused(task, amina):
    with refused_by("native_rankings_are_complete"):
        store(task, amina, ranked(task, 1, 2), k=2, is_partial=True)


def test_a_replayed_key_is_refused(task, amina, otto):
    key = uuid.uuid4()
    store(task, amina, ranked(task, 1, 2, 3, 4), client_key=key)

    with refused_by("labeling_ranking_client_key_key"):
        store(task, otto, ranked(task, 1, 2, 3, 4), client_key=key)


def test_a_second_live_ranking_is_refused(task, amina):
    store(task, amina, ranked(task, 1, 2, 3, 4))

    with refused_by("one_live_ranking_per_labeler"):
        store(task, amina, ranked(task, 4, 3, 2, 1))


def test_a_ranking_after_one_that_was_taken_back_is_accepted(task, amina):
    first = store(task, amina, ranked(task, 1, 2, 3, 4))
    first.superseded_at = first.submitted_at
    first.save(update_fields=["superseded_at"])

    assert store(task, amina, ranked(task, 4, 3, 2, 1)) != first


def test_adding_a_completion_to_a_stored_ranking_is_refused(task, amina):
    ranking = store(task, amina, ranked(task, 1, 2, 3, 4))
    late = make_completions(task.prompt, texts=["Late"])[0]
    task.task_completions.create(completion=late, prompt=task.prompt)

    with refused_by("every_completion_is_ranked"), transaction.atomic():
        RankedCompletion.objects.create(ranking=ranking, task=task, completion=late, rank=1)
        check_now()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE labeling_rankedcompletion SET rank = 1",
        "UPDATE labeling_rankedcompletion SET rating = 7",
        "DELETE FROM labeling_rankedcompletion",
        "UPDATE labeling_ranking SET labeler_id = (SELECT max(id) FROM labeling_user)",
        "UPDATE labeling_ranking SET submitted_at = now()",
        "DELETE FROM labeling_ranking",
    ],
)
def test_a_stored_ranking_cannot_be_changed(task, amina, statement):
    make_ranking(task, amina, [1, 2, 3, 4])

    with refused_by("append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE labeling_prompt SET text = 'Another'",
        "UPDATE labeling_completion SET text = 'Another'",
    ],
)
def test_what_was_judged_cannot_be_changed(task, amina, statement):
    """R32."""
    make_ranking(task, amina, [1, 2, 3, 4])

    with refused_by("append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_task_of_another_prompts_completion_is_refused(task):
    foreign = make_completions(make_prompt(), 1)[0]

    with refused_by("shown_completion_answers_this_prompt"), transaction.atomic():
        task.task_completions.create(completion=foreign, prompt=task.prompt)
        check_now()


@pytest.mark.django_db(transaction=True)
def test_the_checks_are_made_when_the_transaction_ends(task, amina):
    """The commit itself refuses; nothing of the ranking is stored."""
    with refused_by("every_completion_is_ranked"), transaction.atomic():
        Ranking.objects.create(
            task=task,
            labeler=amina,
            k=4,
            client_key=uuid.uuid4(),
            payload_sha256="0" * 64,
            order_source="unseeded",
        )

    assert not Ranking.objects.exists()
