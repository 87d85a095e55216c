"""The adversarial intake: each tag's share among the prompts of a round (R88)."""

import pytest

from labeling.catalogue import ADVERSARIAL_TAGS
from labeling.services.annotations import annotate_prompt
from tests.cast import client_of, make_prompt, make_ranking_project, make_task
from tests.training.run_states import make_run_in
from training.models import Round, RoundLink, RoundStep, RunInput, Snapshot
from training.models.clock import ClockTimestamp
from training.selectors.round_tags import tags_of
from training.selectors.rounds import access_round
from training.services.snapshots import freeze_these_prompts

pytestmark = pytest.mark.django_db
NOTHING_SAID = "Nobody has said it of any of its prompts."


@pytest.fixture
def opened(ada, base_model, make_snapshot):
    return Round.objects.create(
        name="Round 1",
        policy=base_model,
        project=make_ranking_project(k=4),
        prompts=make_snapshot(Snapshot.Kind.PPO),
        num_prompts=5,
        completions_per_prompt=4,
        min_rankings=1,
        created_by=ada,
    )


@pytest.fixture
def prompts(db):
    """By hand: false premise 2 of 3, harmful request 1 of 1, several constraints 0 of 2."""
    return [
        make_prompt(flags={"false_premise": True, "many_constraints": False}),
        make_prompt(flags={"false_premise": True, "harmful_request": True}),
        make_prompt(flags={"false_premise": False, "many_constraints": False, "ambiguous": True}),
        # One of the paper's flags says nothing about the tags.
        make_prompt(flags={"ambiguous": True}),
        make_prompt(),
    ]


def sample(opened, prompts, name="sampled"):
    """A sampling of these prompts, as a round's step leaves it."""
    ids = [one.pk for one in prompts]
    frozen = freeze_these_prompts(by=opened.created_by, name=name, prompt_ids=ids)
    run = make_run_in(
        "succeeded",
        name=name,
        stage="sampling",
        spec={"inputs": {}, "hyperparameters": {}},
        spec_sha256="0" * 64,
        seed=1,
        code_revision="0",
        ended_at=ClockTimestamp(),
        created_by=opened.created_by,
    )
    RunInput.objects.create(run=run, role="model", model_version=opened.policy)
    RunInput.objects.create(run=run, role="prompts", snapshot=frozen)
    RoundLink.objects.create(round=opened, step=RoundStep.SAMPLING, run=run)


def counted(opened):
    found = tags_of(access_round(opened.pk))
    return found, {one.key: (one.num_yes, one.num_said, one.share) for one in found.tags}


def test_the_share_of_each_tag_by_hand(opened, prompts):
    make_prompt(flags={"harmful_request": True})
    sample(opened, prompts)

    found, tags = counted(opened)

    assert (found.num_prompts, found.num_unsaid, found.is_of_tasks) == (5, 2, False)
    assert tags == {
        "false_premise": (2, 3, pytest.approx(2 / 3)),
        "invites_hedging": (0, 0, None),
        "many_constraints": (0, 2, 0.0),
        "harmful_request": (1, 1, 1.0),
    }
    assert {one.key: one.reason for one in found.tags if one.reason} == {
        "invites_hedging": NOTHING_SAID
    }


def test_once_there_are_tasks_only_what_they_ask_about_counts(opened, prompts):
    """A prompt that became no task is left out, and so is a task of another project."""
    sample(opened, prompts)
    RoundLink.objects.create(round=opened, step=RoundStep.TASKS, num_tasks=2)
    make_task(opened.project, prompts[0])
    make_task(opened.project, prompts[3])
    make_task(make_ranking_project(k=4), prompts[1])
    make_task(opened.project, make_prompt(flags={"false_premise": True}))

    found, tags = counted(opened)

    assert (found.num_prompts, found.num_unsaid, found.is_of_tasks) == (2, 1, True)
    assert (tags["false_premise"], tags["harmful_request"]) == ((1, 1, 1.0), (0, 0, None))


def test_what_is_said_now_counts_and_what_was_taken_back_does_not(ada, opened):
    prompt = make_prompt()
    sample(opened, [prompt])
    for flags in ({"harmful_request": True}, {"harmful_request": False}):
        annotate_prompt(prompt_id=prompt.pk, annotator=ada, category=None, flags=flags)
    assert counted(opened)[1]["harmful_request"] == (0, 1, 0.0)

    annotate_prompt(
        prompt_id=prompt.pk, annotator=ada, category=None, flags={"harmful_request": None}
    )
    assert counted(opened)[1]["harmful_request"] == (0, 0, None)


def test_the_newest_sampling_counts(opened, prompts):
    sample(opened, prompts)
    sample(opened, prompts[4:], name="sampled again")

    assert counted(opened)[0].num_prompts == 1


@pytest.mark.parametrize("begun", ["nothing", "sampled", "tasks"])
def test_a_share_that_is_not_defined_says_why(rosa, opened, begun):
    if begun != "nothing":
        sample(opened, [make_prompt()])
    if begun == "tasks":
        RoundLink.objects.create(round=opened, step=RoundStep.TASKS, num_tasks=1)

    shown = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["adversarial"]

    assert {one["share"] for one in shown["tags"]} == {None}
    assert {one["reason"] for one in shown["tags"]} == {
        {
            "nothing": "The round has sampled no prompts yet.",
            "sampled": NOTHING_SAID,
            "tasks": "None of its prompts has a task in its project.",
        }[begun]
    }


def test_the_board_shows_the_tags_with_their_wording(rosa, amina, opened, prompts):
    sample(opened, prompts)

    shown = client_of(rosa).get(f"/api/rounds/{opened.pk}/").json()["adversarial"]

    assert (shown["num_prompts"], shown["num_unsaid"], shown["is_of_tasks"]) == (5, 2, False)
    assert {one["key"]: one["label"] for one in shown["tags"]} == ADVERSARIAL_TAGS
    assert shown["tags"][0] == {
        "key": "false_premise",
        "label": "Built on a false premise",
        "num_yes": 2,
        "num_said": 3,
        "share": pytest.approx(2 / 3),
        "reason": "",
    }
    assert client_of(amina).get(f"/api/rounds/{opened.pk}/").status_code == 403


def test_tags_cost_one_query_however_many_prompts(opened, prompts, django_assert_num_queries):
    sample(opened, prompts)
    RoundLink.objects.create(round=opened, step=RoundStep.TASKS, num_tasks=5)
    one = access_round(opened.pk)

    with django_assert_num_queries(1):
        tags_of(one)
