"""A look at the ledger of corrective actions, each morning (D29)."""

from __future__ import annotations

import logging

from kitart.installation import installation
from kitart.journal import actions
from kitart.messaging.actions import remind, today_at
from kitart.rules.write_up import overdue
from tasks.steps import step

log = logging.getLogger(__name__)


@step("look at the corrective actions")
def look_at_actions() -> str:
    """Remind each owner of what is due; returns what was found and said.

    What fails for one action holds up no other, and fails the run at the end.
    """
    inst = installation()
    plan = inst.current_plan()
    with inst.journal.read() as session:
        found = actions.still_open(session)
    said, failures = 0, list[Exception]()
    for kept in found:
        try:
            said += remind(inst, plan, kept)
        except Exception as failure:
            log.exception("the corrective action %s", kept.reference)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("owners of some corrective actions could not be told", failures)
    today = today_at(plan, inst.clock.now())
    late = sum(overdue(k.action.form.status, k.action.form.due, today) for k in found)
    return f"{len(found)} corrective actions open, {late} overdue; owners told: {said}"
