"""A freeze reads in two sessions that see one moment, and gives the same records (R49)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from labeling.models import Task
from labeling.selectors import ranking_records as module
from labeling.selectors.ranking_records import ranking_records
from labeling.selectors.rankings import trainable_rankings
from tests.cast import Cast, make_ranking, make_ranking_project, make_task

pytestmark = pytest.mark.django_db(transaction=True)

NUM_TASKS = 9


@pytest.fixture
def project(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nine tasks, so nine blocks of one."""
    project = make_ranking_project(overlap=2)
    for _ in range(NUM_TASKS):
        make_ranking(make_task(project), cast.amina, [1, 2, 3, 3])
    monkeypatch.setattr(module, "TASKS_AT_ONCE", 1)
    return project


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The Postgres process that read each block, as the blocks come."""
    seen: list[int] = []
    copied = module._copied

    def noted(session: Any, block: Any) -> bytes:
        seen.append(session.info.backend_pid)
        return copied(session, block)

    monkeypatch.setattr(module, "_copied", noted)
    return seen


@contextmanager
def one_moment() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def lines() -> list[bytes]:
    return [record.json(record.split) for record in ranking_records(trainable_rankings())]


def num_sessions() -> int:
    """Of this database. Asked within a transaction, Postgres would answer once and for all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def elsewhere(action: Any) -> None:
    def work() -> None:
        try:
            action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def test_two_sessions_give_the_records_of_one(project: Any, readers: list[int]) -> None:
    alone = lines()
    assert len(set(readers)) == 1
    readers.clear()

    with one_moment():
        shared = lines()

    assert shared == alone
    assert len(shared) == NUM_TASKS
    assert sorted(readers.count(one) for one in set(readers)) == [4, 5]


def test_both_see_the_moment_of_the_first(cast: Cast, project: Any, readers: list[int]) -> None:
    """What others commit while it is read is in neither session's part."""
    before = lines()
    readers.clear()

    with one_moment():
        records = iter(ranking_records(trainable_rankings()))
        read = [next(records)]
        for task in Task.objects.all():
            elsewhere(lambda task=task: make_ranking(task, cast.otto, [4, 3, 2, 1]))
        read += records

    assert [record.json(record.split) for record in read] == before
    assert len(set(readers)) == 2
    assert all(len(record.ranks) == 2 for record in ranking_records(trainable_rankings()))


def test_what_the_transaction_wrote_itself_is_read_by_it_alone(
    cast: Cast, project: Any, readers: list[int]
) -> None:
    """Another session would not see it."""
    with one_moment():
        make_ranking(make_task(project), cast.otto, [1, 2, 3, 4])
        assert len(lines()) == NUM_TASKS + 1

    assert len(set(readers)) == 1


def are_open(number: int) -> bool:
    """Whether so many sessions are left; a Postgres process takes a moment to end."""
    until = monotonic() + 60
    while num_sessions() != number:
        if monotonic() > until:
            return False
        sleep(0.05)
    return True


def test_the_second_session_is_closed_when_all_was_read_and_when_reading_ends_early(
    project: Any,
) -> None:
    before = num_sessions()

    with one_moment():
        lines()
        assert are_open(before)
        records = ranking_records(trainable_rankings())
        next(records)
        assert are_open(before + 1)
        records.close()
        assert are_open(before)


def test_the_end_of_the_second_session_is_an_error_and_leaves_nothing_open(project: Any) -> None:
    before = num_sessions()
    own = connection.connection.info.backend_pid

    def end_the_others() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid NOT IN (%s, pg_backend_pid())",
                [own],
            )

    def cut_off() -> None:
        with one_moment():
            records = ranking_records(trainable_rankings())
            next(records)
            elsewhere(end_the_others)
            list(records)

    with pytest.raises(OperationalError):
        cut_off()

    assert are_open(before)
