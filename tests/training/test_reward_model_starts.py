"""R61: which models a reward model may start from."""

import uuid

import pytest

from tests.cast import client_of
from tests.training.chains import make_ended_run
from training.models import Artifact, Snapshot
from training.selectors.lineage import lineage_of
from training.services.run_requests import RunRequest, check_request
from training.services.runs import request_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def rankings_holding_out(make_snapshot):
    def make(share):
        return make_snapshot(Snapshot.Kind.RM, query={"validation_share": share})

    return make


@pytest.fixture
def trained_on(ada, base_model, make_artifact):
    """A reward model that learned from these rankings, starting from another model."""

    def make(rankings, start=base_model):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": uuid.uuid4().hex})
        inputs = {"base_model": start, "rankings": rankings}
        return make_ended_run(by=ada, stage="reward_model", inputs=inputs, artifact=artifact)

    return make


def ask(person, stage, **inputs):
    wanted = {role: str(one.pk) for role, one in inputs.items()}
    body = {"stage": stage, "inputs": wanted}
    return client_of(person).post("/api/runs/", body, format="json")


@pytest.mark.parametrize("shares", [(None, None), (0.2, None), (0.2, 0.2), (0.1, None)])
def test_a_reward_model_goes_on_where_another_stopped(
    ada, trained_on, rankings_holding_out, shares
):
    before, now = shares
    start = trained_on(rankings_holding_out(before))

    answer = ask(ada, "reward_model", base_model=start, rankings=rankings_holding_out(now))

    assert answer.status_code == 201
    assert answer.json()["inputs"]["base_model"] == {
        "id": str(start.pk),
        "name": start.name,
        "kind": "reward_model",
        "sha256": start.artifact_id,
    }


def test_what_a_start_has_learned_from_is_not_held_out_afterwards(
    ada, trained_on, rankings_holding_out
):
    """RM11: also where an earlier ancestor learned from it."""
    first = trained_on(rankings_holding_out(None))
    second = trained_on(rankings_holding_out(0.3), start=first)

    answer = ask(ada, "reward_model", base_model=second, rankings=rankings_holding_out(0.3))

    assert answer.status_code == 400
    (message,) = answer.json()["fields"]["inputs.base_model"]
    assert message.startswith("learned from prompts that these rankings hold out: it held out 10%")


def test_a_language_model_may_start_on_any_share(ada, base_model, rankings_holding_out):
    rankings = rankings_holding_out(0.5)

    assert ask(ada, "reward_model", base_model=base_model, rankings=rankings).status_code == 201


def test_labelers_who_are_left_out_have_taught_no_start(ada, trained_on, rankings_holding_out):
    """R64: a reward model may have learned from the very labelers that are left out."""
    rankings = rankings_holding_out(None)
    start = trained_on(rankings)

    answer = ask(ada, "generalisation", base_model=start, rankings=rankings)

    assert set(answer.json()["fields"]) == {"inputs.base_model"}


@pytest.mark.parametrize(("stage", "role"), [("sft", "base_model"), ("ppo", "policy")])
def test_a_reward_model_writes_nothing(ada, trained_on, rankings_holding_out, stage, role):
    start = trained_on(rankings_holding_out(None))

    assert f"inputs.{role}" in ask(ada, stage, **{role: start}).json()["fields"]


def test_the_parent_is_told_by_the_lineage(ada, trained_on, rankings_holding_out):
    """R53."""
    first = trained_on(rankings_holding_out(None))
    second = trained_on(rankings_holding_out(None), start=first)

    found = lineage_of(second)

    assert [(one.role, one.model_version) for one in found.parents] == [("base_model", first)]
    assert len(found.snapshots) == 2


def test_a_check_costs_two_queries_more(
    ada, trained_on, rankings_holding_out, django_assert_num_queries
):
    rankings = rankings_holding_out(None)
    start = trained_on(rankings)
    request = RunRequest(
        stage="reward_model", inputs={"base_model": start.pk, "rankings": rankings.pk}
    )
    with django_assert_num_queries(4):
        check_request(request)
    assert request_run(by=ada, request=request).state == "queued"
