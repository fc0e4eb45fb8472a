"""Telling by chats: passed over with the tenant, and one way is no contact (A14, D14, E44)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import messages, timeline
from kitart.messaging import delivering
from kitart.messaging.alarm import _pages
from kitart.messaging.telling import tell
from kitart.plan.loading import load_plan
from kitart.plan.schema import Channel, ChannelPolicy, Plan
from kitart.settings import HOUSE, ChatSettings, Settings
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SMS = Channel(kind="sms", address="+447700900111")
TEAMS = Channel(kind="teams", address="ert-1-teams")
CHAT = Channel(kind="chat", address="ert-1-chat")
SECRET = "https://127.0.0.1:1/workflows/secret?sig=secret"


def with_channels(*channels: Channel) -> Plan:
    plan = load_plan(HOUSE / "config")
    people = tuple(
        p.model_copy(update={"channels": channels}) if p.id == "ERT-1" else p for p in plan.people
    )
    policies = (
        *(policy for policy in plan.channels if policy.kind not in ("teams", "chat")),
        ChannelPolicy(kind="teams", connector="teams", depends_on=("MAIL",)),
        ChannelPolicy(kind="chat", connector="apprise"),
    )
    return plan.model_copy(update={"people": people, "channels": policies})


@pytest.fixture
def inst(tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(
        data_dir=tmp_path,
        secret_key=SecretStr("sixteen-letters-or-more"),
        chat=ChatSettings(teams={"ert-1-teams": SecretStr(SECRET)}),
    )
    made = Installation(settings, HandClock(NOW))
    make_tables(made.journal)
    yield made
    made.journal.close()


def told(inst: Installation, plan: Plan, system: str, **more: Any) -> tuple[str, bool]:
    with inst.journal.write() as session:
        number = open_or_join(
            session, plan, system, reported_by="monitor test", seen="away", cause_at=None, now=NOW
        ).incident.number
    values = {
        "what": "VCC offline", "since": NOW, "answer_by": NOW + timedelta(minutes=5),
        "next_news": "soon", "link": "https://kitart.example/a/x", **more,
    }  # fmt: skip
    return number, tell(inst, plan, number, "ERT-1", "ert-alarm", "ert:1", values)


def lines(inst: Installation, number: str) -> list[str]:
    with inst.journal.read() as session:
        entries = timeline.entries(session, number)
    return [e.text for e in entries if e.type.startswith("message ")]


@pytest.mark.covers("D14", "E44")
@pytest.mark.parametrize("system", ["SHAREPOINT", "MAIL", "SIGN-ON"])
def test_teams_is_passed_over_while_any_part_of_the_tenant_is_down(
    inst: Installation, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(
        delivering, "send_by", lambda _i, connector, *_a, **_k: tried.append(connector) or "id"
    )
    number, reached = told(inst, with_channels(TEAMS, SMS), system)
    assert (tried, reached) == (["sms"], True)
    assert lines(inst, number)[0] == (
        "teams to ERT member (ert-alarm): not sent; teams: depends on MAIL, which is down"
    )


def test_each_kind_gets_the_words_that_fit_it_and_the_name_stands_on_record(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, Any] = {}

    def send(_i: Any, connector: str, message: Any, text: str, **_k: Any) -> str:
        sent[connector] = (message.address, message.subject, text)
        return "id"

    monkeypatch.setattr(delivering, "send_by", send)
    number, _ = told(inst, with_channels(SMS, TEAMS, CHAT), "VCC")
    address, subject, text = sent["teams"]
    assert address == "ert-1-teams"
    assert subject.startswith(f"Riasztás: {number}. Vállalja?"), "the mail's words"
    assert text.endswith("https://kitart.example/a/x")
    assert sent["apprise"] == ("ert-1-chat", "", sent["sms"][2])
    with inst.journal.read() as session:
        rows = {row.channel: row for row in messages.of_incident(session, number)}
    assert rows["teams"].address == "ert-1-teams"


@pytest.mark.covers("A14")
def test_what_a_one_way_chat_took_reaches_nobody(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(_i: Any, connector: str, *_a: Any, **_k: Any) -> str:
        if connector == "sms":
            raise ConnectorError("the gateway is away")
        return "id"

    monkeypatch.setattr(delivering, "send_by", send)
    plan = with_channels(SMS, CHAT)
    number, reached = told(inst, plan, "VCC")
    assert not reached
    assert "chat to ERT member (ert-alarm): accepted by the provider; by apprise" in lines(
        inst, number
    )
    with inst.journal.read() as session:
        (page,) = _pages(session, plan, number, {"ERT-1": [NOW]})
    assert page.in_vain
    assert page.unfinished


def test_the_address_is_on_no_record_of_a_failure(inst: Installation) -> None:
    number, _ = told(inst, with_channels(TEAMS), "VCC")
    (line,) = lines(inst, number)
    assert line.startswith(
        "teams to ERT member (ert-alarm): could not be sent; teams: Teams: POST: "
    )
    with inst.journal.read() as session:
        (row,) = messages.of_incident(session, number)
        kept = f"{row.detail}{row.text}{row.subject}{row.address}{row.key}"
    assert "secret" not in line + kept
    assert "127.0.0.1" not in line
