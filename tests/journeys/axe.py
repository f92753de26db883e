"""What axe finds on a page, and what spills over its side."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

OPTIONS = {
    # What mail looks like in its own frame is not the page's, and that frame answers to nobody.
    "iframes": False,
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # What is sound would be described at length, and nobody reads it.
    "resultTypes": ["violations"],
}
# Each document gets the means to load axe; its half a megabyte goes to the browser once a page.
AT_HAND = f"window.loadAxe = () => {{{AXE_SCRIPT}}}"
RUN = """
async (options) => {
  if (!window.axe) window.loadAxe();
  const { violations } = await window.axe.run(options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}
"""


def faults_of(page: Page) -> list[str]:
    """What axe finds, and what spills over the side."""
    if not page.evaluate("Boolean(window.loadAxe)"):
        page.add_init_script(AT_HAND)
        page.evaluate(AT_HAND)
    found: list[str] = page.evaluate(RUN, OPTIONS)
    spill = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, f"spills by {spill} px"] if spill > 0 else found
