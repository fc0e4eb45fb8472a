"""Which way a message goes, and that it goes once (D14, D15, E43, E44)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from kitart.alerts.general import Seen, open_general
from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import incidents, messages, observations, timeline
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Document, Message
from kitart.messaging import client, delivering, enclosing
from kitart.messaging.channels import Way, down_systems, ways
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")


@pytest.fixture
def inst(tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more"))
    made = Installation(settings, HandClock(NOW))
    make_tables(made.journal)
    yield made
    made.journal.close()


def opened(inst: Installation, system: str, *, exercise: bool = False) -> str:
    with inst.journal.write() as session:
        return open_or_join(
            session, PLAN, system, reported_by="monitor test", seen="away", cause_at=None,
            exercise=exercise, now=NOW,
        ).incident.number  # fmt: skip


def probed(inst: Installation, system: str, state: str, number: str) -> None:
    with inst.journal.write() as session:
        observations.add(session, system, state, "probe", "", now=NOW, incident=number)


def down(inst: Installation) -> frozenset[str]:
    with inst.journal.read() as session:
        return down_systems(session, PLAN)


@pytest.mark.covers("D14")
def test_a_persons_word_lifts_the_bar_of_what_no_probe_watches(inst: Installation) -> None:
    number = opened(inst, "SMS-GATEWAY")
    assert down(inst) == {"SMS-GATEWAY"}
    with inst.journal.write() as session:
        observations.add(
            session, "SMS-GATEWAY", "up", "person", "tried", now=NOW, incident=number
        )  # fmt: skip
    assert down(inst) == frozenset()


@pytest.mark.covers("D14", "E44")
def test_what_shares_a_failure_is_taken_as_down_with_it(inst: Installation) -> None:
    assert down(inst) == frozenset()
    opened(inst, "SHAREPOINT")
    assert down(inst) == {"SHAREPOINT", "MAIL", "SIGN-ON"}


def test_a_probe_that_sees_it_up_counts_more_than_the_report(inst: Installation) -> None:
    number = opened(inst, "SHAREPOINT")
    probed(inst, "SHAREPOINT", "up", number)
    assert down(inst) == frozenset()
    probed(inst, "SHAREPOINT", "unknown", number)
    assert "SHAREPOINT" in down(inst)


def test_looks_of_a_closed_incident_say_nothing_about_today(inst: Installation) -> None:
    old = opened(inst, "VCC")
    probed(inst, "SHAREPOINT", "down", old)
    probed(inst, "VCC", "up", old)
    assert down(inst) == {"SHAREPOINT", "MAIL", "SIGN-ON"}
    with inst.journal.write() as session:
        incidents.close(session, old, "closed", now=NOW)
    assert down(inst) == frozenset(), "it is not down for ever"
    opened(inst, "VCC")
    assert down(inst) == {"VCC"}, "last month's 'up' does not speak against today's alert"


@pytest.mark.covers("D4", "E40")
def test_what_is_down_in_an_exercise_bars_no_way_of_a_real_message(inst: Installation) -> None:
    number = opened(inst, "SHAREPOINT", exercise=True)
    probed(inst, "SHAREPOINT", "down", number)
    assert down(inst) == frozenset()
    with inst.journal.read() as session:
        assert "MAIL" in down_systems(session, PLAN, exercise=True)


@pytest.mark.covers("D14")
def test_the_newest_incident_has_the_last_word_about_what_no_probe_watches(
    inst: Installation,
) -> None:
    crm = opened(inst, "CLIENT-CRM-2")
    sms = opened(inst, "SMS-GATEWAY")
    with inst.journal.write() as session:
        for number, state, source in (
            (crm, "down", "alert m1"), (crm, "up", "alert m1"),
            (sms, "down", "alert m2"), (sms, "up", "alert m2"),
        ):  # fmt: skip
            observations.add(session, "SMS-GATEWAY", state, source, "", now=NOW, incident=number)
    # A monitor may end what joined another's incident; in one of its own only a person may.
    with inst.journal.read() as session:
        assert observations.last_told(session, ["SMS-GATEWAY"], [crm]) == {"SMS-GATEWAY": "up"}
        assert observations.last_told(session, ["SMS-GATEWAY"], [crm, sms]) == {
            "SMS-GATEWAY": "down"
        }


@pytest.mark.covers("D15")
def test_as_many_questions_to_the_journal_with_thirty_incidents_as_with_one(
    inst: Installation,
) -> None:
    asked: list[str] = []

    def questions() -> int:
        asked.clear()
        down(inst)
        return len(asked)

    opened(inst, "VCC")
    sa.event.listen(
        inst.journal.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    few = questions()
    assert few > 0
    with inst.journal.write() as session:
        for n in range(29):
            open_general(session, PLAN, Seen(f"fault {n}", "test"), now=NOW)
        assert len(incidents.open_incidents(session)) == 30
    assert questions() == few


@pytest.mark.covers("D14", "E43")
def test_a_way_that_stands_on_what_is_down_is_passed_over() -> None:
    assert ways(PLAN, "mail", (), frozenset()) == [Way("graph_mail", None), Way("smtp", None)]
    assert ways(PLAN, "mail", (), frozenset({"MAIL"})) == [
        Way("smtp", None), Way("graph_mail", "MAIL"),
    ]  # fmt: skip
    assert ways(PLAN, "sms", ("OPERATOR-1",), frozenset({"OPERATOR-1"})) == [
        Way("sms", "OPERATOR-1")
    ]


def wanted(number: str, document: int | None = None) -> Outgoing:
    return Outgoing(
        key="k", incident=number, purpose="ert-alarm", recipient="ERT-1", role="ert",
        channel="mail", address="ert-1@kitart.example", subject="s", text="take it",
        document_id=document,
    )  # fmt: skip


def test_the_second_way_takes_what_the_first_refused_and_the_record_says_why(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def send(_i: Installation, connector: str, _m: Outgoing, _text: str, **_more: Any) -> str:
        tried.append(connector)
        if connector == "graph_mail":
            raise ConnectorError("the client secret is wrong", permanent=True)
        return "id-1"

    monkeypatch.setattr(delivering, "send_by", send)
    number = opened(inst, "VCC")
    for _ in range(3):
        row = delivering.deliver(inst, PLAN, wanted(number))
        assert row is not None
        assert (row.state, row.provider_id) == ("accepted", "id-1")
    assert tried == ["graph_mail", "smtp"]
    with inst.journal.read() as session:
        said = [e.text for e in timeline.entries(session, number) if e.type == "message accepted"]
    assert len(said) == 1
    assert "by smtp; graph_mail: the client secret is wrong" in said[0]


@pytest.mark.parametrize(
    ("language", "subject", "repeated"),
    [
        ("en", "REPEAT: VCC offline", "REPEAT, may have reached you before: take it"),
        ("hu", "ISMÉTLÉS: VCC offline", "ISMÉTLÉS, lehet, hogy már megkapta: take it"),
        ("en", "", "REPEAT, may have reached you before: take it"),
    ],
)
def test_a_repeat_says_that_it_may_be_one(
    inst: Installation, monkeypatch: pytest.MonkeyPatch, language: str, subject: str, repeated: str
) -> None:
    texts: list[tuple[str, str]] = []

    def said(_i: Installation, _c: str, message: Outgoing, text: str, **_more: Any) -> str:
        texts.append((message.subject, text))
        return "id"

    monkeypatch.setattr(delivering, "send_by", said)
    number = opened(inst, "VCC")
    with inst.journal.write() as session:
        long_ago = NOW - timedelta(days=300)
        one = replace(wanted(number), language=language, subject=subject and "VCC offline")
        messages.claim(session, one, now=NOW, real_now=long_ago)
    delivering.deliver(inst, PLAN, one)
    assert texts == [(subject, repeated)]


@pytest.mark.covers("D15", "D1")
def test_what_goes_out_stands_in_the_record_word_for_word(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(inst, "VCC")
    first = replace(wanted(number), subject="as it was", text="in 5 minutes")
    later = replace(wanted(number), subject="as it is", text="in 4 minutes")
    sent: list[tuple[str, str]] = []

    def refuse(*_a: Any, **_k: Any) -> str:
        raise ConnectorError("away")

    def send(_i: Installation, _c: str, message: Outgoing, text: str, **_more: Any) -> str:
        sent.append((message.subject, text))
        return "id"

    # One that failed has reached nobody: the words of the next try count.
    monkeypatch.setattr(messages, "pause_s", lambda _row: 0.0)
    monkeypatch.setattr(delivering, "send_by", refuse)
    delivering.deliver(inst, PLAN, first)
    monkeypatch.setattr(delivering, "send_by", send)
    row = delivering.deliver(inst, PLAN, later)
    assert row is not None
    assert [(row.subject, row.text)] == sent == [("as it is", "in 4 minutes")]
    # One whose sender died may have: the same words again.
    other = replace(first, key="another")
    with inst.journal.write() as session:
        messages.claim(session, other, now=NOW, real_now=NOW - timedelta(days=300))
    row = delivering.deliver(inst, PLAN, replace(later, key="another"))
    assert row is not None
    assert (row.subject, row.text) == ("as it was", "in 5 minutes")
    assert sent[1] == ("REPEAT: as it was", "REPEAT, may have reached you before: in 5 minutes")


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "your line +448081570101 may not be reached"),
        ("hu", "Érintett vonal: +448081570101."),
        ("pl", "your line +448081570101 may not be reached"),
    ],
)
def test_a_clients_short_text_is_in_the_language_of_its_contract(
    inst: Installation, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    sent: list[Outgoing] = []
    monkeypatch.setattr(client, "deliver", lambda _i, _p, message, **_k: sent.append(message))
    one = PLAN.clients[0]
    report = one.report.model_copy(update={"language": language})
    plan = PLAN.model_copy(
        update={
            "clients": (one.model_copy(update={"report": report}), *PLAN.clients[1:]),
            "lines": tuple(line for line in PLAN.lines if line.id == "line-11"),
        }
    )
    document = Document(client=one.id, incident="INC-0001", type="status-update", id=1)
    client.send_short_text(inst, plan, document, {"since": NOW}, None)  # type: ignore[arg-type]
    texts = [message.text for message in sent if message.channel == "sms"]
    assert texts
    assert all(said in text for text in texts)
    if language == "hu":
        assert all("Következő tájékoztatás: amint új információ van." in text for text in texts)
        assert all("Kapcsolat: ügyeletes account manager, +44" in text for text in texts)


@pytest.mark.parametrize("state", ["sending", "uncertain", "failed"])
def test_a_report_that_no_mail_took_says_whether_to_wait_to_ask_or_to_try_again(
    inst: Installation, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    row = None if state == "sending" else Message(state=state)
    monkeypatch.setattr(client, "deliver", lambda *_a, **_k: row)
    monkeypatch.setattr(client, "pdf_beside", lambda *_a: None)
    document = Document(client="CL-1", incident="INC-0001", type="status-update", id=1)
    with pytest.raises(ConnectorError) as trouble:
        client.send_report(inst, PLAN, document, None)  # type: ignore[arg-type]
    assert trouble.value.permanent == (state == "uncertain")
    assert isinstance(trouble.value, client.OnItsWay) == (state == "sending")


def a_report(number: str) -> Document:
    return Document(
        id=7, client="CL-1", incident=number, type="status-update", file_name="a.html",
        html="<html><head></head><body></body></html>", created_at=NOW, subject="s", text="t",
    )  # fmt: skip


@pytest.mark.parametrize(("size", "files"), [(3_000_000, ["a.pdf"]), (3_000_001, [])])
def test_a_pdf_too_large_for_a_mail_stays_behind_and_the_report_goes(
    inst: Installation, monkeypatch: pytest.MonkeyPatch, size: int, files: list[str]
) -> None:
    sent: list[list[str]] = []

    def deliver(*_: Any, attachments: list[Attachment], **_more: Any) -> Message:
        sent.append([each.name for each in attachments])
        return Message(state="accepted")

    monkeypatch.setattr(client, "deliver", deliver)
    monkeypatch.setattr(enclosing, "pdf_of", lambda *_a, **_k: b"x" * size)
    number = opened(inst, "VCC")
    client.send_report(inst, PLAN, a_report(number), None)  # type: ignore[arg-type]
    assert sent
    assert all(each == files for each in sent)


def test_whatever_breaks_the_pdf_is_on_record_once_and_not_tried_again(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def broken(*_: Any, **_more: Any) -> bytes:
        tried.append(1)
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(enclosing, "pdf_of", broken)
    number = opened(inst, "VCC")
    for _ in range(2):
        assert enclosing.pdf_beside(inst, PLAN, a_report(number), None) is None  # type: ignore[arg-type]
    with inst.journal.read() as session:
        (said,) = timeline.entries(session, number, enclosing.NO_PDF)
    assert "a.html goes out and is filed as HTML alone: no PDF, something nobody" in said.text
    assert len(tried) == 1
