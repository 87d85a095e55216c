"""Reading prompts."""

from collections.abc import Collection

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from labeling.errors import NotAccessible
from labeling.models import Completion, Prompt
from labeling.text_hygiene import MAX_PROMPT_TOKENS, CapBy


def prompts(
    *, category: str | None = None, split: str | None = None, search: str = ""
) -> QuerySet[Prompt]:
    """Prompts with ``num_completions``. One query; ``search`` reads every text."""
    found = prompts_with_counts()
    if category is not None:
        found = found.filter(category=category)
    if split is not None:
        found = found.filter(split=split)
    if search:
        found = found.filter(text__icontains=search)
    return found


def prompts_with_counts() -> QuerySet[Prompt]:
    answers = (
        Completion.objects.filter(prompt=OuterRef("pk"))
        .order_by()
        .values("prompt")
        .annotate(num=Count("pk"))
        .values("num")
    )
    return Prompt.objects.annotate(num_completions=Coalesce(Subquery(answers), 0))


def access_prompt(prompt_id: int) -> Prompt:
    """One prompt with its completions and their sources. Two queries. For researchers.

    Raises: NotAccessible.
    """
    answers = Completion.objects.select_related("source").order_by("pk")
    prompt = (
        prompts_with_counts()
        .prefetch_related(Prefetch("completions", queryset=answers))
        .filter(pk=prompt_id)
        .first()
    )
    if prompt is None:
        raise NotAccessible
    return prompt


def is_usable(through: str = "") -> Q:
    """Prompts that may be sampled, asked about and trained on; ``through`` is the way to them.

    Accepted (R5), without personal data or cleared by a reviewer (R7), and no longer than 1,024
    tokens as far as anybody has counted (R10).
    """
    personal_data = (Prompt.PersonalData.CLEAR, Prompt.PersonalData.CLEARED)
    return (
        Q(**{f"{through}standing": Prompt.Standing.ACCEPTED})
        & Q(**{f"{through}personal_data__in": personal_data})
        & (
            Q(**{f"{through}token_count__isnull": True})
            | Q(**{f"{through}token_count__lte": MAX_PROMPT_TOKENS})
        )
    )


def prompts_by_prefix(prefixes: Collection[str]) -> dict[str, Prompt]:
    """The first accepted prompt that begins in each of these ways (R4). One query."""
    accepted = Prompt.objects.filter(
        prefix_sha256__in=prefixes, standing=Prompt.Standing.ACCEPTED
    ).order_by("-pk")
    return {str(prompt.prefix_sha256): prompt for prompt in accepted}


def num_accepted_by_key(keys: Collection[str], *, cap_by: CapBy) -> dict[str, int]:
    """How many accepted prompts are counted under each of these keys (R5). One query."""
    first, second = "organization_key", "user_key"
    if cap_by == "user":
        first, second = second, first
    of_keys = Q(**{f"{first}__in": keys}) | Q(**{first: "", f"{second}__in": keys})
    return dict(
        Prompt.objects.filter(of_keys, standing=Prompt.Standing.ACCEPTED)
        .annotate(key=Coalesce(NullIf(first, Value("")), second))
        .values("key")
        .annotate(num=Count("pk"))
        .order_by()
        .values_list("key", "num")
    )


def prompts_by_text_hash(hashes: Collection[str]) -> dict[str, Prompt]:
    """The stored prompts among these exact texts, by the hash of their text. One query."""
    return {prompt.text_sha256: prompt for prompt in Prompt.objects.filter(text_sha256__in=hashes)}
