"""Calls logged by hand in a browser that loses its network: nothing is lost or sent twice (R46)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kitart.journal.tables import LoggedCall
from kitart.messaging.agent_links import new_link
from tests.browser.conftest import refuse_outside
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("R46")

QUEUE = "kitart-calls-AG-014"


@pytest.fixture
def device(desk: Any, chromium: Browser, width: dict[str, int]) -> Iterator[BrowserContext]:
    """A browser with JavaScript whose clock is the desk's."""
    context = chromium.new_context(viewport=width)  # type: ignore[arg-type]
    context.clock.set_fixed_time(desk.clock.now())
    outside = refuse_outside(context)
    yield context
    context.close()
    assert outside == []


@pytest.fixture
def link(desk: Any) -> str:
    return f"{new_link(desk.inst, 'AG-014', by='operator')}/log"


def calls(desk: Any) -> list[LoggedCall]:
    with desk.inst.journal.read() as session:
        return session.query(LoggedCall).order_by(LoggedCall.id).all()


def fill(screen: Page, words: str) -> None:
    screen.locator("[name=reason][value=fault]").check()
    screen.locator("[name=description]").fill(words)
    screen.locator("[name=result][value=message]").check()
    screen.locator("[name=clean]").check()
    screen.get_by_role("button", name="Űrlap mentése").click()


def waits(screen: Page, waiting: int, sent: int) -> None:
    expect(screen.locator("#count")).to_have_text(f"Itt várakozik: {waiting} · Elküldve: {sent}")


def kept_on(screen: Page) -> list[dict[str, str]]:
    return json.loads(screen.evaluate("key => localStorage.getItem(key)", QUEUE) or "[]")


def test_forms_wait_without_a_network_and_are_sent_once(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.goto(link)
    waits(screen, 0, 0)
    fill(screen, "Nem hűt a hűtő")
    waits(screen, 0, 1)
    device.set_offline(True)
    fill(screen, "Őrült zaj")
    fill(screen, "Űrhiba")
    fill(screen, "Harmadik")
    waits(screen, 3, 1)
    expect(screen.locator("#said")).to_contain_text("Nincs hálózat")
    assert len(calls(desk)) == 1
    assert english_in(screen) == []
    device.set_offline(False)
    waits(screen, 0, 4)
    assert kept_on(screen) == []
    words = [(row.running_number, row.fields["description"]) for row in calls(desk)]
    assert words == [
        (1, "Nem hűt a hűtő"),
        (2, "Őrült zaj"),
        (3, "Űrhiba"),
        (4, "Harmadik"),
    ]


def test_an_answer_that_is_lost_makes_no_second_form(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.goto(link)

    def lose_the_answer(route: Any) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        route.fetch()
        route.abort()

    device.route("**/log", lose_the_answer)
    fill(screen, "Elveszett válasz")
    expect(screen.locator("#said")).to_contain_text("Nincs hálózat")
    waits(screen, 1, 0)
    assert len(calls(desk)) == 1
    device.unroute("**/log", lose_the_answer)
    screen.evaluate("window.dispatchEvent(new Event('online'))")
    waits(screen, 0, 1)
    assert len(calls(desk)) == 1


def test_what_waits_survives_a_reload_and_two_tabs_send_it_once(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.goto(link)
    device.set_offline(True)
    fill(screen, "Várakozó")
    waits(screen, 1, 0)
    device.set_offline(False)
    other = device.new_page()
    other.goto(link)
    expect(other.locator("#count")).to_contain_text("Itt várakozik: 0")
    expect(screen.locator("#count")).to_contain_text("Itt várakozik: 0")
    screen.reload()
    waits(screen, 0, 0)
    assert [row.fields["description"] for row in calls(desk)] == ["Várakozó"]


def test_a_link_that_ended_keeps_the_forms_and_says_so(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.goto(link)
    newer = new_link(desk.inst, "AG-014", by="operator")
    fill(screen, "Régi linkkel")
    waits(screen, 1, 0)
    expect(screen.locator("#said")).to_contain_text("kérjen új linket")
    screen.goto(f"{newer}/log")
    waits(screen, 0, 1)
    assert len(calls(desk)) == 1


def test_a_refused_form_can_be_opened_again_and_all_can_be_deleted(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.on("dialog", lambda dialog: dialog.accept())
    screen.goto(link)
    screen.locator("[name=start]").fill("23:59")
    fill(screen, "A jövőből")
    expect(screen.locator("#waiting")).to_contain_text("A hívás időpontja a jövőben van.")
    screen.get_by_role("button", name="Megnyitás újra").click()
    expect(screen.locator("[name=description]")).to_have_value("A jövőből")
    waits(screen, 0, 0)
    screen.locator("[name=start]").fill("02:30")
    screen.get_by_role("button", name="Űrlap mentése").click()
    waits(screen, 0, 1)
    device.set_offline(True)
    fill(screen, "Törlendő")
    waits(screen, 1, 1)
    screen.get_by_role("button", name="A várakozó űrlapok törlése").click()
    waits(screen, 0, 1)
    assert kept_on(screen) == []


def test_a_card_number_does_not_even_wait_on_the_device(
    desk: Any, device: BrowserContext, link: str
) -> None:
    screen = device.new_page()
    screen.goto(link)
    device.set_offline(True)
    fill(screen, "A kártya 4111 1111 1111 1111")
    expect(screen.locator("#said")).to_contain_text("Kártyaszámnak látszik")
    assert kept_on(screen) == []
    assert "4111" not in screen.evaluate("JSON.stringify(localStorage)")


def test_without_javascript_the_form_is_sent_at_once(desk: Any, screen: Page, link: str) -> None:
    screen.goto(link)
    fill(screen, "Szkript nélkül")
    expect(screen.get_by_role("status")).to_contain_text("Beérkezett űrlap: AG-014-20261124-001")
    screen.reload()
    assert len(calls(desk)) == 1
    assert english_in(screen) == []
