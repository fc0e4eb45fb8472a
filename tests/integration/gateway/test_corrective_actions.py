"""The ledger of corrective actions on its pages, and the reminders to owners (D29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kitart.installation import use_installation
from kitart.journal import actions, incidents, messages, write_up
from kitart.journal.late_entries import Writer
from kitart.messaging import actions as messaging
from kitart.rules.write_up import ActionForm
from tasks.actions import look_at_actions
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc, seen

pytestmark = pytest.mark.covers("D29")
FIRST, SECOND = "INC-0001/1", "INC-0001/2"


@pytest.fixture
def ledger(place) -> Iterator[Any]:
    """A closed incident with two actions: of the IT manager about all, and of an account manager
    about one client, which is due a month later."""
    open_vcc(place)
    with place.inst.journal.write() as session:
        for owner, due, client in (
            ("it_manager", date(2026, 12, 1), None),
            ("account_manager", date(2027, 1, 5), "CL-2"),
        ):
            form = ActionForm("Nobody knew", f"Have the {owner} told", owner, due, "It is known",
                              client=client)  # fmt: skip
            write_up.record_action(session, "INC-0001", form, Writer("IT-MGR", "it_manager"),
                                   now=place.clock.now())  # fmt: skip
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
        incidents.settle(session, "INC-0001", now=place.clock.now())
    use_installation(place.inst)
    yield place
    use_installation(None)


def status(place: Any, reference: str) -> str:
    with place.inst.journal.read() as session:
        return actions.find(session, reference).action.form.status


def told(place: Any) -> list[tuple[str, str]]:
    with place.inst.journal.read() as session:
        found = messages.of_purpose(session, "INC-0001", "action-due")
    return [(m.recipient, m.text) for m in found if m.channel == "mail"]


def test_the_ledger_shows_the_overdue_first(ledger) -> None:
    ledger.clock.advance(minutes=9 * 1440)  # the third of December
    page = seen(Holder(ledger, "IT-MGR").get("/actions"))
    assert "Késésben: 1" in page
    english = seen(Holder(ledger, "IT-DEP").get("/actions"))
    assert "Overdue: 1" in english
    assert english.index(FIRST) < english.index(SECOND)
    assert "IT manager, by 2026-12-01 – overdue" in english


def test_an_action_is_done_then_checked_and_moves_to_the_finished(ledger) -> None:
    manager = Holder(ledger, "IT-DEP")
    page = f"/actions/{FIRST}"
    blank = manager.post(page, about="done", evidence=" ")
    assert blank.status_code == 422
    assert "Done needs its evidence" in blank.text
    assert manager.post(page, about="done", evidence="The letter").status_code == 303
    assert status(ledger, FIRST) == "done"
    # Sent twice by an impatient thumb: taken once, and no fault.
    assert manager.post(page, about="done", evidence="The letter").status_code == 303
    unclear = manager.post(page, about="check", effect="Asked two", works="perhaps")
    assert unclear.status_code == 422
    assert manager.post(page, about="check", effect="Asked two", works="works").status_code == 303
    shown = seen(manager.get("/actions"))
    assert shown.index("Finished") < shown.index(FIRST)


def test_one_that_does_not_work_is_open_again(ledger) -> None:
    manager = Holder(ledger, "IT-DEP")
    manager.post(f"/actions/{FIRST}", about="done", evidence="The letter")
    manager.post(f"/actions/{FIRST}", about="check", effect="Nobody knew", works="fails")
    assert status(ledger, FIRST) == "does not work"
    assert "What shows that it is done?" in seen(manager.get(f"/actions/{FIRST}"))


def test_who_comes_second_with_other_words_is_told(ledger) -> None:
    manager = Holder(ledger, "IT-DEP")
    manager.post(f"/actions/{FIRST}", about="done", evidence="The letter")
    late = manager.post(f"/actions/{FIRST}", about="done", evidence="Something else")
    assert late.status_code == 409
    assert "Somebody was quicker" in late.text


@pytest.mark.covers("D23")
def test_everybody_sees_what_is_theirs_alone(ledger) -> None:
    supervisor = next(p.id for p in ledger.plan.people if p.kind == "supervisor")
    for person, sees in (("IT-DEP", {FIRST, SECOND}), (supervisor, set())):
        page = Holder(ledger, person).get("/actions").text
        assert {each for each in (FIRST, SECOND) if each in page} == sees
    other = Holder(ledger, supervisor)
    assert other.get(f"/actions/{FIRST}").status_code == 403
    assert other.post(f"/actions/{FIRST}", about="done", evidence="x y z").status_code == 403
    assert other.get("/actions/INC-0001/9").status_code == 404
    assert other.get("/actions/INC-0077/1").status_code == 404


def test_a_form_from_another_page_is_not_taken(ledger) -> None:
    manager = Holder(ledger, "IT-DEP")
    answer = manager.post(f"/actions/{FIRST}", key="0" * 64, about="done", evidence="x y z")
    assert answer.status_code == 403
    assert status(ledger, FIRST) == "open"


def test_the_owner_is_reminded_before_on_and_after_the_day_until_it_is_done(ledger) -> None:
    look = look_at_actions.fn
    assert look() == "2 corrective actions open, 0 overdue; owners told: 1"  # a week before
    assert look().endswith("owners told: 0")
    ((person, text),) = told(ledger)
    assert person == "IT-MGR"
    assert "/actions/INC-0001/1" in text
    ledger.clock.advance(minutes=7 * 1440)
    assert look().endswith("owners told: 1")
    ledger.clock.advance(minutes=7 * 1440)
    assert look() == "2 corrective actions open, 1 overdue; owners told: 1"
    Holder(ledger, "IT-DEP").post(f"/actions/{FIRST}", about="done", evidence="The letter")
    ledger.clock.advance(minutes=7 * 1440)
    assert look() == "2 corrective actions open, 0 overdue; owners told: 0"
    assert len(told(ledger)) == 3
    assert len(ledger.entries("action reminded")) == 3


def test_the_account_manager_of_the_client_owns_what_is_about_it(ledger) -> None:
    ledger.clock.advance(minutes=40 * 1440)
    look_at_actions.fn()
    owner = next(p.account_manager for p in ledger.plan.projects if p.client == "CL-2")
    assert owner in [person for person, _ in told(ledger)]


def test_a_reminder_that_reached_nobody_is_tried_again(ledger, monkeypatch) -> None:
    with monkeypatch.context() as away:
        away.setattr("kitart.messaging.actions.tell", lambda *_, **__: False)
        assert look_at_actions.fn().endswith("owners told: 0")
    assert look_at_actions.fn().endswith("owners told: 1")


def test_what_fails_for_one_action_holds_up_no_other_and_fails_the_look(
    ledger, monkeypatch
) -> None:
    ledger.clock.advance(minutes=60 * 1440)
    tell = messaging.tell

    def one_fails(inst, plan, number, person, *rest, **more):
        if person == "IT-MGR":
            raise RuntimeError("a broken text")
        return tell(inst, plan, number, person, *rest, **more)

    monkeypatch.setattr(messaging, "tell", one_fails)
    with pytest.raises(ExceptionGroup, match="could not be told"):
        look_at_actions.fn()
    assert len(told(ledger)) == 1
