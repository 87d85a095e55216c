"""Rounds: every step's state, the next one by a click or by itself, and never twice (R84-R86)."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from labeling.models import AuditEntry, Task
from tests.cast import client_of, make_ranking, make_task
from tests.training.chains import make_ended_run
from tests.training.rounds.boards import link, post, states, view_of
from training.models import Round, RoundLink, RoundStep, Run, Snapshot
from training.runner.claim import claim, finish_unsuccessful, report_slots
from training.runner.letting_go import Ending
from training.services.rounds import advance_rounds, start_step

pytestmark = pytest.mark.django_db


def test_a_new_round_can_sample_and_waits_for_the_rest(make_round):
    assert states(make_round()) == {
        "sampling": "ready",
        "tasks": "waiting",
        "snapshot": "waiting",
        "reward_model": "waiting",
        "ppo": "waiting",
        "evaluation": "waiting",
    }


def test_one_click_samples_from_the_policy(ada, make_round, sft):
    opened = make_round()

    answer = post(ada, f"{opened.pk}/steps/", {"step": "sampling"})

    assert answer.status_code == 200
    first = answer.json()["steps"][0]
    assert (first["state"], first["can_start"]) == ("working", False)
    assert first["started_by"] == {"id": ada.pk, "display_name": "Ada"}
    run = Run.objects.get(pk=first["run"]["id"])
    assert run.spec["hyperparameters"]["completions_per_prompt"] == 4
    assert run.inputs.get(role="model").model_version == sft
    assert run.inputs.get(role="prompts").snapshot.num_records == 3


def test_the_same_step_is_not_begun_twice(ada, make_round):
    opened = make_round()
    post(ada, f"{opened.pk}/steps/", {"step": "sampling"})

    answer = post(ada, f"{opened.pk}/steps/", {"step": "sampling"})

    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_ready")
    assert Run.objects.filter(stage="sampling").count() == 1


def test_a_step_waits_for_the_one_before_it(ada, make_round):
    answer = post(ada, f"{make_round().pk}/steps/", {"step": "ppo"})

    assert answer.json()["code"] == "step_not_ready"
    assert answer.json()["detail"] == "It cannot begin. Waits for the reward model."


def test_what_was_sampled_becomes_tasks(ada, sampled):
    opened = sampled()

    answer = post(ada, f"{opened.pk}/steps/", {"step": "tasks"})

    tasks = answer.json()["steps"][1]
    assert (tasks["state"], tasks["num_tasks"]) == ("done", 3)
    assert Task.objects.filter(project=opened.project).count() == 3


def test_the_snapshot_waits_for_enough_sealed_rankings_and_can_be_frozen_sooner(
    ada, amina, otto, sampled
):
    opened = sampled()
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)
    [task, other, _] = Task.objects.filter(project=opened.project)
    assert not view_of(opened, RoundStep.SNAPSHOT).can_start

    make_ranking(task, amina, [1, 2, 3, 4])
    view = view_of(opened, RoundStep.SNAPSHOT)
    assert (view.state, view.can_start, view.is_due) == ("waiting", True, False)
    assert view.note == "1 of 2 new rankings are sealed"

    make_ranking(other, otto, [1, 2, 3, 4])
    assert view_of(opened, RoundStep.SNAPSHOT).is_due


def test_a_ranking_that_was_frozen_is_not_new(ada, amina, sampled):
    first, second = sampled(), None
    start_step(opened=first, step=RoundStep.TASKS, by=ada)
    make_ranking(Task.objects.first(), amina, [1, 2, 3, 4])
    start_step(opened=first, step=RoundStep.SNAPSHOT, by=ada)

    second = Round.objects.create(
        name="Round 2",
        policy=first.policy,
        project=first.project,
        prompts=first.prompts,
        num_prompts=1,
        completions_per_prompt=4,
        min_rankings=1,
        created_by=ada,
    )
    link(second, RoundStep.SAMPLING, run=RoundLink.objects.get(round=first, step="sampling").run)
    link(second, RoundStep.TASKS, num_tasks=1)

    assert view_of(second, RoundStep.SNAPSHOT).note == "0 of 1 new rankings are sealed"


def test_what_is_due_begins_by_itself_and_once(ada, amina, otto, sampled):
    """500 rankings in life, two here: the snapshot and then its reward model."""
    opened = sampled(automatic=["snapshot", "reward_model"])
    start_step(opened=opened, step=RoundStep.TASKS, by=ada)
    [task, other, _] = Task.objects.filter(project=opened.project)
    make_ranking(task, amina, [1, 2, 3, 4])
    assert advance_rounds() == []

    make_ranking(other, otto, [1, 2, 3, 4])
    begun = [one.step for _ in range(4) for one in advance_rounds()]

    assert begun == ["snapshot", "reward_model"]
    run = Run.objects.get(stage="reward_model", state="queued")
    assert run.inputs.get(role="base_model").model_version == opened.policy
    assert run.inputs.get(role="rankings").snapshot.counts["rankings"] == 2
    assert RoundLink.objects.get(step="reward_model").started_by is None


def test_what_is_not_automatic_waits_for_a_click(sampled):
    sampled(automatic=["snapshot"])

    assert advance_rounds() == []


def test_a_failed_run_is_said_and_begun_again_by_hand_only(ada, make_round):
    opened = make_round(automatic=["sampling"])
    [begun] = advance_rounds()
    report_slots("node")
    held = claim(begun.run_id, host="node")
    finish_unsuccessful(held, Ending(reason="nan", detail="No number.", is_transient=False))

    view = view_of(opened, RoundStep.SAMPLING)
    assert (view.state, view.note, view.can_start) == ("failed", "", True)
    assert advance_rounds() == []

    start_step(opened=opened, step=RoundStep.SAMPLING, by=ada)
    assert states(opened)["sampling"] == "working"


def test_a_policy_is_trained_against_the_rounds_own_reward_model(
    ada, sampled, base_model, make_snapshot, artifact
):
    opened = sampled()
    link(opened, RoundStep.TASKS, num_tasks=3)
    rankings = make_snapshot(Snapshot.Kind.RM)
    link(opened, RoundStep.SNAPSHOT, snapshot=rankings)
    rm = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model, "rankings": rankings},
    )
    link(opened, RoundStep.REWARD_MODEL, run=rm.run)

    begun = start_step(opened=opened, step=RoundStep.PPO, by=ada)

    inputs = {one.role: one.model_version or one.snapshot for one in begun.run.inputs.all()}
    assert inputs == {"policy": opened.policy, "reward_model": rm, "prompts": opened.prompts}


def test_a_step_that_cannot_begin_by_itself_says_why(ada, rosa, sampled, prompts):
    opened = sampled(automatic=["tasks"])
    for prompt in prompts:
        make_task(opened.project, prompt, list(prompt.completions.all()))

    assert advance_rounds() == []
    shown = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()
    assert "3 in the project already" in shown["round"]["problem"]


def test_a_closed_round_begins_nothing(ada, make_round):
    opened = make_round(automatic=["sampling"])

    assert post(ada, f"{opened.pk}/close/").status_code == 200

    assert advance_rounds() == []
    assert (
        post(ada, f"{opened.pk}/steps/", {"step": "sampling"}).json()["code"] == "round_is_closed"
    )
    assert post(ada, f"{opened.pk}/close/").json()["code"] == "round_is_closed"


def test_which_steps_begin_by_themselves_is_changed_and_written_down(ada, make_round):
    opened = make_round()

    answer = client_of(ada).put(
        f"/api/rounds/{opened.pk}/settings/",
        {"automatic": ["ppo", "sampling"], "min_rankings": 500},
        format="json",
    )

    assert answer.json()["round"]["automatic"] == ["sampling", "ppo"]
    entry = AuditEntry.objects.get(action="change_round_settings")
    assert entry.details == {"automatic": ["sampling", "ppo"], "min_rankings": 500}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"policy": "../../etc/passwd"}, "policy"),
        ({"policy": str(uuid.uuid4())}, "policy"),
        ({"project": 4711}, "project"),
        ({"prompts": str(uuid.uuid4())}, "prompts"),
        ({"num_prompts": 0}, "num_prompts"),
        ({"num_prompts": 10_001}, "num_prompts"),
        ({"completions_per_prompt": 3}, "completions_per_prompt"),
        ({"min_rankings": 0}, "min_rankings"),
        ({"automatic": ["export"]}, "automatic.0"),
        ({"ranking_projects": []}, "ranking_projects"),
        ({"hyperparameters": {"sft": {}}}, "hyperparameters.sft"),
        ({"hyperparameters": {"ppo": {"x": 1}}}, "hyperparameters.ppo.x"),
    ],
)
def test_nonsense_is_named_by_its_field(ada, body, change, field):
    answer = post(ada, "", body | change)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Round.objects.exists()


def test_a_reward_model_writes_nothing_and_an_evaluation_trains_nothing(
    ada, body, base_model, artifact
):
    rm = make_ended_run(
        by=ada, stage="reward_model", artifact=artifact, inputs={"base_model": base_model}
    )

    assert list(post(ada, "", body | {"policy": str(rm.pk)}).json()["fields"]) == ["policy"]


def test_the_list_says_where_each_round_stands(ada, rosa, make_round, sampled):
    make_round(name="Not begun")
    failed = make_round(name="Sampling")
    start_step(opened=failed, step=RoundStep.SAMPLING, by=ada)
    link(sampled(name="Tasks"), RoundStep.TASKS, num_tasks=3)

    listed = client_of(rosa).get("/api/rounds/").json()["results"]

    newest = {one["name"]: one["newest_step"] for one in listed}
    assert newest["Not begun"] is None
    assert (newest["Sampling"]["step"], newest["Sampling"]["run_state"]) == ("sampling", "queued")
    assert (newest["Tasks"]["step"], newest["Tasks"]["run_state"]) == ("tasks", None)


def test_a_researcher_watches_and_starts_nothing(rosa, make_round):
    opened = make_round()

    assert client_of(rosa).get("/api/rounds/").json()["results"][0]["name"] == "Round 1"
    for address in ("", f"{opened.pk}/steps/", f"{opened.pk}/close/"):
        assert post(rosa, address, {"step": "sampling"}).status_code == 403


def test_a_round_that_is_not_there_is_a_404(rosa):
    assert client_of(rosa).get(f"/api/rounds/{uuid.uuid4()}/").status_code == 404


def test_a_link_leads_to_one_thing(make_round):
    with pytest.raises(IntegrityError), transaction.atomic():
        link(make_round(), RoundStep.TASKS)


def test_a_board_costs_the_same_however_often_it_was_tried(
    ada, rosa, make_round, django_assert_max_num_queries
):
    opened = make_round()
    for _ in range(3):
        link(opened, RoundStep.TASKS, num_tasks=3)
    client = client_of(rosa)
    client.get(f"/api/rounds/{opened.pk}/")

    # Session, account, the round, its links with what they lead to, and what each step asks.
    with django_assert_max_num_queries(9):
        client.get(f"/api/rounds/{opened.pk}/")
