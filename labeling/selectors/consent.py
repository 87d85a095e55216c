"""Reading the consent: its versions, and who has agreed to the one that counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from labeling.models import Consent, ConsentVersion, Role, User
from labeling.selectors.compiled import CompiledQuery


def asks_consent_of(account: User) -> bool:
    """Whether the consent is for this account: for people who label, and nobody else."""
    return account.role == Role.LABELER and not account.is_simulated


@dataclass(frozen=True)
class AskedConsent:
    """A version as one labeler sees it; ``agreed_at`` is null until they agree."""

    version: int
    title: str
    body: str
    agreed_at: datetime | None


def newest_consent(*, labeler: User) -> AskedConsent | None:
    """The version that counts, with whether this labeler has agreed to it. One query."""
    agreed = Consent.objects.filter(consent_version=OuterRef("pk"), labeler=labeler)
    row = (
        ConsentVersion.objects.order_by("-version")
        .values_list("version", "title", "body", Subquery(agreed.values("agreed_at")[:1]))
        .first()
    )
    return None if row is None else AskedConsent(*row)


def has_consented(*, labeler: User) -> bool:
    """Whether nothing stands between this labeler and a task. One query."""
    if not asks_consent_of(labeler):
        return True
    newest = NEWEST_VERSION.first(labeler=labeler.pk)
    return newest is None or newest.is_agreed  # type: ignore[attr-defined]


def _newest_version(*, labeler: int) -> QuerySet[ConsentVersion]:
    agreed = Consent.objects.filter(consent_version=OuterRef("pk"), labeler=labeler)
    return (
        ConsentVersion.objects.only("pk")
        .annotate(is_agreed=Exists(agreed))
        .order_by("-version")[:1]
    )


# Asked before every task.
NEWEST_VERSION = CompiledQuery(_newest_version, labeler=int)


def consent_versions() -> QuerySet[ConsentVersion]:
    """Every version with its author and ``num_agreed``. One query."""
    return ConsentVersion.objects.select_related("created_by").annotate(
        num_agreed=Count("consents")
    )
