"""A finished run's page: every figure drawn, explained by key, and readable by everybody (R47)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.pages import PHONE, SIDEWAYS
from tests.cast import Cast
from tests.training.chains import make_ended_run
from training.ml.metric_glossary import logged_by
from training.models import Artifact, Run, StepMetrics

REPORT = {"validation": {"score_before": -0.1, "score_after": 0.4, "num_prompts": 64}}
# What R47 lists, by the stage that logs it.
LISTED = {
    "ppo": [
        "KL to the reference",
        "Reward",
        "Value error",
        "Clip fraction",
        "Entropy",
        "Pretraining loss",
        "Learning rate",
    ],
    "reward_model": ["Loss", "Accuracy", "Learning rate"],
}


def finished_run(cast: Cast, stage: str) -> Run:
    """Three steps; whatever has a range leaves it upwards in the last one."""
    artifact = Artifact.objects.create(kind=Artifact.Kind.MODEL, sha256="0" * 64, num_bytes=1)
    ended = make_ended_run(by=cast.ada, stage=stage, inputs={}, artifact=artifact, report=REPORT)
    for step in (1, 2, 3):
        values = {
            metric.name: (metric.low or 0.0) if step < 3 else (metric.high or 0.0) + 0.5
            for metric in logged_by(stage)
        }
        StepMetrics.objects.create(
            run=ended.run, step=step, phase="train", values=values, elapsed_seconds=step
        )
    return ended.run


def opened(page: Page, run: Run) -> Page:
    page.goto(f"/runs/{run.pk}")
    page.get_by_role("figure").first.wait_for()
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("stage", sorted(LISTED))
def test_every_figure_of_a_run_is_drawn_under_its_title(cast: Cast, open_site, stage: str) -> None:
    page = opened(open_site(person=cast.rosa), finished_run(cast, stage))

    titles = page.locator("figcaption span:first-child").all_text_contents()
    assert titles == list(dict.fromkeys(m.chart for m in logged_by(stage) if m.chart))
    assert set(LISTED[stage]) <= set(titles)


def test_a_figure_off_its_range_says_so_and_what_to_do_by_key(cast: Cast, open_site) -> None:
    page = opened(open_site(person=cast.rosa), finished_run(cast, "ppo"))
    chart = page.get_by_role("figure", name="Clip fraction")

    expect(chart).to_contain_text("Healthy: 0.01 to 0.3")
    expect(chart).to_contain_text("Clip fraction now 0.8, above it")
    chart.get_by_text("What it means").focus()
    page.keyboard.press("Enter")
    expect(chart.get_by_text("The learning rate or the number of inner epochs")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_breaks_no_rule_of_accessibility_and_fits_a_phone(
    cast: Cast, open_site, scheme: str
) -> None:
    page = opened(
        open_site(person=cast.rosa, viewport=PHONE, has_touch=True, color_scheme=scheme),
        finished_run(cast, "ppo"),
    )
    for summary in page.get_by_text("What it means").all()[:3]:
        summary.click()
    page.get_by_text("What these figures mean").click()

    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) == 0
