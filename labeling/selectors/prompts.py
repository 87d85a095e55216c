"""Reading prompts."""

from collections.abc import Collection

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labeling.errors import NotAccessible
from labeling.models import Completion, Prompt


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


def prompts_by_text_hash(hashes: Collection[str]) -> dict[str, Prompt]:
    """The stored prompts among these exact texts, by the hash of their text. One query."""
    return {prompt.text_sha256: prompt for prompt in Prompt.objects.filter(text_sha256__in=hashes)}
