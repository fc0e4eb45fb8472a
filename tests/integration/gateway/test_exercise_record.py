"""Writing up an exercise on its page, and the participants' word behind links (t15 to t18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from kitart.clock import real_now
from kitart.installation import use_installation
from kitart.journal import (
    exercise_record,
    exercises,
    findings,
    hot_wash,
    incidents,
    messages,
    timeline,
    write_up,
)
from kitart.messaging import links
from kitart.messaging.links import Link
from kitart.rules.findings import PROPOSED
from tasks import exercise_record as steps
from tests.exercising import ended_exercise
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import seen

pytestmark = pytest.mark.covers("R52", "R53")
NUMBER = "INC-0001"
PAGE = f"/exercise/{NUMBER}"


@pytest.fixture
def over(place) -> Iterator[Any]:
    """An exercise that ended just now, with everybody asked for a word."""
    with place.inst.journal.write() as session:
        ended_exercise(session, place.plan, place.clock.now())
    use_installation(place.inst)
    with place.inst.journal.write() as session:
        lease = incidents.take_lease(session, NUMBER, "run", real_now=place.clock.now())
    steps.want.fn(lease)
    yield place
    use_installation(None)


@pytest.fixture
def manager(over) -> Holder:
    return Holder(over, "IT-DEP")


def found(place: Any) -> dict[int, tuple[str, str]]:
    with place.inst.journal.read() as session:
        return {f.number: (f.form.category, f.form.text)
                for f in findings.of_exercise(session, NUMBER)}  # fmt: skip


def told(place: Any, purpose: str) -> set[str]:
    with place.inst.journal.read() as session:
        rows = messages.of_purpose(session, NUMBER, purpose)
    assert not [m for m in rows if m.state in ("skipped", "failed")], rows
    return {m.recipient for m in rows}


def test_a_step_that_did_not_pass_is_a_proposed_finding_until_a_person_confirms_it(
    over, manager
) -> None:
    assert [category for category, _ in found(over).values()] == [PROPOSED]
    page = seen(manager.get(PAGE))
    assert "“a backup is live” came after 46.5 min; 30 min were allowed" in page
    assert "3 of 4 steps passed" in page
    unsure = manager.post(f"{PAGE}/finding/1", text="A headset was missing", category="weakness")
    assert unsure.status_code == 422
    assert "A weakness needs its cause" in unsure.text
    kept = manager.post(f"{PAGE}/finding/1", text="A headset was missing", category="weakness",
                        requirement="R21", cause="Only one for two")  # fmt: skip
    assert kept.status_code == 303
    assert found(over) == {1: ("weakness", "A headset was missing")}
    # A look at the same steps once more proposes nothing anew.
    with over.inst.journal.write() as session:
        lease = incidents.take_lease(session, NUMBER, "run", real_now=over.clock.now())
    steps.want.fn(lease)
    assert list(found(over)) == [1]


def test_a_proposed_finding_is_dismissed_with_a_reason_and_stays_in_the_record(
    over, manager
) -> None:
    manager.post(f"{PAGE}/finding/1", text="Late", category="no finding", cause="The clock was off")
    assert found(over) == {1: ("no finding", "Late")}
    assert len(over.entries("finding")) == 2


def test_a_serious_weakness_is_told_at_once_and_nobody_twice(over, manager) -> None:
    assert told(over, "serious-finding") == set()
    form = {"text": "Nobody could order voicemail", "category": "serious weakness",
            "cause": "One name in the matrix"}  # fmt: skip
    for _ in range(2):
        assert manager.post(f"{PAGE}/finding", **form).status_code == 303
    lead = over.plan.people_of_kind("cmt_lead")[0].id
    assert told(over, "serious-finding") == {"IT-MGR", "AM-2", lead}
    with over.inst.journal.read() as session:
        mails = [m for m in messages.of_purpose(session, NUMBER, "serious-finding")
                 if m.channel == "mail"]  # fmt: skip
    assert len(mails) == 3
    assert all(m.subject.startswith(("EXERCISE", "GYAKORLAT")) for m in mails)
    assert any("Nobody could order voicemail" in m.text for m in mails)


@pytest.mark.covers("D29")
def test_a_finding_leads_to_an_action_in_the_one_ledger(over, manager) -> None:
    manager.post(f"{PAGE}/finding/1", text="A headset was missing", category="weakness",
                 cause="Only one for two")  # fmt: skip
    form = manager.get(f"{PAGE}/action?finding=1")
    assert "A headset was missing" in form.text
    assert "Clients may read this" not in form.text
    kept = manager.post(f"{PAGE}/action", finding="A headset was missing", action="Buy headsets",
                        owner="supervisor", due="2026-12-15", check="Shown at the next test",
                        about="all", show="1", resources="Twelve headsets")  # fmt: skip
    assert kept.headers["location"] == f"{PAGE}#actions"
    with over.inst.journal.read() as session:
        (action,) = write_up.actions(timeline.entries(session, NUMBER))
    assert action.form.audience == "internal"
    ledger = seen(manager.get("/actions"))
    assert f"{NUMBER}/1: Buy headsets" in ledger
    assert "from an exercise" in ledger


def test_the_parts_of_the_record_are_written_and_all_is_said_to_be_written(over, manager) -> None:
    assert (
        manager.post(
            f"{PAGE}/write/exercise-effects", **{"exercise-effects": "None: the line was closed"}
        ).status_code
        == 303
    )
    assert "None: the line was closed" in seen(manager.get(PAGE))
    assert manager.post(f"{PAGE}/complete").status_code == 303
    with over.inst.journal.read() as session:
        assert write_up.is_complete(timeline.entries(session, NUMBER))


def test_who_may_not_write_sees_it_and_changes_nothing(over) -> None:
    other = Holder(over, over.plan.people_of_kind("cmt_lead")[0].id)
    page = other.get(PAGE)
    assert page.status_code == 200
    assert f"{PAGE}/finding/1" not in page.text
    assert other.post(f"{PAGE}/finding/1", text="x", category="strength").status_code == 403
    assert other.get("/exercise/INC-0002").status_code == 404
    assert other.get("/exercise/INC-0099").status_code == 404


def test_before_its_end_nothing_is_written_up(place) -> None:
    with place.inst.journal.write() as session:
        ended_exercise(session, place.plan, place.clock.now())
        number = exercises.plan_one(
            session, place.plan, place.plan.exercise("BACKUP-CALLOUT"),
            starts_at=place.clock.now() + timedelta(days=20), asked_by="operator",
            now=place.clock.now(), real_now=real_now(),
        ).incident.number  # fmt: skip
    manager = Holder(place, "IT-DEP")
    assert manager.get(f"/exercise/{number}/finding").status_code == 409
    assert "written up here when it is over" in manager.get(f"/exercise/{number}").text


@pytest.mark.covers("D28")
def test_the_programme_shows_what_counts_and_what_is_due(over, manager) -> None:
    page = seen(manager.get("/exercises"))
    row = page[page.index("Backup call-out") :][:300]
    assert "none yet" in row  # a step failed and nobody has evaluated it
    assert "carried out, not evaluated yet" in page
    with over.inst.journal.write() as session:
        exercise_record.evaluate(session, NUMBER, 1, now=over.clock.now())
    page = seen(manager.get("/exercises"))
    row = page[page.index("Backup call-out") :][:300]
    assert NUMBER in row
    assert "24 May 2027" in row
    assert "svg" in manager.get("/exercises").text


# --- the participants' word ---------------------------------------------------------------------


def link(place: Any, person: str) -> str:
    with place.inst.journal.read() as session:
        until = hot_wash.until(session, NUMBER)
    assert until is not None
    made = Link("hot-wash", NUMBER, person, 1, until + timedelta(days=1))
    return links.address(place.inst.settings, made)


def test_every_player_is_asked_for_a_word_once_in_the_own_language(over) -> None:
    players = set(over.plan.exercise("BACKUP-CALLOUT").players) - {"ert"}
    asked = told(over, "hot-wash")
    assert players <= asked
    assert {p.id for p in over.plan.people_of_kind("ert")} <= asked


def test_a_word_is_given_without_a_password_and_kept_once_by_role(over) -> None:
    address = link(over, "AG-014")
    page = requests.get(address, timeout=10)
    assert page.status_code == 200
    assert over.entries("hot wash") == []  # opening it records nothing
    empty = requests.post(address, data={"keep": " ", "change": ""}, timeout=10)
    assert empty.status_code == 422
    for change in ("More notice", "Something else"):
        said = requests.post(address, data={"change": change}, timeout=10)
        assert "More notice" in said.text
    (entry,) = over.entries("hot wash")
    assert (entry.data["role"], entry.data["change"]) == ("agent", "More notice")
    assert "AG-014" not in entry.text


def test_a_word_after_the_time_is_not_taken_and_says_so(over) -> None:
    address = link(over, "AG-014")
    over.clock.advance(minutes=2881)
    for answer in (requests.get(address, timeout=10),
                   requests.post(address, data={"keep": "x y"}, timeout=10)):  # fmt: skip
        assert answer.status_code == 410
    assert over.entries("hot wash") == []


def test_a_link_of_somebody_who_was_not_asked_or_forged_takes_nothing(over) -> None:
    stranger = requests.post(link(over, "AM-1") + "x", data={"keep": "x"}, timeout=10)
    assert stranger.status_code == 403
    not_asked = next(p.id for p in over.plan.people if p.kind == "data_protection")
    refused = requests.post(link(over, not_asked), data={"keep": "x"}, timeout=10)
    assert refused.status_code == 410
    assert over.entries("hot wash") == []
