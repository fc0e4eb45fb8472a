"""An exercise is written up, and a participant says a word, in a real browser (t15 to t17)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kitart.journal import exercises, findings, hot_wash, timeline, write_up
from kitart.messaging import links
from kitart.messaging.links import Link
from tests.browser.accessible import faults
from tests.browser.test_answering_in_hungarian import english_in
from tests.exercising import ended_exercise

pytestmark = pytest.mark.covers("D26", "D29", "R52")
WORDS = {
    "IT-DEP": {
        "exercises": "Exercises", "confirm": "Confirm or dismiss it", "what": "What is it?",
        "cause": "Cause; or why it is no finding", "found": "What was found?",
        "keep": "Keep it in the record", "action": "Add a corrective action",
        "do": "What is to be done?", "who": "Which role sees to it?", "day": "By which day?",
        "needs": "What does it need: money, time, people?",
        "check": "How will you check that it works?", "actions": "Corrective actions",
        "done": "It is done", "shows": "What shows that it is done?", "works": "It works",
        "showed": "What did the check show?", "all": "All is written", "finished": "Finished",
        "not sent": "Not sent yet.", "board": "Board",
    },
    "IT-MGR": {
        "exercises": "Gyakorlatok", "confirm": "Megerősítés vagy elvetés", "what": "Mi ez?",
        "cause": "Ok; vagy miért nem megállapítás", "found": "Mi a megállapítás?",
        "keep": "Rögzítés a jegyzőkönyvben", "action": "Új helyesbítő intézkedés",
        "do": "Mit kell tenni?", "who": "Melyik szerepkör a felelős?", "day": "Melyik napig?",
        "needs": "Mi kell hozzá: pénz, idő, emberek?",
        "check": "Hogyan ellenőrzik az eredményességét?", "actions": "Helyesbítő intézkedések",
        "done": "Elkészült", "shows": "Mi igazolja, hogy elkészült?", "works": "Bevált",
        "showed": "Mit mutatott az ellenőrzés?", "all": "Minden megvan", "finished": "Lezárt",
        "not sent": "Még nincs elküldve.", "board": "Áttekintés",
    },
}  # fmt: skip


@pytest.fixture(params=["IT-DEP", "IT-MGR"], ids=["english", "hungarian"])
def person(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def number(desk: Any) -> str:
    """An exercise that ended an hour ago; one of its steps came late."""
    ended_at = desk.clock.now() - timedelta(hours=1)
    with desk.inst.journal.write() as session:
        made = ended_exercise(session, desk.plan, ended_at)
        findings.propose(session, exercises.get(session, made), now=ended_at)
        hot_wash.note_asked(session, made, ("SV-3", "AG-014"), 48, now=ended_at)
        writer = hot_wash.Writer("SV-3", "supervisor")
        hot_wash.say(session, made, writer, "37 - 12", "12 + 25", now=ended_at)
    return made


def looked_at(
    desk: Any, screen: Page, person: str, folder: Path, name: str, width: dict[str, int]
) -> None:
    """The page has no fault that axe-core knows, and no English of ours for who reads
    Hungarian; the programme's titles are the company's own."""
    screen.wait_for_load_state()  # without its style every link is too small
    assert faults(screen) == [], name
    if person == "IT-MGR":
        titles = " ".join(each.title for each in desk.plan.exercises)
        assert [each for each in english_in(screen) if each not in titles] == []
    screen.screenshot(path=folder / f"{name}-{person}-{width['width']}.png", full_page=True)


def test_a_finding_is_confirmed_and_its_action_is_done_and_checked(
    desk: Any, living: Page, number: str, person: str, width: dict[str, int], tmp_path: Path
) -> None:
    said, screen = WORDS[person], living
    desk.sign_in(screen, person)
    screen.get_by_role("link", name=said["exercises"]).click()
    looked_at(desk, screen, person, tmp_path, "exercises", width)
    screen.locator(f'a[href="/exercise/{number}"]').first.click()
    looked_at(desk, screen, person, tmp_path, "exercise", width)

    screen.get_by_role("link", name=said["confirm"]).click()
    screen.get_by_label(said["found"]).fill("1 + 1")
    screen.get_by_label(said["what"]).select_option("weakness")
    screen.get_by_role("button", name=said["keep"]).click()
    # A weakness needs its cause: said at the field, nothing lost.
    expect(screen.get_by_role("alert")).to_contain_text(said["not sent"])
    expect(screen.get_by_label(said["found"])).to_have_value("1 + 1")
    looked_at(desk, screen, person, tmp_path, "finding-wrong", width)
    screen.get_by_label(said["cause"]).fill("2 + 2")
    screen.get_by_role("button", name=said["keep"]).click()

    screen.locator("#findings ~ .wrote").get_by_role("link", name=said["action"]).click()
    expect(screen.get_by_label(said["found"])).to_have_value("1 + 1")
    screen.get_by_label(said["do"]).fill("3 + 3")
    screen.get_by_label(said["who"]).select_option("it_manager")
    screen.get_by_label(said["day"]).fill("2026-12-15")
    screen.get_by_label(said["needs"]).fill("5 + 5")
    screen.get_by_label(said["check"]).fill("4 + 4")
    screen.get_by_role("button", name=said["keep"]).click()
    screen.get_by_role("button", name=said["all"]).click()
    looked_at(desk, screen, person, tmp_path, "exercise-written", width)

    screen.get_by_role("link", name=said["board"], exact=True).click()
    screen.get_by_role("link", name=said["actions"]).click()
    looked_at(desk, screen, person, tmp_path, "actions", width)
    screen.locator(f'a[href="/actions/{number}/1"]').click()
    screen.get_by_label(said["shows"]).fill("6 + 6")
    looked_at(desk, screen, person, tmp_path, "action", width)
    screen.get_by_role("button", name=said["done"]).click()
    screen.locator(f'a[href="/actions/{number}/1"]').click()
    screen.get_by_label(said["showed"]).fill("7 + 7")
    looked_at(desk, screen, person, tmp_path, "action-check", width)
    screen.get_by_role("button", name=said["works"]).click()
    expect(screen.get_by_role("heading", name=said["finished"])).to_be_visible()
    with desk.inst.journal.read() as session:
        (action,) = write_up.actions(timeline.entries(session, number))
    assert (action.form.status, action.form.resources) == ("works", "5 + 5")


def test_a_participant_says_a_word_on_a_phone_without_a_password(
    desk: Any, living: Page, number: str, width: dict[str, int], tmp_path: Path
) -> None:
    until = desk.clock.now() + timedelta(days=2)
    link = Link("hot-wash", number, "AG-014", 1, until)
    living.goto(links.address(desk.inst.settings, link))
    assert faults(living) == []
    living.screenshot(path=tmp_path / f"hot-wash-{width['width']}.png", full_page=True)
    living.locator("#change").fill("8 + 8")
    living.locator("main form button").click()
    expect(living.get_by_text("8 + 8")).to_be_visible()
    expect(living.locator("form")).to_have_count(0)
    assert faults(living) == []
    living.screenshot(path=tmp_path / f"hot-wash-said-{width['width']}.png", full_page=True)
    with desk.inst.journal.read() as session:
        assert [w.change for w in hot_wash.words(session, number)] == ["12 + 25", "8 + 8"]
