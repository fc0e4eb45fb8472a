"""The facts of an incident out of its record: nothing is known here that isn't in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import (
    acknowledgements,
    approvals,
    by_word,
    documents,
    incidents,
    late_entries,
    leading,
    looks,
    messages,
    timeline,
)
from kitart.journal.late_entries import Standing
from kitart.journal.looks import Seen
from kitart.journal.tables import Acknowledgement, Approval, Incident
from kitart.plan.general import GENERAL
from kitart.plan.kinds import PHONES
from kitart.plan.roles import role_name
from kitart.plan.schema import Client, Plan, Project, System
from kitart.reports import facts as f
from kitart.reports.telling import client_line, decision_line
from kitart.reports.terms import N_
from kitart.rules.deadlines import effect_start, ert_deadline

FIGURES_BY_DAY = N_("the phone system gives call figures by day only; they follow when it has them")


def gather(session: Session, plan: Plan, number: str, now: datetime) -> f.IncidentFacts:
    """All that the journal knows of an incident at ``now`` (D3).

    What people entered later and what they corrected counts as they say it was (E39).
    """
    row = incidents.get(session, number)
    system = plan.system(row.system_id)
    entries = late_entries.in_force(timeline.entries(session, number))
    questions = approvals.of_incident(session, number)
    answers = acknowledgements.of_incident(session, number)
    projects = plan.projects_affected_by(row.system_id)
    clients = [plan.client(code) for code in dict.fromkeys(p.client for p in projects)]
    findings = _answered(questions, "findings")
    return f.IncidentFacts(
        number=row.number,
        kind=row.kind,
        system=f.SystemFacts(
            id=system.id, name=system.name, managed_by=system.managed_by,
            carries_calls=system.carries_calls, probe=system.probe,
        ),
        company_names=_company_names(plan),
        exercise=row.exercise,
        false_alarm=row.state == "false alarm",
        false_alarm_reason=_note(_answered(questions, "priority")),
        priority=_priority(row, questions),
        reported_at=row.reported_at,
        detected_by=row.reported_by,
        clients=tuple(
            _client(plan, client, leading.in_charge_of_client(session, plan, number, client.id))
            for client in clients
        ),
        effects=tuple(effect(plan, project, row, entries) for project in projects),
        rto_minutes=plan.limits.rto[1],
        stable_minutes=plan.limits.stable_before_recovered,
        states=_states(session, plan, row, now),
        ert=(_ert(plan, row, answers, entries),),
        am_told=tuple(_told(plan, project, answers, entries, row) for project in projects),
        cmt_reached_at=_first(
            *(a.at for a in answers if a.step == "cmt"),
            late_entries.said(entries, late_entries.CMT_REACHED),
        ),
        timeline=tuple(_entry(entry) for entry in entries),
        messages=_messages(session, plan, number),
        decisions=tuple(_decision(plan, q) for q in questions if q.answered_at is not None),
        supplier=_supplier(plan, system.supplier, questions),
        also_open=_also_open(session, plan, row),
        diverts=_diverts(entries),
        manual_logging=_logging(system, questions, entries),
        proofs=proofs_of(plan, entries),
        calls=tuple(_calls(project.id, q.lang) for project in projects for q in project.queues),
        earlier_reports=_earlier(session, number),
        next_update_at=None,
        cause=_note(findings) if findings and findings.answer == "established" else "",
        privacy=_privacy(questions),
        normal_at=late_entries.said(entries, late_entries.NORMAL) or row.recovered_at,
    )  # fmt: skip


def _also_open(session: Session, plan: Plan, row: Incident) -> tuple[f.OtherIncident, ...]:
    """The other open incidents that touch the same projects: two faults, one picture (R6)."""
    mine = {project.id for project in plan.projects_affected_by(row.system_id)}
    found = []
    for other in incidents.open_incidents(session):
        shared = [
            project
            for project in _projects_of(plan, other.system_id)
            if project.id in mine and other.number != row.number and other.exercise == row.exercise
        ]
        if other.system_id == GENERAL:
            continue  # it names no system that failed: nothing to tell a client beside another
        if shared:
            found.append(
                f.OtherIncident(
                    number=other.number, system=plan.system(other.system_id).name,
                    priority=other.priority or other.priority_proposed,
                    client_ids=tuple(dict.fromkeys(project.client for project in shared)),
                )
            )  # fmt: skip
    return tuple(found)


def _projects_of(plan: Plan, system_id: str) -> tuple[Project, ...]:
    """The projects a system touches; none for one that this incident's plan does not know."""
    known = any(system.id == system_id for system in plan.systems)
    return plan.projects_affected_by(system_id) if known else ()


