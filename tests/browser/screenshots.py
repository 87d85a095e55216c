"""The pictures of the guides for all who use the site: `./concord screenshots` takes them.

They show the demo's own content on a server of their own, so they stay true: a page that changed
changes its picture, and a page that is gone fails here. Names on the command line take only those.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.serving import launch, prepare, served

prepare()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from labeling.models import Assignment, Draft, Project, RankingQuestion, User  # noqa: E402
from labeling.services import demo, demo_work  # noqa: E402
from labeling.services.agreement_store import refresh_agreement  # noqa: E402
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path  # noqa: E402
from tests.browser.research_scene import (  # noqa: E402
    RESEARCH_PROJECT,
    ask_about_the_most_contested,
    seed_research,
)
from tests.browser.run_scene import scenes, seed_runs, settle  # noqa: E402
from tests.labeling.work import read_instructions  # noqa: E402
from training.models import Run, Snapshot  # noqa: E402

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DESKTOP = {"width": 1440, "height": 860}
TALL = {"width": 1440, "height": 1200}
PHONE = {"width": 390, "height": 760}
# The head of a page: what it is and what state that is in.
LOW = {"width": 1180, "height": 480}
SHOWN_PROMPT = "Write a short thank-you note to a neighbor"
RATINGS = ("5", "3", "6", "2", "4")


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page, and what they did there before."""

    name: str
    person: str | None
    path: str
    act: Callable[[Page], None] = field(default=lambda _page: None)
    viewport: dict[str, int] = field(default_factory=lambda: DESKTOP)
    scheme: str = "light"
    # What has to be put right in the database just before.
    before: Callable[[], None] = field(default=lambda: None)


def rate_all(page: Page) -> None:
    for rating in RATINGS:
        page.keyboard.press("0")
        page.keyboard.press(rating)


def rate_two(page: Page) -> None:
    for rating in RATINGS[:2]:
        page.keyboard.press("0")
        page.keyboard.press(rating)
    page.keyboard.press("e")


def order(page: Page) -> None:
    rate_all(page)
    page.keyboard.press("Tab")
    page.keyboard.press("b")
    page.keyboard.press("2")


def contradict(page: Page) -> None:
    rate_all(page)
    page.keyboard.press("Tab")
    page.keyboard.press("d")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")


def compare(page: Page) -> None:
    page.keyboard.press("y")
    page.keyboard.press("a")
    page.keyboard.press("c")


