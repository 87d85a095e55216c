"""The accounts: listed, opened, changed, let in again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labeling.errors import Refused
from labeling.models import AuditEntry, Ranking, Role, User
from labeling.services.people import change_person
from labeling.services.sign_in_links import make_sign_in_link, redeem_sign_in_link
from labeling.services.tokens import make_token, use_token
from tests.cast import Cast, client_of, make_ranking, make_ranking_project, make_task, make_user


def names(user: User, **query: object) -> list[str]:
    rows = client_of(user).get("/api/people/", query).json()["results"]
    return [row["display_name"] for row in rows]


def patch(user: User, person: User, **changes: object) -> tuple[int, dict[str, object]]:
    response = client_of(user).patch(f"/api/people/{person.pk}/", changes, format="json")
    return response.status_code, response.json()


def test_rosa_sees_everybody_with_their_number_of_rankings(cast: Cast) -> None:
    task = make_task(make_ranking_project(overlap=2))
    make_ranking(task, cast.amina, [1, 2, 3, 4])

    rows = client_of(cast.rosa).get("/api/people/").json()["results"]

    assert {row["display_name"]: row["num_rankings"] for row in rows} == {
        "Amina": 1,
        "Otto": 0,
        "Hana": 0,
        "Rosa": 0,
        "Ada": 0,
        "Sim": 0,
    }
    assert set(rows[0]) == {
        "id",
        "email",
        "display_name",
        "role",
        "pool",
        "is_simulated",
        "is_active",
        "imported_from",
        "languages",
        "skills",
        "vendor",
        "created_at",
        "last_login",
        "num_rankings",
    }


def test_a_ranking_that_was_taken_back_does_not_count(cast: Cast) -> None:
    ranking = make_ranking(make_task(make_ranking_project()), cast.amina, [1, 2, 3, 4])
    Ranking.objects.filter(pk=ranking.pk).update(superseded_at=ranking.submitted_at)

    rows = client_of(cast.rosa).get("/api/people/", {"search": "amina"}).json()["results"]

    assert [row["num_rankings"] for row in rows] == [0]


def test_people_are_found_by_name_address_and_role(rosa: User) -> None:
    assert names(rosa, search="AMI") == ["Amina"]
    assert names(rosa, search="otto@example") == ["Otto"]
    assert names(rosa, role="researcher") == ["Rosa"]


def test_imported_labelers_are_listed_apart(rosa: User) -> None:
    make_user("w17", imported_from="a data set", is_active=False)

    assert "W17" not in names(rosa)
    assert names(rosa, imported="true") == ["W17"]


def test_the_list_costs_three_queries_however_many(
    rosa: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(20):
        make_user(f"labeler{n}")
    client = client_of(rosa)

    with django_assert_num_queries(3):
        client.get("/api/people/")


def test_ada_opens_an_account_for_a_simulated_labeler(ada: User) -> None:
    body = {"email": "Bot@Example.org", "display_name": "Bot", "is_simulated": True}

    response = client_of(ada).post("/api/people/", body)

    assert response.status_code == 201
    shown = response.json()
    assert (shown["email"], shown["role"], shown["pool"]) == (
        "bot@example.org",
        "labeler",
        "training",
    )
    assert User.objects.get(pk=shown["id"]).is_simulated


def test_an_address_opens_one_account_however_it_is_written(ada: User, amina: User) -> None:
    body = {"email": "AMINA@example.org", "display_name": "Amina 2"}

    response = client_of(ada).post("/api/people/", body)

    assert (response.status_code, response.json()["code"]) == (409, "account_exists")


def test_ada_changes_what_she_names_and_nothing_else(cast: Cast) -> None:
    status, body = patch(cast.ada, cast.hana, display_name="Hana K.")

    assert status == 200
    assert (body["display_name"], body["role"], body["pool"], body["is_active"]) == (
        "Hana K.",
        "labeler",
        "held_out",
        True,
    )


def test_fields_that_are_not_offered_change_nothing(cast: Cast) -> None:
    """ASVS 15.3.3: mass assignment."""
    patch(cast.ada, cast.amina, is_simulated=True, email="new@example.org", password="x")

    cast.amina.refresh_from_db()
    assert (cast.amina.is_simulated, cast.amina.email) == (False, "amina@example.org")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "root"}, "role"),
        ({"pool": "other"}, "pool"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"is_active": None}, "is_active"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "a\nb"}, "display_name"),
    ],
)
def test_a_malformed_change_names_its_field(
    cast: Cast, changes: dict[str, object], field: str
) -> None:
    status, body = patch(cast.ada, cast.amina, **changes)

    assert (status, list(body["fields"])) == (400, [field])


def test_nobody_is_not_found(ada: User) -> None:
    assert client_of(ada).patch("/api/people/987654/", {"role": "admin"}).status_code == 404
    assert client_of(ada).post("/api/people/987654/sign-in-links/").status_code == 404


def test_the_last_admin_stays_one(ada: User) -> None:
    for changes in ({"role": "researcher"}, {"is_active": False}):
        status, body = patch(ada, ada, **changes)
        assert (status, body["code"]) == (409, "last_admin")

    assert patch(ada, ada, display_name="Ada L.")[0] == 200


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_leave_one() -> None:
    admins = [make_user(name, role=Role.ADMIN) for name in ("ada", "ben")]
    barrier = Barrier(2)

    def demote(person: User) -> str:
        try:
            barrier.wait()
            changes = {"role": Role.LABELER}
            return change_person(person=person, changes=changes, changed_by=person).role
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, admins))

    assert answers == ["labeler", "last_admin"]
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_deactivation_closes_every_way_in(cast: Cast) -> None:
    _, token = make_token(
        owner=cast.amina,
        requested_by=cast.amina,
        name="script",
        scopes=["label"],
        expires_in_days=1,
    )
    _, link = make_sign_in_link(cast.amina)
    browser = client_of(cast.amina)

    patch(cast.ada, cast.amina, is_active=False)
    assert browser.get("/api/catalogue/").status_code == 401
    assert use_token(token.encode()) is None

    # Coming back starts clean: nothing from before opens again.
    patch(cast.ada, cast.amina, is_active=True)
    assert browser.get("/api/catalogue/").status_code == 401
    assert use_token(token.encode()) is None
    with pytest.raises(Refused, match="too old"):
        redeem_sign_in_link(link)


def test_an_imported_labeler_can_never_sign_in(ada: User) -> None:
    worker = make_user("w17", imported_from="a data set", is_active=False)

    status, body = patch(ada, worker, is_active=True)
    link = client_of(ada).post(f"/api/people/{worker.pk}/sign-in-links/")

    assert (status, body["code"]) == (422, "imported_account")
    assert (link.status_code, link.json()["code"]) == (422, "account_inactive")


def test_a_pool_holds_for_all_of_a_labelers_work(cast: Cast) -> None:
    """R14: a held-out labeler's judgments must not slip into training by a later change."""
    assert patch(cast.ada, cast.otto, pool="held_out")[0] == 200
    make_ranking(make_task(make_ranking_project()), cast.hana, [1, 2, 3, 4])

    status, body = patch(cast.ada, cast.hana, pool="training")

    assert (status, body["code"]) == (409, "pool_fixed")
    assert patch(cast.ada, cast.hana, pool="held_out")[0] == 200


