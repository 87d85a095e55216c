"""What goes into a snapshot: canonical lines, counts, and the rows they came from (R49-R52)."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from labeling.errors import Refused
from labeling.models import Completion, Demonstration, Project, Prompt, Ranking
from labeling.preferences import pair_counts
from labeling.selectors.demonstrations import (
    DemonstrationRecord,
    demonstrations_for_training,
    demonstrations_made_to_train,
    trainable_demonstrations,
)
from labeling.selectors.prompts import is_usable
from labeling.selectors.ranking_records import RankingRecord, ranking_records
from labeling.selectors.rankings import rankings_made_to_train, trainable_rankings
from labeling.selectors.sealing import moment
from labeling.selectors.unusable_prompts import num_unusable
from training.selectors.evaluation_prompts import (
    kept_for_evaluation,
    kept_problem,
    without_kept,
)
from training.selectors.frozen_rankings import is_frozen_in
from training.selectors.snapshot_splits import SplitRule
from training.services.canonical import canonical_line
from training.services.snapshot_problems import (
    demonstration_problems,
    ranking_problems,
    unusable_problem,
)

RANKING_COUNTS = (
    "train",
    "validation",
    "tasks",
    "prompts",
    "completions",
    "rankings",
    "labelers",
    "pairs",
    "ties",
)
PROMPTS_PER_BATCH = 500
NOTHING_ANSWERED = "No prompt that fits has a completion."


@dataclass(frozen=True)
class SnapshotQuery:
    """Which data is wanted. None means no limit; ``prompt_ids`` chooses prompts one by one.

    ``num_validation_prompts`` of the validation split come along where a policy is to be judged.
    """

    project_ids: Sequence[int] | None = None
    prompt_category: str | None = None
    include_simulated: bool = False
    validation_share: float | None = None
    prompt_sources: Sequence[str] | None = None
    prompt_ids: Sequence[int] | None = None
    num_validation_prompts: int = 0
    # Whose rankings are left out (R86).
    excluded_snapshot: UUID | None = None


@dataclass
class Records:
    """The content of a snapshot before it is stored; ``lines`` can be gone through once.

    ``counts`` and ``problems`` are complete when they were. ``problems`` are worth knowing first.
    """

    lines: Iterable[bytes]
    counts: dict[str, Any]
    problems: list[str] = field(default_factory=list)
    # The rows it comes from: rankings as the query that finds them, for there may be a million.
    rankings: QuerySet[Ranking] | None = None
    demonstration_ids: list[UUID] = field(default_factory=list)
    prompt_ids: list[int] = field(default_factory=list)
    # Of labels: whose prompts are in the validation split; complete when the lines are.
    held_out_prompt_ids: set[int] = field(default_factory=set)


def check_projects(query: SnapshotQuery) -> None:
    """Nothing made to evaluate a model or to screen a labeler may train one (R41).

    Raises: Refused("not_for_training") naming the projects.
    """
    if query.project_ids is None:
        return
    others = Project.objects.filter(pk__in=query.project_ids).exclude(
        purpose=Project.Purpose.TRAINING
    )
    if named := [f"{one.name!r} is for {one.purpose}" for one in others.order_by("name")]:
        message = f"Only training projects may train a model: {'; '.join(named)}. Leave them out."
        raise Refused("not_for_training", message, status=422, fields={"project_ids": [message]})


def records_of_rankings(query: SnapshotQuery, among: Collection[UUID] | None = None) -> Records:
    """One record per task with every labeler's ranks (R50), held-out labelers left out (R14).

    ``among`` are the rankings to choose from, all of them unless given.

    Raises: Refused("not_for_training").
    """
    rankings = wanted_rankings(query)
    if among is not None:
        rankings = rankings.filter(pk__in=among)
    records = Records(lines=(), counts={}, rankings=rankings)
    records.lines = _ranking_lines(query, rankings, records)
    return records


def wanted_rankings(query: SnapshotQuery) -> QuerySet[Ranking]:
    """The same ones however often and long they are read: what is sealed meanwhile comes later."""
    check_projects(query)
    return without_kept(_trainable_rankings(query), "task__prompt")


def problems_of_rankings(query: SnapshotQuery, counts: Mapping[str, Any]) -> list[str]:
    kept = kept_problem(partial(_trainable_rankings, query), "task__prompt")
    made = rankings_made_to_train(
        project_ids=query.project_ids,
        category=query.prompt_category,
        include_simulated=query.include_simulated,
    )
    unusable = unusable_problem(num_unusable(made, "task__prompt__"), "ranking")
    return kept + unusable + ranking_problems(query.project_ids, counts)


def _trainable_rankings(query: SnapshotQuery) -> QuerySet[Ranking]:
    rankings = trainable_rankings(
        project_ids=query.project_ids,
        category=query.prompt_category,
        include_simulated=query.include_simulated,
        at=moment(),
    )
    if query.excluded_snapshot is None:
        return rankings
    return rankings.filter(~is_frozen_in([query.excluded_snapshot]))


def _ranking_lines(
    query: SnapshotQuery, rankings: QuerySet[Ranking], records: Records
) -> Iterator[bytes]:
    """A line for each task, and behind the last one its counts and problems in ``records``."""
    splits = SplitRule.of(query.validation_share, rankings.values("task__prompt"))
    sums: Counter[str] = Counter()
    labelers: set[int] = set()
    for task in ranking_records(rankings):
        split = splits.split_of(task.prompt_id, task.split)
        labelers.update(task.labelers)
        sums[split] += 1
        if split == Prompt.Split.VALIDATION:
            records.held_out_prompt_ids.add(task.prompt_id)
        sums["tasks"] += 1
        sums["completions"] += task.num_completions
        sums["rankings"] += len(task.ranks)
        for ranks in task.ranks:
            num_pairs, num_ties = _pairs_and_ties(ranks)
            sums["pairs"] += num_pairs
            sums["ties"] += num_ties
        yield _ranking_line(task, split)
    sums["labelers"] = len(labelers)
    prompts = Prompt.objects.filter(pk__in=rankings.order_by().values("task__prompt"))
    by_source = prompts.order_by().values_list("source_kind").annotate(number=Count("pk"))
    sources = Counter(dict(by_source))
    sums["prompts"] = sources.total()
    records.counts.update({name: sums[name] for name in RANKING_COUNTS})
    records.counts.update(source_counts(sources))
    records.problems.extend(problems_of_rankings(query, records.counts))


def _ranking_line(task: RankingRecord, split: str) -> bytes:
    """Its completions with their sources, and every labeler's ranks; canonical."""
    line = task.json(split)
    return canonical_line(json.loads(line)) if task.has_axes else line


