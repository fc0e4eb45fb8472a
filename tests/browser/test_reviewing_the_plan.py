"""Reviewing the plan on a phone and on a desktop, and saying "I have read it" (R51, D17)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kitart.clock import real_now
from kitart.gateway.house import Plans
from kitart.journal import approvals, exercises, incidents, plans, reviews, timeline
from kitart.messaging import exercise_questions, links, reviewing
from kitart.plan.schema import Plan
from tests.browser.accessible import faults
from tests.browser.test_answering_in_hungarian import english_in

pytestmark = pytest.mark.covers("R51", "D26")


@pytest.fixture(params=["light", "dark"])
def walker(
    request: pytest.FixtureRequest, chromium: Browser, width: dict[str, int]
) -> Iterator[Page]:
    context = chromium.new_context(viewport=width, color_scheme=request.param)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def changed(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan was edited since the journal first knew it."""
    raw = copy.deepcopy(desk.plan.snapshot())
    raw["projects"][0]["queues"][0]["seats"]["day"] = 4
    edited = Plan.from_snapshot(raw)
    then = desk.clock.now() - timedelta(days=300)
    with desk.inst.journal.write() as session:
        plans.keep(session, "0" * 64, desk.plan.snapshot(), now=then)
    monkeypatch.setattr(type(desk.inst), "current_plan", lambda _: edited)
    monkeypatch.setattr(Plans, "current", lambda _: edited)
    return edited


def in_force(desk: Any, changed: Plan) -> str:
    """A review whose version is in force, and of which everybody was told."""
    now = desk.clock.now()
    with desk.inst.journal.write() as session:
        number = reviewing.open_review(session, desk.inst, changed).incident.number
        timeline.append(
            session, number, reviews.IN_FORCE, "In force", now=now, key=reviews.IN_FORCE,
            data={"version": changed.hash, "day": "2026-12-01"},
        )  # fmt: skip
        timeline.append(session, number, "plan version told", "Told", now=now,
                        key="plan-version-told:0", data={"order": 0})  # fmt: skip
        incidents.close(session, number, reviews.APPROVED, now=now)
    return number


def test_a_review_is_begun_and_written_and_what_is_wrong_is_said_at_its_place(
    desk: Any, walker: Page, changed: Plan
) -> None:
    desk.sign_in(walker, "IT-DEP")
    walker.goto(f"{desk.url}/review")
    assert faults(walker) == []
    walker.get_by_label("In one sentence").fill("The auditor asks for it")
    walker.get_by_role("button", name="Begin a review").click()
    expect(walker.get_by_text("asked for: The auditor asks for it")).to_be_visible()
    expect(walker.get_by_text("ALPHA: seats de on day 2 → 4").first).to_be_visible()
    assert faults(walker) == []
    walker.get_by_role("radiogroup", name="Legal duties").get_by_text("not right").click()
    walker.get_by_role("button", name="Keep the answers").click()
    expect(walker.get_by_role("alert")).to_contain_text("Legal duties")
    assert faults(walker) == []
    walker.get_by_label("Note: Legal duties").fill("DORA applies now")
    walker.get_by_role("button", name="Keep the answers").click()
    expect(walker.get_by_text("DORA applies now").first).to_be_visible()
    walker.get_by_text("Say why, and with which risk").click()
    walker.get_by_label("Why?").first.fill("More calls in German")
    walker.get_by_label("Which risk does it bring?").first.fill("None")
    walker.get_by_role("button", name="Keep it in the record").first.click()
    expect(walker.get_by_text("Why: More calls in German · Risk: None")).to_be_visible()
    assert faults(walker) == []


def test_the_page_of_a_hungarian_reader_is_hungarian(
    desk: Any, walker: Page, changed: Plan
) -> None:
    with desk.inst.journal.write() as session:
        reviewing.open_review(session, desk.inst, changed)
    desk.sign_in(walker, "AM-1")
    walker.goto(f"{desk.url}/review")
    expect(walker.get_by_role("heading", name="A terv felülvizsgálata")).to_be_visible()
    assert english_in(walker) == []
    assert faults(walker) == []


@pytest.mark.covers("D17")
def test_a_person_reads_what_changed_and_says_so_with_one_tap(
    desk: Any, walker: Page, changed: Plan
) -> None:
    now, number = desk.clock.now(), in_force(desk, changed)
    walker.goto(links.new(desk.inst.settings, "version", number, "SV-1", now=now))
    expect(walker.get_by_text("ALPHA: seats de on day 2 → 4")).to_be_visible()
    assert faults(walker) == []
    walker.get_by_role("button", name="I have read it, and my old copies are destroyed").click()
    expect(walker.get_by_role("heading", name="All is done")).to_be_visible()
    assert faults(walker) == []
    desk.sign_in(walker, "IT-DEP")
    walker.goto(f"{desk.url}/review")
    expect(walker.get_by_text(f"1 of {len(changed.people)}")).to_be_visible()
    assert faults(walker) == []


@pytest.mark.covers("R53", "D4", "D5")
@pytest.mark.parametrize("person", ["AM-1", "ERT-5"], ids=["hungarian", "english"])
def test_the_board_shows_what_waits_besides_incidents(
    desk: Any, walker: Page, changed: Plan, person: str
) -> None:
    now, hungarian = desk.clock.now(), person == "AM-1"
    in_force(desk, changed)
    with desk.inst.journal.write() as session:
        reviewing.open_review(session, desk.inst, changed)
        row = exercises.plan_one(
            session, changed, changed.exercise("SUDDEN-SWITCH"), starts_at=now + timedelta(days=14),
            asked_by="operator", now=now, real_now=real_now(),
        ).incident  # fmt: skip
        date = exercise_questions.date(changed, exercises.get(session, row.number), person, 1,
                                       latest=None, problem="", now=now)  # fmt: skip
        approvals.ask(session, date, person, now=now)
    desk.ask("priority", person)
    desk.sign_in(walker, person)
    cards = walker.locator(".card.mine")
    expect(cards).to_have_count(4 if hungarian else 3)
    expect(cards.filter(has=walker.locator(".mark"))).to_have_count(1)
    assert faults(walker) == []
    if hungarian:
        assert english_in(walker) == []
        walker.locator('a.go[href="/review#check"]').click()
        walker.wait_for_url("**/review#check")
        walker.go_back()
    walker.locator('a.go[href^="/v/"]').click()
    walker.wait_for_url("**/v/*")
    expect(walker.locator("button[value=read]")).to_be_visible()
