"""API tokens for scripts: made, used and revoked."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, Q, When
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import ApiToken, Role, User
from labeling.services.audit import record
from labeling.services.secrets import new_secret, secret_sha256

# So that a leaked token is recognised by people and by scanners.
TOKEN_PREFIX: Final = "cnc_"  # noqa: S105
NUM_PREFIX_CHARACTERS: Final = 12
LAST_USED_RESOLUTION: Final = timedelta(minutes=1)

SCOPES_OF_ROLE: Final = {
    Role.LABELER: frozenset({ApiToken.Scope.LABEL}),
    Role.RESEARCHER: frozenset(ApiToken.Scope),
    Role.ADMIN: frozenset(ApiToken.Scope),
}


@transaction.atomic
def make_token(
    *,
    owner: User,
    requested_by: User,
    name: str,
    scopes: Collection[str],
    expires_in_days: int,
    grantable: Collection[str] | None = None,
) -> tuple[ApiToken, str]:
    """A token and its secret, which is never readable again.

    ``grantable``: the scopes of the token that asks, None for a session. A token cannot make a
    wider one.

    Raises: Refused("not_your_account"), Refused("scope_beyond_role"),
    Refused("scope_beyond_token").
    """
    check_may_make_token(owner=owner, requested_by=requested_by)
    wanted = frozenset(scopes)
    if not wanted <= SCOPES_OF_ROLE[Role(owner.role)]:
        raise Refused(
            "scope_beyond_role",
            f"A {owner.role} cannot use all of these scopes: {', '.join(sorted(wanted))}.",
            status=422,
            fields={"scopes": ["Wider than the role of the account."]},
        )
    if grantable is not None and not wanted <= frozenset(grantable):
        raise Refused(
            "scope_beyond_token",
            "A token cannot make a token with scopes that it lacks.",
            status=422,
            fields={"scopes": ["Wider than the token that asks."]},
        )
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken.objects.create(
        user=owner,
        name=name,
        prefix=secret[:NUM_PREFIX_CHARACTERS],
        token_sha256=secret_sha256(secret),
        scopes=sorted(wanted),
        expires_at=Now() + timedelta(days=expires_in_days),
    )
    token.refresh_from_db()
    details = {"owner": owner.pk, "name": name, "scopes": sorted(wanted), "days": expires_in_days}
    record(actor=requested_by, action="make_token", subject=token, details=details)
    return token, secret


def check_may_make_token(*, owner: User, requested_by: User) -> None:
    """Everybody makes their own; an admin also makes those of simulated labelers.

    Nobody makes a token for another person: judgments must come from whose name they carry.
    """
    if owner == requested_by:
        return
    if not (requested_by.is_admin and owner.is_simulated and owner.is_active):
        raise Refused(
            "not_your_account",
            "Tokens are made by their owner; an admin makes those of active simulated accounts.",
            status=422,
            fields={"user": ["Neither you nor an active simulated account."]},
        )


def use_token(secret: bytes) -> ApiToken | None:
    """The live token with this secret and its active owner, or None. One query, rarely two.

    Every secret costs the same hash and the same lookup by it, so timing tells nothing.
    """
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=Now() - LAST_USED_RESOLUTION)
    token = (
        ApiToken.objects.select_related("user")
        .annotate(is_stale=Case(When(stale, then=True), default=False))
        .filter(
            token_sha256=secret_sha256(secret),
            revoked_at__isnull=True,
            expires_at__gt=Now(),
            user__is_active=True,
        )
        .first()
    )
    # However busy the script, its use is written once a minute.
    if token is not None and token.is_stale:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=Now())
    return token


@transaction.atomic
def revoke_token(token: ApiToken, *, revoked_by: User) -> None:
    """From now on the token opens nothing. Doing it twice changes nothing."""
    live = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if live.update(revoked_at=Now()):
        details = {"owner": token.user_id, "name": token.name}
        record(actor=revoked_by, action="revoke_token", subject=token, details=details)
