"""A look at the review of the plan: due, decided, told, read (R51, A25)."""

from __future__ import annotations

import logging
from typing import Any, cast
from zoneinfo import ZoneInfo

from kitart.clock import real_now
from kitart.installation import Installation, installation
from kitart.journal import contact_tests, documents, incidents, review_triggers, reviews
from kitart.messaging import plan_versions, review_record, reviewing
from kitart.rules.review import reminder
from tasks.filing import file_documents
from tasks.steps import step

log = logging.getLogger(__name__)
HOLDER = "review-watch"


@step("look at the plan's review")
def look_at_review() -> str:
    """Remind who answers for the plan, put what was approved into force, tell everybody, remind
    who has not read it, file the record; returns what was found, for the run's state.

    While a real incident is open nobody is disturbed: the next look does it. What fails of one
    version holds up no other, and fails the run at the end.
    """
    inst = installation()
    with inst.journal.read() as session:
        real = contact_tests.real_incident(session)
    if real is not None:
        return f"{real.number} is open: nobody is spoken to about a review meanwhile"
    said, failures = [_look_whether_due(inst)], list[Exception]()
    for number in _touched(inst):
        try:
            said.append(_look(inst, number))
        except Exception as failure:
            log.exception("the review %s", number)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("reviews that could not be looked after", failures)
    return "; ".join(said)


def _look_whether_due(inst: Installation) -> str:
    plan, now = inst.current_plan(), inst.clock.now()
    with inst.journal.write() as session:
        review_triggers.keep(session, plan, now)
        due = review_triggers.due(session, plan, now)
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    word = reminder(due.on, today, plan.limits)
    if word is None:
        return f"the next review is due on {due.on}"
    with inst.journal.write() as session:
        opened = reviewing.open_review(session, inst, plan)
        number = opened.incident.number
        reviews.give_reasons(session, number, due.reasons, now=now)
        proposed = reviews.versions(session, number)
        waits = reviews.is_before_approvers(session, number, proposed)
    if not waits:
        reviewing.remind(inst, plan, number, due, word)
    return f"{number} is due on {due.on}"


def _touched(inst: Installation) -> list[str]:
    """The review that is open, and those whose version may still be read or filed."""
    with inst.journal.read() as session:
        now = inst.clock.now()
        rows = reviews.approved_since(session, now - plan_versions.LOOKED_BACK)
        current = reviews.open_one(session)
    return [row.number for row in (*rows, *([current] if current else []))]


def _look(inst: Installation, number: str) -> str:
    state = plan_versions.settle(inst, inst.current_plan(), number)
    if state == "waiting":
        reviewing.ask_approvers(inst, number)
    if state != "approved":
        return f"{number}: {state}"
    with inst.journal.read() as session:
        replaced = plan_versions.replaced_by(session, number) is not None
    # Nobody is asked to read a version that another one has replaced.
    told = 0 if replaced else plan_versions.distribute(inst, number)
    review_record.keep(inst, number)
    _file(inst, number)
    return f"{number}: in force, told {told}"


def _file(inst: Installation, number: str) -> None:
    """File the record; what SharePoint does not take now is tried again with the next look."""
    with inst.journal.write() as session:
        if not documents.anything_unfiled(session, number):
            return
        lease = incidents.take_lease(session, number, HOLDER, real_now=real_now())
    if lease is None:
        return
    try:
        cast(Any, file_documents).fn(lease)  # plainly: this is within a step already
    finally:
        with inst.journal.write() as session:
            incidents.release_lease(session, lease)
