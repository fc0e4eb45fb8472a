"""The incident's run dies in the middle: the next one goes on where the journal stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.strands import informing
from kitart.journal import documents, looks
from kitart.journal.messages import TAKEN
from kitart.language import words
from kitart.messaging import delivering
from tasks import documents as report_steps

pytestmark = pytest.mark.timeout(240)
BUDAPEST = ZoneInfo("Europe/Budapest")


@pytest.mark.covers("D21", "D1")
def test_a_new_run_takes_over_and_says_nothing_twice(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    mails = {c.id: len(story.client_mails(c.id)) for c in story.plan.clients}
    sms = len(story.world.sms.sent)
    story.orchestrator.kill()
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.settle()
    assert {c.id: len(story.client_mails(c.id)) for c in story.plan.clients} == mails
    assert len(story.world.sms.sent) == sms
    story.phone_system("up")
    story.at("09:25", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        subjects = [(m.subject, tuple(m.to)) for m in story.client_mails(client)]
        assert len(subjects) == len(set(subjects))


@pytest.mark.covers("D17", "D21")
def test_who_was_sent_to_the_paper_plan_hears_when_a_run_drives_again(
    story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    monkeypatch.setattr("kitart.gateway.watchman.PAPER_AFTER_S", 0.5)
    story.orchestrator.away = True
    story.orchestrator.kill()
    everybody = {*story.plan.ert_order(story.incident.reported_at), "IT-MGR"}
    people = {getattr(one, "id", one) for one in everybody}
    story.eventually(
        lambda: {m.recipient for m in story.messages("paper-plan") if m.state in TAKEN} == people,
        "the word to everybody",
    )
    undriven = story.entries("run missing")[-1].occurred_at.astimezone(BUDAPEST)
    told = {m.recipient: m.text for m in story.messages("paper-plan") if m.channel == "sms"}
    assert f"a Kitart {undriven:%H:%M} CET óta nem irányít" in told["IT-MGR"]
    assert not story.messages("paper-over")
    story.orchestrator.away = False
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.eventually(
        lambda: {m.recipient for m in story.messages("paper-over") if m.state in TAKEN} == people,
        "the word that it is over",
    )
    monkeypatch.setattr("kitart.gateway.watchman.PAPER_AFTER_S", 600.0)
    story.orchestrator.kill()
    story.eventually(lambda: len(story.entries("run took over")) == 2, "one more run")
    story.settle()
    words = [(m.recipient, m.channel) for m in story.messages("paper-over")]
    assert len(words) == len(set(words)), "once, whichever run drives"
    said = next(
        m.text for m in story.messages("paper-over")
        if (m.recipient, m.channel) == ("IT-MGR", "sms")
    )  # fmt: skip
    assert "óta ismét irányít" in said


class Died(BaseException):
    """What ends a process, as seen from inside it."""


@pytest.fixture
def dies_once(story, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[bool]]:
    """Let the run die the first time that ``place.name`` is called with what ``when`` accepts."""

    def arm(place: Any, name: str, when: Callable[..., bool], *, after: bool) -> list[bool]:
        real, died = getattr(place, name), []

        def wrapped(*values: Any, **more: Any) -> Any:
            if died or not when(*values):
                return real(*values, **more)
            died.append(True)
            if after:
                real(*values, **more)
            raise Died

        monkeypatch.setattr(place, name, wrapped)
        monkeypatch.setattr("kitart.journal.messages.SENDER_DEAD_AFTER", timedelta(seconds=2))
        return died

    return arm


def taken_over(story, died: list[bool]) -> None:
    """Wait until the run has died in the middle of it and the next one drives."""
    story.eventually(lambda: died and story.orchestrator.failures, "the death")
    story.orchestrator.failures.clear()
    story.phone_system("up")
    story.eventually(lambda: story.entries("run took over"), "the next run")


def first_words(story, client: str) -> list[str]:
    said = words(story.plan.client(client).report.language, "reports").gettext
    titles = said("First notification"), said("Notice of a past disturbance")
    return [
        mail.subject
        for mail in story.client_mails(client)
        if any(title in mail.subject for title in titles)
    ]


def nothing_came_twice_and_all_is_filed(story) -> None:
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        got = [(m.subject, tuple(m.to)) for m in story.client_mails(client)]
        assert len(got) == len(set(got))
    mailed = {mail.content.encode() for mail in story.client_mails("CL-3")}
    assert mailed <= {file.content for file in story.world.tenant.files.values()}


@pytest.mark.covers("D21", "D5")
@pytest.mark.parametrize(("mail_went", "answer"), [(True, "arrived"), (False, "again")])
def test_whether_a_report_arrived_whose_sender_died_is_asked_and_the_client_hears_once(
    story, dies_once, mail_went: bool, answer: str
) -> None:
    died = dies_once(
        delivering, "send_by",
        lambda _inst, connector, message, _text: message.recipient == "CL-3-WARRANTY",
        after=mail_went,
    )  # fmt: skip
    story.phone_system("down")
    story.alert()
    taken_over(story, died)
    asked = story.eventually(
        lambda: [e for e in story.entries("decided") if "reach Charlie" in e.text], "the answer"
    )
    assert asked[0].data["answer"] == answer
    story.at("09:12")
    assert len(first_words(story, "CL-3")) == 1
    nothing_came_twice_and_all_is_filed(story)


@pytest.mark.covers("D21", "E31")
def test_a_report_that_was_taken_before_the_run_died_counts_as_sent_though_the_facts_changed(
    story, dies_once
) -> None:
    died = dies_once(
        report_steps, "_sent",
        lambda inst, _lease, number: client_of(inst, number) == "CL-3",
        after=False,
    )  # fmt: skip
    story.phone_system("down")
    story.alert()
    taken_over(story, died)
    story.at("09:12")
    assert len(first_words(story, "CL-3")) == 1
    assert story.documents("CL-3", "first-notification")[-1].state == "sent"
    assert story.documents("CL-3", "combined-notice") == []
    nothing_came_twice_and_all_is_filed(story)


def client_of(inst: Any, document_id: int) -> str:
    with inst.journal.read() as session:
        return documents.get(session, document_id).client


@pytest.mark.covers("D21", "R48", "E31")
def test_a_run_that_dies_when_the_recovery_is_declared_leaves_no_client_without_a_report(
    story, dies_once
) -> None:
    """What a client felt does not depend on when the run began that asks."""
    died = dies_once(informing, "until_sent", lambda *_values: True, after=False)
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    story.phone_system("up")
    story.at("09:18", by_minutes=4)
    assert story.entries(looks.RECOVERED) == []
    story.clock.advance(minutes=6)
    taken_over(story, died)
    assert story.entries(looks.RECOVERED)
    story.at("09:40", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    assert story.entries("no effect") == []
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        sent = {d.type for d in story.documents(client) if d.state == "sent"}
        assert {"first-notification", "recovery-notice", "closing-report"} <= sent, client
    nothing_came_twice_and_all_is_filed(story)