def pressing(*keys: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return act


def writing(page: Page) -> None:
    page.locator("textarea").first.fill(
        "Dear Sam,\n\nThank you for looking after my plants for two weeks. **The tomatoes made "
        "it through the heat**, and they taste better than ever.\n\n- come over on Sunday\n- "
        "bring an empty bowl\n"
    )


def to_ratings(page: Page) -> None:
    page.get_by_role("heading", name="Head to head").evaluate("it => it.scrollIntoView()")


def to_tables(page: Page) -> None:
    page.get_by_role("heading", name="In the paper's tables").evaluate("it => it.scrollIntoView()")


def to_orders(page: Page) -> None:
    page.get_by_role("heading", name="Orders side by side").evaluate("it => it.scrollIntoView()")


def open_figures(page: Page) -> None:
    page.get_by_text("Figures and files").first.click()


def choose_csv(page: Page) -> None:
    content = (
        "prompt,answer_a,answer_b,winner,judge\n"
        "Name a sea.,The North Sea.,A boat.,a,lea\n"
        "Name a lake.,A pond in a park.,Lake Como.,b,max\n"
    )
    page.get_by_label("File of judgments").set_input_files(
        {"name": "votes-of-march.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


def to_part(title: str) -> Callable[[Page], None]:
    """The part of a page with this title, below the bar that stays in sight."""

    def act(page: Page) -> None:
        page.get_by_role("heading", name=title, exact=True).evaluate(
            "it => window.scrollTo(0, it.getBoundingClientRect().top + window.scrollY - 70)"
        )

    return act


def shots_of_runs(runs: dict[str, Run], ada: User) -> list[Shot]:
    found = [
        Shot(
            f"run-{scene.name}",
            "ada",
            f"/runs/{runs[scene.name].pk}",
            viewport=LOW,
            before=partial(settle, runs, scene),
        )
        for scene in scenes(f"person:{ada.pk}")
    ]
    done = f"/runs/{runs['succeeded'].pk}"
    return [
        *found,
        Shot("run-samples", "rosa", done, to_part("Samples")),
        Shot("run-lineage", "rosa", done, to_part("Lineage"), viewport=LOW),
    ]


def contested_path(project_id: int) -> str:
    """The prompt of the first question to labelers."""
    asked = RankingQuestion.objects.earliest("pk").ranking.task
    return f"/agreement/contested/{project_id}/{asked.prompt_id}"


def shots(projects: dict[str, int]) -> list[Shot]:
    ranking = f"/label/{projects[demo.RANKING_PROJECT]}"
    answer = f"/label/{projects[demo.DEMONSTRATION_PROJECT]}"
    warned = f"/label/{projects[demo_work.WARNED_PROJECT]}"
    studied = projects[RESEARCH_PROJECT]
    frozen = Snapshot.objects.get(name="Spring rankings").pk
    return [
        Shot("sign-in", None, "/sign-in"),
        Shot("projects", "amina", "/label"),
        Shot("instructions", "otto", answer),
        Shot("content-warning", "amina", warned),
        Shot("rating", "amina", ranking, rate_two),
        Shot("ordering", "amina", ranking, order),
        Shot("contradiction", "amina", ranking, contradict),
        Shot("compare", "amina", ranking, compare),
        Shot("keys", "amina", ranking, pressing("?")),
        Shot("skip", "amina", ranking, pressing("Shift+X")),
        Shot("ask", "amina", ranking, pressing("Shift+N")),
        Shot("rating-dark", "amina", ranking, rate_two, scheme="dark"),
        Shot("rating-phone", "amina", ranking, viewport=PHONE),
        Shot("writing", "amina", answer, writing),
        Shot("returns", "amina", "/returns"),
        Shot("drafts", "amina", "/drafts"),
        Shot("write-prompts", "amina", "/write-prompts"),
        Shot("questions", "amina", "/questions"),
        Shot("own-answers", "amina", "/history"),
        Shot("screening", "cara", "/screening"),
        Shot("screening-texts", "cara", "/screening/texts"),
        Shot("researcher-projects", "rosa", "/projects"),
        Shot("project", "rosa", f"/projects/{projects[demo.RANKING_PROJECT]}"),
        Shot("prompts", "rosa", "/prompts"),
        Shot("reviews", "rosa", "/reviews"),
        Shot("screenings", "rosa", "/screenings"),
        Shot("labelers", "rosa", f"/labelers?project={studied}"),
        Shot("agreement", "rosa", f"/agreement?project={studied}"),
        Shot("contested-prompt", "rosa", contested_path(studied), to_orders),
        Shot("ratings", "rosa", f"/agreement/ratings?project={studied}", viewport=TALL),
        Shot("evaluations", "rosa", "/evaluations"),
        Shot("people", "ada", "/people"),
        Shot("win-rates", "rosa", f"/win-rates?project={studied}", viewport=TALL),
        Shot("win-rates-more", "rosa", f"/win-rates?project={studied}", to_ratings, viewport=TALL),
        Shot("bias", "rosa", f"/bias?project={studied}", viewport=TALL),
        Shot("data-tables", "rosa", f"/data/{frozen}?table=table_9", to_tables),
        Shot("costs", "rosa", f"/data/costs?project={studied}&rate=24"),
        Shot("import-judgments", "rosa", "/data/import", choose_csv),
        Shot("chart-behind", "rosa", f"/bias?project={studied}", open_figures),
    ]


def seed() -> tuple[dict[str, User], dict[str, Run]]:
    people = {person.display_name.casefold(): person for person in demo.ensure_cast()}
    demo.seed_prompts()
    demo.seed_completions()
    demo.seed_demonstrations()
    list(demo.seed_projects(created_by=people["ada"]))
    list(demo_work.seed_work(people=people))
    refresh_agreement()
    # The same task in every picture and every time.
    shown_first = Assignment.objects.filter(task__prompt__text__startswith=SHOWN_PROMPT)
    shown_first.update(serve_key=-1)
    seed_research(people)
    runs = seed_runs(people)
    refresh_agreement()
    ask_about_the_most_contested(people)
    for project in Project.objects.filter(purpose=Project.Purpose.TRAINING):
        read_instructions(project, people["amina"])
    return people | {"cara": demo_work.candidates()[0]}, runs


@contextmanager
def opened(browser: Browser, address: str, person: User | None, shot: Shot) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address,
        viewport=shot.viewport,
        color_scheme=shot.scheme,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if person:
        _, secret = make_sign_in_link(person)
        page.goto(sign_in_path(secret))
        page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    context.close()


def clear_desk() -> None:
    """Every picture of the board begins with an untouched task."""
    # The page that was closed last saves on its way out.
    time.sleep(0.5)
    Draft.objects.filter(assignment__project__name=demo.RANKING_PROJECT).delete()


def take(page: Page, shot: Shot) -> None:
    answer = page.goto(shot.path)
    assert answer is not None
    assert answer.ok, (shot.name, answer.status)
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("There is no page at this address").count() == 0, shot.name
    page.locator("[data-locked]").wait_for(state="detached")
    shot.act(page)
    page.wait_for_load_state("networkidle")
    # A toast, a saved mark: what follows the last key is part of the picture.
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{shot.name}.png", animations="disabled", caret="hide")


def refuse_unknown(wanted: list[str], known: list[str]) -> None:
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(
            f"No picture is called {', '.join(unknown)}. There are {', '.join(sorted(known))}."
        )


def main(wanted: list[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        people, runs = seed()
        projects = dict(Project.objects.values_list("name", "pk"))
        known = [*shots(projects), *shots_of_runs(runs, people["ada"])]
        refuse_unknown(wanted, [shot.name for shot in known])
        browser = launch(playwright)
        for shot in known:
            if wanted and shot.name not in wanted:
                continue
            clear_desk()
            shot.before()
            person = people[shot.person] if shot.person else None
            with opened(browser, address, person, shot) as page:
                take(page, shot)
                print(shot.name, flush=True)  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
