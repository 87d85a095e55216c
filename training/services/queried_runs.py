"""Runs whose prompts are chosen by a query: they are frozen, and the run on them is queued.

Sampling answers prompts; scoring rewards the completions that prompts have.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from labeling.models import User
from training.models import ModelVersion, Run, Snapshot
from training.selectors.estimates import Amount
from training.selectors.queried_prompts import (
    PromptQuery,
    amount_to_answer,
    amount_to_score,
    choose_prompts,
    choose_unscored,
    unscored_by,
)
from training.services.run_inputs import ChosenInput
from training.services.run_requests import (
    CheckedRequest,
    RunRequest,
    check_all_but,
    check_request,
    invalid_run,
)
from training.services.runs import request_run
from training.services.snapshots import freeze_completions_of, freeze_these_prompts

NO_PROMPT = "no prompt fits"
NOTHING_TO_SCORE = "no prompt that fits has a completion that this reward model has not scored yet"


def request_queried_run(*, by: User, request: RunRequest, prompt_query: PromptQuery) -> Run:
    """Freeze what the query finds and queue the run that reads it.

    Raises: Refused("invalid_run") with a message per field (status 400).
    """
    checked = _check(request)
    checked.refuse_if_wrong()
    queried = QUERIED[request.stage]
    snapshot = queried.freeze(by, request.name, checked.inputs.values(), prompt_query)
    filled = replace(request, inputs={**request.inputs, queried.role: snapshot.pk})
    return request_run(by=by, request=filled)


def check_queried_request(
    *, request: RunRequest, prompt_query: PromptQuery
) -> tuple[CheckedRequest, Amount | None]:
    """The same without storing anything: what is wrong, and how much the query finds to read.

    None while something is wrong. Five to seven queries. Raises: Refused for an unknown stage.
    """
    checked = _check(request)
    if checked.fields:
        return checked, None
    queried = QUERIED[request.stage]
    amount = queried.measure(checked.inputs.values(), prompt_query)
    if amount.num_records == 0:
        return replace(checked, fields={"prompt_query": [queried.nothing]}), None
    return checked, amount


def _check(request: RunRequest) -> CheckedRequest:
    """All but the input that the query stands in for."""
    queried = QUERIED.get(request.stage)
    if queried is None:
        message = "only sampling and scoring choose prompts by a query"
        return replace(check_request(request), fields={"prompt_query": [message]})
    checked = check_all_but(request, queried.role)
    if queried.role not in request.inputs:
        return checked
    both = {"prompt_query": [f"give either a snapshot of {queried.role} or a query"]}
    return replace(checked, fields=checked.fields | both)


def _freeze_prompts(
    by: User, run_name: str, inputs: Iterable[ChosenInput], query: PromptQuery
) -> Snapshot:
    prompt_ids = choose_prompts(inputs, query)
    if not prompt_ids:
        raise invalid_run({"prompt_query": [NO_PROMPT]})
    name = f"Prompts for {run_name}" if run_name else f"{len(prompt_ids)} prompts to answer"
    return freeze_these_prompts(by=by, name=name[:160], prompt_ids=prompt_ids)


def _freeze_completions(
    by: User, run_name: str, inputs: Iterable[ChosenInput], query: PromptQuery
) -> Snapshot:
    reward_model = _model_of(inputs)
    prompt_ids = choose_unscored(reward_model, query)
    if not prompt_ids:
        raise invalid_run({"prompt_query": [NOTHING_TO_SCORE]})
    name = f"Completions for {run_name}" if run_name else f"{len(prompt_ids)} prompts to score"
    return freeze_completions_of(
        by=by, name=name[:160], prompt_ids=prompt_ids, among=unscored_by(reward_model)
    )


def _measure_completions(inputs: Iterable[ChosenInput], query: PromptQuery) -> Amount:
    return amount_to_score(_model_of(inputs), query)


def _model_of(inputs: Iterable[ChosenInput]) -> ModelVersion:
    return next(one for one in inputs if isinstance(one, ModelVersion))


@dataclass(frozen=True)
class Queried:
    """What a query does for a stage: the role it fills, with what, and how much that is."""

    role: str
    freeze: Callable[[User, str, Iterable[ChosenInput], PromptQuery], Snapshot]
    measure: Callable[[Iterable[ChosenInput], PromptQuery], Amount]
    nothing: str


QUERIED: Mapping[str, Queried] = {
    Run.Stage.SAMPLING: Queried("prompts", _freeze_prompts, amount_to_answer, NO_PROMPT),
    Run.Stage.SCORING: Queried(
        "completions", _freeze_completions, _measure_completions, NOTHING_TO_SCORE
    ),
}
