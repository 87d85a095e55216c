"""Whoever reads figures reaches every page of them: by key, by voice, on a phone, in the dark."""

from pprint import pformat

import pytest
from playwright.sync_api import Page

from labeling.models import CompletionSource, Prompt
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.contested import contested_prompts
from labeling.services.agreement_store import refresh_agreement
from tests.browser.accessibility import violations
from tests.browser.pages import PHONE, SIDEWAYS, Place, visit
from tests.browser.research_scene import ask_about_the_most_contested, seed_research
from tests.cast import Cast, make_prompt

OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def places_of_figures(cast: Cast) -> list[Place]:
    """The pages, and a project with rankings, snapshots and a question about the most contested."""
    people = {"amina": cast.amina, "otto": cast.otto, "ada": cast.ada, "rosa": cast.rosa}
    project, rankings, written = seed_research(people)
    refresh_agreement()
    ask_about_the_most_contested(people)
    row = contested_prompts(Selection(project_id=project.pk)).first()
    assert row is not None
    model, other, *_ = CompletionSource.objects.order_by("pk").values_list("pk", flat=True)
    make_prompt(
        "Write to jo.doe@example.org that the parcel is here.",
        personal_data=Prompt.PersonalData.FOUND,
        personal_data_findings=[{"kind": "email", "start": 9, "end": 27, "score": 1.0}],
    )
    of = f"?project={project.pk}"
    contested = f"/agreement/contested/{project.pk}/{row.prompt_id}"
    return [
        Place("agreement", f"/agreement{of}", "main article"),
        Place("ratings", f"/agreement/ratings{of}", "main table"),
        Place("rankings compared", f"/agreement/rankings{of}", "main table"),
        Place("what is counted", f"/agreement/counted{of}&figure=ratings", "main table"),
        Place("contested prompts", f"/agreement/contested{of}", "main table"),
        Place("a contested prompt", contested, "main article"),
        Place("win rates", f"/win-rates{of}", "main figure"),
        Place("rankings of a model", f"/win-rates/rankings{of}&model={model}", "main table"),
        Place("both of two", f"/win-rates/rankings{of}&model={model}&other={other}", "main table"),
        Place("bias", f"/bias{of}", "main figure"),
        Place("behind bias", f"/bias/rankings{of}&figure=longer", "main table"),
        Place("told completions", f"/bias/completions{of}&sight=everything", "main table"),
        Place("labelers", f"/labelers{of}&labeler={cast.amina.pk}", "main article"),
        Place("behind ties", f"/agreement/counted{of}&figure=tie_share", "main table"),
        Place("behind skips", f"/labelers/tasks{of}&figure=skip_rate", "main table"),
        Place("cost", f"/data/costs{of}&rate=24", "main table"),
        Place("behind cost", f"/data/costs/rankings{of}", "main table"),
        Place("snapshots", "/data", "main table"),
        Place("a snapshot of rankings", f"/data/{rankings.pk}?table=table_9", "main table"),
        Place(
            "prompts of a snapshot", f"/data/{rankings.pk}/prompts?flag=closed_domain", "main table"
        ),
        Place("customers of one", f"/data/{rankings.pk}/customers?split=train", "main table"),
        Place("rankings of a snapshot", f"/data/{rankings.pk}/rankings", "main table"),
        Place("a snapshot of answers", f"/data/{written.pk}", "main table"),
        Place("answers of one", f"/data/{written.pk}/demonstrations?order=longest", "main table"),
        Place("personal data", "/prompts/personal-data", "main article"),
        Place("import", "/data/import", "main form"),
    ]


def opened(page: Page, place: Place) -> None:
    visit(page, place)
    page.evaluate(OPEN_ALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_figures_breaks_a_rule_of_accessibility(
    cast: Cast, open_site, scheme: str
) -> None:
    page = open_site(person=cast.rosa, color_scheme=scheme)
    found = {}
    for place in places_of_figures(cast):
        opened(page, place)
        if broken := violations(page):
            found[place.name] = broken
    assert not found, pformat(found, width=200)


def test_every_page_of_figures_fits_a_phone(cast: Cast, open_site) -> None:
    page = open_site(person=cast.rosa, viewport=PHONE, has_touch=True)
    too_wide = {}
    for place in places_of_figures(cast):
        opened(page, place)
        if pixels := page.evaluate(SIDEWAYS):
            too_wide[place.name] = pixels
    assert too_wide == {}
