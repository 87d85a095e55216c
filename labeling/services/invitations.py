"""Invitations: the only way to an account of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import Invitation, Pool, Role, Screening, User
from labeling.services.audit import record
from labeling.services.people import Profile, account_exists, open_account
from labeling.services.screening import start_candidacy
from labeling.services.secrets import new_secret, secret_sha256

INVITATION_LIFETIME: Final = timedelta(days=7)


@dataclass(frozen=True)
class NewInvitation:
    """Whom to let in, as what. With a screening they are a candidate until it is decided."""

    email: str
    role: str
    pool: str
    screening_id: int | None = None
    vendor: str = ""
    languages: Sequence[str] = ()


@transaction.atomic
def invite(*, new: NewInvitation, invited_by: User) -> tuple[Invitation, str]:
    """An invitation and its secret, which is never readable again.

    An earlier invitation of the same address that is still open expires: the last word counts.

    Raises: Refused("account_exists"), Refused("no_screening"), Refused("screening_not_for_them").
    """
    email = new.email.lower()
    if User.objects.filter(email__iexact=email).exists():
        raise account_exists()
    check_screening(new)
    Invitation.objects.filter(
        email__iexact=email, accepted_by__isnull=True, expires_at__gt=Now()
    ).update(expires_at=Now())
    secret = new_secret()
    invitation = Invitation.objects.create(
        email=email,
        role=new.role,
        pool=new.pool,
        screening_id=new.screening_id,
        vendor=new.vendor,
        languages=list(new.languages),
        token_sha256=secret_sha256(secret),
        created_by=invited_by,
        expires_at=Now() + INVITATION_LIFETIME,
    )
    invitation.refresh_from_db()
    record(
        actor=invited_by,
        action="invite",
        subject=invitation,
        details={
            "email": email,
            "role": new.role,
            "pool": new.pool,
            "screening": new.screening_id,
            "vendor": new.vendor,
        },
    )
    return invitation, secret


def check_screening(new: NewInvitation) -> None:
    """Labelers of the training pool are screened; held-out labelers never are (R14)."""
    if new.screening_id is None:
        return
    is_open = Screening.objects.filter(pk=new.screening_id, state=Screening.State.OPEN).exists()
    if not is_open:
        message = "There is no open screening of this number."
        raise Refused("no_screening", message, status=422, fields={"screening": [message]})
    if new.role != Role.LABELER or new.pool != Pool.TRAINING:
        message = "Only labelers of the training pool are screened: leave the screening out."
        raise Refused(
            "screening_not_for_them", message, status=422, fields={"screening": [message]}
        )


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
    account = open_account(
        email=invitation.email,
        display_name=display_name,
        role=invitation.role,
        pool=invitation.pool,
        profile=Profile(vendor=invitation.vendor, languages=invitation.languages),
    )
    invitation.accepted_by = account
    invitation.save(update_fields=["accepted_by"])
    if invitation.screening is not None:
        start_candidacy(labeler=account, screening=invitation.screening)
    record(actor=account, action="accept_invitation", subject=invitation)
    return account
