"""Recording since when somebody is aware, and seeing the clocks, in a real browser (reports §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.journal import legal
from kitart.journal.late_entries import Writer
from kitart.journal.legal import Word
from kitart.rules.legal.matter import ALL, COMPANY
from tests.browser.accessible import faults
from tests.browser.conftest import NUMBER
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("D5", "D26")
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.fixture(params=["light", "dark"])
def walker(
    request: pytest.FixtureRequest, chromium: Browser, width: dict[str, int]
) -> Iterator[Page]:
    context = chromium.new_context(viewport=width, color_scheme=request.param)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def record_awareness(desk: Any) -> None:
    words = (
        Word(
            legal.AFFECTED, ALL, NOW, "Records are lost", {"answer": "yes", "loss": "availability"}
        ),
        Word(legal.AWARE, COMPANY, NOW, "T-9931 says so", {"regime": "all"}),
    )
    with desk.inst.journal.write() as session:
        for word in words:
            legal.record(session, NUMBER, word, Writer("DPO", "data_protection"), now=NOW)


def test_the_data_protection_contact_records_and_everybody_sees_the_clocks(
    desk: Any, walker: Page
) -> None:
    desk.clock.advance(minutes=65)
    desk.sign_in(walker, "DPO")
    walker.get_by_role("link", name=NUMBER).click()
    walker.get_by_role("link", name="Jogi határidők").click()
    assert faults(walker) == []
    walker.locator("#to-affected").click()
    assert faults(walker) == []
    walker.get_by_label("Kit érint?").select_option("all")
    walker.get_by_label("Válasz").select_option("yes")
    walker.get_by_label("Miért?").fill("Records of two days are lost")
    walker.get_by_role("button", name="Rögzítés").click()
    expect(walker.get_by_role("alert")).to_contain_text("Válassza ki, mi sérült")
    assert faults(walker) == []
    walker.get_by_label("rendelkezésre állás").check()
    walker.get_by_role("button", name="Rögzítés").click()
    expect(walker.get_by_text("Records of two days are lost")).to_be_visible()
    walker.get_by_role("link", name="Mióta van róla tudomás?").click()
    # Nothing is filled in: the moment of awareness is a person's own word.
    assert walker.get_by_label("Időpont").input_value() == ""
    walker.get_by_label("Kit érint?").select_option("company")
    walker.get_by_label("Melyik szabályozáshoz?").select_option("all")
    walker.get_by_label("Dátum").fill("2026-11-24")
    walker.get_by_label("Időpont").fill("04:30")
    walker.get_by_label("Miért?").fill("T-9931 confirms the loss")
    walker.get_by_role("button", name="Rögzítés").click()
    expect(walker.get_by_role("alert")).to_contain_text("még a jövőben van")
    walker.get_by_label("Időpont").fill("03:30")
    walker.get_by_role("button", name="Rögzítés").click()
    expect(walker.get_by_text("hátra").first).to_be_visible()
    assert faults(walker) == []
    assert english_in(walker) == []
    walker.goto(f"{desk.url}/incident/{NUMBER}")
    expect(walker.get_by_role("heading", name="Adatvédelem és jogi határidők")).to_be_visible()
    assert faults(walker) == []


def test_the_board_shows_a_clock_in_english(desk: Any, walker: Page) -> None:
    desk.clock.advance(minutes=65)
    record_awareness(desk)
    desk.sign_in(walker, "ERT-5")
    walker.get_by_role("link", name="Legal clocks:").click()
    expect(walker.get_by_role("heading", name="Data protection and legal clocks")).to_be_visible()
    assert faults(walker) == []
    expect(walker.get_by_role("link", name="Since when is one aware?")).to_have_count(0)
