"""The test of the contact list as an exercise of the programme (R8-R10, R50, R52)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.contact_test import RealIncidentOpen, open_contact_test
from kitart.installation import installation
from kitart.journal import contact_tests, exercises, incidents
from kitart.journal.database import Lease
from kitart.journal.incidents import SCHEDULE
from kitart.plan.exercises import Scenario, contact_call
from kitart.plan.schema import Plan
from kitart.rules.deadlines import ert_deadline
from tasks.steps import step


@step("begin the test of the contact list")
def open_call(lease: Lease) -> str | None:
    """The number of the test that belongs to this exercise; ``None`` where a real incident goes
    before: then the exercise is stopped (E40)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        for row in exercises.played(session, lease.incident):
            return row.number
        try:
            opened = open_contact_test(session, plan, inst.clock, asked_by="exercise")
        except RealIncidentOpen as real:
            exercises.stop(session, lease.incident, by=SCHEDULE, why=str(real), now=now)
            return None
        opened.incident.part_of = lease.incident
        scenario = _story(plan, now)
        exercises.give(session, lease.incident, scenario.injects[0], scenario, now=now)
        return opened.incident.number


def is_over(session: Session, number: str) -> bool:
    """Whether the test was evaluated or stopped."""
    return contact_tests.over(session, number)


@step("measure the test of the contact list")
def measure_call(lease: Lease, number: str) -> None:
    """The ERT's first answer against its limit, and the share of valid contacts against the least
    (reports §6.2)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        found = contact_tests.evaluated(session, number)
        row = incidents.get(session, number)
        (inject,) = _story(plan, row.reported_at).injects
        ert, valid = inject.expect
        if found is None:
            for each in (ert, valid):
                exercises.measure(
                    session, lease.incident, inject, each, actual_minutes=None, verdict="fail",
                    evidence=None, now=now,
                )  # fmt: skip
            return
        entry = contact_tests.evaluated_at(session, number)
        minutes = [one["minutes"] for one in found["ert"] if one["minutes"] is not None]
        exercises.measure(
            session, lease.incident, inject, ert, actual_minutes=min(minutes, default=None),
            verdict="pass" if found["ert_met"] else "part" if minutes else "fail",
            evidence=(number, entry.seq), now=now,
        )  # fmt: skip
        took = (entry.occurred_at - row.opened_at).total_seconds() / 60
        enough = found["share"] is not None and found["share"] >= found["least_share"]
        exercises.measure(
            session, lease.incident, inject, valid, actual_minutes=round(took, 2),
            verdict="pass" if enough else "fail", evidence=(number, entry.seq), now=now,
        )  # fmt: skip


def _story(plan: Plan, began_at: datetime) -> Scenario:
    """What a contact call that begins now should come to: 5 minutes for the ERT while any line is
    open, else 15 (R9, R10, A13)."""
    due = ert_deadline([plan.calendar_of(p.id) for p in plan.projects], began_at, plan.limits)
    minutes = round((due.due_at - began_at).total_seconds() / 60)
    in_hours = minutes <= plan.limits.ert_ack_in_hours
    return contact_call(minutes, plan.limits.contact_test, requirement="R9" if in_hours else "R10")
