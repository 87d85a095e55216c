"""API tokens: shown once, hashed, scoped, expiring, revocable."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import ApiToken, AuditEntry, User
from labeling.services.tokens import make_token, revoke_token
from tests.cast import Cast, client_of

BODY = {"name": "nightly", "scopes": ["label"], "expires_in_days": 7}


def secret_of(owner: User, *scopes: str) -> str:
    _, secret = make_token(
        owner=owner, requested_by=owner, name="script", scopes=scopes, expires_in_days=1
    )
    return secret


def script(header: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    return client


def status_of(header: str, path: str = "/api/catalogue/") -> int:
    return script(header).get(path).status_code


def test_amina_makes_a_token_that_works(amina: User) -> None:
    response = client_of(amina).post("/api/tokens/", BODY)

    assert response.status_code == 201
    made = response.json()
    assert made["token"].startswith("cnc_")
    assert made["prefix"] == made["token"][:12]
    assert status_of(f"Bearer {made['token']}") == 200


def test_the_token_is_shown_once_and_the_database_cannot_use_it(amina: User) -> None:
    secret = client_of(amina).post("/api/tokens/", BODY).json()["token"]

    listed = client_of(amina).get("/api/tokens/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM labeling_apitoken t")
        stored = cursor.fetchone()[0]

    # 256 random bits behind the prefix.
    assert len(secret.removeprefix("cnc_")) == 43
    assert secret not in listed.content.decode()
    assert secret not in stored
    assert [row["name"] for row in listed.json()["results"]] == ["nightly"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer cnc_unknown",
        "Bearer a b",
        "bearer \u00e9",
        "Bearer " + "x" * 5_000,
    ],
)
def test_a_wrong_token_is_a_401(db: None, header: str) -> None:
    response = script(header).get("/api/catalogue/")

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert response["WWW-Authenticate"] == 'Bearer realm="concord"'


def test_a_wrong_token_does_not_fall_back_on_the_cookie(amina: User) -> None:
    client = client_of(amina)
    client.credentials(HTTP_AUTHORIZATION="Bearer cnc_unknown")

    assert client.get("/api/catalogue/").status_code == 401


def test_another_scheme_is_not_ours_to_judge(amina: User) -> None:
    client = client_of(amina)
    client.credentials(HTTP_AUTHORIZATION="Basic eDp5")

    assert client.get("/api/catalogue/").status_code == 200


def test_an_expired_token_is_a_401(amina: User) -> None:
    secret = secret_of(amina, "label")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert status_of(f"Bearer {secret}") == 401
    assert client_of(amina).get("/api/tokens/").json()["results"] == []


def test_a_revoked_token_is_a_401_at_once_and_revoking_twice_is_fine(amina: User) -> None:
    secret = secret_of(amina, "label")
    token = ApiToken.objects.get()
    client = client_of(amina)

    answers = [client.delete(f"/api/tokens/{token.pk}/").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert status_of(f"Bearer {secret}") == 401


def test_the_token_of_a_deactivated_account_is_a_401(amina: User) -> None:
    secret = secret_of(amina, "label")
    User.objects.filter(pk=amina.pk).update(is_active=False)

    assert status_of(f"Bearer {secret}") == 401


def test_its_use_is_written_at_most_once_a_minute(
    amina: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(f"Bearer {secret_of(amina, 'label')}")
    client.get("/api/catalogue/")
    first = ApiToken.objects.get().last_used_at

    with django_assert_num_queries(1):
        client.get("/api/catalogue/")
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    with django_assert_num_queries(2):
        client.get("/api/catalogue/")
    assert ApiToken.objects.get().last_used_at >= first


@pytest.mark.parametrize(
    ("scope", "method", "path", "allowed"),
    [
        ("label", "get", "/api/catalogue/", True),
        ("label", "get", "/api/people/", False),
        ("read", "get", "/api/people/", True),
        ("read", "post", "/api/people/", False),
        ("manage", "post", "/api/people/", True),
        ("manage", "get", "/api/people/", False),
        ("read", "post", "/api/tokens/", False),
        ("label", "post", "/api/tokens/", False),
        ("manage", "post", "/api/tokens/", True),
        ("read", "post", "/api/prompts/import/", False),
    ],
)
def test_a_scope_opens_its_own_door_only(
    ada: User, scope: str, method: str, path: str, allowed: bool
) -> None:
    client = script(f"Bearer {secret_of(ada, scope)}")

    response = client.get(path) if method == "get" else client.post(path, {})

    assert (response.status_code != 403) is allowed


def test_a_scope_never_widens_the_role(rosa: User) -> None:
    client = script(f"Bearer {secret_of(rosa, 'read', 'manage')}")

    assert client.get("/api/people/").status_code == 200
    assert client.post("/api/people/", {}).status_code == 403


def test_a_token_needs_no_csrf_header(ada: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret_of(ada, 'manage')}")

    assert client.post("/api/people/", {}).status_code == 400


def test_a_labeler_gets_no_wider_scope_than_labeling(amina: User) -> None:
    response = client_of(amina).post("/api/tokens/", {**BODY, "scopes": ["label", "manage"]})

    assert (response.status_code, response.json()["code"]) == (422, "scope_beyond_role")
    assert list(response.json()["fields"]) == ["scopes"]


def test_a_token_cannot_make_a_wider_one(ada: User) -> None:
    client = script(f"Bearer {secret_of(ada, 'manage')}")

    wider = client.post("/api/tokens/", {**BODY, "scopes": ["manage", "read"]})
    same = client.post("/api/tokens/", {**BODY, "scopes": ["manage"]})

    assert (wider.status_code, wider.json()["code"]) == (422, "scope_beyond_token")
    assert same.status_code == 201


def test_ada_makes_a_token_for_a_simulated_labeler(cast: Cast) -> None:
    response = client_of(cast.ada).post("/api/tokens/", {**BODY, "user": cast.sim.pk})

    secret = response.json()["token"]
    assert response.json()["user"] == cast.sim.pk
    assert script(f"Bearer {secret}").get("/api/session/").json()["user"]["id"] == cast.sim.pk


def test_nobody_makes_a_token_for_another_person(cast: Cast) -> None:
    """Judgments come from whose name they carry."""
    by_ada = client_of(cast.ada).post("/api/tokens/", {**BODY, "user": cast.amina.pk})
    by_otto = client_of(cast.otto).post("/api/tokens/", {**BODY, "user": cast.amina.pk})
    for_nobody = client_of(cast.otto).post("/api/tokens/", {**BODY, "user": 987_654})

    assert (by_ada.status_code, by_ada.json()["code"]) == (422, "not_your_account")
    # To Otto, Amina's account and one that does not exist look the same.
    assert by_otto.status_code == 404
    assert by_otto.json() == for_nobody.json()
    assert not ApiToken.objects.exists()


def test_otto_sees_and_revokes_only_his_own(cast: Cast) -> None:
    secret = secret_of(cast.amina, "label")
    token = ApiToken.objects.get()

    assert client_of(cast.otto).get("/api/tokens/").json()["results"] == []
    assert client_of(cast.otto).delete(f"/api/tokens/{token.pk}/").status_code == 404
    assert status_of(f"Bearer {secret}") == 200


def test_ada_sees_and_revokes_everybodys(cast: Cast) -> None:
    secret = secret_of(cast.amina, "label")

    rows = client_of(cast.ada).get("/api/tokens/").json()["results"]
    client_of(cast.ada).delete(f"/api/tokens/{rows[0]['id']}/")

    assert rows[0]["user"] == cast.amina.pk
    assert status_of(f"Bearer {secret}") == 401


def test_the_list_costs_three_queries_however_many(
    amina: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        secret_of(amina, "label")
    client = client_of(amina)

    with django_assert_num_queries(3):
        client.get("/api/tokens/")


def test_making_and_revoking_a_token_is_audited_without_its_secret(amina: User) -> None:
    token, secret = make_token(
        owner=amina, requested_by=amina, name="script", scopes=["label"], expires_in_days=1
    )
    for _ in range(2):
        revoke_token(token, revoked_by=amina)

    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["make_token", "revoke_token"]
    assert secret not in str([entry.details for entry in entries])
