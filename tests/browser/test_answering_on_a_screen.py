"""What a person sees and does on the pages behind links, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

NARROW_BY = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def press(screen: Page, button: str) -> None:
    screen.get_by_role("button", name=button).click()


def shows(screen: Page, heading: str) -> None:
    """Wait until the page with this main heading is there."""
    expect(screen.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.mark.covers("R9", "A14")
def test_an_ert_member_takes_it_and_may_load_the_page_again(desk: Any, screen: Page) -> None:
    link = desk.ack_link("ERT-5")
    screen.goto(link)
    expect(screen.locator("main")).to_contain_text("Please answer by 03:05 CET (02:05 UTC)")
    press(screen, "I have it")
    shows(screen, "Thank you. You have it")
    assert screen.url == link
    before = desk.row_counts()
    screen.reload()
    shows(screen, "Thank you. You have it")
    assert desk.row_counts() == before
    assert before["acknowledgements"] == 1


@pytest.mark.covers("E26", "A20")
def test_who_leads_asks_for_relief_on_the_same_page(desk: Any, screen: Page) -> None:
    screen.goto(desk.ack_link("ERT-5"))
    press(screen, "I have it")
    shows(screen, "Thank you. You have it")
    expect(screen.get_by_role("button", name="Ask ERT member ERT-3")).to_be_hidden()
    screen.get_by_text("Hand it over to somebody").click()
    press(screen, "Ask ERT member ERT-3")
    shows(screen, "Thank you. You have it")
    expect(screen.locator("main")).to_contain_text(
        "ERT member ERT-3 is asked to take over. You stay in charge until the answer is yes."
    )
    screen.get_by_text("Hand it over to somebody").click()
    expect(screen.get_by_role("button", name="Ask ERT member ERT-3")).to_have_count(0)
    expect(screen.get_by_role("button", name="Ask ERT member ERT-4")).to_be_visible()
    # Nobody else sees a way to hand it over, nor reads that they are in charge.
    screen.goto(desk.ack_link("ERT-4"))
    press(screen, "I can help")
    shows(screen, "Thank you. ERT member ERT-5 was first")
    expect(screen.get_by_text("Hand it over to somebody")).to_have_count(0)
    expect(screen.get_by_text("You stay in charge")).to_have_count(0)


def test_who_said_i_cant_can_still_take_it(desk: Any, screen: Page) -> None:
    screen.goto(desk.ack_link("ERT-5"))
    press(screen, "I can't")
    shows(screen, "Thank you. The next member is asked")
    press(screen, "I have it after all")
    shows(screen, "Thank you. You have it")


def test_who_comes_second_offers_help_and_sees_who_leads(desk: Any, screen: Page) -> None:
    screen.goto(desk.ack_link("ERT-5"))
    press(screen, "I have it")
    shows(screen, "Thank you. You have it")
    desk.clock.advance(minutes=2)
    screen.goto(desk.ack_link("ERT-3"))
    expect(screen.locator("main")).to_contain_text(
        "ERT member ERT-5 took it at 02:00 WET (02:00 UTC)"
    )
    press(screen, "I can help")
    shows(screen, "Thank you. ERT member ERT-5 was first")


@pytest.mark.covers("R13")
def test_the_priority_is_set_with_one_tap(desk: Any, screen: Page) -> None:
    row = desk.ask("priority", "ERT-5")
    screen.goto(desk.decide_link(row, "ERT-5"))
    press(screen, "P2 High")
    shows(screen, "Thank you. It is decided: P2")
    assert desk.question(row).answer == "P2"


@pytest.mark.covers("E32")
def test_a_false_alarm_needs_words(desk: Any, screen: Page) -> None:
    row = desk.ask("priority", "ERT-5")
    screen.goto(desk.decide_link(row, "ERT-5"))
    press(screen, "False alarm")
    expect(screen.get_by_role("alert")).to_contain_text("“False alarm” needs a few words")
    expect(screen.get_by_role("alert")).to_be_in_viewport()
    assert desk.answers(row) == []
    screen.get_by_label("Your reason").fill("A test of the monitor")
    press(screen, "False alarm")
    shows(screen, "Thank you. It is decided: False alarm")
    assert desk.question(row).note == "A test of the monitor"


@pytest.mark.covers("D5")
def test_a_draft_is_read_and_approved(desk: Any, screen: Page) -> None:
    row = desk.ask("approve", "SV-1", "ERT-5")
    screen.goto(desk.decide_link(row, "SV-1"))
    draft = screen.frame_locator("iframe")
    assert draft.get_by_role("heading", level=1).inner_text() == "First notification"
    expect(screen.locator("main")).to_contain_text("Please answer by 03:12 CET (02:12 UTC)")
    expect(screen.locator("main")).to_contain_text("Asked: you, ERT member ERT-5.")
    press(screen, "Approve and send")
    shows(screen, "Thank you. It is decided: Approve and send")
    expect(screen.locator("main")).to_contain_text("Decided by you at 03:00 CET (02:00 UTC)")


def test_the_draft_opens_on_a_page_of_its_own(desk: Any, screen: Page) -> None:
    row = desk.ask("approve", "SV-1")
    screen.goto(desk.decide_link(row, "SV-1"))
    # Followed by its address: Playwright sees nothing of a sandboxed page that a click led to.
    address = screen.get_by_role("link", name="Open it on a page of its own").get_attribute("href")
    screen.goto(urljoin(screen.url, address))
    shows(screen, "First notification")


def test_a_refusal_without_words_comes_back_and_is_refused_with_words(
    desk: Any, screen: Page
) -> None:
    row = desk.ask("approve", "SV-1")
    screen.goto(desk.decide_link(row, "SV-1"))
    screen.get_by_label("Your reason").fill("   ")
    press(screen, "Do not send")
    expect(screen.get_by_role("alert")).to_contain_text("Nothing has been decided")
    expect(screen.get_by_label("Your reason")).to_be_focused()
    assert screen.title().startswith("Not sent yet")
    assert desk.question(row).state == "open"
    screen.get_by_label("Your reason").fill("The client was told by phone")
    press(screen, "Do not send")
    shows(screen, "Thank you. It is decided: Do not send")
    expect(screen.locator("main")).to_contain_text("In words: The client was told by phone")


def test_a_late_answer_is_told_who_decided(desk: Any, screen: Page) -> None:
    row = desk.ask("approve", "SV-1", "ERT-5")
    screen.goto(desk.decide_link(row, "SV-1"))
    other = screen.context.new_page()
    other.goto(desk.decide_link(row, "ERT-5"))
    press(other, "Approve and send")
    shows(other, "Thank you. It is decided: Approve and send")
    desk.clock.advance(minutes=1)
    screen.get_by_label("Your reason").fill("Wrong lines")
    press(screen, "Do not send")
    shows(screen, "Already decided: Approve and send")
    expect(screen.locator("main")).to_contain_text("Decided by ERT member ERT-5 at 03:00 CET")
    expect(screen.locator("main")).to_contain_text("doesn't count")
    assert desk.answers(row) == [("ERT-5", "approve", "counted"), ("SV-1", "refuse", "late")]


def test_an_expired_link_says_what_helps(desk: Any, screen: Page) -> None:
    link = desk.ack_link("ERT-5")
    desk.clock.advance(days=3)
    response = screen.goto(link)
    assert response is not None
    assert response.status == 410
    shows(screen, "This link has expired")
    expect(screen.locator("main")).to_contain_text("A newer message holds a newer link")


@pytest.mark.covers("D10")
def test_an_exercise_says_so_before_anything_else(desk: Any, screen: Page) -> None:
    desk.change(exercise=True)
    row = desk.ask("approve", "SV-1")
    for link in (desk.ack_link("ERT-5"), desk.decide_link(row, "SV-1")):
        screen.goto(link)
        assert screen.locator("body").inner_text().startswith("EXERCISE")


def test_a_deadline_of_another_day_carries_its_date_and_a_past_one_says_so(
    desk: Any, screen: Page
) -> None:
    row = desk.ask("approve", "SV-1", minutes=26 * 60)
    screen.goto(desk.decide_link(row, "SV-1"))
    expect(screen.locator("main")).to_contain_text("Wed 25 Nov 2026, 05:00 CET (04:00 UTC)")
    desk.clock.advance(hours=27)
    screen.goto(desk.decide_link(row, "SV-1"))
    expect(screen.locator("main")).to_contain_text("your answer is still needed")


@pytest.mark.parametrize("kind", ["priority", "approve", "ticket", "divert-order"])
def test_nothing_is_wider_than_the_screen_and_buttons_are_big(
    desk: Any, chromium: Browser, width: dict[str, int], kind: str, tmp_path: Path
) -> None:
    row = desk.ask(kind, "SV-1")
    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport=width, color_scheme=scheme)  # type: ignore[arg-type]
        screen = context.new_page()
        screen.goto(desk.decide_link(row, "SV-1"))
        screen.screenshot(path=tmp_path / f"{kind}-{width['width']}-{scheme}.png", full_page=True)
        assert screen.evaluate(NARROW_BY) <= 0
        for button in screen.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 48
        for frame in screen.frames[1:]:
            inner = frame.frame_element().bounding_box()
            assert inner is not None
            assert inner["width"] >= 0.85 * min(width["width"], 704)
        context.close()


def test_a_page_can_be_answered_by_keyboard_alone(desk: Any, screen: Page) -> None:
    row = desk.ask("priority", "ERT-5")
    screen.goto(desk.decide_link(row, "ERT-5"))
    screen.keyboard.press("Tab")
    expect(screen.get_by_role("button", name="P1 (proposed)")).to_be_focused()
    outline = screen.locator("button:focus-visible").evaluate(
        "element => getComputedStyle(element).outlineWidth"
    )
    assert outline == "3px"
    screen.keyboard.press("Tab")
    screen.keyboard.press("Enter")
    shows(screen, "Thank you. It is decided: P2")


def test_readers_of_the_screen_hear_names_and_one_main_heading(desk: Any, screen: Page) -> None:
    row = desk.ask("approve", "SV-1")
    screen.goto(desk.decide_link(row, "SV-1"))
    heard = screen.locator("body").aria_snapshot()
    assert 'button "Approve and send It is sent to the client at once."' in heard
    assert 'textbox "Your reason"' in heard
    assert screen.locator("h1").count() == 1
    assert screen.locator("html").get_attribute("lang") == "en"
    described = screen.get_by_label("Your reason").get_attribute("aria-describedby")
    expect(screen.locator(f"#{described}")).to_contain_text("Needed for “Do not send”")


def test_a_withdrawn_question_says_why(desk: Any, screen: Page) -> None:
    from kitart.journal import approvals

    row = desk.ask("approve", "SV-1")
    with desk.inst.journal.write() as session:
        approvals.void(session, row.id, "The phone system answers again")
    desk.clock.advance(minutes=1)

    screen.goto(desk.decide_link(row, "SV-1"))
    shows(screen, "No answer is needed any more")
    expect(screen.locator("main")).to_contain_text("The phone system answers again")
    assert screen.get_by_role("button").count() == 0
