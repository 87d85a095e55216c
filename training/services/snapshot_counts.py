"""What freezing would store, told by Postgres: no record is made and no text is read (R49)."""

from collections import Counter
from dataclasses import asdict

from django.db.models import Count, QuerySet

from labeling.models import Completion, Prompt
from labeling.selectors.demonstrations import count_demonstrations
from labeling.selectors.ranking_counts import count_rankings
from training.selectors.snapshot_splits import held_out_prompts
from training.services.prompt_records import PromptChoice, chosen_prompts, prompts_to_evaluate
from training.services.snapshot_records import (
    NOTHING_ANSWERED,
    RANKING_COUNTS,
    Records,
    SnapshotQuery,
    answered_prompts,
    problems_of_demonstrations,
    problems_of_rankings,
    source_counts,
    split_counts,
    wanted_demonstrations,
    wanted_rankings,
)


def count_records_of_rankings(query: SnapshotQuery) -> Records:
    """The counts and problems of ``records_of_rankings``. Raises: Refused("not_for_training")."""
    held_out = held_out_prompts(query.validation_share)
    found = count_rankings(wanted_rankings(query), held_out=held_out)
    sums = {
        **asdict(found),
        Prompt.Split.TRAIN: found.tasks - found.held_out,
        Prompt.Split.VALIDATION: found.held_out,
    }
    counts = {name: sums[name] for name in RANKING_COUNTS} | source_counts(Counter(found.sources))
    return Records(lines=(), counts=counts, problems=problems_of_rankings(query, counts))


def count_demonstration_records(query: SnapshotQuery) -> Records:
    """The counts and problems of ``demonstration_records``.

    Raises: Refused("not_for_training").
    """
    held_out = held_out_prompts(query.validation_share)
    found = count_demonstrations(wanted_demonstrations(query), held_out=held_out)
    counts = {
        Prompt.Split.TRAIN.value: found.demonstrations - found.held_out,
        Prompt.Split.VALIDATION.value: found.held_out,
        "demonstrations": found.demonstrations,
        "prompts": found.prompts,
        "labelers": found.labelers,
        **source_counts(+Counter(found.sources)),
        "empty": found.empty,
    }
    return Records(lines=(), counts=counts, problems=problems_of_demonstrations(query, counts))


def count_prompt_records(query: SnapshotQuery) -> Records:
    """The counts and problems of ``prompt_records``. Raises: Refused("not_for_training")."""
    return _count_chosen(chosen_prompts(query))


def count_evaluation_records(query: SnapshotQuery) -> Records:
    """The counts and problems of ``evaluation_records``.

    Raises: Refused("not_for_training"), Refused("not_held_out").
    """
    return _count_chosen(prompts_to_evaluate(query))


def _count_chosen(choice: PromptChoice) -> Records:
    splits: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for prompts in (choice.learned, choice.judging):
        for split, source, number in _numbers(prompts):
            splits[split] += number
            sources[source] += number
    counts = {**split_counts(splits), "prompts": splits.total(), **source_counts(sources)}
    return Records(lines=(), counts=counts, problems=choice.problems)


def count_completion_records(query: SnapshotQuery) -> Records:
    """The counts and problems of ``completion_records``. Raises: Refused("not_for_training")."""
    prompts = answered_prompts(query)
    splits: Counter[str] = Counter()
    for split, _, number in _numbers(prompts):
        splits[split] += number
    counts = {
        **split_counts(splits),
        "prompts": splits.total(),
        "completions": Completion.objects.filter(prompt__in=prompts.values("pk")).count(),
    }
    return Records(lines=(), counts=counts, problems=[] if splits else [NOTHING_ANSWERED])


def _numbers(prompts: QuerySet[Prompt]) -> list[tuple[str, str, int]]:
    """How many of each split and source. One query."""
    these = Prompt.objects.filter(pk__in=prompts.values("pk"))
    by_both = these.order_by().values_list("split", "source_kind")
    return list(by_both.annotate(number=Count("pk")))
