"""Who decided what about whom: written once, read by admins."""

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from labeling.models import AuditEntry, User
from labeling.services.audit import record
from tests.cast import Cast, client_of


def test_ada_reads_the_entries_newest_first(cast: Cast) -> None:
    record(actor=cast.ada, action="change_person", subject=cast.otto, details={"pool": "held_out"})
    record(actor=cast.rosa, action="accept_candidate", subject=cast.amina)

    rows = client_of(cast.ada).get("/api/audit/").json()["results"]

    assert [(row["actor_name"], row["action"]) for row in rows] == [
        ("Rosa", "accept_candidate"),
        ("Ada", "change_person"),
    ]
    assert (rows[1]["subject_kind"], rows[1]["subject_id"]) == ("user", str(cast.otto.pk))
    assert rows[1]["details"] == {"pool": "held_out"}


def test_the_entries_are_found_by_what_was_done_and_to_what(cast: Cast) -> None:
    record(actor=cast.ada, action="change_person", subject=cast.otto)
    record(actor=cast.ada, action="change_person", subject=cast.hana)
    record(actor=cast.ada, action="make_token", subject=cast.hana)

    def found(**query: object) -> int:
        return len(client_of(cast.ada).get("/api/audit/", query).json()["results"])

    assert found(action="change_person") == 2
    assert found(subject_kind="user", subject_id=cast.hana.pk) == 2
    assert found(action="change_person", subject_id=cast.hana.pk) == 1


def test_an_entry_can_be_neither_changed_nor_removed(ada: User) -> None:
    """R13."""
    record(actor=ada, action="accept_candidate", subject=ada)

    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        AuditEntry.objects.update(action="reject_candidate")
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_the_entries_are_for_admins(cast: Cast) -> None:
    assert client_of(cast.rosa).get("/api/audit/").status_code == 403


def test_a_filter_that_is_too_long_names_its_field(ada: User) -> None:
    response = client_of(ada).get("/api/audit/", {"action": "x" * 65})

    assert (response.status_code, list(response.json()["fields"])) == (400, ["action"])


def test_the_entries_cost_three_queries_however_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for actor in (cast.ada, cast.rosa, cast.otto) * 5:
        record(actor=actor, action="change_person", subject=cast.hana)
    browser = client_of(cast.ada)

    with django_assert_num_queries(3):
        browser.get("/api/audit/")
