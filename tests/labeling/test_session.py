"""Signing in with a one-time link, and out again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from labeling.models import SignInLink, User
from labeling.services.people import change_person
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path
from tests.cast import client_of


def redeem(client: Client, token: object) -> tuple[int, dict[str, object]]:
    response = client.post(
        "/api/session/redeem/", {"token": token}, content_type="application/json"
    )
    return response.status_code, response.json()


def who(client: Client) -> dict[str, object] | None:
    return client.get("/api/session/").json()["user"]


def test_a_visitor_is_nobody_and_gets_the_csrf_cookie(db: None, settings: Settings) -> None:
    settings.TAKE_BACK_SECONDS = 123
    client = Client()

    response = client.get("/api/session/")

    assert response.json() == {"user": None, "take_back_seconds": 123}
    assert client.cookies["csrftoken"].value


def test_a_link_signs_amina_in(amina: User) -> None:
    client = Client()
    _, secret = make_sign_in_link(amina)

    status, body = redeem(client, secret)

    assert status == 200
    assert body["user"] == who(client)
    assert body["user"] == {
        "id": amina.pk,
        "email": "amina@example.org",
        "display_name": "Amina",
        "role": "labeler",
        "pool": "training",
        "is_simulated": False,
    }


def test_the_secret_is_long_and_only_its_hash_is_kept(amina: User) -> None:
    """ASVS 11.5.1: at least 128 random bits."""
    link, secret = make_sign_in_link(amina)

    # 32 bytes in base64 without padding.
    assert len(secret) == 43
    assert len(link.token_sha256) == 64
    assert not SignInLink.objects.filter(token_sha256__contains=secret).exists()


def test_the_secret_travels_behind_the_hash_sign() -> None:
    """ASVS 14.2.1: what stands behind # never reaches a server, its logs or a referrer."""
    assert sign_in_path("abc") == "/sign-in#token=abc"


def test_a_link_works_once(amina: User) -> None:
    _, secret = make_sign_in_link(amina)
    redeem(Client(), secret)

    status, body = redeem(Client(), secret)

    assert (status, body["code"]) == (422, "link_used")


def test_an_old_link_is_refused(amina: User) -> None:
    link, secret = make_sign_in_link(amina)
    SignInLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    status, body = redeem(Client(), secret)

    assert (status, body["code"]) == (422, "link_expired")


def test_a_link_of_a_deactivated_account_is_refused(amina: User) -> None:
    _, secret = make_sign_in_link(amina)
    User.objects.filter(pk=amina.pk).update(is_active=False)
    client = Client()

    status, body = redeem(client, secret)

    assert (status, body["code"]) == (422, "account_inactive")
    assert who(client) is None


@pytest.mark.parametrize("token", ["x", "é" * 100, "' OR 1=1 --"])
def test_a_link_that_nobody_made_is_refused(db: None, token: str) -> None:
    status, body = redeem(Client(), token)

    assert (status, body["code"]) == (422, "link_unknown")


@pytest.mark.parametrize("token", [None, "", 7.5, [], {}, "x" * 201])
def test_what_is_not_a_token_is_malformed(db: None, token: object) -> None:
    status, body = redeem(Client(), token)

    assert (status, body["code"]) == (400, "invalid")
    assert set(body["fields"]) == {"token"}


def test_signing_in_gives_a_new_session_key(amina: User, otto: User) -> None:
    """A session planted before signing in is worth nothing afterwards (ASVS 7.2.4)."""
    client = client_of(otto)
    before = client.cookies["sessionid"].value
    _, secret = make_sign_in_link(amina)

    redeem(client, secret)

    assert client.cookies["sessionid"].value != before
    assert who(client)["display_name"] == "Amina"
    planted = Client()
    planted.cookies["sessionid"] = before
    assert who(planted) is None


def test_a_foreign_page_cannot_sign_anybody_in(amina: User) -> None:
    client = Client(enforce_csrf_checks=True)
    _, secret = make_sign_in_link(amina)

    status, body = redeem(client, secret)

    assert (status, body["code"]) == (403, "csrf_failed")
    assert who(client) is None
    # The link was not used up by the attempt.
    response = client.post(
        "/api/session/redeem/",
        {"token": secret},
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )
    assert response.status_code == 200


def test_a_change_without_the_csrf_header_is_refused(amina: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(amina)

    response = client.post("/api/session/sign-out/")

    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")
    assert who(client) is not None


def test_signing_out_ends_the_session_on_the_server(amina: User) -> None:
    client = client_of(amina)
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value

    response = client.post("/api/session/sign-out/")

    assert response.status_code == 204
    assert who(client) is None
    assert who(stolen) is None


def test_signing_out_twice_is_a_401(amina: User) -> None:
    client = client_of(amina)
    client.post("/api/session/sign-out/")

    response = client.post("/api/session/sign-out/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="concord"'


def test_deactivation_ends_the_session_at_once(amina: User, ada: User) -> None:
    client = client_of(amina)

    change_person(person=amina, changes={"is_active": False}, changed_by=ada)
    assert who(client) is None

    # Coming back does not bring the old session back.
    change_person(person=amina, changes={"is_active": True}, changed_by=ada)
    assert who(client) is None


def test_another_role_ends_the_session_at_once(amina: User, ada: User) -> None:
    client = client_of(amina)

    change_person(person=amina, changes={"role": "researcher"}, changed_by=ada)

    assert who(client) is None


def test_another_name_does_not_end_the_session(amina: User, ada: User) -> None:
    client = client_of(amina)

    change_person(person=amina, changes={"display_name": "Amina B."}, changed_by=ada)

    assert who(client)["display_name"] == "Amina B."


def test_asking_who_i_am_costs_two_queries(
    amina: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(amina)

    with django_assert_num_queries(2):
        who(client)
