"""Every form that can begin work, given over HTTP what an attacker would send: 4xx, by its name.

Whole tables go through one signed-in browser per test: a browser costs more than a refusal.
"""

import json
import math
import uuid
from pathlib import Path

import pytest

from labeling.models import Project, Task
from tests.cast import client_of, make_prompt, make_ranking_project
from tests.training.chains import make_ended_run
from tests.training.evaluations import answered_prompt, three_sources, wanted
from training.models import (
    Artifact,
    Round,
    RoundLink,
    Run,
    RunAttempt,
    RunInput,
    Snapshot,
    StandingRewardModel,
    Sweep,
)
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, request_run
from training.services.snapshots import freeze_these_prompts

pytestmark = pytest.mark.django_db

UNKNOWN = str(uuid.UUID(int=7))
SHAPES = ([[1]], {"a": 1})
COMMANDS = ("; rm -rf /", "$(id)", "../../etc/passwd", "http://169.254.169.254/", "--nproc=99")
UNSTORABLE = ("\x00", "a\x00b", "\ud83d", 10**30, 1e308 * 10, math.nan)
WORDS = (*COMMANDS, *UNSTORABLE, *SHAPES, "x" * 10_000)
NUMBERS = (*WORDS, "", "NaN", "1e999", -1, 10**18, -1e308)
IDS = (*WORDS, "", -1, UNKNOWN)
# A reward model is no policy, so what a policy is measured by is refused as well.
EVALUATIONS = (*([word] for word in WORDS), *COMMANDS, {"a": 1}, 7, ["answer_length"], ["x"] * 21)
ROWS = (*WORDS, "", 0, -1, 10**18)
BEGUN = (
    Project,
    Task,
    Round,
    RoundLink,
    Run,
    RunAttempt,
    RunInput,
    Snapshot,
    StandingRewardModel,
    Sweep,
)


def text(longest):
    """What free text refuses; a shell's words in it are only words."""
    return ("\x00", "a\x00b", "\ud83d", "x" * (longest + 1), *SHAPES)


def changed(body, place, value):
    """The body with another value at a dotted place."""
    first, _, rest = place.partition(".")
    return body | {first: changed(body.get(first) or {}, rest, value) if rest else value}


def children():
    found = Path("/proc/self/task").glob("*/children")
    return {pid for one in found for pid in one.read_text().split()}


@pytest.fixture
def refuses(ada):
    """Every value at every place is refused by the name of the place, and nothing begins."""

    def check(address, body, table):
        browser = client_of(ada)
        before, alive = [kind.objects.count() for kind in BEGUN], children()
        wrong = []
        for place, values in table.items():
            for value in values:
                content = json.dumps(changed(body, place, value))
                answer = browser.post(address, content, content_type="application/json")
                if not is_refused_by_name(answer, place):
                    wrong.append((place, repr(value)[:40], answer.status_code, answer.content))
        assert wrong == []
        assert [kind.objects.count() for kind in BEGUN] == before
        assert children() <= alive

    return check


def is_refused_by_name(answer, place):
    """A whole that is empty or contradicts itself is named instead of its parts."""
    if not 400 <= answer.status_code < 500:
        return False
    named = answer.json()["fields"]
    return any(
        name == place or name.startswith(f"{place}.") or place.startswith(f"{name}.")
        for name in named
    )


@pytest.fixture
def sampling_body(base_model):
    make_prompt("Say hi.")
    return {
        "stage": "sampling",
        "inputs": {"model": str(base_model.pk), "model_2": str(base_model.pk)},
        "prompt_query": {"num_prompts": 1},
        "weights": {"model": 1.0, "model_2": 2.0},
    }


def test_a_run_refuses_every_field_by_its_name(refuses, reward_model_body):
    table = {
        "name": text(160),
        "stage": (*WORDS, "", None),
        "inputs.base_model": IDS,
        "inputs.rankings": IDS,
        "inputs.demonstrations": IDS,
        "inputs.$(id)": (UNKNOWN,),
        "inputs": ("; id", [1], 7),
        "hyperparameters": ("; id", [1], 7),
        "hyperparameters.learning_rate": UNSTORABLE,
        "hyperparameters.$(id)": (1,),
        "seed": NUMBERS,
        "priority": (*WORDS, "", "NaN", 101, -101, 10**18),
        "evaluations": EVALUATIONS,
        "prompt_query": ({"num_prompts": 1}, "; id", [1]),
        "weights": ({"base_model": 1.0}, "; id", [1]),
    }

    refuses("/api/runs/", reward_model_body, table)


def test_prompts_and_policies_of_a_sampling_are_refused_by_their_names(refuses, sampling_body):
    table = {
        "inputs.model": IDS,
        "inputs.model_2": IDS,
        "prompt_query.num_prompts": (*NUMBERS, 0, 10_001),
        "prompt_query.category": (*WORDS, ""),
        "prompt_query.split": (*WORDS, ""),
        "prompt_query.prompt_ids": ("; id", [0], ["$(id)"], [10**18], {"a": 1}, [1] * 10_001),
        "weights.model": NUMBERS,
        "weights.model_2": (1e308, None),
        "weights.model_3": (1.0,),
        "weights.; id": (1.0,),
    }

    refuses("/api/runs/", sampling_body, table)


