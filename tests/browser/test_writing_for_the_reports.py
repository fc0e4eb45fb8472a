"""The IT manager writes for the reports and adds a corrective action, in a real browser (D29)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kitart.journal import timeline, write_up
from tests.browser.accessible import faults
from tests.browser.conftest import NUMBER
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("D26", "D29")
WORDS = {
    "IT-DEP": {
        "write": "Write for the reports", "direct": "Direct cause", "root": "Root cause",
        "keep": "Keep it in the record", "shown": "Clients may read it", "new":
        "Add a corrective action", "found": "What was found?", "do": "What is to be done?",
        "who": "Which role sees to it?", "day": "By which day?", "check":
        "How will you check that it works?", "change": "Change or complete it", "state":
        "How far is it?", "evidence": "Evidence that it is done", "not sent": "Not sent yet.",
        "done": "All is written",
    },
    "IT-MGR": {
        "write": "Írás a jelentésekhez", "direct": "Közvetlen ok", "root": "Kiváltó ok",
        "keep": "Rögzítés a jegyzőkönyvben", "shown": "A Megbízók olvashatják", "new":
        "Új helyesbítő intézkedés", "found": "Mi a megállapítás?", "do": "Mit kell tenni?",
        "who": "Melyik szerepkör a felelős?", "day": "Melyik napig?", "check":
        "Hogyan ellenőrzik az eredményességét?", "change": "Módosítás vagy lezárás", "state":
        "Hol tart?", "evidence": "Az elvégzés igazolása", "not sent": "Még nincs elküldve.",
        "done": "Minden megvan",
    },
}  # fmt: skip


@pytest.fixture(params=["IT-DEP", "IT-MGR"], ids=["english", "hungarian"])
def person(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def looked_at(screen: Page, person: str, tmp_path: Path, name: str, width: dict[str, int]) -> None:
    """The page has no fault that axe-core knows, and no English for who reads Hungarian."""
    assert faults(screen) == []
    if person == "IT-MGR":
        assert english_in(screen) == []
    screen.screenshot(path=tmp_path / f"{name}-{width['width']}.png", full_page=True)


def test_a_cause_and_an_action_are_written_down(
    desk: Any, living: Page, person: str, width: dict[str, int], tmp_path: Path
) -> None:
    said, screen = WORDS[person], living
    desk.sign_in(screen, person)
    screen.goto(f"{desk.url}/incident/{NUMBER}")
    screen.get_by_role("link", name=said["write"]).click()
    looked_at(screen, person, tmp_path, "write-up-empty", width)
    screen.locator("#write-cause-all").click()
    screen.get_by_label(said["direct"], exact=True).fill("37 - 12")
    screen.locator("input[name=show-cause-direct]").check()
    screen.get_by_label(said["root"], exact=True).fill("12 + 25")
    looked_at(screen, person, tmp_path, "write-section", width)
    screen.get_by_role("button", name=said["keep"]).click()
    expect(screen.get_by_text("37 - 12")).to_be_visible()
    expect(screen.get_by_text(said["shown"], exact=True)).to_have_count(1)

    screen.get_by_role("link", name=said["new"]).click()
    screen.get_by_label(said["found"]).fill("1 + 1")
    screen.get_by_label(said["do"]).fill("2 + 2")
    screen.get_by_label(said["who"]).select_option("it_manager")
    screen.get_by_label(said["day"]).fill("2026-12-15")
    screen.get_by_label(said["check"]).fill("3 + 3")
    looked_at(screen, person, tmp_path, "write-action", width)
    screen.get_by_role("button", name=said["keep"]).click()

    # Done needs evidence: said at the field, nothing lost.
    screen.get_by_role("link", name=said["change"]).click()
    screen.get_by_label(said["state"]).select_option("done")
    screen.get_by_role("button", name=said["keep"]).click()
    expect(screen.get_by_role("alert")).to_contain_text(said["not sent"])
    expect(screen.get_by_label(said["do"])).to_have_value("2 + 2")
    looked_at(screen, person, tmp_path, "write-action-wrong", width)
    screen.get_by_label(said["evidence"]).fill("4 + 4")
    screen.get_by_role("button", name=said["keep"]).click()
    looked_at(screen, person, tmp_path, "write-up", width)
    screen.get_by_role("button", name=said["done"]).click()
    looked_at(screen, person, tmp_path, "write-up-complete", width)

    with desk.inst.journal.read() as session:
        entries = timeline.entries(session, NUMBER)
    assert {(t.part, t.audience) for t in write_up.texts(entries)} == {
        ("cause-direct", "client-safe"), ("cause-root", "internal"),
    }  # fmt: skip
    (action,) = write_up.actions(entries)
    assert (action.form.status, action.form.evidence) == ("done", "4 + 4")
    assert write_up.is_complete(entries)
