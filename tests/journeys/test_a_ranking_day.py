"""A day at the desk: twenty tasks of six completions by keyboard, one after the other."""

import sys
import time

from playwright.sync_api import expect

from labeling.models import RankedCompletion, Ranking
from tests.browser.desk import expect_empty_queue, expect_ready, open_task, ranking_task
from tests.cast import Cast

NUM_TASKS = 20
SIX_TEXTS = [
    f"Answer {word}: Paris, as {word} as can be." for word in "one two three four five six".split()
]
# One key says that no completion has a problem; then a rating each, then one is moved up.
EXPERT = ("Shift+0", *"637254", "Tab", "c", "2", "e", "ArrowUp", "Control+Enter")


def test_twenty_rankings_by_keyboard_and_what_they_cost(cast: Cast, open_site, capsys) -> None:
    """Every key is counted, and every task begins by itself when the last one is sent."""
    project = ranking_task(cast.amina, texts=SIX_TEXTS, num_tasks=NUM_TASKS, overlap=1)
    page = open_site(person=cast.amina)
    open_task(page, project)
    seconds = []
    for done in range(1, NUM_TASKS + 1):
        began = time.monotonic()
        expect(page.get_by_role("button", name="Completion A, not judged yet")).to_be_visible()
        expect_ready(page)
        for key in EXPERT:
            page.keyboard.press(key)
        # The next task has taken its place, or there is none.
        page.wait_for_function(
            "number => fetch('/api/assignments/history/').then((answer) => answer.json())"
            ".then((page) => page.results.length >= Math.min(number, 20))",
            arg=done,
        )
        seconds.append(time.monotonic() - began)
    expect_empty_queue(page)

    assert Ranking.objects.filter(labeler=cast.amina).count() == NUM_TASKS
    assert RankedCompletion.objects.count() == 6 * NUM_TASKS
    middle = sorted(seconds)[NUM_TASKS // 2]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(EXPERT)} keys and {middle:.1f} s of machine time per task of six completions\n"
        )
