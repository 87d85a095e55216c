"""Asking a model for completions: the prompts are chosen, frozen, and a sampling run is queued."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q

from labeling.models import Prompt, User
from labeling.selectors.prompts import is_usable
from training.models import ModelVersion, Run
from training.services.run_inputs import ChosenInput
from training.services.run_requests import RunRequest, check_request, invalid_run
from training.services.runs import request_run
from training.services.snapshots import freeze_these_prompts

PROMPTS_ROLE = "prompts"


@dataclass(frozen=True)
class PromptQuery:
    """Which prompts a model should answer; ``prompt_ids`` narrows the choice to these."""

    num_prompts: int
    category: str | None = None
    split: str | None = None
    prompt_ids: Sequence[int] | None = None


def request_sampling(*, by: User, request: RunRequest, prompt_query: PromptQuery) -> Run:
    """Freeze the chosen prompts and queue the run that answers them.

    Raises: Refused("invalid_run") with a message per field (status 400).
    """
    if request.stage != Run.Stage.SAMPLING:
        raise invalid_run({"prompt_query": ["only sampling chooses its prompts by a query"]})
    if PROMPTS_ROLE in request.inputs:
        raise invalid_run({"prompt_query": ["give either a snapshot of prompts or a query"]})
    checked = check_request(request)
    fields = {
        name: said for name, said in checked.fields.items() if name != f"inputs.{PROMPTS_ROLE}"
    }
    if fields:
        raise invalid_run(fields)
    prompt_ids = choose_prompts(checked.inputs.values(), prompt_query)
    if not prompt_ids:
        raise invalid_run({"prompt_query": ["no prompt fits"]})
    name = f"Prompts for {request.name}" if request.name else f"{len(prompt_ids)} prompts to answer"
    snapshot = freeze_these_prompts(by=by, name=name[:160], prompt_ids=prompt_ids)
    with_prompts = replace(request, inputs={**request.inputs, PROMPTS_ROLE: snapshot.pk})
    return request_run(by=by, request=with_prompts)


def choose_prompts(inputs: Iterable[ChosenInput], query: PromptQuery) -> list[int]:
    """Usable ones, those with the fewest completions of these models first. One query."""
    sources = [one.completion_source_id for one in inputs if isinstance(one, ModelVersion)]
    prompts = Prompt.objects.filter(is_usable()).annotate(
        num_answers=Count("completions", filter=Q(completions__source__in=sources))
    )
    if query.category is not None:
        prompts = prompts.filter(category=query.category)
    if query.split is not None:
        prompts = prompts.filter(split=query.split)
    if query.prompt_ids is not None:
        prompts = prompts.filter(pk__in=query.prompt_ids)
    ordered = prompts.order_by("num_answers", "pk").values_list("pk", flat=True)
    return list(ordered[: query.num_prompts])
