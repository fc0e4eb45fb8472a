"""Agents who are called out, and those whom the phone system lost: whole stories (E7, E8, E18)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.journal import cover, outage_reports, roll_calls
from kitart.journal.tables import CoverCall, RollCall
from kitart.messaging.roll_call import note_asked
from tests.browser.accessible import faults
from tests.browser.test_answering_in_hungarian import english_in, press, shows
from tests.browser.test_reporting_an_outage import pick

ENGLISH, HUNGARIAN = "AG-032", "AG-016"
AWAY = "AG-017"
QUEUES = {ENGLISH: "BRAVO/de", HUNGARIAN: "CHARLIE/hu"}
NUMBER = "INC-0001"


def call_out(desk: Any, agent: str, rung: str = "native") -> str:
    """Call an agent out; the page's address."""
    now = desk.clock.now()
    with desk.inst.journal.write() as session:
        row = cover.reserve(
            session, NUMBER, agent, QUEUES[agent], rung, now=now, hold=timedelta(minutes=10),
            due_at=now + timedelta(minutes=30),
        )  # fmt: skip
        assert row is not None
        return str(desk.link("cover", str(row.id), agent, days=1))


def roll_call(desk: Any, agent: str) -> str:
    """Ask an agent whether they are safe; the page's address."""
    with desk.inst.journal.write() as session:
        note_asked(session, desk.plan, NUMBER, [agent], now=desk.clock.now())
    return str(desk.link("roll-call", NUMBER, agent, days=1))


def called(desk: Any) -> CoverCall:
    with desk.inst.journal.read() as session:
        (row,) = cover.of_incident(session, NUMBER)
    return row


def asked(desk: Any, agent: str) -> RollCall:
    with desk.inst.journal.read() as session:
        row = roll_calls.newest(session, NUMBER, agent)
    assert row is not None
    return row


@pytest.mark.covers("R20", "E9")
def test_a_backup_says_yes_and_then_that_it_is_impossible_after_all(
    desk: Any, screen: Page
) -> None:
    screen.goto(call_out(desk, ENGLISH))
    shows(screen, "A backup is needed. Can you take the seat?")
    expect(screen.locator("main")).to_contain_text("BRAVO, German")
    press(screen, "Yes, I start by 03:30 CET")
    shows(screen, "Thank you. The seat is yours")
    screen.reload()
    shows(screen, "Thank you. The seat is yours")
    assert called(desk).state == cover.ACCEPTED
    press(screen, "I can't after all")
    shows(screen, "Thank you. Somebody else is asked")
    assert called(desk).state == cover.DECLINED


@pytest.mark.covers("E8", "D26")
def test_a_backup_can_come_later_in_hungarian(desk: Any, screen: Page) -> None:
    screen.goto(call_out(desk, HUNGARIAN))
    shows(screen, "Tartalék operátorra van szükség. El tudja vállalni a helyet?")
    assert english_in(screen) == []
    press(screen, "Később: 60 perc múlva")
    shows(screen, "Köszönjük, rögzítettük, hogy később tud kezdeni")
    assert english_in(screen) == []
    assert called(desk).state == cover.LATER


@pytest.mark.covers("E18", "E17")
def test_who_is_asked_says_not_safe_and_later_safe_again(desk: Any, screen: Page) -> None:
    screen.goto(roll_call(desk, AWAY))
    shows(screen, "Are you safe? Can you work?")
    press(screen, "I am not safe, or need help")
    shows(screen, "Recorded: you are not safe")
    first = screen.locator("main a").first
    expect(first).to_have_text("999")
    assert first.bounding_box()["y"] < 300  # type: ignore[index]
    assert asked(desk, AWAY).answer == roll_calls.HELP
    press(screen, "I am safe, but can't work")
    shows(screen, "Recorded. What happened?")
    pick(screen, "What happened?", "Power")
    pick(screen, "Can you move", "No")
    press(screen, "Send")
    shows(screen, "Recorded: you can't work")
    with desk.inst.journal.read() as session:
        row = outage_reports.of_agent(session, AWAY)
    assert row is not None
    assert (row.safe, row.what, row.can_move) == ("yes", "power", "no")
    screen.get_by_text("Something has changed").click()
    press(screen, "I am safe and can work")
    shows(screen, "Thank you. You are safe and can work")


@pytest.mark.covers("E18", "D26")
def test_the_roll_call_in_hungarian(desk: Any, screen: Page) -> None:
    screen.goto(roll_call(desk, HUNGARIAN))
    shows(screen, "Biztonságban van? Tud dolgozni?")
    assert english_in(screen) == []
    for button in ("Nem vagyok biztonságban", "Biztonságban vagyok, de nem tudok"):
        press(screen, button)
        assert english_in(screen) == []
    pick(screen, "Mi történt?", "Internet")
    press(screen, "Küldés")
    expect(screen.get_by_role("alert")).to_contain_text("30 percen belül")
    assert english_in(screen) == []


@pytest.mark.covers("D26")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("agent", [ENGLISH, HUNGARIAN])
def test_every_step_is_accessible_and_fits_the_screen(
    desk: Any, chromium: Browser, width: dict[str, int], agent: str, scheme: Any, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport=width, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()

    def look(name: str, button: str = "") -> None:
        if button:
            with page.expect_navigation():
                page.locator(f"main form button[value='{button}']").first.click()
        page.screenshot(path=tmp_path / f"{name}-{width['width']}.png", full_page=True)
        assert faults(page) == [], name

    page.goto(call_out(desk, agent, "english_only"))
    look("call")
    look("yes", "yes")
    look("not-after-all", "cannot")
    link = call_out(desk, agent)
    page.goto(link)
    look("later", "later-45")
    with desk.inst.journal.write() as session:
        for row in cover.of_incident(session, NUMBER):
            cover.end(row, cover.STOOD_DOWN, now=desk.clock.now())
    page.goto(link)
    look("stood-down")
    page.goto(roll_call(desk, agent))
    look("roll-call")
    look("danger", "help")
    look("what-happened", "cannot")
    page.locator("[name=what]").first.check()
    page.locator("[name=move]").first.check()
    page.locator("main form button:not([name])").click()
    page.locator("summary").click()
    look("kept")
    look("works", "works")
    context.close()
