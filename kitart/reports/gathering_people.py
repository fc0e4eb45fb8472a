"""What people did, out of the record: who took it, was told, decided, and in which words."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.journal import approvals, late_entries
from kitart.journal.late_entries import Standing
from kitart.journal.tables import Acknowledgement, Approval, Incident
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan, Project
from kitart.reports import facts as f
from kitart.reports.telling import decision_line
from kitart.rules.deadlines import ert_deadline


def priority(row: Incident, questions: list[Approval]) -> f.PriorityFacts:
    """The priority, decided or only proposed (R13, D5)."""
    decided = answered(questions, "priority")
    if row.priority and decided:
        return f.PriorityFacts(
            value=row.priority, state="decided", by_role=role_name(decided.answered_role or ""),
            at=decided.answered_at, reason=decided.note or "",
        )  # fmt: skip
    return f.PriorityFacts(value=row.priority_proposed)


def ert(
    plan: Plan, row: Incident, answers: list[Acknowledgement], entries: list[Standing]
) -> f.ErtContact:
    """Until when the ERT had to take it, and when a member did (R9, R10, A14)."""
    calendars = [plan.calendar_of(p.id) for p in plan.projects_affected_by(row.system_id)]
    due = ert_deadline(calendars, row.reported_at, plan.limits).due_at
    taken = next((a for a in answers if a.step == "ert" and a.answer == "take"), None)
    return f.ErtContact(
        role=role_name("ert"), asked_at=row.reported_at, due_at=due,
        acknowledged_at=first_of(
            _as_corrected(taken, entries), late_entries.said(entries, late_entries.ERT_TOOK_IT)
        ),
    )  # fmt: skip


def _as_corrected(answer: Acknowledgement | None, entries: list[Standing]) -> datetime | None:
    """When a person answered: as recorded, or as a correction of that entry says (E39)."""
    if answer is None:
        return None
    return next(
        (
            e.occurred_at
            for e in entries
            if e.corrected_by is not None
            and (e.data.get("person"), e.data.get("step")) == (answer.person, answer.step)
        ),
        answer.at,
    )


def first_of(*moments: datetime | None) -> datetime | None:
    """The earliest of those that there are."""
    return min((m for m in moments if m is not None), default=None)


def manager_told(
    plan: Plan,
    project: Project,
    answers: list[Acknowledgement],
    entries: list[Standing],
    row: Incident,
) -> f.AmTold:
    """When the account manager of a project had to be told, and was (R15)."""
    known_at = next((e.occurred_at for e in entries if e.type == "effect confirmed"), row.opened_at)
    step = f"am:{project.account_manager}"
    told = next((a for a in answers if a.step == step and a.answer == "take"), None)
    return f.AmTold(
        project_id=project.id,
        due_at=known_at + timedelta(minutes=plan.limits.am_notify),
        told_at=first_of(
            _as_corrected(told, entries),
            late_entries.said(entries, late_entries.AM_TOLD, project.id),
        ),
        channel=told.via if told else "",
    )


def decision(question: Approval) -> f.DecisionFacts:
    """A decision as it is told: in a client's words where a client may read it (D22)."""
    answer = question.answer or ""
    shared = decision_line(question.kind, answer)
    what, said = shared or (question.title, approvals.label_of(question, answer))
    return f.DecisionFacts(
        what=what,
        answer=said,
        by_role=role_name(question.answered_role or ""),
        at=question.answered_at or question.asked_at,
        reason=question.note or "",
        audience="client-safe" if shared else "internal",
    )


def answered(questions: list[Approval], kind: str) -> Approval | None:
    """The last question of a kind that was answered."""
    return next((q for q in reversed(questions) if q.kind == kind and q.answered_at), None)


def note(question: Approval | None) -> str:
    """The words that went with an answer; blank without any."""
    return (question.note or "") if question else ""
