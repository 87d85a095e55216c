"""A demonstration is written, returned with words, written anew and accepted."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from labeling.models import Assignment, Demonstration, DemonstrationReview
from tests.cast import Cast, make_demonstration_project, make_prompt, make_task
from tests.labeling.work import read_instructions


def ten_minutes_later() -> None:
    """Nobody waits in a test until an answer can no longer be taken back."""
    earlier = timezone.now() - timedelta(hours=1)
    Demonstration.objects.filter(superseded_at=None).update(submitted_at=earlier)
    Assignment.objects.filter(state="submitted").update(submitted_at=earlier)


def test_a_returned_demonstration_is_written_anew_and_accepted(cast: Cast, open_site) -> None:
    project = make_demonstration_project(name="Write for review", requires_review=True)
    make_task(project, make_prompt("Why is the sky blue?"))
    read_instructions(project, cast.amina)

    writer = open_site(f"/label/{project.pk}", person=cast.amina)
    answer = writer.get_by_role("textbox", name=re.compile("answer", re.IGNORECASE)).first
    answer.fill("Because it is.")
    writer.keyboard.press("Control+Enter")
    expect(writer.get_by_role("heading", name="Nothing for you now")).to_be_visible()
    ten_minutes_later()

    reviewer = open_site("/reviews", person=cast.rosa)
    expect(reviewer.get_by_text("Because it is.").first).to_be_visible()
    assert reviewer.get_by_text("Amina").count() == 0
    reviewer.get_by_role("textbox", name="Comment for the writer").fill("Say why: the light.")
    reviewer.get_by_role("button", name="Return to the writer").click()
    expect(reviewer.get_by_text("It was written by Amina.")).to_be_visible()

    writer.goto("/returns")
    writer.get_by_role("button", name="Open").click()
    expect(writer.get_by_text("Say why: the light.")).to_be_visible()
    writer.get_by_role("link", name="Go on with it").click()
    expect(answer).to_have_value("Because it is.")
    answer.fill("Air scatters blue light more than red, so it reaches us from everywhere.")
    writer.keyboard.press("Control+Enter")
    expect(writer.get_by_role("heading", name="Nothing for you now")).to_be_visible()
    ten_minutes_later()

    reviewer.goto("/reviews")
    expect(reviewer.get_by_text("This answer was returned with these words")).to_be_visible()
    reviewer.get_by_role("group", name="Grade").get_by_role("button", name="6").click()
    reviewer.get_by_role("button", name="Accept", exact=True).click()
    expect(reviewer.get_by_text("Accepted.")).to_be_visible()

    outcomes = DemonstrationReview.objects.order_by("pk").values_list("outcome", "grade")
    assert list(outcomes) == [("returned", None), ("accepted", 6)]
    assert Demonstration.objects.count() == 2
    assert Demonstration.objects.filter(superseded_at=None).get().text.startswith("Air scatters")
