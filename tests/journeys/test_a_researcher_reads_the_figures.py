"""A researcher's day: judgments come in, are read, settled, compared, frozen, exported, loaded.

WMT16's rankings and PandaLM's votes as they were published where the files are, else a few made-up
rows of their shapes: see ``published_files``.
"""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from labeling.models import Adjudication, Project
from tests.cast import Cast
from tests.journeys.published_files import Contest, Published, published_files
from training.exporters.rows import FILES

# The background looks for imports and exports every five seconds, once it has started.
BACKGROUND_TIMEOUT_MS = 180_000
ROWS_AT_FIRST = 50
SPLITS = ("train", "validation")
CARD = "README.md"
LINES = tuple(f"{split}/{base}.jsonl" for split in SPLITS for base in FILES["rm"])
TWIN = "train/preference.parquet"
Loaded = dict[str, dict[str, list[dict[str, Any]]]]
# In a process of its own, since what keeps it off the network is read as it is imported.
LOAD = """
import json, sys
from datasets import load_dataset
folder, twin, cache = sys.argv[1:]
def loaded(*what, **how):
    found = load_dataset(*what, cache_dir=cache, **how)
    return {split: rows.to_list() for split, rows in found.items()}
found = {base: loaded(folder, base) for base in ("preference", "ranking")}
json.dump({**found, "twin": loaded("parquet", data_files=twin)}, sys.stdout)
"""


def import_file(
    page: Page, path: Path, *, format_name: str, is_study: bool, lang_pair: str = ""
) -> Project:
    """Uploaded, stored in the background, and the way on to its figures shown."""
    page.goto("/data/import")
    page.get_by_label("File of judgments").set_input_files(path)
    page.get_by_label("Format").select_option(format_name)
    name = page.get_by_label("Data set")
    expect(name).to_have_value(re.compile(r"^[a-z0-9-]+$"))
    dataset = name.input_value()
    if lang_pair:
        page.get_by_label("Lang pair").fill(lang_pair)
    page.get_by_label("For the figures only").set_checked(is_study)
    page.get_by_label("Only try it").uncheck()
    page.get_by_role("button", name="Import for good").click()
    figures = page.get_by_role("link", name="Win rates", exact=True)
    expect(figures).to_be_visible(timeout=BACKGROUND_TIMEOUT_MS)
    return Project.objects.get(name=f"Imported: {dataset}")


