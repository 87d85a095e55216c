"""axe-core in the page, given as text: the site's own policy lets no foreign script in."""

from functools import cache
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = Path("frontend/node_modules/axe-core/axe.min.js")
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(
    (node) => `${id}: ${help}: ${node.target.join(" ")} ${node.any.map((one) => one.message)}`));
}"""


@cache
def axe_source() -> str:
    return (settings.BASE_DIR / AXE).read_text()


def violations(page: Page) -> list[str]:
    """Every rule that the page breaks, one line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    return page.evaluate(RUN)
