"""The quarterly test of the contact list, over real sockets."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
import requests
from prefect.artifacts import Artifact

from flows.contact_test import contact_test
from kitart.alerts.contact_test import open_contact_test
from kitart.journal import contact_tests, incidents, messages, timeline
from kitart.messaging.alarm import raise_alarm
from kitart.messaging.channels import down_systems
from kitart.messaging.paper import tell_to_use_paper
from sandbox.sms_state import NumberFault
from tasks.contact import ContactTest

pytestmark = pytest.mark.timeout(240)

READS = {"delay_s": 0, "answers": {"ack": "leave"}}
ANSWERS = {"delay_s": 0, "answers": {"ack": "take"}, "picks_up": True}
ERT = [f"ERT-{n}" for n in range(1, 6)]


def begun(story, **asked: Any) -> None:
    """Somebody asks for a test by the command line: the gateway sees it in the journal."""
    with story.inst.journal.write() as session:
        opened = open_contact_test(session, story.plan, story.clock, **asked)
    assert opened.incident.number == "INC-0001"
    story.eventually(lambda: story.entries("test began"), "the test")
    story.settle(quiet_s=0.8)


def started(**asked: Any) -> Any:
    """The state of a run that was started by the deployment's form."""
    return asyncio.run(contact_test(ContactTest(**asked), return_state=True))


def outcomes(story) -> dict[tuple[str, str], str]:
    (entry,) = story.entries("test evaluated")
    return {(line["person"], line["channel"]): line["outcome"] for line in entry.data["lines"]}


def mail_link(story, person: str) -> str:
    address = next(c.address for c in story.plan.person(person).channels if c.kind == "mail")
    (mail, *_) = [mail for mail in story.world.tenant.mail if address in mail.to]
    return re.search(r"http://[^\s\"<]+/a/[^\s\"<]+", mail.content)[0]


def to(story, person: str, channel: str) -> list[Any]:
    with story.inst.journal.read() as session:
        sent = messages.of_purpose(session, "INC-0001", "contact-test")
    return [row for row in sent if (row.recipient, row.channel) == (person, channel)]


@pytest.mark.covers("R50", "R53", "D14", "D27", "D4", "R9", "A14")
@pytest.mark.begins(people={"default": ANSWERS, "IT-DEP": "never", "AM-1": READS})
def test_everybody_is_asked_on_each_channel_and_the_gaps_are_told(story) -> None:
    phone = next(c.address for c in story.plan.person("SV-1").channels if c.kind == "sms")
    story.world.sms.faults[phone] = NumberFault(status=400)
    begun(story)
    # Nobody is paged, and nothing counts as down.
    assert not story.acks("ert")
    assert not story.messages("ert-alarm")
    with story.inst.journal.read() as session:
        assert incidents.open_incidents(session) == []
        assert down_systems(session, story.plan) == frozenset()
    text = story.texts_to("AM-1")[0]
    assert text.startswith("GYAKORLAT")
    assert "11:00 CET" in text
    assert story.texts_to("SV-2")[0].startswith("EXERCISE")
    # One of two channels is answered: the other one is reminded at half of the time, once.
    page = requests.get(mail_link(story, "AM-1"), timeout=10).text
    assert "Megkapta ezt az üzenetet?" in page
    assert "nem történt semmi" in page
    story.clock.move_to(story.start + timedelta(minutes=4))
    pressed = requests.post(mail_link(story, "AM-1"), data={"answer": "take"}, timeout=10)
    assert "Ezen a módon elérhető" in pressed.text
    story.at("09:31", by_minutes=15)
    assert len(to(story, "AM-1", "mail")) == 1
    assert len(to(story, "AM-1", "sms")) == 2
    assert len(to(story, "IT-DEP", "mail")) == 2
    story.at("10:01", by_minutes=15)
    story.orchestrator.wait()
    story.settle()
    said = outcomes(story)
    assert said["AM-1", "mail"] == "answered"
    assert said["AM-1", "sms"] == "silent"
    assert said["IT-DEP", "mail"] == said["IT-DEP", "sms"] == "silent"
    assert said["SV-1", "sms"] == "failed"
    assert said["SV-1", "mail"] == said["ERT-1", "sms"] == "answered"
    assert said["SV-1", "voice"] == said["ERT-1", "voice"] == "answered"
    assert said["AM-1", "voice"] == "silent"
    (found,) = story.entries("test evaluated")
    assert found.data["silent_deputies"] == ["IT-DEP"]
    assert found.data["ert_met"]
    assert not found.data["passed"]
    (line,) = [x for x in found.data["lines"] if (x["person"], x["channel"]) == ("AM-1", "mail")]
    assert line["minutes"] == 4
    assert story.incident.state == "evaluated"
    assert story.incident.settled_at is not None
    assert story.orchestrator.states[-1].is_completed()
    assert f"{found.data['answered']} of {found.data['tried']} answered" in (
        story.orchestrator.states[-1].message
    )
    # What answered is verified, by its address; what did not, is not.
    with story.inst.journal.read() as session:
        known = contact_tests.verified(session)
        assert timeline.first_broken(session, story.incident) is None
    am = {c.kind: c.address for c in story.plan.person("AM-1").channels}
    assert known["AM-1", "mail", am["mail"]] == story.start + timedelta(minutes=4)
    assert ("AM-1", "sms", am["sms"]) not in known
    # The IT manager and the account managers coordinate tests: they learn the gaps (R53).
    results = story.messages("contact-test-result")
    assert {row.recipient for row in results} == {"IT-MGR", "AM-1", "AM-2"}
    mail = next(row for row in results if row.channel == "mail" and row.recipient == "IT-MGR")
    assert "AM-1 (account manager), sms: nincs válasz" in mail.text
    assert "SV-1 (csoportvezető), sms: nem sikerült elküldeni" in mail.text
    assert "AM-1 (account manager), voice: nincs válasz" in mail.text
    assert "riasztási próba" in mail.subject


