"""Which prompts are frozen: to train a policy on, or to judge models by (R49, R51)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q, QuerySet

from labeling.errors import Refused
from labeling.models import Prompt
from labeling.selectors.exclusions import is_asked_about
from labeling.selectors.prompts import is_usable
from training.selectors.evaluation_prompts import held_by_training, spread_over_keys, without_kept
from training.services.canonical import canonical_line
from training.services.snapshot_records import (
    Records,
    SnapshotQuery,
    check_projects,
    source_counts,
    split_counts,
)

NOTHING_HELD_OUT: Final = "No prompt of the validation split is free to be kept for evaluation."
# Prompts that a refusal names.
NAMED: Final = 20


@dataclass(frozen=True)
class PromptChoice:
    """Prompts to learn from and to judge by, each in their order, and what is worth knowing."""

    learned: QuerySet[Prompt]
    judging: QuerySet[Prompt]
    problems: list[str]


def prompt_records(query: SnapshotQuery) -> Records:
    """The records of ``chosen_prompts``. Raises: Refused("not_for_training")."""
    choice = chosen_prompts(query)
    records = records_of_prompts([*choice.learned, *choice.judging])
    return replace(records, problems=choice.problems)


def chosen_prompts(query: SnapshotQuery) -> PromptChoice:
    """Prompts to train a policy on: never one of the validation split (R51), of which some may come
    along to judge it by (R75).

    Without ``prompt_sources`` these are customers' prompts, as in the paper, or all prompts while
    no customer has given any. Prompts chosen by ``prompt_ids`` keep their split, whatever it is:
    the trainer learns from train and looks at validation only. A prompt that a researcher excluded
    from each project that asks about it, of those in question, is never among them.

    Raises: Refused("not_for_training").
    """
    check_projects(query)
    nothing = Prompt.objects.none()
    if query.prompt_ids is not None:
        chosen = Prompt.objects.filter(is_usable(), is_asked_about(), pk__in=query.prompt_ids)
        return PromptChoice(chosen.order_by("pk"), nothing, [])
    prompts = _prompts_in(query)
    train = prompts.filter(split=Prompt.Split.TRAIN)
    fitting, problems = _fitting_sources(query, train)
    learned = train.filter(fitting).order_by("pk")
    if not learned.exists():
        return PromptChoice(nothing, nothing, ["No prompt of the training split fits."])
    judging = _judging_prompts(prompts.filter(fitting), query.num_validation_prompts)
    problems += _too_few(judging.count(), query)
    return PromptChoice(learned, judging, problems)


def evaluation_records(query: SnapshotQuery) -> Records:
    """The records of ``prompts_to_evaluate``.

    Raises: Refused("not_for_training"), Refused("not_held_out").
    """
    choice = prompts_to_evaluate(query)
    return replace(records_of_prompts(choice.judging), problems=choice.problems)


def prompts_to_evaluate(query: SnapshotQuery) -> PromptChoice:
    """Prompts of the validation split whose keys no snapshot to train with holds (R36, R49).

    All of them, or ``num_validation_prompts`` spread over the keys. From which sources is as for
    training. Prompts chosen by ``prompt_ids`` are taken all or not at all.

    Raises: Refused("not_for_training"), Refused("not_held_out").
    """
    check_projects(query)
    nothing = Prompt.objects.none()
    held_out = Q(split=Prompt.Split.VALIDATION)
    untouched = ~Q(pk__in=held_by_training().values("pk"))
    if query.prompt_ids is not None:
        chosen = Prompt.objects.filter(is_usable(), pk__in=query.prompt_ids).order_by("pk")
        _refuse_leaks(chosen.exclude(held_out & untouched))
        return PromptChoice(nothing, chosen, [])
    of_split = _prompts_in(query).filter(held_out)
    fitting, problems = _fitting_sources(query, of_split)
    found = of_split.filter(fitting)
    usable = found.filter(untouched)
    if num_held := found.count() - usable.count():
        problems.append(_left_out(num_held))
    if not usable.exists():
        return PromptChoice(nothing, nothing, [*problems, NOTHING_HELD_OUT])
    if query.num_validation_prompts:
        usable = spread_over_keys(usable, query.num_validation_prompts)
    return PromptChoice(nothing, usable, problems + _too_few(usable.count(), query))


def _refuse_leaks(leaking: QuerySet[Prompt]) -> None:
    """Raises: Refused("not_held_out") naming the prompts."""
    if not (numbers := list(leaking.values_list("pk", flat=True)[: NAMED + 1])):
        return
    more = " and others" if len(numbers) > NAMED else ""
    named = ", ".join(map(str, numbers[:NAMED])) + more
    message = (
        f"Models may have learned from these prompts or others of the same customers: {named}. "
        "Leave them out: only prompts of the validation split that no snapshot to train with "
        "holds can be kept for evaluation."
    )
    raise Refused("not_held_out", message, status=422, fields={"prompt_ids": [message]})


def _left_out(number: int) -> str:
    if number == 1:
        said = "1 prompt of the validation split is left out: a snapshot to train with holds it, or"
        return f"{said} another of the same customer."
    said = f"{number} prompts of the validation split are left out: snapshots to train with hold"
    return f"{said} them, or others of the same customers."


def _prompts_in(query: SnapshotQuery) -> QuerySet[Prompt]:
    prompts = Prompt.objects.filter(is_usable(), is_asked_about(query.project_ids))
    if query.prompt_category is not None:
        prompts = prompts.filter(category=query.prompt_category)
    return prompts


def _fitting_sources(query: SnapshotQuery, among: QuerySet[Prompt]) -> tuple[Q, list[str]]:
    """Whose prompts are taken, and what is worth knowing about that."""
    customers = Q(source_kind=Prompt.SourceKind.CUSTOMER)
    if query.prompt_sources is not None:
        return Q(source_kind__in=query.prompt_sources), []
    if among.filter(customers).exists():
        return customers, []
    return Q(), ["There are no customer prompts; prompts of every source are used."]


def _too_few(found: int, query: SnapshotQuery) -> list[str]:
    asked = query.num_validation_prompts
    if found >= asked:
        return []
    verb = "fits" if found == 1 else "fit"
    return [f"Only {found} of the validation split {verb}, not {asked} as asked."]


def _judging_prompts(prompts: QuerySet[Prompt], count: int) -> QuerySet[Prompt]:
    """So many of the validation split, key by key: each key they touch is lost to evaluations.

    None of a key that is kept for evaluation already.
    """
    held_out = without_kept(prompts.filter(split=Prompt.Split.VALIDATION), "pk")
    return held_out.order_by("organization_key", "user_key", "pk")[:count]


def records_of_prompts(prompts: Iterable[Prompt]) -> Records:
    """These very prompts, whatever their split, in the order given."""
    chosen = list(prompts)
    return Records(
        lines=[
            canonical_line({"prompt_id": one.pk, "prompt": one.text, "split": one.split})
            for one in chosen
        ],
        counts={
            **split_counts([one.split for one in chosen]),
            "prompts": len(chosen),
            **source_counts(one.source_kind for one in chosen),
        },
        prompt_ids=[one.pk for one in chosen],
    )
