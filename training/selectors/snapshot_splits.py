"""Which records are held out for validation."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BinaryField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, NullIf

from labeling.models import Prompt
from labeling.text_hygiene import cap_key

# Of what a prompt's own split holds out.
OWN_SHARE = 0.1
SHARE_LIMITS = (OWN_SHARE, 0.5)


@dataclass(frozen=True)
class SplitRule:
    """A prompt's own split, or a larger share of the same keys.

    Both read the same hash, so a larger share holds out all that the smaller one does: no prompt
    that was ever held out comes to be trained on.
    """

    share: float | None
    key_of_prompt: Mapping[int, str]

    @classmethod
    def of(
        cls, share: float | None, prompt_ids: "Collection[int] | QuerySet[Any, Any]"
    ) -> "SplitRule":
        """Reads the prompts' keys when a share is asked for. One query then, else none."""
        if share is None:
            return cls(None, {})
        rows = Prompt.objects.filter(pk__in=prompt_ids).values_list(
            "pk", "organization_key", "user_key", "text"
        )
        return cls(
            share,
            {
                prompt_id: cap_key(organization_key=organization, user_key=user, text=text)
                for prompt_id, organization, user, text in rows
            },
        )

    def split_of(self, prompt_id: int, own_split: str) -> str:
        if self.share is None or own_split == Prompt.Split.VALIDATION:
            return own_split
        digest = hashlib.sha256(self.key_of_prompt[prompt_id].encode()).digest()
        is_held_out = int.from_bytes(digest[:2], "big") < self.share * 65_536
        return str(Prompt.Split.VALIDATION if is_held_out else Prompt.Split.TRAIN)


def prompt_key() -> Coalesce:
    """What prompts are capped and split by, told by Postgres: the same as ``cap_key``."""
    return Coalesce(
        NullIf("organization_key", Value("")), NullIf("user_key", Value("")), F("text_sha256")
    )


def held_out_prompts(share: float | None) -> QuerySet[Prompt]:
    """Those that ``SplitRule`` puts into the validation split, told by Postgres."""
    own = Q(split=Prompt.Split.VALIDATION)
    if share is None:
        return Prompt.objects.filter(own)
    in_bytes = Func(prompt_key(), Value("UTF8"), function="convert_to", output_field=BinaryField())
    digest = Func(in_bytes, function="sha256", output_field=BinaryField())
    first, second = (
        Func(digest, Value(place), function="get_byte", output_field=IntegerField())
        for place in (0, 1)
    )
    number = ExpressionWrapper(first * 256 + second, output_field=FloatField())
    return Prompt.objects.alias(number=number).filter(own | Q(number__lt=share * 65_536))


def describe_split(share: float | None) -> str:
    """What the manifest says about how the split came about."""
    return (
        "the prompt's own: a tenth of the keys (organization, else user, else text) by SHA-256"
        if share is None
        else f"{share:g} of the keys (organization, else user, else text) by SHA-256"
    )
