"""Inviting somebody, and accepting: one invitation, one account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labeling.errors import Refused
from labeling.models import AuditEntry, Candidacy, Invitation, Pool, Role, Screening, User
from labeling.services.invitations import NewInvitation, accept_invitation, invite
from tests.cast import client_of, make_user

NINA = "nina@example.org"


def post_invitation(user: User | None, **changes: object) -> tuple[int, dict[str, object]]:
    body = {"email": NINA, "role": "labeler", "pool": "held_out", **changes}
    response = client_of(user).post("/api/invitations/", body, format="json")
    return response.status_code, response.json()


def accept(token: object, name: object = "Nina", client: Client | None = None) -> tuple[int, dict]:
    response = (client or Client()).post(
        "/api/invitations/accept/",
        {"token": token, "display_name": name},
        content_type="application/json",
    )
    return response.status_code, response.json()


def secret_for(ada: User, email: str = NINA) -> str:
    new = NewInvitation(email=email, role=Role.LABELER, pool=Pool.HELD_OUT)
    _, secret = invite(new=new, invited_by=ada)
    return secret


def test_ada_invites_nina_who_then_is_signed_in_with_her_role_and_pool(ada: User) -> None:
    status, invitation = post_invitation(ada)
    path, _, token = invitation["path"].partition("#token=")
    client = Client()

    accepted, body = accept(token, client=client)

    assert (status, accepted, path) == (201, 201, "/join")
    assert invitation["state"] == "pending"
    session = client.get("/api/session/").json()
    assert session["user"] == body["user"]
    nina = User.objects.get(email=NINA)
    assert (nina.display_name, nina.role, nina.pool) == ("Nina", "labeler", "held_out")
    assert not nina.has_usable_password()


def test_the_secret_is_shown_once_and_kept_as_a_hash(ada: User) -> None:
    _, invitation = post_invitation(ada)
    token = invitation["path"].partition("#token=")[2]

    listed = client_of(ada).get("/api/invitations/").content.decode()

    assert len(token) == 43
    assert token not in listed
    assert not Invitation.objects.filter(token_sha256__contains=token).exists()


def test_the_list_says_how_each_invitation_stands(ada: User) -> None:
    accept(secret_for(ada, "one@example.org"))
    secret_for(ada, "two@example.org")
    secret_for(ada, "three@example.org")
    Invitation.objects.filter(email="two@example.org").update(expires_at=timezone.now())

    rows = client_of(ada).get("/api/invitations/").json()["results"]

    assert [(row["email"], row["state"]) for row in rows] == [
        ("three@example.org", "pending"),
        ("two@example.org", "expired"),
        ("one@example.org", "accepted"),
    ]


def test_an_invitation_is_accepted_once(ada: User) -> None:
    secret = secret_for(ada)
    accept(secret)

    status, body = accept(secret, "Somebody else")

    assert (status, body["code"]) == (422, "invitation_used")
    assert User.objects.filter(email=NINA).count() == 1


def test_an_old_invitation_is_refused(ada: User) -> None:
    secret = secret_for(ada)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    status, body = accept(secret)

    assert (status, body["code"]) == (422, "invitation_expired")
    assert not User.objects.filter(email=NINA).exists()


def test_an_invitation_that_nobody_sent_is_refused(db: None) -> None:
    status, body = accept("made-up")

    assert (status, body["code"]) == (422, "invitation_unknown")


def test_a_second_invitation_replaces_the_first(ada: User) -> None:
    first, second = secret_for(ada), secret_for(ada, NINA.upper())

    assert accept(first)[1]["code"] == "invitation_expired"
    assert accept(second)[0] == 201


def test_whoever_has_an_account_is_not_invited(ada: User, amina: User) -> None:
    status, body = post_invitation(ada, email="AMINA@example.org")

    assert (status, body["code"]) == (409, "account_exists")
    assert body["fields"] == {"email": ["Already in use."]}


def test_an_account_opened_meanwhile_is_not_doubled(ada: User) -> None:
    secret = secret_for(ada)
    make_user("nina")

    status, body = accept(secret)

    assert (status, body["code"]) == (409, "account_exists")
    assert Invitation.objects.get().accepted_by is None


@pytest.mark.django_db(transaction=True)
def test_accepting_in_eight_tabs_at_once_opens_one_account() -> None:
    secret = secret_for(make_user("ada", role=Role.ADMIN))
    barrier = Barrier(8)

    def accept_now(tab: int) -> str:
        try:
            barrier.wait()
            return accept_invitation(secret=secret, display_name=f"Tab {tab}").email
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as tabs:
        answers = sorted(tabs.map(accept_now, range(8)))

    assert answers == ["invitation_used"] * 7 + [NINA]
    assert User.objects.filter(email=NINA).count() == 1


def test_a_foreign_page_cannot_accept_for_somebody(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)

    status, body = accept(secret_for(ada), client=client)

    assert (status, body["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b@example.org"}, "email"),
        ({"email": f"{'x' * 250}@example.org"}, "email"),
        ({"role": "root"}, "role"),
        ({"pool": ""}, "pool"),
        ({"role": None}, "role"),
    ],
)
def test_a_malformed_invitation_names_its_field(
    ada: User, changes: dict[str, object], field: str
) -> None:
    status, body = post_invitation(ada, **changes)

    assert (status, list(body["fields"])) == (400, [field])


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\nb", "a\u202eb", None, ["Nina"]])
def test_a_name_that_is_none_is_refused_and_the_invitation_stays_open(
    ada: User, name: object
) -> None:
    secret = secret_for(ada)

    status, body = accept(secret, name)

    assert (status, list(body["fields"])) == (400, ["display_name"])
    assert accept(secret)[0] == 201


def test_extra_fields_give_no_extra_rights(ada: User) -> None:
    """ASVS 15.3.3: mass assignment."""
    response = Client().post(
        "/api/invitations/accept/",
        {"token": secret_for(ada), "display_name": "Nina", "role": "admin", "is_active": True},
        content_type="application/json",
    )

    assert response.json()["user"]["role"] == "labeler"


def test_the_list_costs_three_queries_however_long(
    ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(5):
        secret_for(ada, f"n{n}@example.org")
    client = client_of(ada)

    with django_assert_num_queries(3):
        client.get("/api/invitations/")


def make_screening(ada: User, **fields: object) -> Screening:
    return Screening.objects.create(name="Spring", created_by=ada, **fields)


def test_who_is_invited_with_a_screening_begins_as_a_candidate(ada: User) -> None:
    """R11: invitation -> screening; the vendor and the languages come with the invitation."""
    screening = make_screening(ada)
    status, invitation = post_invitation(
        ada, pool="training", screening=screening.pk, vendor="Acme", languages=["en", "sw"]
    )

    accept(invitation["path"].partition("#token=")[2])

    assert status == 201
    assert (invitation["screening_name"], invitation["vendor"]) == ("Spring", "Acme")
    nina = User.objects.get(email=NINA)
    assert (nina.vendor, nina.languages) == ("Acme", ["en", "sw"])
    assert (nina.candidacy.screening, nina.candidacy.state) == (screening, "in_progress")
    assert len(nina.candidacy.code) == 8


def test_held_out_labelers_are_never_screened(ada: User) -> None:
    """R14."""
    screening = make_screening(ada)

    status, body = post_invitation(ada, pool="held_out", screening=screening.pk)

    assert (status, body["code"], list(body["fields"])) == (
        422,
        "screening_not_for_them",
        ["screening"],
    )
    accept(secret_for(ada))
    assert not Candidacy.objects.exists()


@pytest.mark.parametrize("state", ["closed", "missing"])
def test_a_screening_that_is_closed_or_missing_takes_nobody(ada: User, state: str) -> None:
    number = make_screening(ada, state="closed").pk if state == "closed" else 987_654

    status, body = post_invitation(ada, pool="training", screening=number)

    assert (status, body["code"]) == (422, "no_screening")
    assert not Invitation.objects.exists()


def test_invitations_and_who_accepts_them_are_audited(ada: User) -> None:
    accept(secret_for(ada))

    nina = User.objects.get(email=NINA)
    entries = AuditEntry.objects.order_by("pk").values_list("actor", "action")
    assert list(entries) == [(ada.pk, "invite"), (nina.pk, "accept_invitation")]
