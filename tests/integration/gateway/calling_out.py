"""Agents who are called out for cover, as the tests of their answers need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kitart.alerts.workplace import report_outage
from kitart.journal import cover, timeline
from kitart.journal.outage_reports import AGENT, Said
from kitart.journal.tables import CoverCall
from kitart.messaging import links
from kitart.messaging.telling import tell_agent

OUT = "AG-014"
HUNGARIAN, ENGLISH = "AG-016", "AG-032"
QUEUES = {HUNGARIAN: "CHARLIE/hu", ENGLISH: "BRAVO/de"}


def out(place: Any, agent: str = OUT, what: str = "power", **more: Any) -> str | None:
    """An agent reports; the number of the incident."""
    known, now = place.plan.agent(agent), place.clock.now()
    project, _, language = known.queue.partition("/")
    fields = {
        "agent": agent, "project": project, "language": language, "area": known.area,
        "reported_by": agent, "role": AGENT, "safe": "yes", "what": what, "can_move": "no",
        "occurred_at": now, "until": None,
    } | more  # fmt: skip
    with place.inst.journal.write() as session:
        made = report_outage(session, place.plan, f"{agent}:{what}:{now}", Said(**fields), now=now)
    assert made is not None
    return made.incident


def call_out(place: Any, agent: str, number: str = "INC-0001", rung: str = "native") -> int:
    """Reserve an agent for a seat; the call's number."""
    now, limits = place.clock.now(), place.plan.limits
    with place.inst.journal.write() as session:
        row = cover.reserve(
            session, number, agent, QUEUES[agent], rung, now=now,
            hold=timedelta(minutes=limits.reservation_hold),
            due_at=now + timedelta(minutes=limits.backup_start),
        )  # fmt: skip
        assert row is not None
        return row.id


def link_to(place: Any, call: int, agent: str) -> str:
    return links.new(place.inst.settings, "cover", str(call), agent, now=place.clock.now())


def tell(place: Any, call: int, agent: str, purpose: str = "backup-call") -> None:
    """Send the call's message on all channels, as the plan's run does."""
    row = called(place, call)
    values = {"seat": row.queue, "due": row.due_at, "answer_by": row.held_until or row.due_at,
              "link": link_to(place, call, agent)}  # fmt: skip
    tell_agent(place.inst, place.plan, row.incident, agent, purpose, f"{purpose}:{call}", values)


def called(place: Any, call: int) -> CoverCall:
    with place.inst.journal.read() as session:
        row = cover.get(session, call)
    assert row is not None
    return row


def change(place: Any, call: int, state: str) -> None:
    """End or lapse a call."""
    with place.inst.journal.write() as session:
        row = cover.held(session, call)
        if state == cover.LIVE:
            cover.live(row, by=cover.PHONE_SYSTEM, now=place.clock.now())
        else:
            cover.end(row, state, now=place.clock.now())


def entries(place: Any, *types: str, number: str = "INC-0001") -> list[Any]:
    with place.inst.journal.read() as session:
        return timeline.entries(session, number, *types)
