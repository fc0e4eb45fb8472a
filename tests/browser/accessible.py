"""What axe-core finds on a page: the rules of WCAG 2.2 at level AA, and good practice.

``axe.min.js`` is axe-core 4.14.1 as published (MPL-2.0; ``axe.LICENSE.txt``), for these tests
alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW_BY = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a.go, select, input, textarea")]
    .filter((e) => e.getClientRects().length && !["hidden", "checkbox", "radio"].includes(e.type))
    .filter((e) => e.getBoundingClientRect().height < 40)
    .map((e) => e.outerHTML.slice(0, 80))"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page for people who can't see, point or read small; none if good."""
    # Without its style sheet a page that was just opened is another one.
    page.wait_for_load_state("load")
    page.evaluate(_axe())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false})", TAGS
    )
    told = [
        f"{each['id']}: {each['help']}: {node['html'][:120]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
    if (wide := page.evaluate(NARROW_BY)) > 0:
        told.append(f"the page is {wide} px wider than the screen")
    return told + [f"small: {each}" for each in page.evaluate(SMALL_TARGETS)]


@lru_cache(maxsize=1)
def _axe() -> str:
    return (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
