"""Every page behind a link and around signing in, walked with axe-core at both widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kitart.journal import approvals
from tests.browser.accessible import faults

pytestmark = pytest.mark.covers("D26")


@pytest.fixture(params=["light", "dark"])
def walker(
    request: pytest.FixtureRequest, chromium: Browser, width: dict[str, int]
) -> Iterator[Page]:
    context = chromium.new_context(viewport=width, color_scheme=request.param)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def walk(desk: Any, walker: Page) -> Callable[..., None]:
    """Open an address, press a button if one is named, and find nothing wrong before and after."""

    def go(address: str, *buttons: str) -> None:
        walker.goto(address)
        assert faults(walker) == [], address
        for button in buttons:
            walker.locator(f"main form button[value='{button}']").first.click()
            assert faults(walker) == [], (address, button)

    return go


def test_taking_it(desk: Any, walk: Callable[..., None]) -> None:
    walk(desk.ack_link("ERT-1"), "cannot")
    walk(desk.ack_link("ERT-5"), "take")
    walk(desk.ack_link("ERT-2"), "take")
    walk(desk.ack_link("AM-1", "am:AM-1"), "take")


def test_deciding(desk: Any, walk: Callable[..., None]) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-5")
    walk(desk.decide_link(row, "ERT-5"), "false-alarm", "P1")
    walk(desk.decide_link(row, "ERT-1"))
    draft = desk.ask("approve", "AM-1", "ERT-5")
    walk(desk.decide_link(draft, "ERT-5"))
    walk(desk.decide_link(draft, "AM-1"), "approve")
    gone = desk.ask("divert-order", "ERT-5")
    with desk.inst.journal.write() as session:
        approvals.void(session, gone.id, "over")
    walk(desk.decide_link(gone, "ERT-5"))


def test_what_can_not_be_shown(desk: Any, walk: Callable[..., None]) -> None:
    walk(f"{desk.url}/d/x")
    walk(f"{desk.url}/board")
    link = desk.ack_link("ERT-5")
    desk.change(state="closed", closed_at=desk.clock.now())
    walk(link)
    desk.clock.advance(days=3)
    walk(link)


def test_signing_in_and_out(desk: Any, walker: Page, walk: Callable[..., None]) -> None:
    walk(f"{desk.url}/in")
    walker.get_by_role("textbox").fill("NOBODY")
    walker.locator("main form button").click()
    assert faults(walker) == []
    for person in ("ERT-1", "ERT-5"):
        walk(desk.sign_in_link(person))
        walker.locator("main form button").click()
        walker.wait_for_url("**/board")
        assert faults(walker) == []
    walker.locator("header form button").click()
    assert faults(walker) == []
    walk(f"{desk.url}/in/nothing")
    desk.sign_in(walker, "ERT-5")
    walk(f"{desk.url}/incident/INC-9999")