# Of the few thousand ways to rank some completions most were seen before.
@lru_cache(maxsize=1 << 15)
def _pairs_and_ties(ranks: bytes) -> tuple[int, int]:
    return pair_counts(json.loads(b"[%b]" % ranks))


def wanted_demonstrations(query: SnapshotQuery) -> QuerySet[Demonstration]:
    """Those that ``demonstration_records`` is made of, the empty ones too.

    Raises: Refused("not_for_training").
    """
    check_projects(query)
    return without_kept(_trainable_demonstrations(query), "prompt")


def problems_of_demonstrations(query: SnapshotQuery, counts: Mapping[str, Any]) -> list[str]:
    kept = kept_problem(partial(_trainable_demonstrations, query), "prompt")
    made = demonstrations_made_to_train(
        project_ids=query.project_ids,
        category=query.prompt_category,
        include_simulated=query.include_simulated,
    )
    unusable = unusable_problem(num_unusable(made, "prompt__"), "demonstration")
    return kept + unusable + demonstration_problems(query.project_ids, counts)


def _trainable_demonstrations(query: SnapshotQuery) -> QuerySet[Demonstration]:
    return trainable_demonstrations(
        project_ids=query.project_ids,
        category=query.prompt_category,
        include_simulated=query.include_simulated,
    )


