"""The steps of a test of the contact list (R50, R53, D27, D28, E40)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from kitart.alerts.contact_test import open_contact_test
from kitart.installation import installation
from kitart.journal import contact_tests, incidents, timeline
from kitart.journal.contact_tests import EVALUATED, STOPPED, Times
from kitart.journal.database import Lease
from kitart.journal.incidents import SCHEDULE
from kitart.messaging import contact_calls
from kitart.orchestrator import DEPLOYMENTS
from kitart.plan.contact_list import CONTACT_TEST, deputies
from kitart.plan.schema import Plan
from kitart.plan.values import PersonKind
from kitart.rules.contact_test import Evaluation, evaluate
from kitart.rules.deadlines import ert_deadline
from tasks.steps import step


class ContactTest(BaseModel):
    """What is needed to test the contact list: nothing, unless it is for some roles only."""

    roles: list[PersonKind] = Field(
        default_factory=list,
        title="Roles",
        description="Whom to test; none means everybody of the escalation matrix",
    )
    minutes: int | None = Field(
        default=None,
        title="Minutes to answer",
        ge=2,
        le=1440,
        description="None: as the plan's limits say. A reminder goes out at half of it",
    )
    incident: str | None = Field(
        default=None,
        title="Test to go on with",
        pattern=r"^INC-\d{4,}$",
        description="None: a new test is opened, or the one that runs is joined. A number, like "
        "INC-0142, takes that test up again",
    )


@step("open or join the test")
def open_test(test: ContactTest) -> str:
    """The number of the test that this opened, joined or goes on with.

    Raises ``RealIncidentOpen`` while a real incident is open (E40), ``LookupError`` for a number
    that is not in the record, ``ValueError`` for one that is no test.
    """
    inst = installation()
    if test.incident is not None:
        with inst.journal.read() as session:
            row = incidents.get(session, test.incident)
        if row.kind != CONTACT_TEST:
            raise ValueError(
                f"incident is {row.number}: it is no test of the contact list; start the "
                f"deployment {DEPLOYMENTS[row.kind]} instead"
            )
        return row.number
    with inst.journal.write() as session:
        opened = open_contact_test(
            session, inst.current_plan(), inst.clock, roles=test.roles, minutes=test.minutes,
            asked_by=SCHEDULE if "auto-scheduled" in flow_run.get_tags() else "operator",
        )  # fmt: skip
        return opened.incident.number


@step("begin the test")
def begin(lease: Lease) -> Times:
    """Its times, counted from the first time that this step ran."""
    inst = installation()
    with inst.journal.write(lease) as session:
        return contact_tests.begin(session, lease.incident, now=inst.clock.now())


@step("ask everybody on each channel")
def ask(lease: Lease, asking: int) -> None:
    """The message, or (``asking`` 2) the reminder; each goes out once (R50)."""
    inst = installation()
    contact_calls.ask_all(inst, inst.plan_of(lease.incident), lease.incident, asking, lease)


@step("evaluate the test")
def conclude(lease: Lease) -> None:
    """Evaluate the answers; or, when a real incident came first, stop: it does not count (D28).

    Each answer verifies its address; that and the end are written together.
    """
    inst = installation()
    plan, number, now = inst.plan_of(lease.incident), lease.incident, inst.clock.now()
    with inst.journal.write(lease) as session:
        if contact_tests.over(session, number):
            return
        answered = contact_calls.settled(session, plan, number, contact_tests.ASKINGS)
        late = now >= contact_tests.times(session, number).due_at
        real = contact_tests.real_incident(session)
        if real is not None and not late:
            timeline.append(
                session, number, STOPPED,
                f"Stopped: {real.number} is a real incident; reminders are withdrawn, the test "
                "does not count",
                now=now, key=STOPPED, data={"incident": real.number},
            )  # fmt: skip
            incidents.close(session, number, "stopped", now=now)
        elif answered or late:
            _evaluate(session, plan, number, now)
            incidents.close(session, number, "evaluated", now=now)


def _evaluate(session: Session, plan: Plan, number: str, now: datetime) -> None:
    times = contact_tests.times(session, number)
    tried = contact_calls.tried(session, plan, number)
    calendars = [plan.calendar_of(project.id) for project in plan.projects]
    due = ert_deadline(calendars, times.began_at, plan.limits)
    share = plan.limits.contacts_valid_share
    found = evaluate(tried, times.began_at, due.due_at, deputies(plan), share)
    limit = round((due.due_at - times.began_at).total_seconds() / 60)
    timeline.append(
        session, number, EVALUATED, summary(found), now=now, key=EVALUATED,
        data={**asdict(found), "passed": found.passed, "ert_limit": limit, "ert_rule": due.rule,
              "least_share": share},
    )  # fmt: skip
    answers = {(one.person, one.place): one.answered_at for one in tried}
    for entry in contact_tests.listed(session, plan, number):
        at = answers[entry.person.id, entry.place]
        if at is not None:
            contact_tests.keep_verified(session, entry.address, number, at=at)


def summary(found: Evaluation) -> str:
    """The result in one sentence."""
    gaps, untried = len(found.gaps), len(found.untried)
    left = f", {untried} not tried" if untried else ""
    said = f"{found.answered} of {found.tried} answered, {gaps} gap{'' if gaps == 1 else 's'}"
    return said + left


@step("tell the coordinators")
def tell_result(lease: Lease) -> None:
    """The IT manager and the account managers learn what the test showed (R53)."""
    inst = installation()
    contact_calls.tell_result(inst, inst.plan_of(lease.incident), lease.incident, lease)


@step("show the result")
def show(number: str) -> None:
    """Each person and channel with its answer, as a table on the run."""
    with installation().journal.read() as session:
        (entry,) = timeline.entries(session, number, EVALUATED)
    create_table_artifact(
        [_row(line) for line in entry.data["lines"]],
        key=f"{number.lower()}-contacts",
        description=f"{number}, test of the contact list: {entry.text}. "
        f"{'All criteria are met.' if entry.data['passed'] else 'Not all criteria are met.'} "
        "A test with gaps is a good test: it was evaluated.",
    )


def _row(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "person": line["person"],
        "role": line["role"],
        "channel": line["channel"],
        "outcome": line["outcome"],
        "minutes": "" if line["minutes"] is None else line["minutes"],
        "why": line["why"],
    }
