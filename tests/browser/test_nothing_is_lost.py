"""Whatever happens to page, network or lease: every answer arrives once and no work is lost."""

import re

from playwright.sync_api import expect

from labeling.models import Assignment, Draft, Ranking
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path
from tests.browser.desk import (
    SUBMISSION,
    answer_gets_lost,
    board,
    counts,
    expect_empty_queue,
    expect_ready,
    expect_saved,
    open_task,
    ranking_task,
    rate,
    stored,
    submit,
)
from tests.cast import Cast
from tests.labeling.work import let_lease_run_out, lose


def test_a_reload_in_the_middle_brings_everything_back(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    open_task(page, project)
    rate(page, 6, 7)
    expect_saved(page)

    page.reload()
    expect_ready(page)
    expect(page.get_by_role("button", name="Completion A, judged", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Completion B, judged", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Completion C, not judged yet")).to_be_visible()
    page.get_by_role("button", name="Completion C, not judged yet").click()
    rate(page, 2, 1)
    submit(page)

    expect_empty_queue(page)
    assert sorted(rating for _, _, rating in stored(cast.amina)) == [1, 2, 6, 7]
    assert counts()["rankings"] == 1


def test_a_tab_closed_without_network_brings_everything_back(cast: Cast, open_site) -> None:
    """The server never heard of it: the copy in this browser is enough, and arrives later."""
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    open_task(page, project)
    page.context.set_offline(True)
    rate(page, 6)
    page.close()
    assert Draft.objects.count() == 0

    page.context.set_offline(False)
    later = page.context.new_page()
    open_task(later, project)
    expect(later.get_by_role("button", name="Completion A, judged", exact=True)).to_be_visible()
    expect_saved(later)
    assert ratings_in(Draft.objects.get()) == [6]


def test_an_answer_whose_receipt_was_lost_is_stored_once(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    requests = answer_gets_lost(page, SUBMISSION)
    open_task(page, project)
    rate(page, 6, 7, 2, 1)
    submit(page)

    expect_empty_queue(page)
    assert len(requests) == 2
    first, again = (request.post_data_json for request in requests)
    assert first["client_key"] == again["client_key"]
    assert counts() == {"rankings": 1, "ranked completions": 4, "prompts": 1, "completions": 4}


def test_two_clicks_on_submit_are_one_answer(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina, num_tasks=2)
    page = open_site(person=cast.amina)
    open_task(page, project)
    rate(page, 6, 7, 2, 1)
    page.keyboard.press("Tab")
    page.keyboard.press("a")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Submit").dblclick()
    keep = page.get_by_role("button", name="Keep on purpose")
    if keep.is_visible():
        keep.click()
        page.get_by_role("button", name="Submit").dblclick()

    # The second task is on the desk, untouched.
    expect(page.get_by_role("button", name="Completion A, not judged yet")).to_be_visible()
    assert counts()["rankings"] == 1
    assert Assignment.objects.filter(state=Assignment.State.SUBMITTED).count() == 1


def test_an_answer_after_the_lease_ran_out_is_kept_as_surplus(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina, overlap=1)
    page = open_site(person=cast.amina)
    open_task(page, project)
    rate(page, 6, 7, 2)
    expect_saved(page)
    lose(Assignment.objects.get(labeler=cast.amina), to=cast.otto)
    rate(page, 1)
    submit(page)

    expect_empty_queue(page)
    ranking = Ranking.objects.get()
    assert (ranking.labeler, ranking.is_surplus) == (cast.amina, True)
    assert sorted(rating for _, _, rating in stored(cast.amina)) == [1, 2, 6, 7]


def test_a_lease_that_ran_out_and_that_nobody_took_goes_on(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    open_task(page, project)
    rate(page, 6, 7)
    expect_saved(page)
    let_lease_run_out(Assignment.objects.get(labeler=cast.amina))
    rate(page, 2, 1)
    submit(page)

    expect_empty_queue(page)
    assert Ranking.objects.get().is_surplus is False


def test_the_back_button_leaves_the_task_and_loses_nothing(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    page.goto("/label")
    open_task(page, project)
    rate(page, 6, 7)
    page.go_back()
    expect(page.get_by_role("heading", name="Label", exact=True)).to_be_visible()

    page.go_forward()
    expect(board(page)).to_be_visible()
    expect(page.get_by_role("button", name="Completion B, judged", exact=True)).to_be_visible()
    assert counts()["rankings"] == 0
    assert Assignment.objects.filter(labeler=cast.amina).count() == 1


def test_a_session_that_ends_during_a_draft_loses_nothing(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    page = open_site(person=cast.amina)
    open_task(page, project)
    rate(page, 6)
    expect_saved(page)
    page.context.clear_cookies(name="sessionid")
    rate(page, 7)
    expect(page).to_have_url(re.compile("/sign-in$"))

    # The new link may be opened in the very tab that asks for it.
    _, secret = make_sign_in_link(cast.amina)
    page.goto(sign_in_path(secret))
    page.wait_for_url("**/label")
    open_task(page, project)
    expect(page.get_by_role("button", name="Completion B, judged", exact=True)).to_be_visible()
    page.get_by_role("button", name="Completion C, not judged yet").click()
    rate(page, 2, 1)
    submit(page)
    expect_empty_queue(page)
    assert sorted(rating for _, _, rating in stored(cast.amina)) == [1, 2, 6, 7]


def test_a_second_tab_only_looks_until_it_is_asked_to_work(cast: Cast, open_site) -> None:
    project = ranking_task(cast.amina)
    first = open_site(person=cast.amina)
    open_task(first, project)
    rate(first, 6)
    expect_saved(first)
    second = first.context.new_page()
    second.goto(f"/label/{project.pk}")
    expect(board(second)).to_be_visible()
    rate(second, 3)
    expect(second.get_by_text("You are working on this task in another tab.")).to_be_visible()
    assert ratings_in(Draft.objects.get()) == [6]

    second.get_by_role("button", name="Work here instead").click()
    expect(first.get_by_text("You are working on this task in another tab.")).to_be_visible()
    expect(second.get_by_role("button", name="Completion A, judged", exact=True)).to_be_visible()


def test_two_machines_never_overwrite_each_other(cast: Cast, open_site) -> None:
    """The second machine's version and the first one's are both kept until the person chooses."""
    project = ranking_task(cast.amina)
    first = open_site(person=cast.amina)
    open_task(first, project)
    second = open_site(person=cast.amina)
    open_task(second, project)
    rate(first, 6)
    expect_saved(first)
    rate(second, 3)

    expect(second.get_by_role("dialog", name="There are two drafts of this task")).to_be_visible()
    assert ratings_in(Draft.objects.get()) == [6]
    second.get_by_role("button", name=re.compile("^Go on with this window")).click()
    expect_saved(second)
    assert ratings_in(Draft.objects.get()) == [3]


def ratings_in(draft: Draft) -> list[int]:
    return [item["rating"] for item in draft.body["items"].values() if item["rating"]]
