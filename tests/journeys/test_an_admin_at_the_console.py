"""An admin's day: launch, watch, pause, resume, compare, promote, and read who decided what."""

import re

import pytest
from playwright.sync_api import Page, expect

from labeling.models import AuditEntry
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
from training.models import ModelVersion, Promotion
from training.services.model_versions import Origin, register_base_model
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_rankings

RUN_TIMEOUT_MS = 180_000
TEXTS = ["Paris.", "The capital is Paris, on the Seine.", "Perhaps Lyon?", "In Europe. " * 12]
# Longer than anybody waits for the buttons below.
MANY_EPOCHS = "100"


@pytest.fixture
def tiny_model(db, tmp_path):
    make_tiny(tmp_path / "tiny", seed=1)
    return register_base_model(
        path=tmp_path / "tiny", name="tiny", origin=Origin(licence="none", source="a test")
    )


@pytest.fixture
def rankings(cast: Cast):
    project = make_ranking_project(k=4)
    for number in range(24):
        # None is held out, so that a promotion has nothing to stand on but its reason.
        prompt = make_prompt(f"What is the capital of France? Version {number}.", split="train")
        task = make_task(project, prompt, make_completions(prompt, texts=TEXTS))
        make_ranking(task, cast.otto, [2, 1, 3, 4])
    return freeze_rankings(by=cast.ada, name="Week 12", query=SnapshotQuery())


def launch(admin: Page, name: str, changes: dict[str, str]) -> None:
    admin.goto("/runs/new?stage=reward_model")
    admin.get_by_role("textbox", name="Name (optional)").fill(name)
    for field, value in changes.items():
        admin.get_by_role("textbox", name=field, exact=True).fill(value)
        expect(admin.get_by_role("group", name=f"{field}, changed")).to_be_visible()
    admin.get_by_role("button", name="Request the run").click()
    expect(admin.get_by_role("heading", name=name)).to_be_visible()


def promote_without_evaluation(admin: Page) -> None:
    """On no grounds but a reason, which the audit trail keeps (R87)."""
    version = ModelVersion.objects.get(kind="reward_model")
    admin.goto(f"/models/{version.pk}")
    admin.get_by_role("button", name="Promote").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("radio", name="Current").check()
    promote = dialog.get_by_role("button", name="Promote")
    expect(promote).to_be_disabled()
    dialog.get_by_label("Reason for going without").fill("The first one we have.")
    promote.click()
    expect(dialog).to_be_hidden()
    words = "Without an evaluation: The first one we have."
    expect(admin.get_by_role("listitem").filter(has_text=words)).to_be_visible()
    promotion = Promotion.objects.get()
    assert (promotion.stage, promotion.evidence) == ("current", None)


def test_an_admin_launches_watches_pauses_compares_and_promotes(
    cast: Cast, rankings, tiny_model, workers, open_site, live_server
) -> None:
    admin = open_site("/runs", person=cast.ada)

    # A short one first: its page follows it to its end.
    launch(admin, "One epoch", {"batch_size": "1"})
    expect(admin.get_by_text("Done", exact=True).first).to_be_visible(timeout=RUN_TIMEOUT_MS)
    expect(admin.get_by_role("img", name=re.compile("Accuracy")).first).to_be_visible()

    # The estimate of the next one stands on it.
    admin.goto("/runs/new?stage=reward_model")
    expect(admin.get_by_role("group", name="Estimate")).to_contain_text("From 1 finished run")

    # A long one, with one value changed more, that is paused and goes on.
    launch(admin, "Many epochs", {"batch_size": "1", "epochs": MANY_EPOCHS})
    watched = admin.url
    progress = admin.get_by_role("progressbar", name="Progress of Many epochs")
    expect(progress).to_have_attribute(
        "aria-valuetext", re.compile(r"^Step \d"), timeout=RUN_TIMEOUT_MS
    )
    admin.get_by_role("button", name="Pause").click(timeout=RUN_TIMEOUT_MS)
    expect(admin.get_by_text("Paused", exact=True).first).to_be_visible(timeout=RUN_TIMEOUT_MS)
    admin.get_by_role("button", name="Resume").click()
    expect(admin.get_by_text("Running", exact=True).first).to_be_visible(timeout=RUN_TIMEOUT_MS)
    expect(admin.get_by_role("table", name="Attempts")).to_contain_text("Attempt 2")

    # Beside each other: only what differs, with the changed value marked.
    admin.goto("/runs?stage=reward_model&search=epoch")
    for name in ("One epoch", "Many epochs"):
        box = admin.get_by_role("checkbox", name=f"Compare {name}")
        # A box is ticked once the address says so, which a busy machine may do a moment later.
        box.click()
        expect(box).to_be_checked()
    admin.get_by_role("link", name="Compare", exact=True).click()
    differing = admin.get_by_role("table", name="Hyperparameters").get_by_role("row")
    expect(differing).to_have_count(2)
    expect(differing.nth(1)).to_contain_text("epochs")
    expect(admin.locator("mark").filter(has_text=MANY_EPOCHS)).to_be_visible()

    admin.goto(watched)
    admin.get_by_role("button", name="Cancel run").click()
    admin.get_by_role("button", name="Cancel the run").click()
    expect(admin.get_by_text("Cancelled", exact=True).first).to_be_visible(timeout=RUN_TIMEOUT_MS)

    promote_without_evaluation(admin)

    admin.get_by_role("link", name="Audit trail").click()
    row = admin.get_by_role("row").filter(has_text="Promote model version")
    expect(row).to_contain_text("The first one we have.")
    expect(row).to_contain_text("Ada")
    assert AuditEntry.objects.get(action="promote_model_version").actor == cast.ada
    assert client_of(cast.ada).get("/api/runs/?state=cancelled").json()["results"]
