"""One-time links that sign an existing account in."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import SignInLink, User
from labeling.services.audit import record
from labeling.services.secrets import new_secret, secret_sha256

LINK_LIFETIME: Final = timedelta(hours=24)


@transaction.atomic
def make_sign_in_link(person: User, *, made_by: User | None = None) -> tuple[SignInLink, str]:
    """A link and its secret, which is never readable again.

    ``made_by`` is None on the command line, where no account asks.

    Raises: Refused("account_inactive").
    """
    if not person.is_active:
        raise account_inactive()
    secret = new_secret()
    link = SignInLink.objects.create(
        user=person, token_sha256=secret_sha256(secret), expires_at=Now() + LINK_LIFETIME
    )
    link.refresh_from_db()
    if made_by is not None:
        record(actor=made_by, action="make_sign_in_link", subject=person)
    return link, secret


def sign_in_path(secret: str) -> str:
    """Where the browser takes it: behind the #, so it never reaches a server log or a referrer."""
    return f"/sign-in#token={secret}"


@transaction.atomic
def redeem_sign_in_link(secret: str) -> User:
    """The account to sign in. The link is used up.

    Raises: Refused("link_unknown"), Refused("link_used"), Refused("link_expired"),
    Refused("account_inactive").
    """
    link = (
        SignInLink.objects.select_for_update()
        .select_related(None)
        .filter(token_sha256=secret_sha256(secret))
        .first()
    )
    if link is None:
        raise Refused("link_unknown", "This sign-in link is not valid.", status=422)
    if link.used_at is not None:
        raise Refused(
            "link_used", "This link has been used; ask an admin for a new one.", status=422
        )
    # The row is locked, so that of two browsers opening the link only one gets past this line.
    if not SignInLink.objects.filter(pk=link.pk, expires_at__gt=Now()).update(used_at=Now()):
        raise Refused(
            "link_expired", "This link is too old; ask an admin for a new one.", status=422
        )
    if not link.user.is_active:
        raise account_inactive()
    return link.user


def account_inactive() -> Refused:
    return Refused("account_inactive", "This account is not active.", status=422)
