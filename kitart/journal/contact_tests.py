"""Tests of the contact list in the record, and what each verified (R50, D27, D28, E40)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, incidents, messages, timeline
from kitart.journal.incidents import Opened, Report
from kitart.journal.tables import Incident, Message, TimelineEntry, VerifiedContact
from kitart.plan.contact_list import CONTACT_TEST, CONTACTS, Address, Listed, contact_list
from kitart.plan.schema import Plan, on_leave
from kitart.rules.contact_test import Tried

PLANNED, BEGAN, EVALUATED, STOPPED = "test planned", "test began", "test evaluated", "test stopped"
REFUSED_STATES = ("failed", "skipped")
ASKINGS = 2
"""How often each channel is tried: the message, and one reminder."""


@dataclass(frozen=True)
class Times:
    """When a test began, when reminders are due, and when the time is up (UTC)."""

    began_at: datetime
    half_at: datetime
    due_at: datetime


def open_or_join(
    session: Session,
    plan: Plan,
    roles: Collection[str],
    minutes: int,
    asked_by: str,
    *,
    now: datetime,
    real_now: datetime,
) -> Opened:
    """Open the record of a test, or join the open one; the plan's snapshot must be kept already.

    ``roles`` are kinds of people, none for everybody; ``minutes`` is the time to answer.
    """
    report = Report(
        kind=CONTACT_TEST,
        system_id=CONTACTS,
        title="Test of the contact list",
        cause_at=now,
        reported_at=now,
        reported_by=asked_by,
        priority_proposed="P4",
        plan_hash=plan.hash,
        exercise=True,
    )
    opened = incidents.open_or_join(session, report, now=now, real_now=real_now)
    if opened.new:
        whom = ", ".join(sorted(roles)) or "everybody of the matrix"
        timeline.append(
            session, opened.incident.number, PLANNED,
            f"Asked on each channel: {whom}; {minutes} minutes to answer",
            now=now, author=asked_by, source=incidents.source_of(asked_by), key=PLANNED,
            data={"roles": sorted(roles), "minutes": minutes},
        )  # fmt: skip
    return opened


def real_incident(session: Session) -> Incident | None:
    """The first real incident that is open: it goes before any test (E40)."""
    return incidents.first_real(session)


def begin(session: Session, number: str, *, now: datetime) -> Times:
    """The test's times; they are counted from the first call, whichever run made it."""
    (planned,) = timeline.entries(session, number, PLANNED)
    due_at = now + timedelta(minutes=planned.data["minutes"])
    timeline.append(
        session, number, BEGAN, f"The test runs until {due_at:%H:%M} UTC", now=now, key=BEGAN
    )
    return times(session, number)


def times(session: Session, number: str) -> Times:
    """The times of a test that has begun."""
    (planned,) = timeline.entries(session, number, PLANNED)
    (began,) = timeline.entries(session, number, BEGAN)
    at, length = began.occurred_at, timedelta(minutes=planned.data["minutes"])
    return Times(at, at + length / 2, at + length)


def listed(session: Session, plan: Plan, number: str) -> tuple[Listed, ...]:
    """The entries of the contact list that a test goes through."""
    (planned,) = timeline.entries(session, number, PLANNED)
    return contact_list(plan, planned.data["roles"])


def message_key(number: str, entry: Listed, asking: int) -> str:
    """The key of the message that asks a person on a channel for the first or second time."""
    return f"{number}:{entry.step}:{asking}:{entry.person.id}:{entry.channel.kind}"


