"""Reading accounts, invitations and tokens."""

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

from labeling.errors import NotAccessible
from labeling.models import ApiToken, Invitation, Ranking, User


def people(*, imported: bool = False, role: str | None = None, search: str = "") -> QuerySet[User]:
    """The accounts of this installation, or those that came with imported judgments.

    Each with ``num_rankings``, its rankings that were not taken back. One query.
    """
    accounts = accounts_with_counts()
    accounts = accounts.exclude(imported_from="") if imported else accounts.filter(imported_from="")
    if role is not None:
        accounts = accounts.filter(role=role)
    if search:
        accounts = accounts.filter(Q(display_name__icontains=search) | Q(email__icontains=search))
    return accounts


def accounts_with_counts() -> QuerySet[User]:
    live = (
        Ranking.objects.filter(labeler=OuterRef("pk"), superseded_at__isnull=True)
        .order_by()
        .values("labeler")
        .annotate(num=Count("pk"))
        .values("num")
    )
    return User.objects.annotate(num_rankings=Coalesce(Subquery(live), 0))


def access_person(person_id: int) -> User:
    """Any account, imported ones too, with ``num_rankings``. For admins.

    Raises: NotAccessible.
    """
    person = accounts_with_counts().filter(pk=person_id).first()
    if person is None:
        raise NotAccessible
    return person


def access_token_owner(*, user_id: int | None, requested_by: User) -> User:
    """Whose token is asked for: one's own, or for an admin that of any account.

    Raises: NotAccessible, the same whether the account exists or not.
    """
    if user_id is None or user_id == requested_by.pk:
        return requested_by
    if not requested_by.is_admin:
        raise NotAccessible
    return access_person(user_id)


def person_with_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def invitations() -> QuerySet[Invitation]:
    """Every invitation with its ``state``: pending, accepted or expired."""
    return Invitation.objects.select_related("screening").annotate(
        state=Case(
            When(accepted_by__isnull=False, then=Value("accepted")),
            When(expires_at__gt=Now(), then=Value("pending")),
            default=Value("expired"),
        )
    )


def live_tokens_visible_to(user: User) -> QuerySet[ApiToken]:
    """The tokens that open something: one's own; an admin sees everybody's."""
    tokens = ApiToken.objects.filter(revoked_at__isnull=True, expires_at__gt=Now()).select_related(
        "user"
    )
    return tokens if user.is_admin else tokens.filter(user=user)


def access_token(*, token_id: int, user: User) -> ApiToken:
    """One's own token, or anybody's for an admin, dead ones too.

    Raises: NotAccessible.
    """
    tokens = ApiToken.objects.filter(pk=token_id)
    if not user.is_admin:
        tokens = tokens.filter(user=user)
    token = tokens.first()
    if token is None:
        raise NotAccessible
    return token
