"""Reading prompts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from labeling.errors import NotAccessible
from labeling.models import Completion, Prompt, PromptAnnotation
from labeling.text_hygiene import MAX_PROMPT_TOKENS, CapBy


@dataclass(frozen=True)
class PromptSummary:
    """The state of the whole collection; languages by how many prompts they have."""

    num_prompts: int
    num_usable: int
    num_over_cap: int
    num_too_long: int
    num_unchecked: int
    num_to_review: int
    num_confirmed: int
    # Of the prompts whose language is known; None while there are none.
    english_share: float | None
    num_by_language: list[tuple[str, int]]


@dataclass(frozen=True)
class PromptFilter:
    """None means any."""

    category: str | None = None
    split: str | None = None
    standing: str | None = None
    personal_data: str | None = None
    language: str | None = None
    is_too_long: bool | None = None
    search: str = ""


def prompts(wanted: PromptFilter) -> QuerySet[Prompt]:
    """Prompts with ``num_completions``. One query; ``search`` reads every text."""
    equal = {
        name: value
        for name in ("category", "split", "standing", "personal_data", "language")
        if (value := getattr(wanted, name)) is not None
    }
    found = prompts_with_counts().filter(**equal)
    if wanted.is_too_long is not None:
        too_long = Q(token_count__gt=MAX_PROMPT_TOKENS)
        found = found.filter(too_long if wanted.is_too_long else ~too_long)
    if wanted.search:
        found = found.filter(text__icontains=wanted.search)
    return found


def prompt_summary() -> PromptSummary:
    """Two queries that read every row, but no text."""
    personal_data = Prompt.PersonalData
    counts = Prompt.objects.aggregate(
        num_prompts=Count("pk"),
        num_usable=Count("pk", filter=is_usable()),
        num_over_cap=Count("pk", filter=Q(standing=Prompt.Standing.OVER_CAP)),
        num_too_long=Count("pk", filter=Q(token_count__gt=MAX_PROMPT_TOKENS)),
        num_unchecked=Count("pk", filter=Q(personal_data=personal_data.UNCHECKED)),
        num_to_review=Count("pk", filter=Q(personal_data=personal_data.FOUND)),
        num_confirmed=Count("pk", filter=Q(personal_data=personal_data.CONFIRMED)),
    )
    languages = [
        (str(language), num)
        for language, num in Prompt.objects.filter(language__isnull=False)
        .values_list("language")
        .annotate(num=Count("pk"))
        .order_by("-num", "language")
    ]
    num_known = sum(num for _, num in languages)
    return PromptSummary(
        **counts,
        english_share=dict(languages).get("en", 0) / num_known if num_known else None,
        num_by_language=languages,
    )


def prompts_to_review() -> QuerySet[Prompt]:
    """Prompts in which personal data was found and nobody has decided (R7). Unordered."""
    return Prompt.objects.filter(personal_data=Prompt.PersonalData.FOUND)


def keys_in_two_splits(*, cap_by: CapBy) -> list[str]:
    """Keys with prompts in both splits: there must be none (R6). One query over all prompts."""
    first, second = "organization_key", "user_key"
    if cap_by == "user":
        first, second = second, first
    return list(
        Prompt.objects.annotate(key=Coalesce(NullIf(first, Value("")), second))
        .exclude(key="")
        .values("key")
        .annotate(num_splits=Count("split", distinct=True))
        .filter(num_splits__gt=1)
        .order_by("key")
        .values_list("key", flat=True)
    )


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
    """One prompt with its completions, their sources and all annotations. Three queries.

    For researchers.

    Raises: NotAccessible.
    """
    answers = Completion.objects.select_related("source").order_by("pk")
    annotations = PromptAnnotation.objects.select_related("annotator").order_by("-pk")
    prompt = (
        prompts_with_counts()
        .select_related("personal_data_reviewed_by")
        .prefetch_related(
            Prefetch("completions", queryset=answers),
            Prefetch("annotations", queryset=annotations),
        )
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
