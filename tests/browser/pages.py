"""Every page a labeler or a reader of figures can come to, with something on it."""

from dataclasses import dataclass

from playwright.sync_api import Page

from labeling.models import Consent, ConsentVersion, User
from tests.browser.desk import ranking_task
from tests.cast import (
    Cast,
    make_demonstration_project,
    make_prompt,
    make_task,
)
from tests.labeling.screening import invite_candidate, open_for_tests
from tests.labeling.work import read_instructions

PHONE = {"width": 390, "height": 844}
# How far a page reaches beyond its window.
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Place:
    """A page by name, where it is, and what stands there once it is drawn."""

    name: str
    path: str
    landmark: str


def visit(page: Page, place: Place) -> None:
    page.goto(place.path)
    page.locator(place.landmark).first.wait_for()
    # Half-drawn pages break no rule.
    page.wait_for_load_state("networkidle")


def everybody(cast: Cast) -> list[tuple[User, list[Place]]]:
    """A labeler at work and a candidate, each with the pages that they come to."""
    return [(cast.amina, places(cast)), (a_candidate(cast), CANDIDATE_PLACES)]


CANDIDATE_PLACES = [
    Place("screening", "/screening", "main h1"),
    Place("texts to flag", "/screening/texts", "main button"),
]


def a_candidate(cast: Cast) -> User:
    """Somebody at the beginning of a screening."""
    return invite_candidate(open_for_tests(cast.rosa))


def places(cast: Cast) -> list[Place]:
    """The labeler's pages, and the rows that give each of them its content."""
    ranking = ranking_task(cast.amina, num_tasks=2)
    unread = make_demonstration_project(name="Not read yet")
    make_task(unread, make_prompt("Write about rivers."))
    writing = make_demonstration_project(name="Write the answer")
    make_task(writing, make_prompt("Write about mountains."))
    read_instructions(writing, cast.amina)
    empty = ranking_task(cast.amina, num_tasks=0)
    consent = ConsentVersion.objects.create(
        version=1, title="What you agree to", body="Your answers train models.", created_by=cast.ada
    )
    Consent.objects.create(consent_version=consent, labeler=cast.amina)
    return [
        Place("projects", "/label", "main h1"),
        Place("ranking", f"/label/{ranking.pk}", "main section section, main > section + section"),
        Place("demonstration", f"/label/{writing.pk}", "textarea"),
        Place("instructions to read", f"/label/{unread.pk}", "main h1"),
        Place("nothing to do", f"/label/{empty.pk}", "main h1, h2"),
        Place("own answers", "/history", "main h1"),
        Place("own drafts", "/drafts", "main h1"),
        Place("returned answers", "/returns", "main h1"),
        Place("questions", "/questions", "main h1"),
        Place("surveys", "/surveys", "main form"),
        Place("prompts to write", "/write-prompts", "main textarea"),
        Place("consent", "/consent", "main h1"),
        Place("no such page", "/nowhere", "main h1"),
    ]
