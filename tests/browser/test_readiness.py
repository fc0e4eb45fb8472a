"""The page of the readiness on a phone and a screen, light and dark, in both languages (D27)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.messaging.readiness import look_and_keep
from tests.browser.accessible import faults
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("D26", "D27")


@pytest.fixture(params=["light", "dark"])
def walker(
    request: pytest.FixtureRequest, chromium: Browser, width: dict[str, int]
) -> Iterator[Page]:
    context = chromium.new_context(viewport=width, color_scheme=request.param)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def keep(page: Page, name: str) -> None:
    """A picture where KITART_KEEP_PICTURES names a folder for it."""
    if folder := os.environ.get("KITART_KEEP_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_from_the_board_to_the_hours_of_one_queue(desk: Any, walker: Page) -> None:
    look_and_keep(desk.inst)
    desk.sign_in(walker, "ERT-5")
    walker.get_by_role("link", name="Readiness").click()
    expect(walker.get_by_role("heading", name="Serious: 18")).to_be_visible()
    assert faults(walker) == []
    assert walker.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for summary in walker.locator("summary").all():
        summary.click()
    expect(walker.get_by_text("AG-031 is the reserve of 3 queues")).to_be_visible()
    assert faults(walker) == []
    walker.get_by_label("What is out?").select_option("client:CL-3")
    walker.get_by_role("button", name="Show the hours").click()
    expect(walker.get_by_role("heading", name="The weakest hours: CL-3")).to_be_visible()
    walker.get_by_role("link", name="CHARLIE/hu").click()
    expect(walker.get_by_role("heading", name="CHARLIE/hu, day by day: CL-3")).to_be_visible()
    assert walker.locator(".days svg").count() in (30, 31)
    assert faults(walker) == []
    assert walker.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep(walker, "readiness-en")


def test_in_hungarian_nothing_is_left_in_english(desk: Any, walker: Page) -> None:
    look_and_keep(desk.inst)
    desk.sign_in(walker, "AM-2")
    walker.goto(f"{desk.url}/readiness?queue=BRAVO/de")
    for summary in walker.locator("summary").all():
        summary.click()
    expect(walker.get_by_role("heading", name="Felkészültség")).to_be_visible()
    assert english_in(walker) == []
    assert faults(walker) == []
    keep(walker, "readiness-hu")
