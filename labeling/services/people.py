"""Accounts: opened, changed, and shut out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from labeling.errors import Refused
from labeling.models import ApiToken, Assignment, Pool, Role, SignInLink, User
from labeling.services.audit import record


@dataclass(frozen=True)
class Profile:
    """Which tasks a labeler can be given, and who sent them."""

    vendor: str = ""
    languages: Sequence[str] = ()
    skills: Sequence[str] = ()


NO_PROFILE = Profile()


class PersonChanges(TypedDict, total=False):
    """What is left out stays as it is."""

    role: str
    pool: str
    is_active: bool
    display_name: str
    languages: list[str]
    skills: list[str]
    vendor: str


def open_account(
    *,
    email: str,
    display_name: str,
    role: str = Role.LABELER,
    pool: str = Pool.TRAINING,
    is_simulated: bool = False,
    profile: Profile = NO_PROFILE,
    opened_by: User | None = None,
) -> User:
    """An active account without a password: people sign in with one-time links.

    ``opened_by`` is None where nobody did it for them: an invitation, the first admin.

    Raises: Refused("account_exists"), however the address is capitalised.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=email.lower(),
                display_name=display_name,
                role=role,
                pool=pool,
                is_simulated=is_simulated,
                vendor=profile.vendor,
                languages=list(profile.languages),
                skills=list(profile.skills),
            )
            if opened_by is not None:
                details = {"email": user.email, "role": role, "pool": pool}
                record(actor=opened_by, action="open_account", subject=user, details=details)
    except IntegrityError as error:
        if User.objects.filter(email__iexact=email).exists():
            raise account_exists() from error
        raise
    return user


def account_exists() -> Refused:
    return Refused(
        "account_exists",
        "There is already an account with this address.",
        fields={"email": ["Already in use."]},
    )


@transaction.atomic
def change_person(*, person: User, changes: PersonChanges, changed_by: User) -> User:
    """Change what is given and leave the rest; what really changed is audited.

    Another role or a deactivation ends every session of the account at once; a deactivation also
    revokes its tokens and links, so that coming back starts clean.

    Raises: Refused("last_admin"), Refused("imported_account"), Refused("pool_fixed").
    """
    admins = lock_admins()
    person = User.objects.select_for_update().get(pk=person.pk)
    role, is_active = changes.get("role"), changes.get("is_active")
    check_not_last_admin(person, admins=admins, role=role, is_active=is_active)
    check_may_be_active(person, is_active)
    check_pool_change(person, changes.get("pool"))
    differences = {
        field: [getattr(person, field), value]
        for field, value in changes.items()
        if getattr(person, field) != value
    }
    for field, (_, value) in differences.items():
        setattr(person, field, value)
    if differences.keys() & {"role", "is_active"}:
        end_sessions(person)
    if not person.is_active:
        revoke_everything(person)
    person.save()
    if differences:
        record(actor=changed_by, action="change_person", subject=person, details=differences)
    return person


def lock_admins() -> set[int]:
    """The active admins, locked in one order: two who demote each other wait in line."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")
    return set(admins.select_for_update().values_list("pk", flat=True))


def check_not_last_admin(
    person: User, *, admins: set[int], role: str | None, is_active: bool | None
) -> None:
    stays_admin = (role or person.role) == Role.ADMIN and is_active is not False
    if admins == {person.pk} and not stays_admin:
        raise Refused("last_admin", "This is the only active admin; make another one first.")


def check_may_be_active(person: User, is_active: bool | None) -> None:
    if is_active and person.imported_from:
        raise Refused(
            "imported_account",
            "This labeler came with imported judgments and can never sign in.",
            status=422,
            fields={"is_active": ["Imported accounts stay inactive."]},
        )


def check_pool_change(person: User, pool: str | None) -> None:
    """A pool holds for all of a labeler's work, past and future (R14).

    Otherwise the judgments of a held-out labeler would slip into training by a later change.
    """
    if pool is None or pool == person.pool:
        return
    has_work = Assignment.objects.filter(labeler=person).exists()
    if has_work or person.rankings.exists() or person.demonstrations.exists():
        raise Refused(
            "pool_fixed",
            "This person has already worked in their pool; invite them again for the other one.",
            fields={"pool": ["Fixed by the work that is stored."]},
        )


def end_sessions(person: User) -> None:
    """Every session carries a fingerprint of the password field; a new random one fits none.

    The caller saves the account.
    """
    person.set_unusable_password()


def revoke_everything(person: User) -> None:
    ApiToken.objects.filter(user=person, revoked_at__isnull=True).update(revoked_at=Now())
    SignInLink.objects.filter(user=person, used_at__isnull=True, expires_at__gt=Now()).update(
        expires_at=Now()
    )
