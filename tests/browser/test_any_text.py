"""Whatever a completion, a prompt or a name consists of: it is shown as it is and runs nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from labeling.models import RankedCompletion
from tests.browser.desk import (
    counts,
    expect_empty_queue,
    open_task,
    ranking_task,
    rate,
    stored,
    submit,
)
from tests.browser.hostile_texts import PAYLOADS
from tests.browsing import sign_in
from tests.cast import Cast

NAMED = {0x202E: "RLO", 0x202C: "PDF", 0x2066: "LRI", 0x2069: "PDI"}
# What the page is made of when nobody is hostile; compared with what it becomes.
ELEMENTS = """() => {
  const count = {};
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    count[name] = (count[name] ?? 0) + 1;
  }
  return count;
}"""
NEVER_ON_A_PAGE = (
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "marquee",
    "template",
    "base",
    "form",
)


def text_of(page: Page, letter: str):
    return page.get_by_role("group", name=f"Completion {letter}, text")


def source_of(page: Page, letter: str) -> str:
    """The raw view's lines, joined as they were; it names invisible characters."""
    blocks = text_of(page, letter).locator("[dir=auto]")
    return "\n".join(blocks.evaluate_all("all => all.map((block) => block.textContent)"))


def show(page: Page, letter: str) -> None:
    page.get_by_role("button", name=re.compile(f"^Completion {letter},")).click()


def test_forty_hostile_texts_stay_text_wherever_they_are_shown(cast: Cast, open_site) -> None:
    """As completions, prompt, note and name: no element, no request, no dialog, no violation."""
    everything = "\n".join(PAYLOADS)
    cast.amina.display_name = PAYLOADS[2]
    cast.amina.save()
    texts = [*("\n".join(PAYLOADS[start::5]) for start in range(5)), everything]
    project = ranking_task(cast.amina, texts=texts, prompt=everything, name=PAYLOADS[0])
    page = open_site()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.context.add_init_script(
        "window.refused = [];"
        "document.addEventListener('securitypolicyviolation',"
        " (event) => window.refused.push(event.blockedURI))"
    )
    sign_in(page, cast.amina)
    expect(page.get_by_role("button", name=PAYLOADS[2])).to_be_visible()
    open_task(page, project)
    for letter in "ABCDEF":
        show(page, letter)
        expect(text_of(page, letter)).to_contain_text("window.broken=")
        assert_nothing_ran(page)
        page.keyboard.press("m")
        assert source_of(page, letter) in {text.translate(NAMED) for text in texts}
        assert_nothing_ran(page)
        page.keyboard.press("m")
    page.keyboard.press("n")
    page.keyboard.insert_text(everything[:1_000])
    page.keyboard.press("Escape")
    show(page, "A")
    rate(page, 7, 6, 5, 4, 3, 2)
    submit(page)
    expect_empty_queue(page)
    page.goto("/history")
    listed = page.locator("main").get_by_text(PAYLOADS[0]).locator("visible=true")
    expect(listed.first).to_be_visible()
    assert_nothing_ran(page)

    own = re.compile(r"http://(localhost|127\.0\.0\.1):\d+/")
    assert [url for url in asked if not own.match(url) and not url.startswith("data:")] == []
    assert sorted(text for text, _, _ in stored(cast.amina)) == sorted(texts)


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.broken") is None
    assert page.evaluate("window.refused") == []
    elements = page.evaluate(ELEMENTS)
    assert [name for name in NEVER_ON_A_PAGE if name in elements] == []
    assert (
        page.locator("[id^=broken-], meta[http-equiv], [onerror], [onload], [ontoggle]").count()
        == 0
    )
    # Its own two scripts and no other.
    assert page.locator("body script, main style, main img, main link").count() == 0


LONG = "A line of a long answer, with a number at its end: {}.\n"
TEXTS = {
    "one hundred thousand characters": "".join(LONG.format(n) for n in range(2_000)),
    "code": "def f(x):\n\treturn {'a': x}[\"a\"]  # <b>not bold</b>\n\n```js\nlet a = `${b}`\n```",
    "a table": "| a | b |\n|---|---|\n| 1 | 2 |\n\na\tb\tc\n1\t2\t3",
    "formulas": r"Then $e^{i\pi} + 1 = 0$ and \[\int_0^1 x\,dx = \tfrac12\].",
    "emoji": "👩🏽‍🚀 flew to 🇩🇪; e\u0301 and \u00e9; \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "right to left": "عاصمة فرنسا هي باريس (Paris)، وهي على نهر السين.",
}


def test_every_kind_of_text_is_shown_whole_and_ranked(cast: Cast, open_site) -> None:
    """Long, code, table, formula, emoji, right to left: what is shown is what is stored."""
    project = ranking_task(cast.amina, texts=list(TEXTS.values()))
    page = open_site(person=cast.amina)
    open_task(page, project)
    shown = []
    for letter in "ABCDEF":
        show(page, letter)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("m")
        shown.append(source_of(page, letter))
        page.keyboard.press("m")
    assert sorted(shown) == sorted(TEXTS.values())

    arabic = "ABCDEF"[shown.index(TEXTS["right to left"])]
    show(page, arabic)
    block = text_of(page, arabic).locator("[dir=auto]").last
    assert block.evaluate("block => getComputedStyle(block).direction") == "rtl"

    show(page, "A")
    rate(page, 7, 6, 5, 4, 3, 2)
    submit(page)
    expect_empty_queue(page)
    assert counts() == {"rankings": 1, "ranked completions": 6, "prompts": 1, "completions": 6}
    ranked = RankedCompletion.objects.order_by("rank").values_list("completion__text", "rating")
    assert list(ranked) == list(zip(shown, (7, 6, 5, 4, 3, 2), strict=True))
