"""A look at every system that has a probe, each minute (R43, E34, E35, E41)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from kitart.alerts import health as outage
from kitart.clock import real_now
from kitart.connectors.probes import ProbeLook
from kitart.installation import Installation, installation
from kitart.journal import health, incidents, looks, observations
from kitart.journal.tables import Observation
from kitart.messaging.alarm import raise_alarm
from kitart.plan.schema import Plan, System
from kitart.rules.health import own_line_suspected
from tasks.looking import all_at_once, announced, look_through, reference_answers
from tasks.steps import step

log = logging.getLogger(__name__)

LOOKED_AT_ALREADY = timedelta(seconds=90)
"""An incident's own run looks each minute: a look younger than this is not doubled."""
ANNOUNCED_WITHIN_S = 8.0
OWN_LINE = "our own line is suspected, so that this proves nothing: "
TOO_LONG = ProbeLook("unknown", "our look did not come to an end")


@step("look at the systems")
def look_at_systems() -> str:
    """Look at each system once, keep what was seen, open incidents of outages; returns what was
    found, for the run's state.

    What only hangs or can't be told opens nothing. A failed round leaves no mark, which the sign
    of life to the outside goes by.
    """
    inst = installation()
    plan, now = inst.current_plan(), inst.clock.now()
    due = _to_look_at(inst, plan, now)
    # First what makers say: a service that fails may ask us to wait, and its announcements with it.
    said = _announcements(inst, plan)
    seen, own_line = _look(inst, due)
    opened: list[str] = []
    with inst.journal.write() as session:
        incidents.one_at_a_time(session)
        for system in due:
            _keep(session, system, seen[system.id], now)
            found = outage.conclude(session, plan, system, now=now)
            if found is not None:
                opened.append(found.incident.number)
        for system in plan.systems:
            if system.id in said:
                _keep_announced(session, plan, system, said[system.id], now)
        health.thin(session, now=now)
        words = _words(due, seen, own_line, opened)
        health.mark(session, health.WATCH, not own_line, words, now=now, real_now=real_now())
    if own_line:
        log.warning("the health watch: %s", words)
    for number in dict.fromkeys(opened):
        raise_alarm(inst, number)
    return words


def _to_look_at(inst: Installation, plan: Plan, now: datetime) -> list[System]:
    """The systems with a probe, but those that the run of an open incident looked at just now."""
    with inst.journal.read() as session:
        return [
            system for system in plan.systems
            if system.probe is not None and not _looked_at(session, system.id, now)
        ]  # fmt: skip


def _looked_at(session: Session, system_id: str, now: datetime) -> bool:
    own = outage.own_incident(session, system_id)
    if own is None or not incidents.driven(own, real_now=real_now()):
        return False
    last: Observation | None = observations.latest(session, system_id, health.PROBE, [own.number])
    return last is not None and now - last.at < LOOKED_AT_ALREADY


def _look(inst: Installation, due: list[System]) -> tuple[dict[str, ProbeLook], bool]:
    """What each look said, and whether our own line is suspected."""
    work = {
        system.id: partial(look_through, inst, system.probe)
        for system in due if system.probe is not None
    }  # fmt: skip
    found = all_at_once(work)
    seen = {system.id: found.get(system.id, TOO_LONG) for system in due}
    if "down" not in {one.state for one in seen.values()}:
        return seen, False
    references = inst.settings.health.references
    answers = all_at_once({host: partial(reference_answers, host) for host in references})
    own_line = own_line_suspected(
        {system: one.state for system, one in seen.items()},
        [answers.get(host, False) for host in references],
    )
    if not own_line:
        return seen, False
    return {
        system: ProbeLook("unknown", OWN_LINE + one.detail) if one.state == "down" else one
        for system, one in seen.items()
    }, True


def _announcements(inst: Installation, plan: Plan) -> dict[str, tuple[str, str]]:
    return all_at_once(
        {
            system.id: partial(announced, inst, system.vendor_status)
            for system in plan.systems
            if system.vendor_status is not None
        },
        within_s=ANNOUNCED_WITHIN_S,
    )  # fmt: skip


def _keep(session: Session, system: System, seen: ProbeLook, now: datetime) -> None:
    own = outage.own_incident(session, system.id)
    if own is not None:
        looks.take(
            session, own.number, system, seen.state, seen.detail,
            now=now, latency_s=seen.latency_s,
        )  # fmt: skip
        return
    observations.add(
        session, system.id, seen.state, health.PROBE, seen.detail,
        now=now, latency_s=seen.latency_s,
    )  # fmt: skip


def _keep_announced(
    session: Session, plan: Plan, system: System, said: tuple[str, str], now: datetime
) -> None:
    row = health.keep_announced(session, system.id, *said, now=now)
    for incident in incidents.open_incidents(session):
        if incident.system_id in (system.id, *plan.one_fault_with(system.id)):
            health.who_knew_first(session, incident.number, system.id, row, now=now)


def _words(due: list[System], seen: dict[str, ProbeLook], own_line: bool, opened: list[str]) -> str:
    states = [seen[system.id].state for system in due]
    parts = [f"{states.count('up')} of {len(due)} systems answer"]
    parts += [f"{s.id}: {seen[s.id].detail}" for s in due if seen[s.id].state != "up"]
    if own_line:
        parts.insert(0, "our own line is suspected, no incident is opened")
    if opened:
        parts.append(f"in {', '.join(dict.fromkeys(opened))}")
    return "; ".join(parts)
