"""The first alarm and the escalation under it, the same from the gateway and from the plan's run.

Both work it with the same message keys, so that each page goes out once, whoever is first
(DESIGN, decision 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import acknowledgements, incidents, messages, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Incident, Message
from kitart.language import phrase
from kitart.messaging import links
from kitart.messaging.occasion import about, ert_due, ert_retry
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import message_keys, tell
from kitart.plan import whom
from kitart.plan.kinds import ONE_WAY
from kitart.plan.schema import Plan
from kitart.rules.escalation import Ask, Escalation, Policy, escalate

SEND_AGAIN = timedelta(seconds=10)
BREACH = "ert-breach"
IN_VAIN = ("failed", "skipped", "undelivered")


@dataclass(frozen=True)
class _Page:
    """One asking of one person: a row for each channel, ``None`` where none is written yet."""

    ask: Ask
    asked_at: datetime
    rows: tuple[Message | None, ...]

    @property
    def unfinished(self) -> bool:
        """Whether a channel is still to be tried, or to be tried again."""
        return any(
            row is None
            or row.state == "sending"
            or (row.state == "failed" and row.attempts < messages.MOST_TRIES)
            for row in self.rows
        )

    @property
    def in_vain(self) -> bool:
        """Whether no channel took it so far by which anything could come back, or none brought it
        to its reader (A14)."""
        return all(
            row is not None and (row.state in IN_VAIN or row.channel in ONE_WAY)
            for row in self.rows
        )


def raise_alarm(inst: Installation, number: str, lease: Lease | None = None) -> datetime | None:
    """Ask the ERT as far as is due now (R8-R10, A14, E24).

    Returns when to look again, or ``None`` once a member has taken it, or when nothing is the
    matter: a test of the contact list pages nobody. Where few are asked, one page follows the
    other; from ``side_by_side.FEWEST`` on (everybody, once the time is up) they leave together.
    """
    now = inst.clock.now()
    with inst.journal.read() as session:
        row = incidents.get(session, number)
        if not incidents.is_disruption(row):
            return None
        if acknowledgements.taken_by(session, number, "ert"):
            return None
        plan = inst.plans_for(session, [row])[number]
        policy = escalation_policy(plan, row)
        asked = _asked(session, number)
        pages = _pages(session, plan, number, asked)
        due = _due_now(session, policy, number, asked, pages, now)
        values = about(session, plan, number)
        breach_known = timeline.has(session, number, BREACH)
    for ask in due.asks:
        _record_ask(inst, number, policy, ask, lease)
    unsent = [page.ask for page in pages if page.unfinished]
    side_by_side(
        [
            partial(_ask, inst, plan, number, policy, ask, values, lease)
            for ask in (*due.asks, *unsent)
        ]
    )
    if due.breached:
        _breach(inst, plan, number, policy, values, lease, recorded=breach_known)
    return min(due.next_at, now + SEND_AGAIN) if unsent else due.next_at


def escalation_policy(plan: Plan, row: Incident) -> Policy:
    """Whom to ask in which order until when, as the incident's plan has it."""
    order = tuple(person.id for person in plan.ert_order(row.reported_at))
    return Policy(order, row.reported_at, ert_due(plan, row).due_at, ert_retry(plan, row))


def ack_link(inst: Installation, number: str, step: str, person: str) -> str:
    """A link by which a person says "I have it" or "I can't"."""
    now = inst.clock.now()
    return links.new(inst.settings, "ack", f"{number}/{step}", person, now=now)


def _asked(session: Session, number: str) -> dict[str, list[datetime]]:
    asked: dict[str, list[datetime]] = {}
    for entry in timeline.entries(session, number, "ack requested"):
        asked.setdefault(entry.data["person"], []).append(entry.occurred_at)
    return asked


def _pages(
    session: Session, plan: Plan, number: str, asked: Mapping[str, Sequence[datetime]]
) -> list[_Page]:
    """What became of the messages of each person's latest page.

    A sender may have died, or a provider refused: recorded as asked is not yet sent (D15).
    """
    rows = {row.key: row for row in messages.of_incident(session, number)}
    found = []
    for person, tries in asked.items():
        ask = Ask(person, len(tries))
        keys = message_keys(number, _step(ask), plan.person(person).channels, "ert-alarm", person)
        found.append(_Page(ask, tries[-1], tuple(rows.get(key) for key in keys)))
    return found


def _due_now(
    session: Session,
    policy: Policy,
    number: str,
    asked: Mapping[str, Sequence[datetime]],
    pages: list[_Page],
    now: datetime,
) -> Escalation:
    answers = acknowledgements.of_step(session, number, "ert")
    cannot = {a.person: a.at for a in answers if a.answer == acknowledgements.CANNOT}
    unreached = {page.ask.person: page.asked_at for page in pages if page.in_vain}
    return escalate(policy, asked, cannot, now, unreached)


def _step(ask: Ask) -> str:
    return f"ert:{ask.round}"


def _record_ask(
    inst: Installation, number: str, policy: Policy, ask: Ask, lease: Lease | None
) -> None:
    with inst.journal.write(lease) as session:
        timeline.append(
            session, number, "ack requested",
            f"An ERT member is asked to take it by {policy.due_at:%H:%M:%S} UTC (try {ask.round})",
            now=inst.clock.now(), data={"person": ask.person, "role": "ert"},
            key=f"ack-requested:{ask.person}:{ask.round}",
        )  # fmt: skip


def _ask(
    inst: Installation,
    plan: Plan,
    number: str,
    policy: Policy,
    ask: Ask,
    values: dict[str, object],
    lease: Lease | None,
) -> None:
    late = inst.clock.now() >= policy.due_at
    tell(
        inst, plan, number, ask.person,
        "ert-reminder" if ask.round > 1 or late else "ert-alarm",
        _step(ask),
        values | {
            "answer_by": phrase("now, it is overdue") if late else policy.due_at,
            "link": ack_link(inst, number, "ert", ask.person),
        },
        lease=lease,
    )  # fmt: skip


def _breach(
    inst: Installation,
    plan: Plan,
    number: str,
    policy: Policy,
    values: dict[str, object],
    lease: Lease | None,
    *,
    recorded: bool,
) -> None:
    """The deadline passed: recorded at its true second, the next in the matrix are told (E24)."""
    if not recorded:
        with inst.journal.write(lease) as session:
            timeline.append(
                session, number, "ack timed out",
                f"No ERT member had taken it by {policy.due_at:%H:%M:%S} UTC; everybody is asked",
                now=inst.clock.now(), occurred_at=policy.due_at, key=BREACH,
            )  # fmt: skip
    with inst.journal.read() as session:
        system = incidents.get(session, number).system_id
    missed = values | {
        "step": phrase("taking charge"), "due": policy.due_at, "role": phrase("the ERT"),
        "next_step": phrase("call ERT members by phone; all of them are being asked"),
    }  # fmt: skip
    people = (*whom.account_managers(plan, system), *whom.it_managers(plan)[:1])
    side_by_side(
        [
            partial(tell, inst, plan, number, person, "deadline-missed", "ert-breach", missed,
                    lease=lease)
            for person in people
        ]
    )  # fmt: skip