def demonstration_records(query: SnapshotQuery) -> Records:
    """One record per demonstration, labeler and customer prompts told apart (R52).

    Raises: Refused("not_for_training").
    """
    check_projects(query)
    demonstrations = demonstrations_for_training(
        project_ids=query.project_ids,
        category=query.prompt_category,
        include_simulated=query.include_simulated,
    )
    kept = set(kept_for_evaluation().values_list("pk", flat=True))
    demonstrations = [one for one in demonstrations if one.prompt_id not in kept]
    # An empty demonstration is an answer that the instructions allow, but not one to imitate.
    written = [one for one in demonstrations if one.text]
    splits = SplitRule.of(query.validation_share, {one.prompt_id for one in written})
    split_of = [splits.split_of(one.prompt_id, one.split) for one in written]
    counts = {
        **split_counts(split_of),
        "demonstrations": len(written),
        "prompts": len({one.prompt_id for one in written}),
        "labelers": len({one.labeler_id for one in written}),
        **source_counts(one.source for one in written),
        "empty": len(demonstrations) - len(written),
    }
    return Records(
        lines=[
            canonical_line(_demonstration_line(one, split))
            for one, split in zip(written, split_of, strict=True)
        ],
        counts=counts,
        problems=problems_of_demonstrations(query, counts),
        demonstration_ids=[one.id for one in written],
        held_out_prompt_ids={
            one.prompt_id
            for one, split in zip(written, split_of, strict=True)
            if split == Prompt.Split.VALIDATION
        },
    )


def completion_records(query: SnapshotQuery) -> Records:
    """Prompts of any split with all their completions, to be scored: nothing learns from them.

    Raises: Refused("not_for_training").
    """
    return records_of_completions(answered_prompts(query).order_by("pk"), Completion.objects.all())


def answered_prompts(query: SnapshotQuery) -> QuerySet[Prompt]:
    """Those that have a completion. Raises: Refused("not_for_training")."""
    check_projects(query)
    prompts = Prompt.objects.filter(is_usable(), completions__isnull=False).distinct()
    if query.prompt_category is not None:
        prompts = prompts.filter(category=query.prompt_category)
    if query.project_ids is not None:
        prompts = prompts.filter(tasks__project__in=query.project_ids)
    if query.prompt_ids is not None:
        prompts = prompts.filter(pk__in=query.prompt_ids)
    return prompts


def records_of_completions(prompts: QuerySet[Prompt], among: QuerySet[Completion]) -> Records:
    """These prompts with those of their completions that are among the given ones.

    Two queries, and one more for every batch of prompts.
    """
    split_of = dict(prompts.values_list("pk", "split"))
    records = Records(
        lines=(),
        counts={
            **split_counts(list(split_of.values())),
            "prompts": len(split_of),
            "completions": among.filter(prompt__in=split_of).count(),
        },
        problems=[] if split_of else [NOTHING_ANSWERED],
        prompt_ids=list(split_of),
    )
    records.lines = _completion_lines(records.prompt_ids, among)
    return records


def _completion_lines(prompt_ids: Sequence[int], among: QuerySet[Completion]) -> Iterator[bytes]:
    for start in range(0, len(prompt_ids), PROMPTS_PER_BATCH):
        batch = prompt_ids[start : start + PROMPTS_PER_BATCH]
        completions_of: dict[int, list[dict[str, Any]]] = {}
        rows = among.filter(prompt__in=batch).order_by("prompt", "pk")
        for prompt_id, pk, text in rows.values_list("prompt", "pk", "text"):
            completions_of.setdefault(prompt_id, []).append({"id": pk, "text": text})
        prompts = Prompt.objects.in_bulk(batch)
        for pk in batch:
            yield canonical_line(
                {
                    "prompt_id": pk,
                    "prompt": prompts[pk].text,
                    "completions": completions_of[pk],
                    "split": prompts[pk].split,
                }
            )


def _demonstration_line(one: DemonstrationRecord, split: str) -> dict[str, Any]:
    return {
        "prompt_id": one.prompt_id,
        "prompt": one.prompt,
        "completion": one.text,
        "labeler": one.labeler_id,
        "source": one.source,
        "split": split,
    }


def split_counts(splits: Iterable[str]) -> dict[str, int]:
    found = Counter(splits)
    return {"train": found["train"], "validation": found["validation"]}


def source_counts(sources: Iterable[str]) -> dict[str, int]:
    """R49, R52: counts per source."""
    return {f"source_{name}": number for name, number in sorted(Counter(sources).items())}
