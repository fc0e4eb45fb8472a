"""The test of the contact list as an exercise of the programme (R8-R10, R50, R52)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.alerts.contact_test import RealIncidentOpen, open_contact_test
from kitart.installation import installation
from kitart.journal import contact_tests, exercises, incidents
from kitart.journal.database import Lease
from kitart.journal.incidents import SCHEDULE
from kitart.plan.exercises import Expectation, Inject, Scenario
from tasks.steps import step

CALLED = "contact-call"


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
        scenario = story(plan.limits.ert_ack_out_of_hours, plan.limits.contact_test)
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
        (inject,) = story(plan.limits.ert_ack_out_of_hours, plan.limits.contact_test).injects
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
            verdict="pass" if found["ert_met"] else "fail", evidence=(number, entry.seq), now=now,
        )  # fmt: skip
        took = (entry.occurred_at - row.opened_at).total_seconds() / 60
        enough = found["share"] is not None and found["share"] >= found["least_share"]
        exercises.measure(
            session, lease.incident, inject, valid, actual_minutes=round(took, 2),
            verdict="pass" if enough else "fail", evidence=(number, entry.seq), now=now,
        )  # fmt: skip


def story(ert_minutes: int, minutes: int) -> Scenario:
    """The one inject of a contact call, and what should come of it."""
    expect = (
        Expectation(
            id="ert-has-it", what="ert acknowledged", requirement="R9", within_minutes=ert_minutes
        ),
        Expectation(
            id="contacts-valid", what="entry test evaluated", requirement="R50",
            within_minutes=minutes,
        ),
    )  # fmt: skip
    inject = Inject(
        id=CALLED, at=0, text={"en": "Everybody is asked on each channel"}, expect=expect
    )
    return Scenario(
        id=CALLED, title="Contact-list call", lasts_minutes=minutes * 2, injects=(inject,)
    )
