"""From an invitation with a screening to the first task of an accepted labeler."""

import re

from playwright.sync_api import Page, expect

from labeling.models import Candidacy, Demonstration, Ranking, SensitivityAnswer, User
from labeling.services.projects import NewInstructions
from labeling.services.screening_setup import NewPart, NewScreening, open_screening
from labeling.services.tasks import TaskRequest
from tests.browser.desk import expect_ready, ranking_task
from tests.cast import Cast, client_of, make_completions, make_prompt

TEXTS = ("The shop opens at nine.", "Nobody should trust that family.")


def make_screening(ada: User):
    prompts = [make_prompt(f"Screening prompt {number}.") for number in range(2)]
    for prompt in prompts:
        make_completions(prompt, 4)
    request = TaskRequest(num_prompts=1, prompt_ids=tuple(prompt.pk for prompt in prompts))
    instructions = NewInstructions(title="How to judge", body="Read all.")
    return open_screening(
        new=NewScreening(
            name="Spring",
            texts=TEXTS,
            ranking=NewPart(instructions, request, k=4),
            demonstration=NewPart(instructions, request),
        ),
        created_by=ada,
    )


def pass_the_parts(page: Page) -> None:
    page.goto("/screening/texts")
    expect(page.get_by_text(TEXTS[0])).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text(TEXTS[1])).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_text("All 2 texts are answered")).to_be_visible()
    # The page says so before the last answer is stored.
    page.wait_for_load_state("networkidle")

    page.goto("/screening")
    page.get_by_role("link", name=re.compile("^(Start|Go on)")).first.click()
    page.get_by_role("button", name=re.compile("I have read version 1")).click()
    expect_ready(page)
    for rating in "6732":
        page.keyboard.press("0")
        page.keyboard.press(rating)
    page.keyboard.press("Tab")
    # Nothing is placed for a candidate: the order is theirs alone.
    for letter, tier in zip("badc", "1234", strict=True):
        page.keyboard.press(letter)
        page.keyboard.press(tier)
    page.keyboard.press("Control+Enter")
    expect(
        page.get_by_role("heading", name=re.compile("Nothing for you now|Your screening"))
    ).to_be_visible()

    page.goto("/screening")
    page.get_by_role("link", name=re.compile("^(Start|Go on)")).last.click()
    page.get_by_role("button", name=re.compile("I have read version 1")).click()
    answer = page.get_by_role("textbox", name=re.compile("answer", re.IGNORECASE)).first
    answer.fill("A careful answer of my own.")
    page.keyboard.press("Control+Enter")
    expect(
        page.get_by_role("heading", name=re.compile("Nothing for you now|Your screening"))
    ).to_be_visible()


def test_a_candidate_is_screened_decided_about_and_works(cast: Cast, open_site) -> None:
    """Invitation, four parts, hand-in, a person's decision, and only then the first project."""
    screening = make_screening(cast.ada)
    project = ranking_task()
    invited = client_of(cast.ada).post(
        "/api/invitations/",
        {
            "email": "cara@example.org",
            "role": "labeler",
            "pool": "training",
            "screening": screening.pk,
        },
        format="json",
    )
    page = open_site(invited.json()["path"])
    page.get_by_label("Your name").fill("Cara")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Your screening")).to_be_visible()
    pass_the_parts(page)

    page.goto("/screening")
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Your screening is handed in")).to_be_visible()
    cara = User.objects.get(email="cara@example.org")
    assert SensitivityAnswer.objects.filter(account=cara).count() == 2
    assert Ranking.objects.filter(labeler=cara).count() == 1
    assert Demonstration.objects.filter(labeler=cara).count() == 1

    decider = open_site(f"/candidates/{cara.candidacy.pk}", person=cast.rosa)
    decider.get_by_role("radio", name="Accept", exact=True).check()
    decider.get_by_label("Reason").fill("Careful and kind.")
    decider.get_by_role("button", name="Save the decision").click()
    expect(decider.get_by_text("Cara").first).to_be_visible()
    assert Candidacy.objects.get(labeler=cara).state == "accepted"

    page.goto("/label")
    expect(page.get_by_text(project.name)).to_be_visible()
