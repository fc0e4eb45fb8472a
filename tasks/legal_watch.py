"""A look at every incident's legal clocks, each minute, also after its end (reports §5)."""

from __future__ import annotations

import logging
from typing import Any, cast

from kitart.clock import real_now
from kitart.installation import Installation, installation
from kitart.journal import documents, incidents, legal
from kitart.journal.legal import Recorded
from kitart.messaging.assessing import keep_assessed
from kitart.messaging.legal_reminders import ask_for_awareness, remind
from tasks.filing import file_documents
from tasks.steps import step

log = logging.getLogger(__name__)
HOLDER = "legal-clocks-watch"


@step("look at the legal clocks")
def look_at_legal_clocks() -> str:
    """Ask for moments of awareness, remind, say what was missed, keep the assessments; returns
    what was done. What fails for one incident holds up no other, and fails the run at the end.
    """
    inst = installation()
    with inst.journal.read() as session:
        found = legal.all_of_them(session, inst.clock.now() - legal.LOOKED_BACK)
    said, failures = 0, list[Exception]()
    for recorded in found:
        try:
            said += _look(inst, recorded)
        except Exception as failure:
            log.exception("the legal clocks of %s", recorded.incident.number)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("legal clocks of some incidents could not be looked at", failures)
    return f"{len(found)} incidents with a record for legal clocks; words sent: {said}"


def _look(inst: Installation, recorded: Recorded) -> int:
    plan = inst.plan_of(recorded.incident.number)
    said = int(ask_for_awareness(inst, plan, recorded)) + remind(inst, plan, recorded)
    keep_assessed(inst, plan, recorded)
    _file_after_the_end(inst, recorded.incident.number)
    return said


def _file_after_the_end(inst: Installation, number: str) -> None:
    """File the assessment of an incident that no run files any more; the rest, its own run does.

    What SharePoint does not take now is tried again with the next look.
    """
    with inst.journal.write() as session:
        settled = incidents.get(session, number).settled_at is not None
        if not settled or not documents.anything_unfiled(session, number):
            return
        lease = incidents.take_lease(session, number, HOLDER, real_now=real_now())
    if lease is None:
        return
    try:
        cast(Any, file_documents).fn(lease)  # plainly: this is within a step already
    finally:
        with inst.journal.write() as session:
            incidents.release_lease(session, lease)
