"""What labelers agree to before they work: published in versions, agreed to once each."""

from django.db import IntegrityError, transaction
from django.db.models import Max

from labeling.errors import Refused
from labeling.models import Consent, ConsentVersion, User
from labeling.selectors.consent import has_consented
from labeling.services.audit import record


def check_consented(labeler: User) -> None:
    """One query. Raises: Refused("consent_needed")."""
    if not has_consented(labeler=labeler):
        raise Refused("consent_needed", "Read the consent and say whether you agree first.")


@transaction.atomic
def publish_consent(*, title: str, body: str, published_by: User) -> ConsentVersion:
    """The next version, which every labeler is asked about before their next task.

    Raises: Refused("consent_changed") for the second of two who publish at the same time.
    """
    newest = ConsentVersion.objects.aggregate(newest=Max("version"))["newest"] or 0
    try:
        with transaction.atomic():
            version = ConsentVersion.objects.create(
                version=newest + 1, title=title, body=body, created_by=published_by
            )
    except IntegrityError as error:
        # The number is all that is unique in a version.
        message = "Somebody else has just published a version: look at that one first."
        raise Refused("consent_changed", message) from error
    record(
        actor=published_by,
        action="publish_consent",
        subject=version,
        details={"version": version.version, "title": title},
    )
    version.refresh_from_db()
    return version


def agree_to_consent(*, labeler: User, version: int) -> None:
    """The labeler agrees to this version; doing it twice changes nothing.

    Raises: Refused("no_such_version"), Refused("consent_changed") when a newer one exists.
    """
    newest = ConsentVersion.objects.order_by("-version").first()
    if newest is None or version > newest.version:
        raise Refused("no_such_version", f"There is no version {version}.", status=422)
    if version < newest.version:
        raise Refused("consent_changed", f"Version {newest.version} has come out: read that one.")
    Consent.objects.get_or_create(consent_version=newest, labeler=labeler)
