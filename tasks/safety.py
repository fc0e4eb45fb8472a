"""What whoever phoned an agent says of the agent's safety (D13, E17)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.journal import approvals, outage_reports, timeline
from kitart.journal.database import Lease
from kitart.messaging.safety_questions import HELP, SAFE
from kitart.plan.roles import role_name
from tasks.steps import step

SAID = {SAFE: "reached, and safe", HELP: "help is on its way"}


@step("record how the agent is")
def record_safety(lease: Lease, approval_id: int, report_id: int) -> None:
    """Safe, helped, or not reached: whose word, when; no detail of health beyond that (D22)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None or row.answer is None:
            raise LookupError(f"question {approval_id} has no answer")
        reports = outage_reports.of_incident(session, lease.incident)
        report = next(each for each in reports if each.id == report_id)
        timeline.append(
            session, lease.incident, "safety",
            f"{report.agent}: {SAID.get(row.answer, 'not reached, others are asked too')}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"agent": report.agent, "answer": row.answer, "role": row.answered_role,
                  "report": report_id, "approval": approval_id},
            key=f"safety:{approval_id}",
        )  # fmt: skip
