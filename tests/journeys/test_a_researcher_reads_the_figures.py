"""A researcher's day: judgments come in, are read, settled, compared, frozen, exported, loaded.

The two files have the shapes in which WMT and PandaLM were published; their few rows are made up
so that the figures can be worked out by hand.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from labeling.models import Adjudication, Project, PromptAgreement
from tests.cast import Cast

# The background looks for imports and exports every five seconds, once it has started.
BACKGROUND_TIMEOUT_MS = 180_000
SYSTEMS = ("jhu", "online-A", "online-B", "rbmt", "uedin")
MODELS = ("bloom-7b", "llama-7b", "opt-7b")


def wmt_ranking(segment: int, labeler: str, *, is_reversed: bool) -> dict[str, Any]:
    ranks = (5, 4, 3, 2, 1) if is_reversed else (1, 2, 3, 4, 5)
    return {
        "task_id": f"tur-eng/{segment}",
        "ranking_id": f"tur-eng/{segment}/{labeler}",
        "lang_pair": "tur-eng",
        "segment": segment,
        "labeler": labeler,
        "duration_s": 40.5,
        "items": [
            {"systems": [name], "rank": rank} for name, rank in zip(SYSTEMS, ranks, strict=True)
        ],
    }


def duel(number: int) -> dict[str, Any]:
    """The first of two models wins; the third annotator dissents on every fifth item."""
    first, second = MODELS[number % 3], MODELS[(number + 1) % 3]
    answers = (1, 2, 0) if number == 0 else (1, 1, 2 if number % 5 == 0 else 1)
    return {
        "idx": number,
        "motivation_app": f"App {number}",
        "cmp_key": f"{first}_{second}",
        "instruction": f"Task {number}: shorten the sentence.",
        "input": f"The ferry number {number} leaves when the tide allows it, and not before.",
        "response1": f"Ferry {number} leaves with the tide.",
        "response2": f"There is a ferry {number}.",
        **{f"annotator{place}": answer for place, answer in enumerate(answers, start=1)},
    }


@pytest.fixture
def wmt_file(tmp_path) -> Path:
    """Two people rank five systems on twenty segments: alike on sixteen, reversed on four."""
    rows = [
        wmt_ranking(segment, labeler, is_reversed=labeler == "mo" and segment < 4)
        for segment in range(20)
        for labeler in ("jo", "mo")
    ]
    path = tmp_path / "wmt16.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


@pytest.fixture
def pandalm_file(tmp_path) -> Path:
    path = tmp_path / "pandalm.json"
    path.write_text(json.dumps([duel(number) for number in range(30)]))
    return path


def import_file(page: Page, path: Path, *, format_name: str, is_study: bool) -> Project:
    """Uploaded, stored in the background, and the way on to its figures shown."""
    page.goto("/data/import")
    page.get_by_label("File of judgments").set_input_files(path)
    page.get_by_label("Format").select_option(format_name)
    expect(page.get_by_label("Data set")).to_have_value(path.stem)
    page.get_by_label("For the figures only").set_checked(is_study)
    page.get_by_label("Only try it").uncheck()
    page.get_by_role("button", name="Import for good").click()
    figures = page.get_by_role("link", name="Win rates", exact=True)
    expect(figures).to_be_visible(timeout=BACKGROUND_TIMEOUT_MS)
    project = Project.objects.get(name=f"Imported: {path.stem}")
    wait_for_figures(page, project)
    return project


def wait_for_figures(page: Page, project: Project) -> None:
    """They are worked out in the background, moments after the import."""
    for _ in range(BACKGROUND_TIMEOUT_MS // 250):
        if PromptAgreement.objects.filter(project=project).exists():
            return
        page.wait_for_timeout(250)
    pytest.fail("The agreement was never worked out.")


def saved(page: Page, button: str) -> Download:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value


def read_agreement(page: Page, project: Project) -> None:
    """160 of the 200 comparisons agree, whatever the page is drawn with."""
    page.goto(f"/agreement?project={project.pk}")
    tile = page.get_by_role("article", name="Pairwise agreement, ties dropped")
    expect(tile).to_contain_text("80.0%")
    expect(tile).to_contain_text("95% interval")
    expect(tile).to_contain_text("200 comparisons")
    expect(tile).to_contain_text("on 20 prompts")


def settle_the_most_contested(page: Page, project: Project) -> None:
    """It stands first: one for each side, and a tie. A person decides, and it becomes gold."""
    page.goto(f"/agreement/contested?project={project.pk}")
    table = page.get_by_role("table", name="Contested prompts")
    first = table.get_by_role("link").first
    expect(first).to_contain_text("Task 0: shorten the sentence.")
    first.click()

    orders = page.get_by_role("region", name="Orders side by side").get_by_role("article")
    expect(orders).to_have_count(3)
    page.get_by_role("button", name="Reveal who wrote what").click()
    expect(orders.first).to_contain_text("bloom-7b")
    page.get_by_label("Rank of A").select_option("1")
    page.get_by_label("Rank of B").select_option("2")
    page.get_by_label("Why this order").fill("B says nothing about when it leaves.")
    page.get_by_label("Gold: measure labelers against it").check()
    page.get_by_role("button", name="Settle it so").click()
    expect(page.get_by_text(re.compile("Settled by Ada.*as gold"))).to_be_visible()
    assert Adjudication.objects.get().is_gold


def compare_two_models(page: Page, project: Project) -> None:
    """Strengths with intervals, files that say what they are, and the rows behind one rate."""
    page.goto(f"/win-rates?project={project.pk}")
    strengths = page.get_by_role("group", name="Strength")
    expect(strengths.get_by_role("img", name=re.compile("95% interval")).first).to_be_visible()
    page.get_by_label("Figures and files of Strength").click()
    svg = Path(saved(page, "Download Strength as SVG").path()).read_text()
    assert "<desc>Bradley and Terry" in svg
    csv = Path(saved(page, "Download Strength as CSV").path()).read_text()
    assert csv.startswith("# Strength")
    png = Path(saved(page, "Download Strength as PNG").path()).read_bytes()
    assert png.startswith(b"\x89PNG")
    # Ten duels: one is worth a half, one two thirds, eight are won outright.
    row = page.get_by_role("table", name="Head to head").get_by_role("row", name=MODELS[0])
    rate = row.get_by_role("link", name=re.compile(r"^91\.7% \(\d+ to \d+, n 10\)"))
    rate.click()
    behind = page.get_by_role("table", name=re.compile(f"{MODELS[0]} over "))
    expect(behind.get_by_role("row")).to_have_count(1 + 30)
    behind.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/rankings/"))


def freeze_and_export(page: Page, project: Project, folder: Path) -> tuple[Path, Path]:
    """The pairs as lines and as Parquet, downloaded."""
    page.goto(f"/data/new?kind=rm&project={project.pk}")
    page.get_by_role("textbox", name="Name").fill("Votes")
    page.get_by_role("button", name="Freeze", exact=True).click()
    frozen = page.get_by_role("heading", name="Votes", level=1)
    expect(frozen).to_be_visible(timeout=BACKGROUND_TIMEOUT_MS)
    page.get_by_label("Table", exact=True).select_option("table_6")
    expect(page.get_by_role("table", name="Table 6: size")).to_be_visible()
    page.get_by_label("Parquet too").check()
    page.get_by_role("button", name="Export", exact=True).click()
    files = page.get_by_text(re.compile(r"files, asked for by Ada"))
    files.click(timeout=BACKGROUND_TIMEOUT_MS)
    lines, twin = folder / "preference.jsonl", folder / "preference.parquet"
    for target in (lines, twin):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"train/{target.name}").click()
        download.value.save_as(target)
    return lines, twin


def test_from_published_judgments_to_a_loaded_export(
    cast: Cast, open_site, workers, tmp_path, wmt_file, pandalm_file
) -> None:
    """Import, agreement, a contested prompt, two models, and the data out again."""
    page = open_site(person=cast.ada)

    rankings = import_file(page, wmt_file, format_name="wmt", is_study=True)
    votes = import_file(page, pandalm_file, format_name="pandalm", is_study=False)
    read_agreement(page, rankings)
    settle_the_most_contested(page, votes)
    compare_two_models(page, votes)
    lines, twin = freeze_and_export(page, votes, tmp_path)

    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert {"prompt", "chosen", "rejected"} <= set(rows[0])
    assert "margin" not in rows[0]
    # With what `datasets` itself reads both.
    from pyarrow.json import read_json
    from pyarrow.parquet import read_table

    assert read_json(lines).to_pylist() == rows
    assert read_table(twin).to_pylist() == rows
    if find_spec("datasets"):
        import datasets

        folder = str(tmp_path / "kept")
        loaded = datasets.load_dataset("json", data_files=str(lines), cache_dir=folder)
        assert loaded["train"].to_list() == rows
