"""What a person sees whose language is Hungarian; the same is recorded as of anybody (D26)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from kitart.journal import approvals
from kitart.language import phrase
from sandbox.pages import page_of
from tests import catalogues

pytestmark = pytest.mark.covers("D26")

NARROW_BY = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a person or a system said is quoted as it was said; names are names.
AS_IT_IS = (
    "account manager",
    "The phone system does not answer",
    "Virtual Call Center",
    "Telephony provider",
)


def shows(screen: Page, heading: str) -> None:
    expect(screen.get_by_role("heading", level=1)).to_have_text(heading)


def press(screen: Page, button: str) -> None:
    screen.get_by_role("button", name=button).click()


def english_in(screen: Page) -> list[str]:
    """Our own English texts that stand on the page: whole ones, or their parts between values."""
    seen = " ".join(screen.locator("body").inner_text().split())
    for name in AS_IT_IS:
        seen = seen.replace(name, "")
    parts = {
        part.strip(" .:;,()“”")
        for domain in ("messages", "pages")
        for text in catalogues.texts_of(domain)
        for part in catalogues.PLACEHOLDER.split(text)
    }
    return [part for part in parts if len(part.split()) > 1 and part in seen]


def test_an_ert_member_takes_it(desk: Any, screen: Page) -> None:
    screen.goto(desk.ack_link("ERT-1"))
    shows(screen, "Vállalja az incidens irányítását?")
    assert screen.locator("html").get_attribute("lang") == "hu"
    expect(screen.locator("main")).to_contain_text(
        "Válaszhatáridő: 03:05 CET (02:05 UTC), 5 perc van hátra."
    )
    assert english_in(screen) == []
    press(screen, "Vállalom Ön")
    shows(screen, "Köszönjük. Ön irányít")
    assert english_in(screen) == []
    assert desk.row_counts()["acknowledgements"] == 1


def test_who_comes_second_sees_who_leads(desk: Any, screen: Page) -> None:
    screen.goto(desk.ack_link("ERT-1"))
    press(screen, "Nem vállalom")
    shows(screen, "Köszönjük. A következő tagot kérdezzük")
    assert english_in(screen) == []
    screen.goto(desk.ack_link("ERT-5"))
    press(screen, "I have it")
    screen.goto(desk.ack_link("ERT-2"))
    expect(screen.locator("main")).to_contain_text("Vállalta: ERT-5 (az ERT tagja), 03:00 CET")
    press(screen, "Tudok segíteni")
    shows(screen, "Köszönjük. Az első válaszadó: ERT-5 (az ERT tagja)")
    assert english_in(screen) == []


def test_a_false_alarm_needs_words_and_is_recorded_as_anybodys(desk: Any, screen: Page) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-5")
    screen.goto(desk.decide_link(row, "ERT-1"))
    shows(screen, "Prioritás: Virtual Call Center nem elérhető")
    assert english_in(screen) == []
    press(screen, "Téves riasztás")
    expect(screen.get_by_role("alert")).to_contain_text(
        "Ehhez a válaszhoz néhány szó is kell: „Téves riasztás”."
    )
    assert screen.title().startswith("Még nincs elküldve:")
    screen.get_by_label("Indoklás").fill("Csak a felügyelet próbája volt")
    press(screen, "Téves riasztás")
    shows(screen, "Köszönjük. A döntés: Téves riasztás")
    assert english_in(screen) == []
    decided = desk.question(row)
    assert (decided.answer, decided.note) == ("false-alarm", "Csak a felügyelet próbája volt")
    assert decided.title == "Priority of Virtual Call Center offline"
    # The colleague reads the same decision in English.
    screen.goto(desk.decide_link(row, "ERT-5"))
    shows(screen, "Already decided: False alarm")


def test_a_draft_is_approved_and_who_is_late_is_told(desk: Any, screen: Page) -> None:
    row = desk.ask("approve", "AM-1", "AM-2")
    screen.goto(desk.decide_link(row, "AM-1"))
    name = desk.plan.clients[0].name
    shows(screen, f"Jóváhagyja a küldést? Dokumentum: első értesítés, Megbízó: {name}")
    assert english_in(screen) == []
    press(screen, "Jóváhagyom, küldhető")
    shows(screen, "Köszönjük. A döntés: Jóváhagyom, küldhető")
    expect(screen.locator("main")).to_contain_text("Döntött: Ön, 03:00 CET (02:00 UTC).")
    requests.post(desk.decide_link(row, "AM-2"), data={"answer": "refuse", "note": "x"}, timeout=10)
    screen.goto(desk.decide_link(row, "AM-2"))
    shows(screen, "Már eldőlt: Jóváhagyom, küldhető")
    expect(screen.locator("main")).to_contain_text("később érkezett")
    assert english_in(screen) == []
    assert desk.answers(row) == [("AM-1", "approve", "counted"), ("AM-2", "refuse", "late")]


def test_a_withdrawn_question_says_why(desk: Any, screen: Page) -> None:
    row = desk.ask("divert-order", "AM-1")
    with desk.inst.journal.write() as session:
        approvals.void(session, row.id, phrase("The phone system is back"))
    screen.goto(desk.decide_link(row, "AM-1"))
    shows(screen, "Már nincs szükség válaszra")
    expect(screen.locator("main")).to_contain_text(
        "Tárgytalan, mert a telefonrendszer ismét működik."
    )
    assert english_in(screen) == []
    assert desk.question(row).reason == "The phone system is back"


def test_an_exercise_says_so_before_anything_else(desk: Any, screen: Page) -> None:
    desk.change(exercise=True)
    screen.goto(desk.ack_link("ERT-1"))
    assert screen.locator("body").inner_text().startswith("GYAKORLAT – nem valós esemény")


def test_an_expired_link_and_a_closed_incident_answer_in_hungarian(desk: Any, screen: Page) -> None:
    link = desk.ack_link("ERT-1")
    desk.change(state="closed", closed_at=desk.clock.now())
    screen.goto(link)
    shows(screen, "INC-0001: lezárva")
    assert english_in(screen) == []
    desk.clock.advance(days=3)
    screen.goto(link)
    shows(screen, "Ez a link lejárt")
    assert english_in(screen) == []


@pytest.mark.parametrize(
    ("header", "lang", "said"),
    [
        ("hu-HU,hu;q=0.9", "hu", ["Ez a link hiányos vagy nem valódi"]),
        ("en-US,en;q=0.9", "en", ["This link is not complete or not genuine"]),
        ("de", "en",
         ["This link is not complete or not genuine", "Ez a link hiányos vagy nem valódi"]),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_read_is_answered_as_the_browser_asks(
    desk: Any, header: str, lang: str, said: list[str]
) -> None:
    response = requests.get(f"{desk.url}/d/x", headers={"Accept-Language": header}, timeout=10)
    assert response.status_code == 403
    assert f'<html lang="{lang}">' in response.text
    headings = re.findall(r"<h[12]>(.+)</h[12]>", response.text)
    assert headings == said
    assert response.text.count("<h1>") == 1


def test_the_sandboxs_people_answer_a_hungarian_page(desk: Any) -> None:
    row = desk.ask("ticket", "IT-MGR")
    link = desk.decide_link(row, "IT-MGR")
    question = page_of(requests.get(link, timeout=10).text, link).questions[0]
    assert (question.kind, question.options, question.blanks) == (
        "ticket", ("given", "none"), ("note",),
    )  # fmt: skip
    assert "A szállító hibajegyének száma" in question.page_text


@pytest.mark.parametrize("kind", ["priority", "approve", "ticket", "divert-order", "ack"])
def test_nothing_is_wider_than_the_screen(
    desk: Any, chromium: Browser, width: dict[str, int], kind: str, tmp_path: Path
) -> None:
    link = desk.ack_link("ERT-1") if kind == "ack" else desk.decide_link(
        desk.ask(kind, "AM-1"), "AM-1"
    )  # fmt: skip
    context = chromium.new_context(viewport=width)  # type: ignore[arg-type]
    screen = context.new_page()
    screen.goto(link)
    screen.screenshot(path=tmp_path / f"{kind}-hu-{width['width']}.png", full_page=True)
    assert screen.evaluate(NARROW_BY) <= 0
    context.close()
