"""Forms of calls logged by hand, worked off on a phone: read, entered, counted."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kitart.journal import call_log
from kitart.journal.call_log import Call
from tests.browser.accessible import faults
from tests.browser.conftest import NUMBER
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = [pytest.mark.covers("R46", "D26")]


def log_two(desk: Any, project: str, queue: str) -> None:
    """Number 1 with a callback promised, and number 3: of number 2 no form came."""
    agent = next(a.id for a in desk.plan.agents if a.queue == f"{project}/{queue}")
    now = desk.clock.now()
    with desk.inst.journal.write() as session:
        for number, urgent in ((1, True), (3, False)):
            call_log.take(
                session, f"form-{project}-{number}",
                Call(
                    agent=agent, day="2026-11-24", incident=NUMBER, project=project,
                    language=queue, line="fallback", time_zone="Europe/Budapest",
                    started_at=now - timedelta(hours=1), ended_at=None, urgent=urgent,
                    written_by=agent,
                    fields={"result": "callback" if urgent else "message", "consent": "yes",
                            "callback_number": "+36301112233", "reason": "order", "clean": "yes",
                            "description": "Nem jött meg a csomag", "identified": "none"},
                ),
                wanted=number, now=now,
            )  # fmt: skip


def look(screen: Page, name: str) -> None:
    assert faults(screen) == [], name
    wide = screen.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the screen"
    if folder := os.environ.get("KITART_PICTURES"):
        width = (screen.viewport_size or {})["width"]
        screen.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.fixture
def walker(chromium: Any, width: dict[str, int]) -> Any:
    context = chromium.new_context(viewport=width)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("person", "project", "queue", "to_do", "entered", "recorded"),
    [
        ("SV-2", "BRAVO", "en", "Forms to work off", "It is entered", "Record this count"),
        ("SV-3", "CHARLIE", "hu", "Feldolgozandó űrlapok", "Rögzítve", "Darabszám rögzítése"),
    ],
)
def test_a_supervisor_works_off_the_forms(
    desk: Any, walker: Page, person: str, project: str, queue: str, to_do: str, entered: str,
    recorded: str,
) -> None:  # fmt: skip
    log_two(desk, project, queue)
    desk.sign_in(walker, person)
    walker.goto(f"{desk.url}/log")
    walker.get_by_role("link", name=to_do).click()
    expect(walker.get_by_role("heading", name=to_do, level=1)).to_be_visible()
    look(walker, f"forms-{queue}")
    walker.locator("main ul a").first.click()
    look(walker, f"form-{queue}")
    walker.locator("#ticket").fill("T-77")
    walker.get_by_role("button", name=entered).click()
    expect(walker.locator(".panel.good").last).to_contain_text("T-77")
    look(walker, f"form-entered-{queue}")
    if queue == "hu":
        assert english_in(walker) == []
    walker.get_by_role("link", name=to_do).click()
    walker.locator("#note-1").fill("002: -")
    walker.get_by_role("button", name=recorded).click()
    expect(walker).to_have_url(f"{desk.url}/log/forms?recorded=1")
    expect(walker.get_by_role("status")).to_be_visible()
    look(walker, f"counted-{queue}")
    if queue == "hu":
        assert english_in(walker) == []
