"""The board's strips: each system's last 24 hours, on a phone and in the dark (R43)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.clock import real_now
from kitart.journal import health, observations
from tests.browser.accessible import faults
from tests.browser.conftest import NUMBER, PHONE
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("R43")
WORDS = {
    "ERT-5": ("Systems in the last 24 hours", "does not work",
              "Minutes in which it did not work: 22",
              "Our own line is suspected"),
    "ERT-1": ("Rendszerek az elmúlt 24 órában", "nem működik",
              "Ennyi percig nem működött: 22",
              "Valószínűleg a saját vonalunk hibás"),
}  # fmt: skip


def a_day(desk: Any) -> None:
    """Looks of a day: SharePoint fails for twenty minutes, then can't be told for ten; the phone
    system fails in the last two."""
    now = desk.clock.now()
    with desk.inst.journal.write() as session:
        for minutes in range(1436, 0, -1):
            at = now - timedelta(minutes=minutes)
            state = "up"
            if 300 < minutes <= 322:
                state = "down"
            elif 290 < minutes <= 300:
                state = "unknown"
            took = 0.3 + 0.2 * (minutes % 60 == 0) + (2.0 if minutes == 700 else 0)
            observations.add(
                session, "SHAREPOINT", state, health.PROBE, "", now=at,
                latency_s=took if state == "up" else None,
            )  # fmt: skip
            if minutes % 2:
                observations.add(
                    session, "VCC", "up", health.PROBE, "", now=at, latency_s=0.2
                )  # fmt: skip
        health.mark(session, health.WATCH, True, "", now=now, real_now=real_now())


def keep(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("KITART_KEEP_PAGES"):
        page.locator("section", has=page.locator("#health")).screenshot(
            path=str(Path(folder) / f"{name}.png")
        )


@pytest.mark.parametrize("person", list(WORDS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_last_24_hours_are_drawn_and_said(
    desk: Any, chromium: Browser, person: str, scheme: Any
) -> None:
    heading, fails, down, ours = WORDS[person]
    a_day(desk)
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    desk.sign_in(page, person)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    strips = page.locator("figure.strip")
    expect(strips).to_have_count(2)
    expect(strips.first).to_contain_text(fails)
    expect(strips.nth(1)).to_contain_text(down)
    assert strips.nth(1).locator("rect.down").count() == 1
    assert strips.nth(1).locator("rect.unknown").count() == 1
    # What fails stands higher than what works, whoever sees no colours.
    high, low = (
        strips.nth(1).locator(f"rect.{state}").first.bounding_box() for state in ("down", "up")
    )
    assert high is not None
    assert low is not None
    assert high["height"] > 2 * low["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults(page) == []
    keep(page, f"board-{person}-{scheme}")
    # Our own trouble is said above the strips, and the open page hears of it.
    with desk.inst.journal.write() as session:
        health.mark(
            session, health.WATCH, False, "1 of 2 systems answer",
            now=desk.clock.now(), real_now=real_now(),
        )  # fmt: skip
    page.reload()
    expect(page.locator("section", has=page.locator("#health"))).to_contain_text(ours)
    assert faults(page) == []
    if person == "ERT-1":
        assert english_in(page) == []
    context.close()


def test_a_watch_that_stands_still_is_said(desk: Any, chromium: Browser) -> None:
    with desk.inst.journal.write() as session:
        health.mark(
            session, health.WATCH, True, "",
            now=desk.clock.now(), real_now=real_now() - timedelta(minutes=7),
        )  # fmt: skip
    page = chromium.new_page()
    desk.sign_in(page, "ERT-5")
    expect(page.get_by_text("Nobody has looked at the systems for 7 minutes.")).to_be_visible()
    assert NUMBER in page.content()
    page.close()
