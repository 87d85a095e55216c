"""The commands that let the first admin in, and anybody back in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from labeling.models import User


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def signed_in_by(link: str) -> str:
    client = Client()
    token = link.partition("#token=")[2]
    client.post("/api/session/redeem/", {"token": token}, content_type="application/json")
    return client.get("/api/session/").json()["user"]["email"]


@pytest.mark.django_db
def test_the_first_admin_gets_a_link_that_works() -> None:
    link = printed("create_admin", "Ada@example.org", "--name", "Ada", "--base-url", "http://x:1/")

    assert link.startswith("http://x:1/sign-in#token=")
    assert signed_in_by(link) == "ada@example.org"
    assert User.objects.get().role == "admin"


def test_an_account_that_exists_is_not_made_an_admin(amina: User) -> None:
    with pytest.raises(CommandError, match=r"already an account.*sign_in_link"):
        printed("create_admin", "AMINA@example.org", "--name", "Amina")

    amina.refresh_from_db()
    assert amina.role == "labeler"


@pytest.mark.django_db
def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="valid email"):
        printed("create_admin", "ada", "--name", "Ada")


def test_amina_gets_back_in(amina: User) -> None:
    link = printed("sign_in_link", "AMINA@example.org")

    assert link.startswith("/sign-in#token=")
    assert signed_in_by(link) == "amina@example.org"


def test_nobody_and_the_deactivated_get_no_link(amina: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(CommandError, match=r"no account with the address x@example\.org"):
        printed("sign_in_link", "x@example.org")
    with pytest.raises(CommandError, match="not active"):
        printed("sign_in_link", "amina@example.org")
