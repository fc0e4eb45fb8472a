"""People of two languages answer one incident: each in the own, and one record is kept (D26)."""

from __future__ import annotations

import pytest
import requests

from kitart.messaging.texts import sms_parts

pytestmark = pytest.mark.timeout(240)

AWAY = {"reads": False}
NOBODY = {code: AWAY for code in ("ERT-1", "ERT-2", "ERT-3", "ERT-4", "ERT-5", "CMT-LEAD")}


def link_in(text: str) -> str:
    return text.rsplit("\n", 1)[-1]


@pytest.mark.covers("D26", "R9", "R13", "A14", "D5")
@pytest.mark.begins(people=NOBODY)
def test_a_hungarian_member_is_asked_and_answers_in_hungarian(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    first = story.texts_to("ERT-1")[0]
    assert first.splitlines()[0] == (
        "Riasztás: INC-0001. Vállalja? 1 = igen, 2 = nem, vagy link. Virtual Call Center nem "
        "elérhető 10:00 CET óta. Határidő: 10:05 CET. Következő: a prioritás megadásakor."
    )
    assert sms_parts(first) <= 5  # two and a half of them are the signed link
    page = requests.get(link_in(first), timeout=10)
    assert '<html lang="hu">' in page.text
    assert "Vállalja az incidens irányítását?" in page.text

    taken = story.press("ERT-1", "Vállalja?", "take")
    assert "Köszönjük. Ön irányít" in taken.text
    story.eventually(lambda: story.acks("ert"), "the answer")
    story.settle()
    asked = [t for t in story.texts_to("ERT-1") if "milyen prioritású?" in t]
    assert asked, story.texts_to("ERT-1")
    assert "Következő hír: a válasza után." in asked[0]
    decided = story.press("ERT-1", "milyen prioritású?", "P1")
    assert "Köszönjük. A döntés: P1 (javasolt)" in decided.text
    story.eventually(lambda: story.entries("priority set"), "the priority")
    story.settle()
    told = [t for t in story.texts_to("CMT-LEAD") if "álljon készen!" in t]
    assert "Virtual Call Center nem működik" in told[0]
    assert "az ERT vezetője dolgozik rajta" in told[0]
    mails = [m for m in story.world.tenant.mail if "cmt-lead@kitart.example" in m.to]
    assert any("Kezdete: 2026. november 24., 10:00 CET (09:00 UTC)" in m.content for m in mails)

    # What is recorded is what it would be of anybody.
    assert [(a.person, a.answer, a.via) for a in story.acks("ert")] == [("ERT-1", "take", "link")]
    assert story.incident.priority == "P1"
    question = story.question("priority")
    assert (question.title, question.answer) == ("Priority of Virtual Call Center offline", "P1")
    assert question.translations["hu"]["title"] == "Prioritás: Virtual Call Center nem elérhető"
    assert [e.text for e in story.entries("priority set")] == ["Priority P1"]
    # (Of a Hungarian client's report the file's name is, of course, its own.)
    said = [e.text for e in story.entries() if e.type != "document filed"]
    assert not [text for text in said if set(text) & set("áíóőúű")]


@pytest.mark.covers("D26", "A14", "E24")
@pytest.mark.begins(people=NOBODY)
def test_one_alarm_asks_each_member_in_the_own_language(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:05")
    story.settle()
    assert story.texts_to("ERT-2")[-1].startswith("INC-0001: nincs felelőse. Vállalja? 1 = igen")
    assert "Határidő: már lejárt." in story.texts_to("ERT-2")[-1]
    english = story.texts_to("ERT-3")[-1]
    assert english.startswith("Still open: can you take INC-0001? Virtual Call Center offline")
    assert "Can you take it?" in requests.get(link_in(english), timeout=10).text
    missed = [t for t in story.texts_to("AM-2") if "lépjen közbe" in t]
    assert "Elmaradt: az incidens átvétele (ERT, 10:05 CET)." in missed[0]
    assert "hívja fel telefonon az ERT tagjait" in missed[0]
