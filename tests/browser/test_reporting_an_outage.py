"""An agent says "I can't work" on a phone, a supervisor reports several: whole stories (R17)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.journal.tables import OutageReport
from kitart.messaging.agent_links import new_link
from kitart.messaging.sign_in_links import new_link as sign_in_link
from tests.browser.test_answering_in_hungarian import NARROW_BY, english_in, press, shows

ENGLISH, HUNGARIAN = "AG-017", "AG-014"


def reports(desk: Any) -> list[OutageReport]:
    with desk.inst.journal.read() as session:
        return session.query(OutageReport).order_by(OutageReport.id).all()


def pick(screen: Page, group: str, words: str) -> None:
    screen.get_by_role("group", name=group).get_by_text(words, exact=True).click()


def sign_in(desk: Any, screen: Page, person: str) -> None:
    """Sign in, and be as someone who went on to another page."""
    screen.goto(sign_in_link(desk.inst, person, by="operator"))
    screen.locator("button").click()


@pytest.mark.covers("R17", "D13")
def test_an_agent_reports_with_four_taps_reloads_and_withdraws(desk: Any, screen: Page) -> None:
    screen.goto(new_link(desk.inst, ENGLISH, by="operator"))
    shows(screen, "You can't work? First: are you safe?")
    press(screen, "Yes, I am safe")
    pick(screen, "What happened?", "Power")
    pick(screen, "Can you move", "No")
    press(screen, "Report that I can't work")
    shows(screen, "Recorded: you can't work")
    expect(screen.locator("main")).to_contain_text("You can't move within 30 minutes.")
    # Whom to phone at this hour: the supervisor of the night, and then the account managers.
    numbers = screen.locator("a[href^='tel:']")
    expect(numbers.first).to_have_attribute("href", "tel:+442079460105")
    screen.reload()
    shows(screen, "Recorded: you can't work")
    (row,) = reports(desk)
    assert (row.safe, row.what, row.can_move, row.until) == ("yes", "power", "no", None)
    desk.clock.advance(minutes=20)
    press(screen, "I can work again")
    expect(screen.locator("main")).to_contain_text("Withdrawn at 10:20 UTC+08 (02:20 UTC)")
    screen.reload()
    assert [(r.ended_as, r.ended_by) for r in reports(desk)] == [("withdrawn", ENGLISH)]


@pytest.mark.covers("D26", "E17")
def test_an_agent_in_danger_reads_in_hungarian_whom_to_call(desk: Any, screen: Page) -> None:
    screen.goto(new_link(desk.inst, HUNGARIAN, by="operator"))
    shows(screen, "Nem tud dolgozni? Először: biztonságban van?")
    assert english_in(screen) == []
    press(screen, "Nem, nem vagyok biztonságban")
    shows(screen, "Rögzítve: nincs biztonságban")
    first = screen.locator("main a").first
    expect(first).to_have_text("112")
    assert first.bounding_box()["y"] < 300  # type: ignore[index]
    assert english_in(screen) == []
    screen.get_by_text("Ha már biztonságban van").click()
    pick(screen, "Biztonságban van?", "Igen, biztonságban")
    pick(screen, "Mi történt?", "Valami más")
    press(screen, "Módosítás elküldése")
    # Safe now, so the question about moving follows; what was said is still there.
    expect(screen.get_by_role("alert").last).to_contain_text("30 percen belül")
    assert reports(desk)[-1].safe == "no"
    assert english_in(screen) == []


def test_what_was_typed_comes_back_with_the_fault(desk: Any, screen: Page) -> None:
    screen.goto(new_link(desk.inst, ENGLISH, by="operator"))
    press(screen, "Yes, I am safe")
    pick(screen, "What happened?", "Health")
    screen.get_by_label("Until when?").fill("14:30")
    press(screen, "Report that I can't work")
    expect(screen.get_by_role("alert")).to_contain_text("Please say whether moving")
    expect(screen.locator("[name=what][value=health]")).to_be_checked()
    expect(screen.get_by_label("Until when?")).to_have_value("14:30")
    pick(screen, "Can you move", "Yes")
    press(screen, "Report that I can't work")
    shows(screen, "Recorded: you can't work")
    (row,) = reports(desk)
    assert f"{row.until:%H:%M}" == "06:30"


@pytest.mark.covers("R17", "R8", "D26")
def test_a_supervisor_reports_agents_and_then_something_else(desk: Any, screen: Page) -> None:
    sign_in(desk, screen, "SV-3")
    screen.goto(f"{desk.url}/report")
    shows(screen, "Bejelentés")
    for code in ("AG-013", "AG-014"):
        screen.get_by_text(code, exact=True).click()
    pick(screen, "Biztonságban vannak?", "Még nem ismert")
    pick(screen, "Mi történt?", "Áramszünet")
    pick(screen, "Át tudnak települni", "Nem ismert")
    press(screen, "A kijelölt operátorok bejelentése")
    expect(screen.get_by_role("status")).to_contain_text("Kiesettként rögzítve: 2.")
    assert [row.agent for row in reports(desk)] == ["AG-013", "AG-014"]
    assert english_in(screen) == []
    press(screen, "AG-013 újra dolgozik")
    assert [row.ended_by for row in reports(desk)] == ["SV-3", None]
    screen.get_by_text("Valami más: az általános terv indítása").click()
    screen.get_by_label("Mi tapasztalható, egy mondatban").fill("Füst a szerverteremben")
    pick(screen, "Érintett projektek", "CHARLIE")
    press(screen, "Incidens megnyitása")
    expect(screen.get_by_role("alert")).to_contain_text("érinti-e az ügyfélszolgálatot")
    expect(screen.get_by_label("Mi tapasztalható, egy mondatban")).to_have_value(
        "Füst a szerverteremben"
    )
    pick(screen, "Érinti az ügyfélszolgálatot?", "Nem ismert")
    press(screen, "Incidens megnyitása")
    expect(screen.get_by_role("status")).to_contain_text("Rögzítve: INC-0002.")
    assert english_in(screen) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("person", [ENGLISH, HUNGARIAN])
def test_no_step_is_wider_than_the_screen(
    desk: Any, chromium: Browser, width: dict[str, int], person: str, scheme: Any, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport=width, color_scheme=scheme)  # type: ignore[arg-type]
    screen = context.new_page()
    link = new_link(desk.inst, person, by="operator")

    def look(name: str) -> None:
        screen.screenshot(path=tmp_path / f"{name}-{width['width']}.png", full_page=True)
        assert screen.evaluate(NARROW_BY) <= 0, name

    screen.goto(link)
    look("ask")
    screen.locator("button").first.click()
    look("form")
    screen.locator("[name=what]").first.check()
    screen.locator("[name=move]").first.check()
    screen.locator("button").last.click()
    screen.locator("summary").click()
    look("kept")
    screen.goto(f"{link}/log")
    look("log")
    sign_in(desk, screen, "SV-3" if person == HUNGARIAN else "SV-2")
    for page in ("report", "log", "paper"):
        screen.goto(f"{desk.url}/{page}")
        look(page)
    context.close()
