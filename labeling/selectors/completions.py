"""Reading completions and where they came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.functions import MD5

from labeling.models import Completion, CompletionSource


@dataclass(frozen=True)
class CompletionChoice:
    """What choosing the completions of a task needs to know: never the text itself."""

    id: int
    source_id: int
    text_md5: str
    # What its source counted beside others in the run that wrote it (R85); None outside a mix.
    weight: float | None = None


def completion_sources() -> QuerySet[CompletionSource]:
    """Every source with ``num_completions``, by name. One query."""
    return CompletionSource.objects.annotate(num_completions=Count("completions")).order_by("name")


def completions_of_prompts(
    *, prompt_ids: Iterable[int], source_ids: Sequence[int] | None = None
) -> QuerySet[Completion]:
    """The prompts' completions with their sources, ordered by prompt and id."""
    completions = Completion.objects.filter(prompt__in=prompt_ids).select_related("source")
    if source_ids is not None:
        completions = completions.filter(source__in=source_ids)
    return completions.order_by("prompt_id", "id")


def completion_choices(
    *, prompt_ids: Iterable[int], source_ids: Sequence[int] | None
) -> dict[int, list[CompletionChoice]]:
    """The completions of each prompt, in the order of their ids, without their texts. One query."""
    choices: dict[int, list[CompletionChoice]] = {}
    rows = completions_of_prompts(prompt_ids=prompt_ids, source_ids=source_ids).values_list(
        "prompt_id", "id", "source_id", MD5("text"), "sampling__weight"
    )
    for prompt_id, *facts in rows:
        choices.setdefault(prompt_id, []).append(CompletionChoice(*facts))
    return choices
