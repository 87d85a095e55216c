"""What a labeler does at the desk, by keyboard, and how to ask the page about it."""

import re
from collections.abc import Sequence

from playwright.sync_api import Page, Request, Route, expect

from labeling.models import Completion, Prompt, RankedCompletion, Ranking, User
from tests.cast import make_completions, make_prompt, make_ranking_project, make_task
from tests.labeling.work import read_instructions

FOUR_TEXTS = ("Paris.", "The capital of France is Paris, on the Seine.", "Lyon?", "France. " * 40)
SUBMISSION = "**/api/rankings/"


def ranking_task(
    *labelers: User,
    texts: Sequence[str] = FOUR_TEXTS,
    prompt: str = "What is the capital of France?",
    num_tasks: int = 1,
    **fields: object,
):
    """A project with tasks of these completions, its instructions read by the labelers."""
    project = make_ranking_project(k=len(texts), **fields)
    for number in range(num_tasks):
        asked = make_prompt(prompt if num_tasks == 1 else f"{prompt} Version {number}.")
        make_task(project, asked, make_completions(asked, texts=texts))
    read_instructions(project, *labelers)
    return project


def board(page: Page):
    return page.get_by_role("region", name="Order")


def expect_ready(page: Page) -> None:
    """The task is drawn, and this tab is the one that works on it."""
    expect(board(page)).to_be_visible()
    page.locator("main:not([data-locked])").wait_for()


def open_task(page: Page, project) -> None:
    page.goto(f"/label/{project.pk}")
    expect_ready(page)


def rate(page: Page, *ratings: int) -> None:
    """No flag, then a rating, which turns to the next completion."""
    for rating in ratings:
        page.keyboard.press("0")
        page.keyboard.press(str(rating))


def submit(page: Page) -> None:
    """Send the answer; the order that only the ratings made is confirmed by the same keys."""
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")


def expect_saved(page: Page) -> None:
    expect(page.get_by_text(re.compile(r"^(All saved|Saved)"))).to_be_visible()


def expect_empty_queue(page: Page) -> None:
    expect(page.get_by_role("heading", name="Nothing for you now")).to_be_visible()


def stored(labeler: User) -> list[tuple[str, int, int | None]]:
    """Text, rank and rating of everything this labeler has in the database, by text."""
    rows = RankedCompletion.objects.filter(ranking__labeler=labeler)
    return sorted(rows.values_list("completion__text", "rank", "rating"))


def counts() -> dict[str, int]:
    return {
        "rankings": Ranking.objects.count(),
        "ranked completions": RankedCompletion.objects.count(),
        "prompts": Prompt.objects.count(),
        "completions": Completion.objects.count(),
    }


def answer_gets_lost(page: Page, pattern: str, times: int = 1) -> list[Request]:
    """Let the server do its work and lose its answer on the way back; the requests that came."""
    seen: list[Request] = []

    def handle(route: Route) -> None:
        seen.append(route.request)
        if len(seen) <= times:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(pattern, handle)
    return seen
