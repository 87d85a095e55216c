"""What a round's evaluation needs before people can judge it: answers to held-out prompts (R84)."""

from labeling.errors import Refused
from labeling.models import Prompt, User
from training.ml.mixing import POLICY_ROLES
from training.models import ModelVersion, Round, RoundStep, Run, Snapshot
from training.selectors.held_out import default_baseline, keys_seen_in_training
from training.selectors.queried_prompts import PromptQuery, choose_prompts
from training.selectors.rounds import WAITED_FOR, model_made_by, newest_links
from training.selectors.snapshot_splits import prompt_key
from training.services.run_requests import RunRequest, check_all_but
from training.services.snapshots import freeze_these_prompts


def sampling_for_evaluation(opened: Round) -> RunRequest:
    """The new policy and the baseline answer alike; without the prompts, frozen when it begins.

    Raises: Refused("step_not_ready").
    """
    models = compared_models(opened)
    given = opened.hyperparameters.get(Run.Stage.SAMPLING, {})
    num = len(models) * opened.completions_per_prompt
    weights = dict.fromkeys(POLICY_ROLES[: len(models)], 1.0) if len(models) > 1 else {}
    return RunRequest(
        stage=Run.Stage.SAMPLING,
        name=f"{opened.name}: sampling to evaluate",
        inputs=dict(zip(POLICY_ROLES, [one.pk for one in models], strict=False)),
        weights=weights,
        hyperparameters=given | {"completions_per_prompt": num},
    )


def freeze_held_out_prompts(opened: Round, by: User) -> Snapshot:
    """Of the validation split, which neither model has learned from: an evaluation leaves such out.

    Raises: Refused("no_prompts") (status 422), and whatever keeps the run from being queued.
    """
    check_all_but(sampling_for_evaluation(opened), "prompts").refuse_if_wrong()
    models = compared_models(opened)
    seen = keys_seen_in_training(
        [one.completion_source_id for one in models if one.completion_source_id]
    )
    held_out = Prompt.objects.filter(split=Prompt.Split.VALIDATION).values_list("pk", prompt_key())
    unseen = [number for number, key in held_out if key not in seen]
    query = PromptQuery(num_prompts=opened.num_prompts, prompt_ids=unseen)
    ids = choose_prompts(models, query)
    if not ids:
        names = " and ".join(one.name for one in models)
        said = f"No usable prompt of the validation split is new to {names}. Import some."
        raise Refused("no_prompts", said, status=422)
    return freeze_these_prompts(by=by, name=f"{opened.name}: prompts to evaluate", prompt_ids=ids)


def compared_models(opened: Round) -> list[ModelVersion]:
    """The new policy, and what evaluations compare with unless told otherwise (R34).

    Raises: Refused("step_not_ready").
    """
    made = model_made_by(newest_links(opened).get(RoundStep.PPO))
    if made is None:
        raise Refused("step_not_ready", f"Waits for {WAITED_FOR[RoundStep.PPO]}.")
    baseline = default_baseline()
    others = ModelVersion.objects.filter(completion_source=baseline).exclude(pk=made.pk)
    return [made, *(others if baseline else [])]