def _company_names(plan: Plan) -> tuple[str, ...]:
    """Every client's and project's code and name: what no other client may read (D23)."""
    named = [(c.id, c.name) for c in plan.clients] + [(p.id, p.name) for p in plan.projects]
    return tuple(text for pair in named for text in pair)


def _client(plan: Plan, client: Client, in_charge: str) -> f.ClientFacts:
    manager = plan.person(in_charge)
    phone = next((c.address for c in manager.channels if c.kind in PHONES), "")
    return f.ClientFacts(
        id=client.id,
        name=client.name,
        zone=client.contract_zone,
        contact=f.Contact(role=role_name(manager.kind), phone=phone),
        language=client.report.language,
        recipients=tuple(contact.role for contact in client.contacts),
        channel="mail",
    )


def effect(plan: Plan, project: Project, row: Incident, entries: list[Standing]) -> f.ProjectEffect:
    """The effect on one project: from the cause, or from when people say that it began (E36, E39).

    ``entries`` are those of the incident that are in force.
    """
    told = late_entries.said(entries, late_entries.EFFECT_START, project.id)
    cause_at = told or row.cause_at
    starts = effect_start(plan.calendar_of(project.id), cause_at)
    open_at_cause = starts is not None and starts - cause_at < timedelta(minutes=1)
    by_report = told is None and row.cause_at == row.reported_at
    return f.ProjectEffect(
        project_id=project.id,
        client_id=project.client,
        queues=tuple(
            f.QueueFacts(lang=q.lang, lines=tuple(plan.line(line).number for line in q.lines))
            for q in project.queues
        ),
        effect_start=starts,
        effect_start_kind="detection only" if by_report else "reported",
        effect_end=late_entries.said(entries, late_entries.EFFECT_END, project.id),
        service_open=open_at_cause,
        opens_at=None if open_at_cause else starts,
    )


def _states(
    session: Session, plan: Plan, row: Incident, now: datetime
) -> tuple[f.SystemState, ...]:
    found = looks.system_looks(session, row.number, row.system_id)
    unstable = looks.system_picture(session, plan, row.number, now).state == "unstable"
    return states(found, now, unstable=unstable)


def states(found: Sequence[Seen], now: datetime, *, unstable: bool) -> tuple[f.SystemState, ...]:
    """The system's states one after another, from the looks that count."""
    seen: list[f.SystemState] = []
    for look in sorted(found, key=lambda o: o.at):
        state = look.state if look.state in ("up", "down") else "unknown"
        source = "our own check" if look.source == "probe" else look.source
        if look.at <= now and (not seen or seen[-1].state != state):
            seen.append(f.SystemState(at=look.at, state=state, source=source))
    if unstable and seen:
        # Said once for all its changes: the drafts made of it stay good while it flaps (E34).
        moment = seen[-1].at + timedelta(microseconds=1)
        seen.append(f.SystemState(at=moment, state="unstable", source="our own check"))
    return tuple(seen)


def _priority(row: Incident, questions: list[Approval]) -> f.PriorityFacts:
    decided = _answered(questions, "priority")
    if row.priority and decided:
        return f.PriorityFacts(
            value=row.priority, state="decided", by_role=role_name(decided.answered_role or ""),
            at=decided.answered_at, reason=decided.note or "",
        )  # fmt: skip
    return f.PriorityFacts(value=row.priority_proposed)