def wait_for_text(page: Page, place: Locator, text: str) -> None:
    """Figures are worked out in the background, moments after the import."""
    for _ in range(BACKGROUND_TIMEOUT_MS // 500):
        expect(page.get_by_role("heading", name="Agreement", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        if place.count() and text in place.inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    pytest.fail(f"The page never said {text!r}.")


def saved(page: Page, button: str) -> Download:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value


def read_agreement(page: Page, project: Project, files: Published) -> None:
    """Both figures with interval and n, and they are those of the file."""
    page.goto(f"/agreement?project={project.pk}")
    for name, (value, num_comparisons, num_prompts) in files.agreement.items():
        tile = page.get_by_role("article", name=name)
        wait_for_text(page, tile, f"{num_comparisons} comparisons")
        expect(tile).to_contain_text(f"{value:.1%}")
        expect(tile).to_contain_text("95% interval")
        expect(tile).to_contain_text(f"on {num_prompts} prompts")


def read_kappas(page: Page, project: Project, files: Published) -> None:
    """Of every two annotators, on the page and, to the digit that was printed, in its file."""
    page.goto(f"/agreement?project={project.pk}")
    table = page.get_by_role("table", name="Cohen's kappa of every two labelers")
    wait_for_text(page, table, str(files.num_votes))
    for row, kappa in zip(table.get_by_role("row").all()[1:], files.kappas, strict=True):
        expect(row).to_contain_text(f"{kappa:.3f}")
        expect(row).to_contain_text(str(files.num_votes))
    text = Path(saved(page, "Download Cohen's kappa of every two labelers as CSV").path())
    lines = [line for line in text.read_text().splitlines() if not line.startswith("#")]
    in_file = [round(float(row["Kappa"]), 4) for row in csv.DictReader(lines)]
    assert in_file == [round(kappa, 4) for kappa in files.kappas]


def settle_the_most_contested(page: Page, project: Project, files: Published) -> None:
    """It stands first. A person decides, and it becomes gold."""
    text, num_orders, num_completions = files.contested
    page.goto(f"/agreement/contested?project={project.pk}")
    table = page.get_by_role("table", name="Contested prompts")
    first = table.get_by_role("link").first
    expect(first).to_contain_text(text)
    first.click()

    orders = page.get_by_role("region", name="Orders side by side").get_by_role("article")
    expect(orders).to_have_count(num_orders)
    page.get_by_role("button", name="Reveal who wrote what").click()
    expect(orders.first).to_contain_text(re.compile("-(7b|6.7B|6.9b)"))
    ranks = page.get_by_label(re.compile("^Rank of "))
    expect(ranks).to_have_count(num_completions)
    for place, rank in enumerate(ranks.all(), start=1):
        rank.select_option(str(place))
    page.get_by_label("Why this order").fill("The first says all that was asked, and no more.")
    page.get_by_label("Gold: measure labelers against it").check()
    page.get_by_role("button", name="Settle it so").click()
    expect(page.get_by_text(re.compile("Settled by Ada.*as gold"))).to_be_visible()
    assert Adjudication.objects.get().is_gold


def compare_two_models(page: Page, project: Project, contest: Contest) -> None:
    """Strengths with intervals, files that say what they are, and the rows behind one rate."""
    page.goto(f"/win-rates?project={project.pk}")
    strengths = page.get_by_role("group", name="Strength")
    expect(strengths.get_by_role("img", name=re.compile("95% interval")).first).to_be_visible()
    page.get_by_label("Figures and files of Strength").click()
    svg = Path(saved(page, "Download Strength as SVG").path()).read_text()
    assert "<desc>Bradley and Terry" in svg
    table = Path(saved(page, "Download Strength as CSV").path()).read_text()
    assert table.startswith("# Strength")
    png = Path(saved(page, "Download Strength as PNG").path()).read_bytes()
    assert png.startswith(b"\x89PNG")
    heads = page.get_by_role("table", name="Head to head")
    row = heads.get_by_role("row", name=re.compile(rf"\b{contest.model}\b"))
    share = re.escape(f"{contest.share:.1%}")
    said = re.compile(rf"^{share} \(\d+ to \d+, n {contest.num_tasks}\)")
    row.get_by_role("link", name=said).click()
    behind = page.get_by_role("table", name=re.compile(f"{contest.model} over .*{contest.other}"))
    shown = min(contest.num_rankings, ROWS_AT_FIRST)
    expect(behind.get_by_role("row")).to_have_count(1 + shown)
    behind.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/rankings/"))


def freeze_and_export(page: Page, project: Project, folder: Path) -> None:
    """The pairs as lines and as Parquet with their card, downloaded into the folder."""
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
    for name in (CARD, *LINES, TWIN):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        download.value.save_as(folder / name)


def loaded_in_datasets(folder: Path, cache: Path) -> Loaded:
    """What `load_dataset` makes of the folder by its card alone, and of the twin; offline."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), str(folder / TWIN), str(cache)],
        env={**os.environ, **offline, "HF_HOME": str(cache)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    found: Loaded = json.loads(done.stdout)
    return found


def rows_of(folder: Path, base: str) -> dict[str, list[dict[str, Any]]]:
    return {
        split: [json.loads(line) for line in lines.splitlines()]
        for split in SPLITS
        for lines in [(folder / split / f"{base}.jsonl").read_text()]
    }


def test_from_published_judgments_to_a_loaded_export(
    cast: Cast, open_site, workers, tmp_path
) -> None:
    """Import, agreement, a contested prompt, two models, and the data out again (R42, R46, R49)."""
    files = published_files(tmp_path)
    page = open_site(person=cast.ada)

    rankings = import_file(
        page, files.rankings, format_name="wmt", is_study=True, lang_pair=files.lang_pair
    )
    votes = import_file(page, files.votes, format_name="pandalm", is_study=False)
    read_agreement(page, rankings, files)
    read_kappas(page, votes, files)
    settle_the_most_contested(page, votes, files)
    compare_two_models(page, votes, files.contest)
    folder = tmp_path / "exported"
    freeze_and_export(page, votes, folder)
    loaded = loaded_in_datasets(folder, tmp_path / "cache")

    pairs, tasks = rows_of(folder, "preference"), rows_of(folder, "ranking")
    assert loaded == {"preference": pairs, "ranking": tasks, "twin": {"train": pairs["train"]}}
    # Every vote for one of two is a pair, and a tie is none.
    assert len(pairs["train"]) + len(pairs["validation"]) == files.num_pairs
    assert len(tasks["train"]) + len(tasks["validation"]) == files.num_trained
    assert {"prompt", "chosen", "rejected"} <= set(pairs["train"][0])
    assert "margin" not in pairs["train"][0]
