"""What a run stands on and what it has led to, for the graph on its page (R53)."""

import uuid

import pytest

from labeling.models import Project
from tests.cast import client_of, make_ranking_project, make_source
from tests.training.chains import make_ended_run
from training.models import Snapshot
from training.selectors.run_lineage import GENERATIONS, USES_SHOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(ada, artifact):
    def make(stage, **inputs):
        return make_ended_run(by=ada, stage=stage, artifact=artifact, inputs=inputs)

    return make


@pytest.fixture
def road(ended, base_model, make_snapshot):
    """base -> SFT -> reward model -> policy, each with its data."""
    demonstrations, rankings = make_snapshot(Snapshot.Kind.SFT), make_snapshot(Snapshot.Kind.RM)
    prompts = make_snapshot(Snapshot.Kind.PPO)
    sft = ended("sft", base_model=base_model, demonstrations=demonstrations)
    rm = ended("reward_model", base_model=sft, rankings=rankings)
    policy = ended("ppo", policy=sft, reward_model=rm, prompts=prompts)
    return {"base": base_model, "sft": sft, "rm": rm, "policy": policy}


def make_evaluation(*, compared, baseline):
    project = make_ranking_project(
        purpose=Project.Purpose.EVALUATION, baseline_source=baseline.completion_source
    )
    project.evaluated_sources.add(compared.completion_source)
    return project


def read(person, run_id):
    return client_of(person).get(f"/api/runs/{run_id}/lineage/")


def links_by_name(body):
    name_of = {node["id"]: node["name"] for node in body["nodes"]}
    return {(name_of[one["source"]], one["role"], name_of[one["target"]]) for one in body["links"]}


def test_a_ppo_run_stands_on_data_and_models_and_leads_to_its_policy(road, rosa):
    body = read(rosa, road["policy"].run_id).json()

    base, sft, rm, policy = (road[one].name for one in ("base", "sft", "rm", "policy"))
    run = road["policy"].run.name
    assert links_by_name(body) == {
        (base, "base_model", sft),
        ("some sft", "demonstrations", sft),
        (sft, "base_model", rm),
        ("some rm", "rankings", rm),
        (sft, "policy", run),
        (rm, "reward_model", run),
        ("some ppo", "prompts", run),
        (run, "output", policy),
    }
    assert {(node["kind"], node["detail"]) for node in body["nodes"]} == {
        ("model_version", "base"),
        ("model_version", "sft"),
        ("model_version", "reward_model"),
        ("model_version", "policy"),
        ("snapshot", "sft"),
        ("snapshot", "rm"),
        ("snapshot", "ppo"),
        ("run", "ppo"),
    }
    assert (body["has_earlier"], body["has_more_uses"]) == (False, False)


def test_what_read_its_model_and_what_judged_it_stands_behind_it(road, rosa):
    """Of the SFT model both the reward model's run and that of PPO were made."""
    sft = road["sft"]
    sft.completion_source = make_source("the supervised one")
    sft.save()
    evaluation = make_evaluation(compared=sft, baseline=road["base"])

    links = links_by_name(read(rosa, sft.run_id).json())

    assert {link for link in links if link[0] == sft.name} == {
        (sft.name, "base_model", road["rm"].run.name),
        (sft.name, "policy", road["policy"].run.name),
        (sft.name, "evaluation", evaluation.name),
    }


def test_a_run_without_an_output_shows_what_it_read(rosa, make_run):
    run = make_run()

    body = read(rosa, run.pk).json()

    assert links_by_name(body) == {
        ("a base model", "base_model", run.name),
        ("some rm", "rankings", run.name),
    }


def test_a_long_chain_is_cut_and_says_so_at_the_same_cost(
    road, ended, rosa, django_assert_num_queries
):
    """A standing reward model starts from the version before, again and again."""
    newest = road["rm"]
    for _ in range(6):
        newest = ended("reward_model", base_model=newest)
    client = client_of(rosa)

    with django_assert_num_queries(7):
        near = client.get(f"/api/runs/{road['policy'].run_id}/lineage/").json()
    with django_assert_num_queries(7):
        far = client.get(f"/api/runs/{newest.run_id}/lineage/").json()

    assert (near["has_earlier"], far["has_earlier"]) == (False, True)
    # This run, its output and three generations.
    assert len(far["nodes"]) == 2 + GENERATIONS


def test_of_many_uses_the_newest_are_shown(road, ended, rosa):
    for _ in range(USES_SHOWN + 1):
        ended("reward_model", base_model=road["sft"])

    body = read(rosa, road["sft"].run_id).json()

    uses = [node for node in body["nodes"] if node["kind"] == "run"]
    assert body["has_more_uses"]
    assert len(uses) == USES_SHOWN + 1
    assert road["rm"].run.name not in {node["name"] for node in uses}


def test_reading_it_twice_gives_the_same(road, rosa):
    address = road["policy"].run_id

    assert read(rosa, address).json() == read(rosa, address).json()


def test_a_labeler_may_not_read_it_and_nobody_unknown(road, amina):
    assert read(amina, road["policy"].run_id).status_code == 403
    assert read(None, road["policy"].run_id).status_code in (401, 403)


def test_a_run_that_is_not_there_is_a_404(rosa):
    assert read(rosa, uuid.uuid4()).status_code == 404


def test_an_id_that_is_none_is_a_404(rosa):
    assert read(rosa, "seven").status_code == 404