def _ert(
    plan: Plan, row: Incident, answers: list[Acknowledgement], entries: list[Standing]
) -> f.ErtContact:
    calendars = [plan.calendar_of(p.id) for p in plan.projects_affected_by(row.system_id)]
    due = ert_deadline(calendars, row.reported_at, plan.limits).due_at
    taken = next((a for a in answers if a.step == "ert" and a.answer == "take"), None)
    return f.ErtContact(
        role=role_name("ert"), asked_at=row.reported_at, due_at=due,
        acknowledged_at=_first(
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


def _first(*moments: datetime | None) -> datetime | None:
    return min((m for m in moments if m is not None), default=None)


def _told(
    plan: Plan,
    project: Project,
    answers: list[Acknowledgement],
    entries: list[Standing],
    row: Incident,
) -> f.AmTold:
    known_at = next((e.occurred_at for e in entries if e.type == "effect confirmed"), row.opened_at)
    step = f"am:{project.account_manager}"
    told = next((a for a in answers if a.step == step and a.answer == "take"), None)
    return f.AmTold(
        project_id=project.id,
        due_at=known_at + timedelta(minutes=plan.limits.am_notify),
        told_at=_first(
            _as_corrected(told, entries),
            late_entries.said(entries, late_entries.AM_TOLD, project.id),
        ),
        channel=told.via if told else "",
    )


def _entry(entry: Standing) -> f.TimelineEntry:
    told = client_line(entry)
    return f.TimelineEntry(
        seq=entry.seq,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        type=entry.type,
        author_role=entry.data.get("role", entry.author),
        source=entry.source,
        text=told.text if told else entry.text,
        values=told.values if told else (),
        audience="client-safe" if told else "internal",
        project_id=entry.data.get("project"),
        client_id=entry.data.get("client"),
    )


def _messages(session: Session, plan: Plan, number: str) -> tuple[f.MessageFacts, ...]:
    clients = {contact.id: c.id for c in plan.clients for contact in c.contacts}
    return tuple(
        f.MessageFacts(
            purpose=m.purpose, to_role=m.role, channel=m.channel, sent_at=m.sent_at,
            client_id=clients.get(m.recipient),
        )
        for m in messages.of_incident(session, number)
    )  # fmt: skip


def _decision(plan: Plan, question: Approval) -> f.DecisionFacts:
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


def _privacy(questions: list[Approval]) -> f.PrivacyAnswer:
    given = _answered(questions, "data-protection")
    if given is None:
        return f.PrivacyAnswer()
    return f.PrivacyAnswer(
        answer="yes" if given.answer == "yes" else "no", reason=given.note or "",
        by_role=role_name(given.answered_role or ""), at=given.answered_at,
    )  # fmt: skip


def _supplier(
    plan: Plan, supplier_id: str | None, questions: list[Approval]
) -> f.SupplierFacts | None:
    if supplier_id is None:
        return None
    ticket = _answered(questions, "ticket")
    given = ticket is not None and ticket.answer == "given"
    return f.SupplierFacts(
        name=plan.supplier(supplier_id).name, ticket=_note(ticket) if given else None
    )


def _logging(
    system: System, questions: list[Approval], entries: list[Standing]
) -> f.ManualLogging | None:
    """Logging by hand as decided, begun and ended (R46); ``None`` where nobody asks for it."""
    if not system.may_need_manual_logging:
        return None
    course = [e for e in entries if e.type in (by_word.LOGGING_STARTED, by_word.LOGGING_ENDED)]
    if not course:
        declined = _answered(questions, "manual-log") is not None
        return f.ManualLogging(decision="not needed" if declined else "not yet decided")
    ended = course[-1] if course[-1].type == by_word.LOGGING_ENDED else None
    counts = [e.data.get("note", "") for e in course if e.type == by_word.LOGGING_ENDED]
    return f.ManualLogging(
        started_at=course[0].occurred_at,
        ended_at=ended.occurred_at if ended else None,
        count_said="; ".join(filter(None, counts)),
    )


def _diverts(entries: list[Standing]) -> tuple[f.DivertFacts, ...]:
    at = {e.type: e.occurred_at for e in entries if e.type.startswith("routing ")}
    if "routing ordered" not in at:
        return ()
    return (
        f.DivertFacts(
            kind="carrier divert",
            ordered_at=at["routing ordered"],
            executed_at=at.get("routing executed"),
            verified_at=at.get("routing verified"),
            ended_at=at.get("routing ended"),
        ),
    )


def proofs_of(plan: Plan, entries: list[Standing]) -> tuple[f.ProofFacts, ...]:
    """What was proved or failed to be, from the incident's entries in force."""
    return tuple(
        f.ProofFacts(
            factor=e.data["factor"], project_id=e.data["project"],
            line=plan.line(e.data["line"]).number if e.data.get("line") else None,
            kind=e.data["kind"], at=e.occurred_at, by_role=e.data.get("role", "Kitart"),
            ok=e.type == "success factor proved",
        )
        for e in entries
        if e.type in ("success factor proved", "success factor failed")
    )  # fmt: skip


def _calls(project: str, lang: str) -> f.CallFacts:
    missing = f.not_available(FIGURES_BY_DAY)
    return f.CallFacts(
        project_id=project, lang=lang, offered=missing, answered=missing, abandoned=missing,
        voicemails_left=missing, voicemails_returned=missing,
    )  # fmt: skip


def _earlier(session: Session, number: str) -> tuple[f.EarlierReport, ...]:
    return tuple(
        f.EarlierReport(
            client_id=d.client, type=d.type, number=d.running_number, version=d.version,
            sent_at=d.sent_at,
        )
        for d in documents.of_incident(session, number)
        if d.sent_at is not None
    )  # fmt: skip


def _answered(questions: list[Approval], kind: str) -> Approval | None:
    return next((q for q in reversed(questions) if q.kind == kind and q.answered_at), None)


def _note(question: Approval | None) -> str:
    return (question.note or "") if question else ""
