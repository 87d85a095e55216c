"""Everybody reaches everything: by key, by voice, by thumb, in the dark, and from right to left."""

import re
from pprint import pformat

import pytest
from playwright.sync_api import Locator, Page, expect

from labeling.catalogue import LABEL_ITEMS
from labeling.models import RankedCompletion
from tests.browser.accessibility import violations
from tests.browser.desk import (
    counts,
    expect_empty_queue,
    expect_ready,
    open_task,
    ranking_task,
    stored,
)
from tests.browser.pages import PHONE, SIDEWAYS, everybody, places, visit
from tests.cast import Cast

LIKERT = next(item.label for item in LABEL_ITEMS if item.kind == "likert")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_a_labeler_breaks_a_rule_of_accessibility(
    cast: Cast, open_site, scheme: str
) -> None:
    found = {}
    for person, their_places in everybody(cast):
        page = open_site(person=person, color_scheme=scheme)
        for place in their_places:
            visit(page, place)
            if broken := violations(page):
                found[place.name] = broken
    assert not found, pformat(found, width=200)


def test_every_page_of_a_labeler_fits_a_phone(cast: Cast, open_site) -> None:
    too_wide = {}
    for person, their_places in everybody(cast):
        page = open_site(person=person, viewport=PHONE, has_touch=True)
        for place in their_places:
            visit(page, place)
            if pixels := page.evaluate(SIDEWAYS):
                too_wide[place.name] = pixels
    assert too_wide == {}


def test_every_page_of_a_labeler_reads_from_right_to_left(cast: Cast, open_site) -> None:
    all_places = places(cast)
    page = open_site("/?language=ar-XB", person=cast.amina)
    wrong = {}
    for place in all_places:
        visit(page, place)
        facts = page.evaluate("() => [document.documentElement.dir, document.documentElement.lang]")
        sideways = page.evaluate(SIDEWAYS)
        if facts != ["rtl", "ar-XB"] or sideways:
            wrong[place.name] = [*facts, sideways]
    assert wrong == {}

    visit(page, next(place for place in all_places if place.name == "ranking"))
    # People's texts keep their own direction inside an interface that is turned round.
    block = page.get_by_text("What is the capital of France?").first
    assert block.evaluate("block => getComputedStyle(block).direction") == "ltr"


def test_a_checkbox_stands_beside_its_label(cast: Cast, open_site) -> None:
    """A built page brings the styles of every part that it shows, wherever the library keeps it."""
    page = open_site("/data/new", person=cast.ada)
    box = page.get_by_role("checkbox", name="Include simulated labelers")
    box.wait_for()

    square = box.bounding_box() or {}
    words = page.get_by_text("Include simulated labelers").bounding_box() or {}

    assert words["x"] >= square["x"] + square["width"]
    assert abs(words["y"] - square["y"]) < square["height"]


def test_a_whole_ranking_by_keyboard_alone(cast: Cast, open_site) -> None:
    """From the list of projects to the stored answer, every stop named by its role."""
    ranking_task(cast.amina, name="Helpful answers")
    page = open_site("/label", person=cast.amina)
    start = page.get_by_role("link", name=re.compile("^Start"))
    expect(start).to_be_visible()
    reach(page, start)
    page.keyboard.press("Enter")
    expect_ready(page)
    expect(page.get_by_role("heading", level=1, name="Helpful answers")).to_be_visible()

    first = page.get_by_role("button", name=re.compile("^Completion A,"))
    # In the work Tab changes the pass; Shift Tab begins the walk through the controls, Esc ends it.
    reach(page, first, key="Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    for rating in ("6", "7", "3", "2"):
        page.keyboard.press("0")
        page.keyboard.press(rating)
    expect(page.get_by_role("button", name="Completion D, judged", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("c")
    page.keyboard.press("Shift+ArrowUp")
    tiers = page.get_by_role("list", name=re.compile("^Order"))
    expect(tiers.get_by_role("listitem")).to_have_count(4)
    keep = page.get_by_role("button", name="Keep on purpose")
    expect(keep).to_be_visible()
    reach(page, keep, key="Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")

    expect_empty_queue(page)
    ranks = RankedCompletion.objects.values_list("rating", "rank")
    # The one rated 3 was put above the one rated 6, on purpose.
    assert sorted(ranks) == [(2, 4), (3, 2), (6, 3), (7, 1)]


def reach(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Press the key until the element has the focus, as somebody without a pointer does."""
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} never reaches {wanted}")


def test_rating_and_tiers_by_thumb_on_a_phone(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina, viewport=PHONE, has_touch=True, is_mobile=True)
    open_task(page, project)
    for letter, rating in zip("ABCD", (6, 7, 3, 2), strict=True):
        page.get_by_role("button", name=re.compile(f"^Completion {letter},")).tap()
        page.get_by_role("button", name=re.compile("No other problems")).tap()
        page.get_by_role("group", name=LIKERT).get_by_role("button").nth(rating - 1).tap()
    page.get_by_role("group", name="Pass").get_by_role("button", name=re.compile("Order")).tap()
    page.get_by_role("button", name=re.compile("^C\\b|^Completion C")).first.tap()
    page.get_by_role("button", name="Put C into tier 2").tap()
    page.get_by_role("button", name=re.compile("^Submit")).tap()

    expect_empty_queue(page)
    assert sorted((rating, rank) for _, rank, rating in stored(cast.amina)) == [
        (2, 3),
        (3, 2),
        (6, 2),
        (7, 1),
    ]
    assert counts()["rankings"] == 1
