"""Invitations: the only way to an account of one's own."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Invitation, User
from labeling.services.people import account_exists, open_account
from labeling.services.secrets import new_secret, secret_sha256

INVITATION_LIFETIME: Final = timedelta(days=7)


@transaction.atomic
def invite(*, email: str, role: str, pool: str, invited_by: User) -> tuple[Invitation, str]:
    """An invitation and its secret, which is never readable again.

    An earlier invitation of the same address that is still open expires: the last word counts.

    Raises: Refused("account_exists").
    """
    email = email.lower()
    if User.objects.filter(email__iexact=email).exists():
        raise account_exists()
    Invitation.objects.filter(
        email__iexact=email, accepted_by__isnull=True, expires_at__gt=Now()
    ).update(expires_at=Now())
    secret = new_secret()
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        pool=pool,
        token_sha256=secret_sha256(secret),
        created_by=invited_by,
        expires_at=Now() + INVITATION_LIFETIME,
    )
    invitation.refresh_from_db()
    return invitation, secret


def invitation_path(secret: str) -> str:
    return f"/join#token={secret}"


@transaction.atomic
def accept_invitation(*, secret: str, display_name: str) -> User:
    """Open the invited account. Accepted twice, at once or later, there is one account.

    Raises: Refused("invitation_unknown"), Refused("invitation_used"),
    Refused("invitation_expired"), Refused("account_exists").
    """
    invitation = (
        Invitation.objects.select_for_update().filter(token_sha256=secret_sha256(secret)).first()
    )
    if invitation is None:
        raise Refused("invitation_unknown", "This invitation is not valid.", status=422)
    if invitation.accepted_by_id is not None:
        raise Refused(
            "invitation_used",
            "This invitation has been accepted; ask an admin for a sign-in link.",
            status=422,
        )
    if not Invitation.objects.filter(pk=invitation.pk, expires_at__gt=Now()).exists():
        raise Refused(
            "invitation_expired", "This invitation is too old; ask for a new one.", status=422
        )
    invitation.accepted_by = open_account(
        email=invitation.email,
        display_name=display_name,
        role=invitation.role,
        pool=invitation.pool,
    )
    invitation.save(update_fields=["accepted_by"])
    return invitation.accepted_by
