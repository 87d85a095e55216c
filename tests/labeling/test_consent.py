"""The consent: published in versions by an admin, agreed to by each labeler for themselves."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction
from pytest_django import DjangoAssertNumQueries

from labeling.errors import Refused
from labeling.models import AuditEntry, Consent, ConsentVersion, User
from labeling.services.consent import agree_to_consent, publish_consent
from tests.cast import Cast, client_of

TEXT = {"title": "Taking part", "body": "  Your answers are stored.\n"}


def publish(admin: User, **changes: object) -> dict[str, object]:
    return client_of(admin).post("/api/consent/versions/", {**TEXT, **changes}).json()


def test_ada_publishes_a_version_exactly_as_written(cast: Cast) -> None:
    response = client_of(cast.ada).post("/api/consent/versions/", TEXT)

    assert response.status_code == 201
    shown = response.json()
    assert (shown["version"], shown["body"]) == (1, TEXT["body"])
    assert (shown["author_name"], shown["num_agreed"]) == ("Ada", 0)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_kind) == (
        cast.ada,
        "publish_consent",
        "consentversion",
    )


def test_versions_follow_one_another_and_cannot_be_changed(ada: User) -> None:
    assert publish(ada)["version"] == 1
    assert publish(ada)["version"] == 2

    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        ConsentVersion.objects.update(body="Something else.")


def test_amina_is_asked_agrees_and_is_not_asked_again(cast: Cast) -> None:
    publish(cast.ada)
    browser = client_of(cast.amina)
    asked = browser.get("/api/consent/").json()

    agreed = browser.post("/api/consent/", {"version": 1}, format="json")

    assert (asked["is_needed"], asked["consent"]["agreed_at"]) == (True, None)
    assert agreed.status_code == 204
    now = browser.get("/api/consent/").json()
    assert now["is_needed"] is False
    assert now["consent"]["agreed_at"] is not None


def test_agreeing_twice_is_agreeing_once(cast: Cast) -> None:
    publish(cast.ada)

    for _ in range(2):
        client_of(cast.amina).post("/api/consent/", {"version": 1}, format="json")

    assert Consent.objects.count() == 1


def test_aminas_agreement_is_not_ottos(cast: Cast) -> None:
    publish(cast.ada)
    agree_to_consent(labeler=cast.amina, version=1)

    assert client_of(cast.otto).get("/api/consent/").json()["is_needed"] is True


def test_nobody_is_asked_while_there_is_no_consent(amina: User) -> None:
    shown = client_of(amina).get("/api/consent/").json()

    assert shown == {"consent": None, "is_needed": False}


def test_rosa_reads_the_consent_and_need_not_agree(cast: Cast) -> None:
    publish(cast.ada)

    shown = client_of(cast.rosa).get("/api/consent/").json()

    assert (shown["is_needed"], shown["consent"]["version"]) == (False, 1)


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [(1, 409, "consent_changed"), (3, 422, "no_such_version")],
)
def test_only_the_version_that_counts_can_be_agreed_to(
    cast: Cast, version: int, status: int, code: str
) -> None:
    for _ in range(2):
        publish(cast.ada)

    response = client_of(cast.amina).post("/api/consent/", {"version": version}, format="json")

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Consent.objects.exists()


@pytest.mark.parametrize("version", ["1", 0, None, True, 2**40])
def test_a_malformed_version_names_its_field(cast: Cast, version: object) -> None:
    response = client_of(cast.amina).post("/api/consent/", {"version": version}, format="json")

    assert (response.status_code, list(response.json()["fields"])) == (400, ["version"])


@pytest.mark.parametrize(
    ("changes", "field"), [({"title": ""}, "title"), ({"body": ""}, "body"), ({"body": 7}, "body")]
)
def test_a_malformed_text_names_its_field(ada: User, changes: dict, field: str) -> None:
    response = client_of(ada).post("/api/consent/versions/", {**TEXT, **changes}, format="json")

    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_researchers_read_the_versions_and_who_publishes_is_an_admin(cast: Cast) -> None:
    publish(cast.ada)
    rows = client_of(cast.rosa).get("/api/consent/versions/").json()["results"]

    assert [row["version"] for row in rows] == [1]
    assert client_of(cast.rosa).post("/api/consent/versions/", TEXT).status_code == 403
    assert client_of(cast.amina).get("/api/consent/versions/").status_code == 403


def test_the_versions_cost_three_queries_however_many_agreed(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        publish(cast.ada)
    for labeler in (cast.amina, cast.otto, cast.hana):
        agree_to_consent(labeler=labeler, version=5)
    browser = client_of(cast.rosa)

    with django_assert_num_queries(3):
        rows = browser.get("/api/consent/versions/").json()["results"]
    assert [row["num_agreed"] for row in rows] == [3, 0, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_publish_at_once_make_one_version_each_or_hear_of_the_other(
    ada: User,
) -> None:
    start = Barrier(2)

    def publish_now(body: str) -> str:
        try:
            start.wait()
            publish_consent(title="Consent", body=body, published_by=ada)
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "published"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(publish_now, ["One.", "Two."]))

    versions = list(ConsentVersion.objects.values_list("version", flat=True))
    assert versions == list(range(1, said.count("published") + 1))
    assert set(said) <= {"published", "consent_changed"}
