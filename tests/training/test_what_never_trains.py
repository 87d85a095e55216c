"""Judgments made to evaluate a model or to screen a labeler train nothing (R41), nor does what a
researcher excluded."""

import pytest
from django.utils import timezone

from labeling.models import Project
from tests.cast import (
    client_of,
    exclude_prompt,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.training.freezing import ended_freezing, freeze_over_http
from training.models import Snapshot

pytestmark = pytest.mark.django_db
EVALUATION, SCREENING = Project.Purpose.EVALUATION, Project.Purpose.SCREENING


def ranked(labeler, **fields) -> Project:
    """A ranking project with one ranking, sealed long ago."""
    if fields.get("purpose") == EVALUATION:
        fields["baseline_source"] = make_source("the baseline")
    project = make_ranking_project(**fields)
    make_ranking(make_task(project), labeler, [1, 2, 3, 4])
    return project


def asked(user, address: str = "", **query: object):
    body = {"name": "What was judged", "kind": "rm", **query}
    return client_of(user).post(f"/api/snapshots/{address}", body, format="json")


@pytest.mark.parametrize("purpose", [EVALUATION, SCREENING])
def test_only_rankings_made_for_training_are_frozen(ada, amina, rosa, purpose):
    for_training = ranked(amina)
    ranked(amina, purpose=purpose)

    shown = asked(rosa, "preview/").json()
    stored = freeze_over_http(ada)

    assert (shown["counts"]["rankings"], stored["counts"]["rankings"]) == (1, 1)
    links = Snapshot.objects.get().ranking_links.values_list("ranking__task__project", flat=True)
    assert list(links) == [for_training.pk]


@pytest.mark.parametrize("purpose", [EVALUATION, SCREENING])
def test_nothing_else_makes_a_snapshot_of_them(ada, amina, purpose):
    ranked(amina, purpose=purpose)

    assert ended_freezing(ada)["failure"] == "No sealed ranking by a training labeler fits."
    assert not Snapshot.objects.exists()


def test_only_demonstrations_written_for_training_are_frozen(ada, amina):
    make_demonstration(make_task(make_demonstration_project()), amina, "To be imitated.")
    screening = make_demonstration_project(purpose=SCREENING)
    make_demonstration(make_task(screening), amina, "To be graded.")

    freeze_over_http(ada, kind="sft")

    assert Snapshot.objects.get().demonstration_links.get().demonstration.text == "To be imitated."


@pytest.mark.parametrize("kind", ["rm", "sft", "ppo"])
@pytest.mark.parametrize("purpose", [EVALUATION, SCREENING])
@pytest.mark.parametrize("address", ["", "preview/"])
def test_naming_such_a_project_is_refused_by_its_name(ada, amina, kind, purpose, address):
    """Left out silently, a researcher would think it was in there."""
    for_training = ranked(amina)
    other = ranked(amina, purpose=purpose, name="Not for learning")

    answer = asked(ada, address, kind=kind, project_ids=[for_training.pk, other.pk])

    assert (answer.status_code, answer.json()["code"]) == (422, "not_for_training")
    assert f"'Not for learning' is for {purpose}" in answer.json()["fields"]["project_ids"][0]
    assert not Snapshot.objects.exists()


def test_nobody_is_told_to_wait_for_what_never_counts(rosa, amina):
    project = make_ranking_project(purpose=SCREENING)
    make_ranking(make_task(project), amina, [1, 2, 3, 4], submitted_at=timezone.now())

    problems = asked(rosa, "preview/").json()["problems"]

    assert problems == ["No sealed ranking by a training labeler fits."]


def test_a_demonstration_of_an_excluded_prompt_is_not_frozen(ada, rosa, amina):
    out, kept = (make_task(make_demonstration_project()) for _ in range(2))
    for task in (out, kept):
        make_demonstration(task, amina)
    exclude_prompt(out.project, out.prompt, rosa)

    stored = freeze_over_http(ada, kind="sft")

    assert stored["counts"]["demonstrations"] == 1
    link = Snapshot.objects.get().demonstration_links.get()
    assert link.demonstration.prompt_id == kept.prompt_id


def test_a_policy_learns_from_no_prompt_that_is_excluded_wherever_it_is_asked(ada, rosa):
    first, second = make_ranking_project(), make_ranking_project()
    out, kept = (make_task(first, make_prompt(split="train")) for _ in range(2))
    for prompt in (out.prompt, kept.prompt):
        make_task(second, prompt)
    exclude_prompt(first, out.prompt, rosa)

    assert learned(ada, project_ids=[first.pk]) == 1
    assert learned(ada, project_ids=[second.pk]) == 2
    assert learned(ada) == 2
    assert learned(ada, prompt_ids=[out.prompt_id, kept.prompt_id]) == 2

    exclude_prompt(second, out.prompt, rosa)

    assert learned(ada) == 1
    assert learned(ada, prompt_ids=[out.prompt_id, kept.prompt_id]) == 1


def learned(by, **query: object) -> int:
    answer = asked(by, "preview/", kind="ppo", **query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["counts"]["prompts"]
