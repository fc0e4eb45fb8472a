"""What the steps about emergency voicemail share: the answer that they act on, a line in words."""

from __future__ import annotations

from kitart.installation import Installation
from kitart.journal import approvals
from kitart.journal.tables import Approval
from kitart.plan.schema import Plan
from kitart.rules.voicemail_lines import Line


def answer_of(inst: Installation, approval_id: int) -> Approval:
    """The answered question; raises ``LookupError`` for one that has no answer."""
    with inst.journal.read() as session:
        row = approvals.get(session, approval_id)
    if row is None or row.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    return row


def lines_of(plan: Plan, queue: str) -> tuple[str, ...]:
    """The codes of a queue's lines; raises ``KeyError`` for an unknown queue."""
    project, _, lang = queue.partition("/")
    return plan.project(project).queue(lang).lines


def words_of(plan: Plan, line: Line) -> str:
    """A line in the record: its queue and number."""
    return f"{line.queue} ({plan.line(line.line).number})"
