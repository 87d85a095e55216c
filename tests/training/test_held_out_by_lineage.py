"""Evaluation prompts are absent from all that the models have learned from (R36).

Found through runs, snapshots and keys, as the services store them, and never by a name.
"""

import pytest

from labeling.models import Task
from tests.cast import (
    make_completions,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.training.chains import make_ended_run
from tests.training.evaluations import post, wanted
from training.selectors.held_out import keys_seen_in_training
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_prompts, freeze_rankings

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(cast, base_model, artifact):
    """base -> SFT of a demonstration -> RM of a ranking -> policy of prompts, all really frozen."""
    ada = cast.ada
    prompts = {
        "demonstrated": make_prompt(organization_key="org d"),
        "ranked": make_prompt(user_key="user r"),
        "explored": make_prompt("Explore.", split="train"),
        "unseen": make_prompt(organization_key="org u"),
    }
    demonstrated = make_task(make_demonstration_project(), prompts["demonstrated"])
    make_demonstration(demonstrated, cast.amina)
    make_ranking(make_task(make_ranking_project(), prompts["ranked"]), cast.amina, [1, 2, 3, 4])
    everything = SnapshotQuery()
    sft = make_ended_run(
        by=ada,
        stage="sft",
        artifact=artifact,
        inputs={
            "base_model": base_model,
            "demonstrations": freeze_demonstrations(by=ada, name="d", query=everything),
        },
    )
    rm = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={
            "base_model": sft,
            "rankings": freeze_rankings(by=ada, name="r", query=everything),
        },
    )
    explored = SnapshotQuery(prompt_ids=[prompts["explored"].pk])
    policy = make_ended_run(
        by=ada,
        stage="ppo",
        artifact=artifact,
        inputs={
            "policy": sft,
            "reward_model": rm,
            "prompts": freeze_prompts(by=ada, name="p", query=explored),
        },
    )
    for model, name in ((sft, "the sft"), (policy, "the policy")):
        model.completion_source = make_source(name)
        model.save(update_fields=["completion_source"])
    return {**prompts, "sft": sft, "rm": rm, "policy": policy, "base": base_model}


def sources_of(road) -> list:
    return [road["sft"].completion_source, road["policy"].completion_source]


def answer_all(prompts, sources) -> None:
    for prompt in prompts:
        for source in sources:
            make_completions(prompt, texts=[f"{source.name} 1", f"{source.name} 2"], source=source)


def seen_by(plan: dict) -> dict[int, list[str]]:
    return {
        row["prompt_id"]: row["sources"]
        for row in plan["left_out"]
        if row["reason"] == "seen_in_training"
    }


def test_each_model_has_seen_what_it_and_all_its_parents_learned_from(road):
    sft, policy = sources_of(road)
    base = road["base"].completion_source

    seen = keys_seen_in_training([base.pk, sft.pk, policy.pk])

    assert seen["org d"] == tuple(sorted((sft.pk, policy.pk)))
    # Through the reward model alone, which writes no completions itself.
    assert seen["user r"] == (policy.pk,)
    assert seen[road["explored"].user_key] == (policy.pk,)
    assert len(seen) == 3
    assert keys_seen_in_training([base.pk]) == {}


def test_a_prompt_that_a_model_has_seen_makes_no_task_and_the_model_is_named(road, ada, rosa):
    sources = sources_of(road)
    prompts = [road[name] for name in ("demonstrated", "ranked", "explored", "unseen")]
    answer_all(prompts, sources)

    previewed = post(rosa, "preview/", wanted(sources)).json()
    made = post(ada, "", wanted(sources)).json()["plan"]

    assert previewed == made
    assert seen_by(made) == {
        road["demonstrated"].pk: ["the sft", "the policy"],
        road["ranked"].pk: ["the policy"],
        road["explored"].pk: ["the policy"],
    }
    assert Task.objects.get(project__purpose="evaluation").prompt == road["unseen"]


def test_another_prompt_of_a_key_that_was_seen_counts_as_seen(road, rosa):
    """Prompts of one customer resemble each other; that is why they are capped and split by key."""
    sources = sources_of(road)
    sibling = make_prompt(organization_key="org d")
    answer_all([sibling, road["unseen"]], sources)
    body = wanted(sources, prompts={"num_prompts": 9, "prompt_ids": [sibling.pk]})

    assert seen_by(post(rosa, "preview/", body).json()) == {sibling.pk: ["the sft", "the policy"]}


def test_what_only_another_model_has_seen_may_be_judged(road, rosa):
    """The ranked prompt taught the policy's reward model and nothing that is compared here."""
    sources = [road["base"].completion_source, road["sft"].completion_source]
    answer_all([road["ranked"], road["demonstrated"]], sources)

    plan = post(rosa, "preview/", wanted(sources)).json()

    assert plan["num_tasks"] == 1
    assert seen_by(plan) == {road["demonstrated"].pk: ["the sft"]}


def test_names_do_not_matter(road, rosa):
    """A source of a similar name that no model stands behind has no lineage, and that is said."""
    namesake = make_source("the policy (imported)")
    sources = [road["base"].completion_source, namesake]
    answer_all([road["ranked"]], sources)

    plan = post(rosa, "preview/", wanted(sources)).json()

    assert plan["num_tasks"] == 1
    assert [one["name"] for one in plan["without_lineage"]] == ["the policy (imported)"]


def test_tasks_added_later_are_held_to_the_same(road, ada):
    sources = sources_of(road)
    answer_all([road["unseen"]], sources)
    opened = post(ada, "", wanted(sources)).json()["id"]
    answer_all([road["demonstrated"]], sources)

    answer = post(ada, f"{opened}/tasks/", {"num_prompts": 5})

    assert (answer.status_code, answer.json()["code"]) == (422, "no_tasks")
    assert "seen in training" in answer.json()["detail"]


def test_the_newest_supervised_model_that_has_answered_is_the_baseline(road, rosa, ada):
    """R34: unless another is named."""
    sources = sources_of(road)
    body = {**wanted(sources), "baseline_source": None}
    before = post(rosa, "preview/", body)
    answer_all([road["unseen"]], sources)

    shown = post(rosa, "preview/", body).json()

    assert (before.status_code, before.json()["code"]) == (422, "no_baseline")
    assert shown["baseline"] == {"id": sources[0].pk, "name": "the sft"}
    assert shown["num_tasks"] == 1


def test_it_takes_one_query_however_long_the_road(road, django_assert_num_queries):
    with django_assert_num_queries(1):
        keys_seen_in_training([source.pk for source in sources_of(road)])
