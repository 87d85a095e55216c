"""The main promise: a person ranks in a browser, and a reward model learns from it."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from labeling.models import RankedCompletion, Ranking, User
from tests.browser.desk import expect_ready
from tests.cast import (
    Cast,
    client_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from training.ml.embedded_models import make_tiny
from training.services.model_versions import Origin, register_base_model

RUN_TIMEOUT_MS = 180_000
# A worker may still be starting.
BACKGROUND_TIMEOUT_MS = 60_000
TEXTS = [
    "Paris.",
    "The capital of France is Paris, on the Seine.",
    "I am not sure, perhaps Lyon?",
    "France is a country in Europe. " * 12,
]


@pytest.fixture
def tiny_model(tmp_path):
    make_tiny(tmp_path / "tiny", seed=1)
    return register_base_model(
        path=tmp_path / "tiny", name="tiny", origin=Origin(licence="none", source="a test")
    )


@pytest.fixture
def project(cast: Cast):
    """Four prompts, two held out; Otto has ranked three, the last waits for the newcomer."""
    project = make_ranking_project(k=4)
    for number, split in enumerate(("train", "validation", "validation", "train")):
        prompt = make_prompt(f"What is the capital of France? Version {number}.", split=split)
        task = make_task(project, prompt, make_completions(prompt, texts=TEXTS))
        if number < 3:
            make_ranking(task, cast.otto, [2, 1, 3, 3])
    return project


def accept_invitation(page: Page) -> None:
    page.get_by_label("Your name").fill("Noor")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Label", exact=True)).to_be_visible()


def rank_by_keyboard(page: Page) -> None:
    """Rate all four by keyboard, then tie the third-best with the second-best."""
    page.get_by_role("link", name=re.compile("^Start")).click()
    page.get_by_role("button", name=re.compile("I have read version 1")).click()
    expect_ready(page)
    for rating in ("6", "7", "3", "2"):
        page.keyboard.press("0")
        page.keyboard.press(rating)
    page.keyboard.press("Tab")
    # C was rated 3 and stands third; the labeler finds it as good as A, which stands second.
    page.keyboard.press("c")
    page.keyboard.press("2")


def submit(page: Page) -> None:
    keep = page.get_by_role("button", name="Keep on purpose")
    page.keyboard.press("Control+Enter")
    if keep.is_visible():
        keep.click()
        page.keyboard.press("Control+Enter")


def test_an_invited_person_ranks_by_keyboard_and_an_admin_trains_on_it(
    cast: Cast, project, tiny_model, workers, open_site, live_server
) -> None:
    """Invitation, ranking, reload, snapshot, run, model version, and back to the ranking."""
    invited = client_of(cast.ada).post(
        "/api/invitations/",
        {"email": "noor@example.org", "role": "labeler", "pool": "training"},
        format="json",
    )
    labeler = open_site(invited.json()["path"])
    accept_invitation(labeler)
    rank_by_keyboard(labeler)
    submit(labeler)
    noor = User.objects.get(email="noor@example.org")
    expect(labeler.get_by_role("heading", name="Nothing for you now")).to_be_visible()
    ranking = Ranking.objects.get(labeler=noor)
    ratings = RankedCompletion.objects.filter(ranking=ranking).values_list("rating", "rank")
    # Rated 6, 7, 3 and 2; the one rated 3 was moved up beside the one rated 6.
    assert sorted(ratings) == [(2, 3), (3, 2), (6, 2), (7, 1)]

    labeler.goto("/history")
    labeler.reload()
    expect(labeler.get_by_text("What is the capital of France? Version 3.")).to_be_visible()

    admin = open_site("/data/new?kind=rm", person=cast.ada)
    admin.get_by_label("Name").fill("First rankings")
    admin.get_by_role("button", name="Freeze").click()
    frozen = admin.get_by_role("heading", name="First rankings")
    expect(frozen).to_be_visible(timeout=BACKGROUND_TIMEOUT_MS)

    admin.get_by_role("link", name="Train on it").click()
    admin.get_by_role("textbox", name="batch_size").fill("1")
    admin.get_by_role("textbox", name="max_completion_tokens").fill("64")
    admin.get_by_role("button", name=re.compile("Request|Start")).click()
    expect(admin.get_by_text("Succeeded").first).to_be_visible(timeout=RUN_TIMEOUT_MS)

    admin.goto("/models")
    admin.get_by_role("link", name=re.compile("reward", re.IGNORECASE)).first.click()
    admin.get_by_text("4 rankings", exact=True).click()
    link = admin.locator(f'a[href="/rankings/{ranking.pk}"]')
    expect(link).to_be_visible()
    link.click()
    expect(admin.get_by_text("Noor").first).to_be_visible()


def test_the_same_road_over_the_api(cast: Cast, project, tiny_model, workers, live_server) -> None:
    """What the browser did, as a script would."""
    ada, amina = client_of(cast.ada), client_of(cast.amina)

    def post(client, path, body):
        answer = client.post(f"/api/{path}", body, format="json")
        assert answer.status_code in {200, 201, 202, 204}, (path, answer.content)
        return json.loads(answer.content) if answer.content else None

    post(amina, f"labeling/projects/{project.pk}/acknowledge/", {"version": 1})
    assignment = post(amina, "assignments/next/", {"project": project.pk})["assignment"]
    items = [
        {
            "handle": shown["handle"],
            "rank": place,
            "rating": 8 - place,
            "flags": dict.fromkeys(assignment["questions"], False),
            "note": "",
        }
        for place, shown in enumerate(assignment["completions"], start=1)
    ]
    ranked = post(
        amina,
        "rankings/",
        {
            "assignment": assignment["id"],
            "client_key": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
            "items": items,
            "seconds_active": 3.0,
            "order_source": "unseeded",
        },
    )
    asked = post(ada, "snapshots/", {"name": "over the API", "kind": "rm"})
    freezing = wait_for(ada, f"freezings/{asked['id']}/", {"done", "failed"})
    run = post(
        ada,
        "runs/",
        {
            "stage": "reward_model",
            "inputs": {"base_model": str(tiny_model.pk), "rankings": freezing["snapshot_id"]},
            "hyperparameters": {"batch_size": 1, "max_completion_tokens": 64},
        },
    )
    ended = wait_for(ada, f"runs/{run['id']}/", {"succeeded", "failed", "cancelled"})
    assert ended["state"] == "succeeded", ended

    model = ended["output_model_version"]["id"]
    lineage = ada.get(f"/api/model-versions/{model}/").json()["lineage"]
    assert ranked["id"] in lineage["labels"]["ranking_ids"]
    touched = ada.get(f"/api/lineage/rankings/{ranked['id']}/").json()
    assert [one["id"] for one in touched["model_versions"]] == [model]


def wait_for(client, path: str, states: set[str]) -> dict:
    from tests.training.processes import wait_until

    def found() -> dict:
        return client.get(f"/api/{path}").json()

    wait_until(lambda: found()["state"] in states, seconds=180)
    return found()