@pytest.mark.covers("R50", "R10")
@pytest.mark.begins(people={"default": ANSWERS})
def test_once_all_have_answered_it_ends_and_the_next_is_started_in_prefect(story) -> None:
    begun(story, roles=["ert"], minutes=20)
    story.eventually(lambda: story.incident.settled_at, "the end")
    (found,) = story.entries("test evaluated")
    assert {line["person"] for line in found.data["lines"]} == set(ERT)
    assert found.data["passed"]
    assert not story.messages("ert-alarm")
    shown = Artifact.get("inc-0001-contacts")
    assert shown is not None
    assert "15 of 15 answered, 0 gaps" in (shown.description or "")
    assert "All criteria are met" in (shown.description or "")
    assert started(roles=["it_manager"]).is_completed()
    story.orchestrator.wait()
    with story.inst.journal.read() as session:
        row = incidents.get(session, "INC-0002")
        assert row.state == "evaluated"
        assert timeline.entries(session, row.number, "reported")[0].source == "person"
        assert contact_tests.last_evaluated(session).number == "INC-0002"


@pytest.mark.covers("E40", "D28")
@pytest.mark.begins(people={"default": READS})
def test_a_real_incident_stops_the_test_which_then_does_not_count(story) -> None:
    begun(story)
    asked = len(story.messages("contact-test"))
    story.at("09:10", by_minutes=10)
    story.phone_system("down")
    assert story.alert(started=story.clock.now()).json()["opened"] == ["INC-0002"]
    story.eventually(lambda: story.incident.settled_at, "the end of the test")
    assert story.incident.state == "stopped"
    (stopped,) = story.entries("test stopped")
    assert stopped.data == {"incident": "INC-0002"}
    assert not story.entries("test evaluated")
    story.eventually(
        lambda: [state for state in story.orchestrator.states if state.is_cancelled()],
        "the run, which is not completed",
    )
    # The real one is worked as if there were no test, and no reminder of the test goes out.
    story.settle()
    with story.inst.journal.read() as session:
        assert messages.of_purpose(session, "INC-0002", "ert-alarm")
        assert contact_tests.last_evaluated(session) is None
        assert contact_tests.verified(session) == {}
    story.at("09:40", by_minutes=15)
    assert len(story.messages("contact-test")) == asked
    assert not story.messages("contact-test-result")
    # While it is open, no test begins.
    state = started()
    assert state.is_cancelled()
    assert "INC-0002 is open" in state.message


@pytest.mark.covers("D4", "R50")
def test_nobody_is_paged_or_sent_to_the_paper_plan_while_no_run_drives_a_test(
    story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitart.gateway.watchman.PAPER_AFTER_S", 0.0)
    story.orchestrator.away = True
    with story.inst.journal.write() as session:
        number = open_contact_test(session, story.plan, story.clock).incident.number
    story.eventually(lambda: story.orchestrator.refused > 1, "a second request for a run")
    assert raise_alarm(story.inst, number) is None
    assert tell_to_use_paper(story.inst, number)
    story.settle()
    assert [entry.type for entry in story.entries()] == ["reported", "test planned"]
    with story.inst.journal.read() as session:
        assert messages.of_incident(session, number) == []


@pytest.mark.covers("R50", "E40")
@pytest.mark.begins(people={"default": READS})
def test_a_run_that_died_goes_on_where_it_stood(story) -> None:
    begun(story, roles=["it_manager"], minutes=20)
    first = len(story.messages("contact-test"))
    story.orchestrator.kill()
    story.eventually(lambda: story.entries("run took over"), "another run")
    story.settle(quiet_s=0.8)
    assert len(story.messages("contact-test")) == first
    story.at("09:11", by_minutes=5)
    assert len(story.messages("contact-test")) == 2 * first
    story.at("09:21", by_minutes=5)
    story.eventually(lambda: story.incident.settled_at, "the end")
    assert story.incident.state == "evaluated"
    (found,) = story.entries("test evaluated")
    assert found.data["answered"] == 0
