"""Stories of people at the board and at an incident's page, in a real browser (D5, D20, E39)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.journal import approvals, incidents, late_entries, timeline
from kitart.journal.late_entries import Writer
from tests.browser.accessible import faults
from tests.browser.conftest import NUMBER
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("D5", "D20", "D26")
# The same story for two people, one reads English and one Hungarian.
WORDS = {
    "ERT-5": {
        "board": "Board", "mine": "Waiting for you: 1", "answer": "Answer",
        "back": "Back to the board",
        "open": "Open incidents: 1", "late": "Enter what happened earlier",
        "figures": "Enter figures", "counted": "figures counted by hand",
        "began": "The effect began", "add": "Add it to the timeline", "what": "What happened?",
        "kind": "What is it about?", "time": "Time", "fix": "Correct this entry",
        "why": "Why do you correct it?", "record": "Record the correction",
        "corrected": "Corrected",
        "future": "This time is still to come.", "out": "Sign out", "gone": "Sign in to Kitart",
        "recorded": "recorded 03:00 CET", "calm": "No incident is open",
    },
    "ERT-1": {
        "board": "Áttekintés", "mine": "Önre vár: 1", "answer": "Válaszolok",
        "back": "Vissza az áttekintéshez", "open": "Nyitott incidensek: 1",
        "late": "Utólagos bejegyzés rögzítése",
        "figures": "Adatok megadása", "counted": "kézzel számolt adatok",
        "began": "A hatás kezdete",
        "add": "Felvétel az eseménynaplóba", "what": "Mi történt?", "kind": "Miről szól?",
        "time": "Időpont", "fix": "Bejegyzés helyesbítése", "why": "Miért helyesbíti?",
        "record": "Helyesbítés rögzítése", "corrected": "Helyesbítve",
        "future": "Ez az időpont még a jövőben van.", "out": "Kijelentkezés",
        "gone": "Belépés a Kitartba", "recorded": "rögzítve: 03:00 CET",
        "calm": "Nincs nyitott incidens",
    },
}  # fmt: skip


@pytest.fixture(params=["ERT-5", "ERT-1"], ids=["english", "hungarian"])
def person(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def shows(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()


def test_a_question_is_decided_and_vanishes_from_the_board(
    desk: Any, living: Page, person: str
) -> None:
    said = WORDS[person]
    desk.sign_in(living, person)
    shows(living, said["board"])
    shows(living, said["open"])
    # Put while the page is open: it comes by itself, and a screen reader hears of it.
    row = desk.ask("priority", person)
    shows(living, said["mine"])
    expect(living.get_by_role("status")).to_contain_text("1")
    assert faults(living) == []
    if person == "ERT-1":
        assert english_in(living) == []
    living.get_by_role("link", name=said["answer"]).click()
    other = living.context.new_page()
    other.goto(f"{desk.url}/board")
    shows(other, said["mine"])
    living.locator("button[value=P2]").click()
    assert desk.question(row).answer == "P2"
    expect(other.get_by_role("heading", name=said["mine"])).to_have_count(0)
    living.get_by_role("link", name=said["back"]).click()
    shows(living, said["open"])
    expect(living.get_by_role("heading", name=said["mine"])).to_have_count(0)


def test_late_entry_and_correction(desk: Any, living: Page, person: str) -> None:
    said = WORDS[person]
    desk.sign_in(living, person)
    living.get_by_role("link", name=NUMBER).click()
    living.get_by_role("link", name=said["late"]).click()
    assert faults(living) == []
    living.get_by_label(said["kind"]).select_option(said["began"])
    living.get_by_label(said["time"]).fill("03:40")
    living.get_by_label(said["what"]).fill("Two calls broke off")
    living.get_by_role("button", name=said["add"]).click()
    expect(living.get_by_role("alert")).to_contain_text(said["future"])
    expect(living.get_by_label(said["time"])).to_be_focused()
    assert faults(living) == []
    living.get_by_label(said["time"]).fill("02:48")
    living.get_by_role("button", name=said["add"]).click()
    entry = living.locator("li", has_text="Two calls broke off")
    expect(entry).to_contain_text("02:48 CET (01:48 UTC)")
    expect(entry).to_contain_text(said["recorded"])
    entry.get_by_role("link", name=said["fix"]).click()
    assert faults(living) == []
    living.get_by_label(said["time"]).fill("02:45")
    living.get_by_label(said["why"]).fill("The desk's clock was slow")
    living.get_by_role("button", name=said["record"]).click()
    expect(entry).to_contain_text("02:45 CET (01:45 UTC)")
    expect(entry).to_contain_text(said["corrected"])
    expect(entry).to_contain_text("02:48 CET (01:48 UTC)")
    assert faults(living) == []
    with desk.inst.journal.read() as session:
        types = [e.type for e in timeline.entries(session, NUMBER)]
    assert types[-2:] == ["late entry", "correction"]


def test_figures_counted_by_hand(
    desk: Any, living: Page, person: str, width: dict[str, int], tmp_path: Path
) -> None:
    said = WORDS[person]
    desk.sign_in(living, person)
    living.get_by_role("link", name=NUMBER).click()
    living.get_by_role("link", name=said["figures"]).click()
    assert faults(living) == []
    living.locator("#queue").select_option("BRAVO/de")
    living.locator("#offered").fill("5")
    living.locator("#answered").fill("6")
    living.locator("input[value=counted]").check()
    living.locator("main form button").click()
    expect(living.get_by_role("alert")).to_be_visible()
    expect(living.locator("#offered")).to_be_focused()
    assert faults(living) == []
    living.screenshot(path=tmp_path / f"figures-{person}-{width['width']}.png", full_page=True)
    living.locator("#answered").fill("4")
    living.locator("main form button").click()
    expect(living.locator("li", has_text=said["counted"]).first).to_be_visible()


def test_signing_out_ends_every_open_page(desk: Any, living: Page, person: str) -> None:
    said = WORDS[person]
    desk.sign_in(living, person)
    other = living.context.new_page()
    other.goto(f"{desk.url}/incident/{NUMBER}")
    living.get_by_role("button", name=said["out"]).click()
    other.wait_for_url("**/in")
    expect(other.get_by_role("heading", level=1)).to_be_visible()


def test_the_board_becomes_calm_by_itself(desk: Any, living: Page, person: str) -> None:
    desk.sign_in(living, person)
    desk.change(state="closed", closed_at=desk.clock.now(), open_key=None)
    shows(living, WORDS[person]["calm"])
    assert faults(living) == []


def test_a_time_runs_on_and_is_read_out_to_nobody(desk: Any, living: Page) -> None:
    desk.ask("priority", "ERT-5")
    desk.sign_in(living, "ERT-5")
    left = living.get_by_role("timer").first
    before = left.inner_text()
    expect(left).not_to_have_text(before)
    assert living.get_by_role("status").inner_text() == ""


def test_the_focus_stays_where_it_was_when_the_board_changes(desk: Any, living: Page) -> None:
    desk.sign_in(living, "ERT-5")
    link = living.get_by_role("link", name=NUMBER)
    link.focus()
    desk.ask("priority", "ERT-5")
    shows(living, "Waiting for you: 1")
    expect(living.get_by_role("link", name=f"{NUMBER}: ")).to_be_focused()
    # What had it is gone: the first heading of the part has it.
    living.get_by_role("link", name="Answer").focus()
    with desk.inst.journal.write() as session:
        (row,) = approvals.of_incident(session, NUMBER)
        approvals.void(session, row.id, "over")
    expect(living.get_by_role("heading", name="Waiting for you")).to_have_count(0)
    assert living.evaluate("document.activeElement.tagName") in ("H2", "BODY")


def test_all_of_it_by_the_keyboard(desk: Any, living: Page) -> None:
    row = desk.ask("priority", "ERT-5")
    desk.sign_in(living, "ERT-5")
    living.keyboard.press("Tab")
    expect(living.get_by_role("link", name="To the content")).to_be_focused()
    living.keyboard.press("Enter")
    living.keyboard.press("Tab")
    expect(living.get_by_role("link", name="Answer")).to_be_focused()
    living.keyboard.press("Enter")
    living.wait_for_url("**/d/*")
    living.locator("button[value=P3]").press("Enter")
    shows(living, "Thank you. It is decided")
    assert desk.question(row).answer == "P3"


def test_without_javascript_it_shows_the_same_and_loads_itself(desk: Any, screen: Page) -> None:
    desk.ask("priority", "ERT-5")
    screen.goto(desk.sign_in_link("ERT-5"))
    screen.get_by_role("button", name="Sign in").click()
    shows(screen, "Waiting for you: 1")
    expect(screen.get_by_role("timer").first).to_contain_text("left")
    assert screen.locator("noscript meta[http-equiv=refresh]").count() == 1 or (
        screen.locator("meta[http-equiv=refresh]").count() == 1
    )


def told(desk: Any) -> None:
    """A record with all that a page can show."""
    now = desk.clock.now()
    desk.ask("ticket", "IT-MGR", minutes=-2)
    row = desk.ask("approve", "AM-1", "ERT-1")
    late = desk.ask("divert-order", "AM-1", "ERT-5")
    with desk.inst.journal.write() as session:
        approvals.decide(session, row.id, "AM-1", "account_manager", "approve", "",
                         version=row.version, via="link", now=now)  # fmt: skip
        approvals.decide(session, row.id, "ERT-1", "ert", "refuse", "no",
                         version=row.version, via="link", now=now)  # fmt: skip
        approvals.void(session, late.id, "over")
        incidents.get(session, NUMBER).priority = "P1"
        late_entries.record(
            session, NUMBER, "effect-start", "AG-014 heard nothing", now - timedelta(minutes=9),
            Writer("ERT-5", "ert"), now=now,
        )  # fmt: skip
        late_entries.correct(session, NUMBER, 1, "A wrong clock", Writer("ERT-1", "ert"),
                             text="It is silent", withdrawn=True, now=now)  # fmt: skip
    desk.clock.advance(minutes=40)


def test_the_incident_says_all_in_words(
    desk: Any, chromium: Browser, width: dict[str, int], person: str, scheme: str
) -> None:
    told(desk)
    context = chromium.new_context(viewport=width, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    desk.sign_in(page, person)
    assert faults(page) == []
    page.goto(f"{desk.url}/incident/{NUMBER}")
    page.locator("summary").first.click()
    assert faults(page) == []
    body = page.locator("main").inner_text()
    for words in (
        ["came late, doesn't count", "waits for an answer, overdue", "withdrawn", "did not happen",
         "draft, waits for approval", "objective ends"]
        if person == "ERT-5" else
        ["későn érkezett, nem számít", "válaszra vár, határideje lejárt", "visszavonva",
         "nem történt meg", "tervezet, jóváhagyásra vár", "az időcél vége"]
    ):  # fmt: skip
        assert words in body
    assert page.locator("svg:visible").count() == 1
    page.locator("a[id^=report-]").first.click()
    expect(page.locator("body")).to_contain_text(desk.plan.clients[0].name)
    context.close()
