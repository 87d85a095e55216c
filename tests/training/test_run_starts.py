"""R61: which models a reward model or a supervised one may start from."""

import hashlib
import itertools
import json
import uuid
from importlib import import_module

import pytest
from django.db import connection

from labeling.models import Prompt
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.training.chains import make_ended_run
from training.artifact_store import artifact_file
from training.models import Artifact, HeldOutPrompt
from training.selectors.lineage import lineage_of
from training.services.run_requests import RunRequest, check_request
from training.services.runs import request_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_rankings

pytestmark = pytest.mark.django_db


# Every prompt stands under a key; a share holds out the keys whose hash lies below it.
SHARES_OF_PROMPTS = (0.05, 0.15, 0.25, 0.6)


def key_at(share):
    """A key that every share above this one holds out, and none below."""
    keys = (f"organization {share} {number}" for number in itertools.count())
    return next(key for key in keys if abs(place_of(key) - share) < 0.005)


def place_of(key):
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") / 65_536


@pytest.fixture
def ranked(amina):
    """A project with a ranking of a prompt at each of these shares."""

    def make(*shares):
        project = make_ranking_project()
        for share in shares:
            prompt = make_prompt(organization_key=key_at(share))
            make_ranking(make_task(project, prompt), amina, [1, 2, 3, 4])
        return project

    return make


@pytest.fixture
def rankings_holding_out(ada, ranked):
    """Really frozen; the project of four prompts where no other is named."""
    usual = []

    def make(share, project=None):
        if project is None:
            usual[:] = usual or [ranked(*SHARES_OF_PROMPTS)]
            project = usual[0]
        query = SnapshotQuery(project_ids=[project.pk], validation_share=share)
        return freeze_rankings(by=ada, name="rankings", query=query)

    return make


@pytest.fixture
def demonstrations_holding_out(ada, amina):
    """Really frozen, of four prompts that are there once."""
    usual = []

    def make(share):
        if not usual:
            usual.append(make_demonstration_project())
            for place in SHARES_OF_PROMPTS:
                prompt = make_prompt(organization_key=key_at(place))
                make_demonstration(make_task(usual[0], prompt), amina)
        query = SnapshotQuery(project_ids=[usual[0].pk], validation_share=share)
        return freeze_demonstrations(by=ada, name="demonstrations", query=query)

    return make


@pytest.fixture
def trained_on(ada, base_model, make_artifact):
    """A model that learned from these labels, starting from another model."""

    def make(rankings=None, start=base_model, stage="reward_model", **others):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": uuid.uuid4().hex})
        inputs = {"base_model": start, **others}
        if rankings is not None:
            inputs["rankings"] = rankings
        return make_ended_run(by=ada, stage=stage, inputs=inputs, artifact=artifact)

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
    # Those at 0.15 and 0.25; the one at 0.05 was always held out, the one at 0.6 is never.
    assert message.startswith("learned from 2 prompts that these rankings hold out")


def test_a_larger_share_is_no_matter_where_none_of_its_prompts_was_learned(
    ada, trained_on, rankings_holding_out, ranked
):
    """RM11: prompt by prompt, not by the shares."""
    start = trained_on(rankings_holding_out(None, ranked(0.15, 0.6)))
    others = rankings_holding_out(0.5, ranked(0.2, 0.3, 0.7))

    assert ask(ada, "reward_model", base_model=start, rankings=others).status_code == 201


def test_a_prompt_that_comes_to_be_held_out_under_the_same_share_is_noticed(
    ada, trained_on, rankings_holding_out
):
    """RM11: what counts is what each snapshot held out when it was frozen."""
    start = trained_on(rankings_holding_out(None))
    learned = Prompt.objects.get(organization_key=key_at(0.6))
    Prompt.objects.filter(pk=learned.pk).update(organization_key=key_at(0.05), split="validation")

    answer = ask(ada, "reward_model", base_model=start, rankings=rankings_holding_out(None))

    (message,) = answer.json()["fields"]["inputs.base_model"]
    assert message.startswith("learned from 1 prompt that these rankings hold out")


def test_a_supervised_model_goes_on_unless_it_learned_what_is_held_out(
    ada, trained_on, demonstrations_holding_out
):
    """RM11, R55: else its epoch would be chosen by demonstrations that it knows by heart."""
    start = trained_on(stage="sft", demonstrations=demonstrations_holding_out(None))

    again = ask(ada, "sft", base_model=start, demonstrations=demonstrations_holding_out(None))
    more = ask(ada, "sft", base_model=start, demonstrations=demonstrations_holding_out(0.2))

    assert again.status_code == 201
    (message,) = more.json()["fields"]["inputs.base_model"]
    assert message.startswith("learned from 1 prompt that these demonstrations hold out")


def test_demonstrations_that_centre_a_reward_model_teach_it_nothing(
    ada, trained_on, rankings_holding_out, demonstrations_holding_out
):
    """The reward model chose the epoch; what it was centred on did not teach the start."""
    judge = trained_on(rankings_holding_out(None), demonstrations=demonstrations_holding_out(None))
    start = trained_on(
        stage="sft", demonstrations=demonstrations_holding_out(0.3), reward_model=judge
    )

    answer = ask(ada, "sft", base_model=start, demonstrations=demonstrations_holding_out(0.3))

    assert answer.status_code == 201


@pytest.mark.parametrize("kind", ["rankings", "demonstrations"])
@pytest.mark.parametrize("share", [None, 0.1, 0.2, 0.5])
def test_a_snapshot_stores_which_prompts_its_records_hold_out(settings, request, share, kind):
    """RM11: when it is frozen, and from its rule where it was frozen before that was stored."""
    snapshot = request.getfixturevalue(f"{kind}_holding_out")(share)
    path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
    records = [json.loads(line) for line in path.read_text().splitlines()]
    held_out = {one["prompt_id"] for one in records if one["split"] == "validation"}

    def stored():
        return set(HeldOutPrompt.objects.filter(snapshot=snapshot).values_list("prompt", flat=True))

    assert stored() == held_out
    assert len(held_out) == sum(place < (share or 0.1) for place in SHARES_OF_PROMPTS)
    HeldOutPrompt.objects.all().delete()
    number = {"rankings": "0013_held_out_prompts", "demonstrations": "0015_held_out_demonstrations"}
    migration = import_module(f"training.migrations.{number[kind]}")
    with connection.cursor() as cursor:
        cursor.execute(migration.HELD_OUT_BEFORE)
    assert stored() == held_out


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
