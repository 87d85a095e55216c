"""Labels that train nothing because of their prompt: how many, and why."""

from typing import Final

from django.db.models import Case, CharField, Count, Model, QuerySet, Value, When

from labeling.models import Prompt
from labeling.selectors.prompts import is_usable
from labeling.text_hygiene import MAX_PROMPT_TOKENS

OVER_CAP: Final = "over the cap of its key"
STUDY: Final = "imported for the figures only"
PERSONAL: Final = "with personal data"
WAITING: Final = "whose personal data wait for a review"
TOO_LONG: Final = f"longer than {MAX_PROMPT_TOKENS:,} tokens"


def num_unusable(labels: QuerySet[Model], through: str) -> dict[str, int]:
    """How many of the labels have a prompt that is not usable, by the first reason. One query."""

    def where(reason: str, **values: str) -> When:
        return When(
            **{f"{through}{name}": value for name, value in values.items()}, then=Value(reason)
        )

    data = Prompt.PersonalData
    why = Case(
        where(OVER_CAP, standing=Prompt.Standing.OVER_CAP),
        where(STUDY, standing=Prompt.Standing.STUDY),
        where(PERSONAL, personal_data=data.CONFIRMED),
        where(WAITING, personal_data=data.FOUND),
        where(WAITING, personal_data=data.UNCHECKED),
        default=Value(TOO_LONG),
        output_field=CharField(),
    )
    unusable = labels.filter(~is_usable(through)).annotate(why=why).order_by("why")
    return dict(unusable.values_list("why").annotate(number=Count("pk")))
