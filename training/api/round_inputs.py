"""What is asked of rounds: how they open, go on and take a step."""

from typing import Any

from rest_framework import serializers

from labeling.api.names import DisplayNameField
from labeling.errors import NotAccessible, Refused
from labeling.selectors.projects import access_project
from training.api.snapshots import RowIds
from training.api.stages import HyperparameterValue
from training.ml.mixing import MAXIMUM_POLICIES
from training.selectors.model_versions import access_model_version
from training.selectors.rounds import STEPS, access_round
from training.selectors.snapshots import access_snapshot
from training.services.new_rounds import NewRound
from training.services.policy_weights import MAXIMUM_WEIGHT

ID_MAXIMUM = 2**63 - 1
MAXIMUM_PROMPTS = 10_000
MAXIMUM_COMPLETIONS = 64
MAXIMUM_RANKINGS = 10_000_000
STARTED = [(step.value, step.label) for step in STEPS]


class Steps(serializers.ListField):
    child = serializers.ChoiceField(choices=STARTED)


class RoundSettingsInput(serializers.Serializer[Any]):
    automatic = Steps(max_length=len(STARTED), help_text="Steps that begin by themselves.")
    min_rankings = serializers.IntegerField(min_value=1, max_value=MAXIMUM_RANKINGS)


class RoundInput(RoundSettingsInput):
    """What a round starts from. Hyperparameters that are not given take the stage's defaults."""

    name = DisplayNameField(max_length=140)
    policy = serializers.UUIDField(help_text="Writes the completions; training starts from it.")
    project = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM)
    prompts = serializers.UUIDField(help_text="The snapshot of prompts for PPO.")
    pretraining = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The snapshot of texts that PPO mixes in; needed where its ptx_coef is above 0.",
    )
    num_prompts = serializers.IntegerField(min_value=1, max_value=MAXIMUM_PROMPTS)
    completions_per_prompt = serializers.IntegerField(min_value=1, max_value=MAXIMUM_COMPLETIONS)
    other_policies = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAXIMUM_POLICIES - 1,
        default=list,
        help_text="Write completions beside the policy.",
    )
    weights = serializers.ListField(
        child=serializers.FloatField(max_value=MAXIMUM_WEIGHT),
        max_length=MAXIMUM_POLICIES,
        default=list,
        help_text="How much of a prompt's completions each writes and a task shows: of the policy, "
        "then of the others in their order. Without any, supervised models write three quarters.",
    )
    ranking_projects = RowIds(
        required=False,
        allow_null=True,
        default=None,
        min_length=1,
        max_length=1_000,
        help_text="Whose rankings the reward model learns from; all unless given.",
    )
    leaves_out = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A round whose frozen rankings, and so those of the rounds before it, the reward "
        "model does not learn from.",
    )
    hyperparameters = serializers.DictField(
        child=serializers.DictField(child=HyperparameterValue()),
        default=dict,
        help_text="By stage: sampling, reward_model, ppo.",
    )

    def new_round(self) -> NewRound:
        """Raises: Refused("invalid_round") naming what is not there."""
        given = dict(self.validated_data)
        finders: dict[str, Any] = {
            "policy": lambda: access_model_version(given["policy"]),
            "project": lambda: access_project(project_id=given["project"]),
            "prompts": lambda: access_snapshot(given["prompts"]),
        }
        if given["pretraining"] is not None:
            finders["pretraining"] = lambda: access_snapshot(given["pretraining"])
        if given["leaves_out"] is not None:
            finders["leaves_out"] = lambda: access_round(given["leaves_out"])
        found: dict[str, Any] = {}
        missing: dict[str, list[str]] = {}
        for name, find in finders.items():
            try:
                found[name] = find()
            except NotAccessible:
                missing[name] = ["there is no such thing"]
        found["other_policies"] = []
        for place, version_id in enumerate(given["other_policies"]):
            try:
                found["other_policies"].append(access_model_version(version_id))
            except NotAccessible:
                missing[f"other_policies.{place}"] = ["there is no such thing"]
        if missing:
            said = "The round cannot be opened as asked."
            raise Refused("invalid_round", said, status=400, fields=missing)
        return NewRound(**(given | found))


class StepInput(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=STARTED)