def test_a_sweep_refuses_every_field_by_its_name(refuses, reward_model_body):
    body = reward_model_body | {"parameter": "learning_rate", "values": [1e-6, 1e-5]}
    table = {
        "name": text(160),
        "stage": (*COMMANDS, "sampling"),
        "inputs.base_model": COMMANDS,
        "seed": COMMANDS,
        "parameter": (*WORDS, "", "seed", "__class__"),
        "values": (
            *("; id", {"a": 1}, [1e-6], [1e-6, 1e-6], [1e-6] * 21),
            *([1e-6, bad] for bad in (*NUMBERS, None)),
        ),
        "geometric": ("; id", [1]),
        "evaluations": EVALUATIONS,
    }

    refuses("/api/sweeps/", body, table)


def test_equal_ratios_are_refused_by_their_name(refuses, reward_model_body):
    body = reward_model_body | {
        "parameter": "learning_rate",
        "geometric": {"lowest": 1e-6, "highest": 1e-4, "num_values": 3},
    }
    table = {
        "geometric.lowest": (*NUMBERS, 0, 1, 5e-324),
        "geometric.highest": (*WORDS, "", "NaN", "inf", "1e999", 0, -1, 1e308),
        "geometric.num_values": (*NUMBERS, 0, 1, 21),
    }

    refuses("/api/sweeps/", body, table)


def test_a_retry_refuses_every_hyperparameter_by_its_name(
    refuses, ada, base_model, make_artifact, make_snapshot
):
    artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"a": 1}'})
    reward_model = make_ended_run(
        by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
    )
    inputs = {
        "policy": base_model.pk,
        "reward_model": reward_model.pk,
        "prompts": make_snapshot(Snapshot.Kind.PPO).pk,
    }
    run = request_run(by=ada, request=RunRequest(stage="ppo", inputs=inputs))
    cancel_run(by=ada, run=run)
    table = {
        "hyperparameters": ("; id", [1], 7),
        "hyperparameters.kl_ceiling": NUMBERS,
        "hyperparameters.learning_rate": (*WORDS, 1.0),
        "hyperparameters.$(id)": ("; id", 1),
    }

    refuses(f"/api/runs/{run.pk}/retry/", {}, table)


def test_an_evaluation_refuses_every_field_by_its_name(refuses):
    sources = three_sources()
    answered_prompt(sources, each=2)
    body = wanted(sources, instructions={"title": "How", "body": "Read."})
    table = {
        "name": (*text(160), "", " "),
        "kind": (*WORDS, "demonstration"),
        "pool": WORDS,
        "priority_mode": WORDS,
        "toxicity_instruction": WORDS,
        "baseline_source": ROWS,
        "sources": ("; id", [], [0], ["$(id)"], [10**18], {"a": 1}, [1] * 31),
        "k": NUMBERS,
        "overlap": NUMBERS,
        "prompts": (None, "; id", [1], {}),
        "prompts.num_prompts": (*NUMBERS, 0, 10_001),
        "prompts.category": WORDS,
        "prompts.split": WORDS,
        "prompts.distribution": WORDS,
        "prompts.prompt_ids": ("; id", [], [0], ["$(id)"], [10**18], {"a": 1}),
        "instructions": ("; id", [1], {}),
        "instructions.title": (*text(160), ""),
        "instructions.body": (*text(100_000), 5),
        "content_warning": text(2_000),
    }

    refuses("/api/evaluations/", body, table)


def test_a_round_refuses_every_field_by_its_name(
    refuses, ada, base_model, make_artifact, make_snapshot
):
    sft = make_ended_run(
        by=ada,
        stage="sft",
        artifact=make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'}),
        inputs={"base_model": base_model, "demonstrations": make_snapshot("sft")},
    )
    frozen = freeze_these_prompts(by=ada, name="p", prompt_ids=[make_prompt("Say hi.").pk])
    body = {
        "name": "Round 1",
        "policy": str(sft.pk),
        "project": make_ranking_project(k=4).pk,
        "prompts": str(frozen.pk),
        "num_prompts": 3,
        "completions_per_prompt": 4,
        "min_rankings": 2,
        "automatic": [],
        "other_policies": [str(base_model.pk)],
        "weights": [3.0, 1.0],
    }
    table = {
        "name": (*text(140), "", " "),
        "policy": IDS,
        "project": ROWS,
        "prompts": IDS,
        "pretraining": IDS,
        "leaves_out": IDS,
        "num_prompts": NUMBERS,
        "completions_per_prompt": NUMBERS,
        "min_rankings": NUMBERS,
        "automatic": ("; id", ["$(id)"], {"a": 1}, ["sampling"] * 20),
        "other_policies": ("; id", ["$(id)"], [UNKNOWN], {"a": 1}, [UNKNOWN] * 20),
        "weights": ("; id", {"a": 1}, [1.0], [0, 0], *([1.0, bad] for bad in (*NUMBERS, None))),
        "ranking_projects": ("; id", [], [0], ["$(id)"], [10**18], {"a": 1}),
        "hyperparameters": ("; id", [1]),
        "hyperparameters.sampling": ("; id", [1]),
        "hyperparameters.sampling.temperature": NUMBERS,
        "hyperparameters.; id": ({"temperature": 1.0},),
    }

    refuses("/api/rounds/", body, table)


def test_a_standing_reward_model_refuses_every_field_by_its_name(refuses, base_model):
    body = {"name": "Always new", "start": str(base_model.pk), "min_rankings": 2}
    table = {
        "name": (*text(140), "", " "),
        "start": IDS,
        "min_rankings": NUMBERS,
        "ranking_projects": ("; id", [], [0], ["$(id)"], [10**18], {"a": 1}),
        "include_simulated": (*WORDS, 7),
        "hyperparameters": ("; id", [1]),
        "hyperparameters.learning_rate": NUMBERS,
        "hyperparameters.$(id)": (1,),
    }

    refuses("/api/standing-reward-models/", body, table)
