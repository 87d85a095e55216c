"""What a reviewer decides about a prompt in which personal data was found (R7)."""

from django.db import transaction
from django.db.models.functions import Now

from labeling.errors import NotAccessible, Refused
from labeling.models import Prompt, User
from labeling.services.audit import record

Verdict = Prompt.PersonalData
DECIDABLE = (Verdict.FOUND, Verdict.CLEARED, Verdict.CONFIRMED)


@transaction.atomic
def review_personal_data(*, prompt_id: int, reviewer: User, is_personal: bool) -> Prompt:
    """Say whether what was found points to a person; a decision can be changed later.

    Deciding the same again changes nothing.

    Raises: NotAccessible, Refused("nothing_found").
    """
    prompt = Prompt.objects.select_for_update(no_key=True).filter(pk=prompt_id).first()
    if prompt is None:
        raise NotAccessible
    if prompt.personal_data not in DECIDABLE:
        raise Refused("nothing_found", "Nothing was found in this prompt, so there is no decision.")
    verdict = Verdict.CONFIRMED if is_personal else Verdict.CLEARED
    if prompt.personal_data == verdict:
        return prompt
    record(
        actor=reviewer,
        action="review_personal_data",
        subject=prompt,
        details={"from": prompt.personal_data, "to": verdict},
    )
    prompt.personal_data = verdict
    prompt.personal_data_reviewed_by = reviewer
    prompt.personal_data_reviewed_at = Now()
    prompt.save(
        update_fields=[
            "personal_data",
            "personal_data_reviewed_by",
            "personal_data_reviewed_at",
        ]
    )
    prompt.refresh_from_db(fields=["personal_data_reviewed_at"])
    return prompt
