"""An exercise that was configured with a client's address by mistake sends nothing there (D4)."""

from __future__ import annotations

from typing import Any

import pytest

from kitart.alerts.opening import open_or_join
from kitart.clock import real_now
from kitart.connectors.fence import Fenced
from kitart.journal import exercises, messages, plans, timeline
from kitart.journal.messages import Outgoing
from kitart.messaging.delivering import deliver
from kitart.messaging.telling import tell
from kitart.plan.schema import Plan
from tests.integration.gateway.conftest import Place

CLIENTS_SMS = "+447700900201"
VALUES: dict[str, Any] = {"what": "VCC offline", "news": "all well", "projects": "ALPHA"}


def with_the_clients_number(plan: Plan) -> Plan:
    """ERT-1's own number was typed wrong: it is the client's."""
    raw = plan.snapshot()
    person = next(p for p in raw["people"] if p["id"] == "ERT-1")
    person["channels"][0]["address"] = CLIENTS_SMS
    return Plan.from_snapshot(raw)


def begun(place: Place, plan: Plan) -> tuple[str, str]:
    """A running exercise and an incident that is played in it."""
    now = place.clock.now()
    with place.inst.journal.write() as session:
        plans.keep(session, plan.hash, plan.snapshot(), now=now)
        number = exercises.plan_one(
            session, plan, plan.exercise("DEAD-CHANNEL"), starts_at=now, asked_by="operator",
            now=now, real_now=real_now(),
        ).incident.number  # fmt: skip
        exercises.begin(session, number, now=now)
        played = open_or_join(
            session, plan, "VCC", reported_by="operator", seen="VCC is silent", cause_at=None,
            now=now, exercise=True, part_of=number,
        )  # fmt: skip
        return number, played.incident.number


def said_to(place: Place, number: str) -> list[str]:
    return [sms.body for sms in place.world.sms.sent if sms.to == number]


@pytest.mark.covers("D4")
def test_a_clients_address_gets_nothing_and_the_timeline_has_the_refusal(place: Place) -> None:
    plan = with_the_clients_number(place.plan)
    number, played = begun(place, plan)
    assert tell(place.inst, plan, played, "ERT-1", "cover-news", "a", VALUES), "by mail"
    assert said_to(place, CLIENTS_SMS) == []
    with place.inst.journal.read() as session:
        fenced = timeline.entries(session, number, exercises.FENCED)
        # The gateway raises the played incident's own alarm meanwhile, or not yet.
        news = messages.of_purpose(session, played, "cover-news")
        (row,) = [r for r in news if r.channel == "sms"]
    assert {e.text for e in fenced} == {f"Refused: sms to ERT-1: outside the exercise {number}"}
    assert (row.state, row.attempts) == ("skipped", 1)


@pytest.mark.covers("D4")
def test_a_players_message_goes_out_and_begins_with_the_mark(place: Place) -> None:
    _, played = begun(place, place.plan)
    assert tell(place.inst, place.plan, played, "IT-MGR", "cover-news", "a", VALUES)
    (text,) = said_to(place, "+447700900108")
    assert text.startswith("GYAKORLAT")


@pytest.mark.covers("D4")
@pytest.mark.parametrize("channel", ["sms", "mail", "voice", "teams", "chat"])
def test_a_client_is_refused_on_each_kind_of_channel(place: Place, channel: str) -> None:
    number, played = begun(place, place.plan)
    address = "service@client-1.example" if channel == "mail" else CLIENTS_SMS
    message = Outgoing(
        key=f"{played}:x:{channel}", incident=played, purpose="client-report", recipient="CL-1",
        role="client", channel=channel, address=address, subject="EXERCISE", text="EXERCISE x",
    )  # fmt: skip
    raw = place.plan.snapshot()
    raw["channels"] += [
        {"kind": "teams", "connector": "teams"}, {"kind": "chat", "connector": "apprise"}
    ]  # fmt: skip
    row = deliver(place.inst, Plan.from_snapshot(raw), message)
    assert row is not None
    assert row.state == "skipped"
    assert f"{channel} to CL-1: outside the exercise {number}" in row.detail
    assert place.world.sms.sent == []


@pytest.mark.covers("D4", "R38")
def test_a_line_is_refused_too(place: Place) -> None:
    number, played = begun(place, place.plan)
    with pytest.raises(Fenced, match=f"line line-11: outside the exercise {number}"):
        place.inst.fenced(played).set_emergency("line-11", True, 0, set_by="AM-1", mode="voicemail")
    assert place.inst.voice.routing("line-11").mode == "normal"
    with place.inst.journal.read() as session:
        (entry,) = timeline.entries(session, number, exercises.FENCED)
    assert entry.data["channel"] == "line"


@pytest.mark.covers("D4", "D14")
def test_what_an_exercise_plays_as_down_bars_no_real_message(place: Place) -> None:
    now = place.clock.now()
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=now)
        number = exercises.plan_one(
            session, place.plan, place.plan.exercise("MAIL-DOWN"), starts_at=now,
            asked_by="operator", now=now, real_now=real_now(),
        ).incident.number  # fmt: skip
        open_or_join(
            session, place.plan, "SHAREPOINT", reported_by="operator", seen="x", cause_at=None,
            now=now, exercise=True, part_of=number,
        )  # fmt: skip
        real = open_or_join(
            session, place.plan, "VCC", reported_by="operator", seen="x", cause_at=None, now=now
        )
    assert tell(place.inst, place.plan, real.incident.number, "IT-MGR", "cover-news", "a", VALUES)
    with place.inst.journal.read() as session:
        rows = messages.of_incident(session, real.incident.number)
    assert {"by graph_mail", "by sms"} <= {r.detail.split(";")[0] for r in rows}
