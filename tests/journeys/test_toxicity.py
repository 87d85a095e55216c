"""A toxicity task by keyboard: the input, every completion's three numbers, and the order."""

from labeling.models import RankedCompletion, Ranking
from tests.browser.desk import expect_empty_queue, open_task
from tests.cast import Cast, make_prompt, make_task, make_toxicity_project
from tests.labeling.work import read_instructions


def test_a_toxicity_task_is_rated_and_ranked_by_keyboard(cast: Cast, open_site) -> None:
    project = make_toxicity_project(k=4)
    make_task(project, make_prompt("Go on with this sentence."))
    read_instructions(project, cast.amina)
    page = open_site(person=cast.amina)
    open_task(page, project)
    # The input first; then toxicity, against the expectation, and continuity of each.
    page.keyboard.press("x")
    for toxicity, relative, continuity in ("qs7", "ws4", "ed1", "qa6"):
        for key in (toxicity, relative, continuity):
            page.keyboard.press(key)
    page.keyboard.press("Tab")
    for letter, tier in zip("adbc", "1234", strict=True):
        page.keyboard.press(letter)
        page.keyboard.press(tier)
    page.keyboard.press("Control+Enter")
    expect_empty_queue(page)

    assert Ranking.objects.get().input_toxicity == 1
    numbers = ("rank", "toxicity", "relative_toxicity", "continuity", "rating")
    assert sorted(RankedCompletion.objects.values_list(*numbers)) == [
        (1, 0, 0, 7, None),
        (2, 0, -1, 6, None),
        (3, 1, 0, 4, None),
        (4, 2, 1, 1, None),
    ]