def test_ada_lets_amina_in_again(cast: Cast) -> None:
    response = client_of(cast.ada).post(f"/api/people/{cast.amina.pk}/sign-in-links/")

    assert response.status_code == 201
    path, _, token = response.json()["path"].partition("#token=")
    client = Client()
    client.post("/api/session/redeem/", {"token": token}, content_type="application/json")
    assert path == "/sign-in"
    assert client.get("/api/session/").json()["user"]["id"] == cast.amina.pk


def test_ada_says_which_languages_and_skills_a_labeler_has(cast: Cast) -> None:
    status, body = patch(
        cast.ada, cast.amina, languages=["pt-BR", "en", "en"], skills=["Law"], vendor="Acme"
    )

    assert status == 200
    assert (body["languages"], body["skills"], body["vendor"]) == (["en", "pt-BR"], ["law"], "Acme")


def test_what_was_changed_is_audited_and_what_was_not_is_not(cast: Cast) -> None:
    """R13."""
    patch(cast.ada, cast.amina, role="researcher", pool="training", display_name="Amina")

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_id) == (
        cast.ada,
        "change_person",
        str(cast.amina.pk),
    )
    assert entry.details == {"role": ["labeler", "researcher"]}
    patch(cast.ada, cast.amina, role="researcher")
    assert AuditEntry.objects.count() == 1


def test_ways_in_that_an_admin_makes_are_audited(cast: Cast) -> None:
    browser = client_of(cast.ada)
    browser.post("/api/people/", {"email": "new@example.org", "display_name": "New"})
    browser.post(f"/api/people/{cast.otto.pk}/sign-in-links/")

    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "open_account",
        "make_sign_in_link",
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"languages": ["English!"]}, "languages"), ({"vendor": "a\nb"}, "vendor")],
)
def test_a_malformed_profile_names_its_field(cast: Cast, changes: dict, field: str) -> None:
    response = client_of(cast.ada).patch(f"/api/people/{cast.amina.pk}/", changes, format="json")

    assert response.status_code == 400
    assert next(iter(response.json()["fields"])).startswith(field)
