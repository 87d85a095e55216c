"""R30: nothing that reaches a labeler tells what wrote a completion."""

import json

import pytest
from rest_framework.test import APIClient

from labeling.models import Completion, Project
from tests.cast import (
    client_of,
    make_completions,
    make_prompt,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.labeling.work import ranking_body, read_instructions

pytestmark = pytest.mark.django_db

SECRETS = {
    "source name": "policy-zebra-7b",
    "run id": "1b6f0f3a-9e9d-4f3e-9a53-0a4a51d3c6a7",
    "source key": "run-of-tuesday:17",
    "finish reason": "length",
}


def make_telling_task(project: Project, source_name: str = SECRETS["source name"]) -> None:
    """A task whose completions carry every trace that a sampling job leaves."""
    prompt = make_prompt()
    completions = make_completions(prompt, 4, source=make_source(source_name))
    for n, completion in enumerate(completions):
        Completion.objects.filter(pk=completion.pk).update(
            source_key=f"{SECRETS['source key']}{prompt.pk}-{n}",
            sampling={"temperature": 0.7, "run": SECRETS["run id"]},
            seed=777_000_777 + n,
            token_count=99_001 + n,
            finish_reason="length",
        )
    make_task(project, prompt, completions)


def road_of_a_labeler(browser: APIClient, project: Project) -> list:
    """Every answer that a labeler gets from first look to history."""
    answers = [
        browser.get("/api/labeling/projects/"),
        browser.get(f"/api/labeling/projects/{project.pk}/"),
        browser.post("/api/assignments/next/", {"project": project.pk}, format="json"),
    ]
    shown = answers[-1].json()["assignment"]
    path = f"/api/assignments/{shown['id']}/"
    draft = {"items": {}, "seconds_active": 1, "phase": "rate"}
    body = ranking_body(shown)
    answers += [
        browser.get(path),
        browser.put(f"{path}draft/", {"version": 0, "body": draft}, format="json"),
        browser.put(f"{path}draft/", {"version": 9, "body": draft}, format="json"),
        browser.post("/api/rankings/", {**body, "items": body["items"][1:]}, format="json"),
        browser.post("/api/rankings/", body, format="json"),
        browser.post("/api/rankings/", body, format="json"),
        browser.post(f"{path}take-back/"),
        browser.post(f"{path}skip/", {"reason": "broken"}, format="json"),
        browser.post(f"{path}undo-skip/"),
        browser.get("/api/assignments/history/"),
    ]
    return answers


@pytest.fixture
def project(amina) -> Project:
    project = make_ranking_project()
    make_telling_task(project)
    read_instructions(project, amina)
    return project


def test_no_answer_to_a_labeler_names_what_wrote_a_completion(project, amina):
    answers = road_of_a_labeler(client_of(amina), project)

    assert [answer.status_code for answer in answers] == [
        200, 200, 200, 200, 200, 412, 422, 201, 200, 200, 204, 200, 200,
    ]  # fmt: skip
    told = "\n".join(f"{answer.content.decode()}\n{answer.headers}" for answer in answers)
    for what, secret in SECRETS.items():
        assert secret not in told, what
    for number in ("777000777", "99001"):
        assert number not in told
    for key in ("source", "sampling", "seed", "token_count", "model", "completion_id"):
        assert f'"{key}":' not in told


def test_no_number_of_a_completion_is_shown(project, amina):
    """Numbers are given in the order of storing, and sources are stored one after the other."""
    answers = road_of_a_labeler(client_of(amina), project)

    pages = [answer.json() for answer in answers if answer.content]
    shown = [
        page["completions"] for page in [*pages, pages[2]["assignment"]] if "completions" in page
    ]
    assert len(shown) == 4
    assert all(set(row) == {"handle", "letter", "text"} for page in shown for row in page)


def shape_of(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape_of(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shape_of(member) for member in value]
    return type(value).__name__


def test_every_source_looks_the_same(amina):
    """The same keys and the same types, whatever wrote the completions."""
    shapes = []
    for source_name in ("policy-zebra-7b", "human", "baseline"):
        project = make_ranking_project()
        make_telling_task(project, source_name)
        read_instructions(project, amina)
        answer = client_of(amina).post(
            "/api/assignments/next/", {"project": project.pk}, format="json"
        )
        shapes.append(json.dumps(shape_of(answer.json()), sort_keys=True))

    assert len(set(shapes)) == 1


def test_no_answer_to_a_labeler_can_be_told_by_a_cache(project, amina):
    for answer in road_of_a_labeler(client_of(amina), project):
        assert answer.headers["Cache-Control"] == "no-store"
        assert not {"ETag", "Last-Modified", "Expires"} & set(answer.headers)


def test_a_handle_is_worth_nothing_in_another_assignment(amina, otto):
    """The same completion has another handle for another labeler."""
    project = make_ranking_project(overlap=2)
    make_telling_task(project)
    read_instructions(project, amina, otto)

    def handles(user) -> set[str]:
        body = {"project": project.pk}
        answer = client_of(user).post("/api/assignments/next/", body, format="json")
        return {row["handle"] for row in answer.json()["assignment"]["completions"]}

    assert handles(amina) & handles(otto) == set()