def tried(session: Session, plan: Plan, number: str, kinds: Collection[str]) -> list[Tried]:
    """What is known of each entry by now; ``kinds`` are the channels that have a text."""
    began_at = times(session, number).began_at
    rows = {row.key: row for row in messages.of_incident(session, number)}
    answers = {(a.person, a.step): a.at for a in acknowledgements.of_incident(session, number)}
    found = []
    for entry in listed(session, plan, number):
        keys = [message_key(number, entry, asking + 1) for asking in range(ASKINGS)]
        sent = [rows[key] for key in keys if key in rows]
        found.append(
            Tried(
                person=entry.person.id,
                role=entry.person.kind,
                place=entry.place,
                channel=entry.channel.kind,
                accepted=any(row.state not in REFUSED_STATES for row in sent),
                failed=any(row.state == "failed" for row in sent),
                answered_at=answers.get((entry.person.id, entry.step)),
                why=why_not(entry, began_at, kinds) or _said(sent),
            )
        )
    return found


def to_ask(
    session: Session, plan: Plan, number: str, asking: int, kinds: Collection[str]
) -> list[Listed]:
    """The entries to ask (1) or to remind (2): those without an answer; of these the reminder goes
    to the ones that were first asked before half of the time was over.

    One look at the journal for all, however many they are.
    """
    at = times(session, number)
    answers = {(a.person, a.step) for a in acknowledgements.of_incident(session, number)}
    asked_at = {row.key: row.queued_at for row in messages.of_incident(session, number)}

    def wanted(entry: Listed) -> bool:
        if why_not(entry, at.began_at, kinds) or (entry.person.id, entry.step) in answers:
            return False
        first = asked_at.get(message_key(number, entry, 1))
        return asking == 1 or (first is not None and first < at.half_at)

    return [entry for entry in listed(session, plan, number) if wanted(entry)]


def why_not(entry: Listed, at: datetime, kinds: Collection[str]) -> str:
    """Why an entry is passed over by a test that began at ``at``; empty when it is not."""
    if on_leave(entry.person, at):
        return "on leave"
    if entry.channel.kind not in kinds:
        return f"nothing can be sent by {entry.channel.kind} yet"
    return ""


def _said(sent: list[Message]) -> str:
    return sent[-1].detail if sent else ""


def over(session: Session, number: str) -> bool:
    """Whether a test was evaluated or stopped."""
    return incidents.get(session, number).closed_at is not None


def evaluated(session: Session, number: str) -> dict[str, Any] | None:
    """What a test showed, as it was recorded; ``None`` for one that was stopped or runs (D28)."""
    found = timeline.entries(session, number, EVALUATED)
    return found[0].data if found else None


def evaluated_at(session: Session, number: str) -> TimelineEntry:
    """The entry that says what a test showed; it must have been evaluated."""
    (found,) = timeline.entries(session, number, EVALUATED)
    return found


def last(session: Session) -> Incident | None:
    """The newest test, whatever became of it."""
    query = sa.select(Incident).where(Incident.kind == CONTACT_TEST)
    return session.scalars(query.order_by(Incident.seq.desc())).first()


def all_evaluated(session: Session) -> list[Incident]:
    """Every test that counts, the newest first (D28)."""
    query = sa.select(Incident).where(Incident.kind == CONTACT_TEST, Incident.state == "evaluated")
    return list(session.scalars(query.order_by(Incident.seq.desc())))


def last_evaluated(session: Session) -> Incident | None:
    """The newest test that counts: one that was stopped does not (D28)."""
    query = sa.select(Incident).where(Incident.kind == CONTACT_TEST, Incident.state == "evaluated")
    return session.scalars(query.order_by(Incident.seq.desc())).first()


def keep_verified(session: Session, address: Address, number: str, *, at: datetime) -> None:
    """An address answered a test at ``at``; an older answer never overwrites a newer."""
    person, kind, where = address
    row = session.get(VerifiedContact, (person, kind, where))
    if row is None:
        session.add(
            VerifiedContact(
                person=person, kind=kind, address=where, verified_at=at, incident=number
            )
        )
    elif row.verified_at < at:
        row.verified_at, row.incident = at, number


def verified(session: Session) -> dict[Address, datetime]:
    """When each address last answered a test."""
    rows = session.scalars(sa.select(VerifiedContact))
    return {(row.person, row.kind, row.address): row.verified_at for row in rows}
