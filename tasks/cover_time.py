"""Warning the leads that a queue's recovery time is running out (R22-R41, reports §9, step 7)."""

from __future__ import annotations

from datetime import timedelta

from kitart.installation import installation
from kitart.journal import leading, timeline
from kitart.journal.cover_warnings import WARNED, QueueWarning
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging.calling_out import seat_name
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from kitart.plan import whom
from tasks.steps import step


@step("warn of a queue's recovery time")
def warn(lease: Lease, warning: QueueWarning) -> None:
    """The project's account manager and the ERT lead, at the end of the time the CMT lead too."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    over = warning.share >= 1
    with inst.journal.write(lease) as session:
        added = timeline.append(
            session, lease.incident, WARNED,
            f"{warning.queue}: {warning.share:.0%} of {warning.minutes} minutes have gone by, and "
            "seats are still empty",
            now=now, occurred_at=warning.at,
            data={"queue": warning.queue, "project": warning.project, "share": warning.share,
                  "minutes": warning.minutes, "client": plan.client_of(warning.project).id},
            key=warning.key,
        )  # fmt: skip
        if not added:
            return
        values = about(session, plan, lease.incident)
        lead = leading.ert_lead(session, plan, lease.incident)
    seat = seat_name(plan, warning.queue)
    due = warning.started_at + timedelta(minutes=warning.minutes)
    people = [plan.project(warning.project).account_manager, lead]
    if over:
        people += whom.crisis_leads(plan)[:1]
    for person in dict.fromkeys(people):
        tell(
            inst, plan, lease.incident, person,
            "deadline-missed" if over else "recovery-time", warning.key,
            values | {
                "what": phrase("{seat}: seats are empty", seat=seat),
                "step": phrase("cover for {seat} (the whole of its time is gone)", seat=seat),
                "gone": phrase("The whole") if over else f"{warning.share:.0%}",
                "due": due, "role": phrase("the ERT lead"),
                "next_step": phrase("the next rung of the ladder, if none is on the way"),
                "next_news": phrase("when the seats are filled"),
            },
            lease=lease,
        )  # fmt: skip
