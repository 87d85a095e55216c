"""Which prompts a query finds for a run, and how much there is of them to read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Sum

from labeling.models import Completion, Prompt
from labeling.selectors.prompts import is_usable
from training.models import CompletionReward, ModelVersion, Snapshot
from training.selectors.estimates import Amount

# What stands round the texts of a record once they are frozen: names, numbers, split.
RECORD_BYTES = 50
COMPLETION_BYTES = 24


@dataclass(frozen=True)
class PromptQuery:
    """Which prompts a run is about; ``prompt_ids`` narrows the choice to these."""

    num_prompts: int
    category: str | None = None
    split: str | None = None
    prompt_ids: Sequence[int] | None = None


def choose_prompts(inputs: Iterable[ModelVersion | Snapshot], query: PromptQuery) -> list[int]:
    """Usable ones, those with the fewest completions of these models first. One query."""
    sources = [one.completion_source_id for one in inputs if isinstance(one, ModelVersion)]
    prompts = _fitting(query).annotate(
        num_answers=Count("completions", filter=Q(completions__source__in=sources))
    )
    ordered = prompts.order_by("num_answers", "pk").values_list("pk", flat=True)
    return list(ordered[: query.num_prompts])


def choose_unscored(reward_model: ModelVersion, query: PromptQuery) -> list[int]:
    """Usable prompts with a completion that the model has not scored, oldest first. One query."""
    unscored = unscored_by(reward_model).filter(prompt=OuterRef("pk"))
    prompts = _fitting(query).filter(Exists(unscored)).order_by("pk")
    return list(prompts.values_list("pk", flat=True)[: query.num_prompts])


def unscored_by(reward_model: ModelVersion) -> QuerySet[Completion]:
    scored = CompletionReward.objects.filter(reward_model=reward_model, completion=OuterRef("pk"))
    return Completion.objects.filter(~Exists(scored))


def amount_to_answer(inputs: Iterable[ModelVersion | Snapshot], query: PromptQuery) -> Amount:
    """Two queries."""
    return _amount_of(choose_prompts(inputs, query))


def amount_to_score(reward_model: ModelVersion, query: PromptQuery) -> Amount:
    """The prompts with those of their completions that are not scored yet. Three queries."""
    prompt_ids = choose_unscored(reward_model, query)
    prompts = _amount_of(prompt_ids)
    found = unscored_by(reward_model).filter(prompt__in=prompt_ids).aggregate(**SIZE)
    completions = (found["size"] or 0) + COMPLETION_BYTES * found["count"]
    return Amount(prompts.num_records, prompts.num_bytes + completions)


SIZE = {
    "count": Count("pk"),
    "size": Sum(Func(F("text"), function="OCTET_LENGTH", output_field=IntegerField())),
}


def _amount_of(prompt_ids: Sequence[int]) -> Amount:
    found = Prompt.objects.filter(pk__in=prompt_ids).aggregate(**SIZE)
    return Amount(found["count"], (found["size"] or 0) + RECORD_BYTES * found["count"])


def _fitting(query: PromptQuery) -> QuerySet[Prompt]:
    prompts = Prompt.objects.filter(is_usable())
    if query.category is not None:
        prompts = prompts.filter(category=query.category)
    if query.split is not None:
        prompts = prompts.filter(split=query.split)
    if query.prompt_ids is not None:
        prompts = prompts.filter(pk__in=query.prompt_ids)
    return prompts
