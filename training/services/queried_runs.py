"""Runs whose prompts are chosen by a query: they are frozen, and the run on them is queued.

Sampling answers prompts; scoring rewards the completions that prompts have.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from labeling.models import Completion, Prompt, User
from labeling.selectors.prompts import is_usable
from training.models import CompletionReward, ModelVersion, Run, Snapshot
from training.services.run_inputs import ChosenInput
from training.services.run_requests import RunRequest, check_request, invalid_run
from training.services.runs import request_run
from training.services.snapshots import freeze_completions_of, freeze_these_prompts


@dataclass(frozen=True)
class PromptQuery:
    """Which prompts a run is about; ``prompt_ids`` narrows the choice to these."""

    num_prompts: int
    category: str | None = None
    split: str | None = None
    prompt_ids: Sequence[int] | None = None


def request_queried_run(*, by: User, request: RunRequest, prompt_query: PromptQuery) -> Run:
    """Freeze what the query finds and queue the run that reads it.

    Raises: Refused("invalid_run") with a message per field (status 400).
    """
    if request.stage not in QUERIED:
        raise invalid_run({"prompt_query": ["only sampling and scoring choose prompts by a query"]})
    role, freeze = QUERIED[request.stage]
    if role in request.inputs:
        raise invalid_run({"prompt_query": [f"give either a snapshot of {role} or a query"]})
    checked = check_request(request)
    fields = {name: said for name, said in checked.fields.items() if name != f"inputs.{role}"}
    if fields:
        raise invalid_run(fields)
    snapshot = freeze(by, request.name, checked.inputs.values(), prompt_query)
    filled = replace(request, inputs={**request.inputs, role: snapshot.pk})
    return request_run(by=by, request=filled)


def choose_prompts(inputs: Iterable[ChosenInput], query: PromptQuery) -> list[int]:
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


def _fitting(query: PromptQuery) -> QuerySet[Prompt]:
    prompts = Prompt.objects.filter(is_usable())
    if query.category is not None:
        prompts = prompts.filter(category=query.category)
    if query.split is not None:
        prompts = prompts.filter(split=query.split)
    if query.prompt_ids is not None:
        prompts = prompts.filter(pk__in=query.prompt_ids)
    return prompts


def _freeze_prompts(
    by: User, run_name: str, inputs: Iterable[ChosenInput], query: PromptQuery
) -> Snapshot:
    prompt_ids = choose_prompts(inputs, query)
    if not prompt_ids:
        raise invalid_run({"prompt_query": ["no prompt fits"]})
    name = f"Prompts for {run_name}" if run_name else f"{len(prompt_ids)} prompts to answer"
    return freeze_these_prompts(by=by, name=name[:160], prompt_ids=prompt_ids)


def _freeze_completions(
    by: User, run_name: str, inputs: Iterable[ChosenInput], query: PromptQuery
) -> Snapshot:
    reward_model = next(one for one in inputs if isinstance(one, ModelVersion))
    prompt_ids = choose_unscored(reward_model, query)
    if not prompt_ids:
        message = "no prompt that fits has a completion that this reward model has not scored yet"
        raise invalid_run({"prompt_query": [message]})
    name = f"Completions for {run_name}" if run_name else f"{len(prompt_ids)} prompts to score"
    return freeze_completions_of(
        by=by, name=name[:160], prompt_ids=prompt_ids, among=unscored_by(reward_model)
    )


Freezer = Callable[[User, str, Iterable[ChosenInput], PromptQuery], Snapshot]
# The role that the query fills, by stage.
QUERIED: Mapping[str, tuple[str, Freezer]] = {
    Run.Stage.SAMPLING: ("prompts", _freeze_prompts),
    Run.Stage.SCORING: ("completions", _freeze_completions),
}
