"""Reading the consent: its versions, and who has agreed to the one that counts."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from labeling.models import Consent, ConsentVersion, Role, User


def asks_consent_of(account: User) -> bool:
    """Whether the consent is for this account: for people who label, and nobody else."""
    return account.role == Role.LABELER and not account.is_simulated


def newest_consent(*, labeler: User) -> ConsentVersion | None:
    """The version that counts, with ``agreed_at``, null until this labeler agrees. One query."""
    agreed = Consent.objects.filter(consent_version=OuterRef("pk"), labeler=labeler)
    return (
        ConsentVersion.objects.annotate(agreed_at=Subquery(agreed.values("agreed_at")[:1]))
        .order_by("-version")
        .first()
    )


def has_consented(*, labeler: User) -> bool:
    """Whether nothing stands between this labeler and a task. One query."""
    if not asks_consent_of(labeler):
        return True
    agreed = Consent.objects.filter(consent_version=OuterRef("pk"), labeler=labeler)
    newest = ConsentVersion.objects.order_by("-version").values_list(Exists(agreed), flat=True)
    return newest.first() is not False


def consent_versions() -> QuerySet[ConsentVersion]:
    """Every version with its author and ``num_agreed``. One query."""
    return ConsentVersion.objects.select_related("created_by").annotate(
        num_agreed=Count("consents")
    )
