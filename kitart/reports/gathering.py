"""The facts of an incident out of its record: nothing is known here that isn't in the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

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
from kitart.journal import legal as said_of_law
from kitart.journal.late_entries import Standing
from kitart.journal.looks import Seen
from kitart.journal.tables import Approval, Incident
from kitart.plan.general import GENERAL
from kitart.plan.inputs import is_input
from kitart.plan.kinds import PHONES
from kitart.plan.roles import role_name
from kitart.plan.schema import Client, Plan, Project, System
from kitart.plan.workplace import WORKPLACE
from kitart.reports import facts as f
from kitart.reports import gathering_people as people
from kitart.reports import gathering_written as by_hand
from kitart.reports import legal
from kitart.reports.gathering_calls import calls_of
from kitart.reports.gathering_cover import cover_facts
from kitart.reports.telling import Told, client_line
from kitart.reports.telling_cover import cover_line
from kitart.reports.telling_inputs import input_line
from kitart.rules.deadlines import effect_start


def gather(session: Session, plan: Plan, number: str, now: datetime) -> f.IncidentFacts:
    """All that the journal knows of an incident at ``now`` (D3).

    What people entered later and what they corrected counts as they say it was (E39).
    """
    row = incidents.get(session, number)
    system = plan.system(row.system_id)
    recorded = timeline.entries(session, number)
    standing = late_entries.standing(recorded)
    entries = [each for each in standing if not each.withdrawn]
    written = by_hand.written(recorded)
    questions = approvals.of_incident(session, number)
    answers = acknowledgements.of_incident(session, number)
    projects = plan.projects_affected_by(row.system_id)
    clients = [plan.client(code) for code in dict.fromkeys(p.client for p in projects)]
    findings = people.answered(questions, "findings")
    of_law = said_of_law.among(row, questions, recorded)
    at_home = row.system_id == WORKPLACE
    line_of = input_line if is_input(system.id) else cover_line if at_home else client_line
    found = f.IncidentFacts(
        number=row.number,
        kind=row.kind,
        system=f.SystemFacts(
            id=system.id, name=system.name, managed_by=system.managed_by,
            carries_calls=system.carries_calls, probe=system.probe,
        ),
        company_names=_company_names(plan),
        exercise=row.exercise,
        false_alarm=row.state == "false alarm",
        false_alarm_reason=people.note(people.answered(questions, "priority")),
        priority=people.priority(row, questions),
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
        ert=(people.ert(plan, row, answers, entries),),
        am_told=tuple(
            people.manager_told(plan, project, answers, entries, row) for project in projects
        ),
        cmt_reached_at=people.first_of(
            *(a.at for a in answers if a.step == "cmt"),
            late_entries.said(entries, late_entries.CMT_REACHED),
        ),
        timeline=tuple(_entry(entry, line_of) for entry in entries),
        messages=_messages(session, plan, number),
        decisions=tuple(people.decision(q) for q in questions if q.answered_at is not None),
        supplier=_supplier(plan, system.supplier, questions),
        also_open=_also_open(session, plan, row),
        diverts=_diverts(entries),
        manual_logging=_logging(system, questions, entries),
        proofs=proofs_of(plan, entries),
        calls=calls_of(projects, standing),
        earlier_reports=_earlier(session, number),
        next_update_at=None,
        cause=people.note(findings) if findings and findings.answer == "established" else "",
        privacy=legal.privacy(of_law.matter) or f.PrivacyAnswer(),
        legal=legal.facts_of(plan, of_law, [client.id for client in clients]),
        written=written,
        corrective_actions=by_hand.actions(recorded),
        normal_at=late_entries.said(entries, late_entries.NORMAL) or row.recovered_at,
    )  # fmt: skip
    if not at_home:
        return found
    return found.model_copy(update=cover_facts(session, plan, row, standing, now))


def _also_open(session: Session, plan: Plan, row: Incident) -> tuple[f.OtherIncident, ...]:
    """The other open incidents that touch the same projects: two faults, one picture (R6)."""
    mine = {project.id for project in plan.projects_affected_by(row.system_id)}
    found = []
    for other in incidents.open_incidents(session):
        shared = [
            project
            for project in _projects_of(plan, other)
            if project.id in mine and other.number != row.number and other.exercise == row.exercise
        ]
        if other.system_id == GENERAL:
            continue  # it names no system that failed: nothing to tell a client beside another
        if shared:
            found.append(
                f.OtherIncident(
                    number=other.number, system=_name_of(plan, other),
                    agents_out=other.system_id == WORKPLACE,
                    priority=other.priority or other.priority_proposed,
                    client_ids=tuple(dict.fromkeys(project.client for project in shared)),
                )
            )  # fmt: skip
    return tuple(found)


def _projects_of(plan: Plan, other: Incident) -> tuple[Project, ...]:
    """The projects another incident touches; none where this one's plan does not know its system.

    Where agents can't work each incident has its own projects, under one name (E5)."""
    if other.system_id == WORKPLACE or is_input(other.system_id):
        return tuple(p for p in plan.projects if p.id in (other.projects or ()))
    known = any(system.id == other.system_id for system in plan.systems)
    return plan.projects_affected_by(other.system_id) if known else ()


def _name_of(plan: Plan, other: Incident) -> str:
    """What another incident's system is called; where it is an input, that it is missing says the
    name itself; empty where people are missing."""
    if other.system_id == WORKPLACE:
        return ""
    if is_input(other.system_id):
        known = next((each for each in plan.inputs if each.entry == other.system_id), None)
        return known.name if known else other.title
    return plan.system(other.system_id).name


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


def _entry(entry: Standing, line_of: Callable[[Standing], Told | None]) -> f.TimelineEntry:
    told = line_of(entry)
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
        project_id=entry.data.get("project") or _project_of(entry.data.get("queue")),
        client_id=entry.data.get("client"),
    )


def _project_of(queue: object) -> str | None:
    """The project of a queue that an entry names, "BRAVO/es": it is told to that client alone."""
    return str(queue).partition("/")[0] if queue else None


def _messages(session: Session, plan: Plan, number: str) -> tuple[f.MessageFacts, ...]:
    clients = {contact.id: c.id for c in plan.clients for contact in c.contacts}
    return tuple(
        f.MessageFacts(
            purpose=m.purpose, to_role=m.role, channel=m.channel, sent_at=m.sent_at,
            client_id=clients.get(m.recipient),
        )
        for m in messages.of_incident(session, number)
    )  # fmt: skip


def _supplier(
    plan: Plan, supplier_id: str | None, questions: list[Approval]
) -> f.SupplierFacts | None:
    if supplier_id is None:
        return None
    ticket = people.answered(questions, "ticket")
    given = ticket is not None and ticket.answer == "given"
    return f.SupplierFacts(
        name=plan.supplier(supplier_id).name,
        ticket=people.note(ticket) if given else None,
        **_said_by_supplier(questions),
    )


def _said_by_supplier(questions: list[Approval]) -> dict[str, Any]:
    """What the supplier said in the last call that reached it: quoted as its own words (b8)."""
    called = [q for q in questions if q.kind == "supplier-call" and q.answer == "delivers"]
    if not called:
        return {}
    return {"statement": called[-1].note or "", "stated_at": called[-1].answered_at}


def _logging(
    system: System, questions: list[Approval], entries: list[Standing]
) -> f.ManualLogging | None:
    """Logging by hand as decided, begun and ended (R46); ``None`` where nobody asks for it."""
    if not system.may_need_manual_logging:
        return None
    course = [e for e in entries if e.type in (by_word.LOGGING_STARTED, by_word.LOGGING_ENDED)]
    if not course:
        declined = people.answered(questions, "manual-log") is not None
        return f.ManualLogging(decision="not needed" if declined else "not yet decided")
    ended = course[-1] if course[-1].type == by_word.LOGGING_ENDED else None
    counts = [e.data.get("note", "") for e in course if e.type == by_word.LOGGING_ENDED]
    return f.ManualLogging(
        started_at=course[0].occurred_at,
        ended_at=ended.occurred_at if ended else None,
        count_said="; ".join(filter(None, counts)),
    )


def _diverts(entries: list[Standing]) -> tuple[f.DivertFacts, ...]:
    # Of a line that has a mode of its own (voicemail) the client is told line by line.
    at = {
        e.type: e.occurred_at
        for e in entries
        if e.type.startswith("routing ") and not e.data.get("line")
    }
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
            ok=e.type == "success factor proved", call=e.data.get("call", ""),
            message=e.data.get("message", ""), message_s=e.data.get("message_s"),
        )
        for e in entries
        if e.type in ("success factor proved", "success factor failed")
    )  # fmt: skip


def _earlier(session: Session, number: str) -> tuple[f.EarlierReport, ...]:
    return tuple(
        f.EarlierReport(
            client_id=d.client, type=d.type, number=d.running_number, version=d.version,
            sent_at=d.sent_at, due_at=d.due_at,
        )
        for d in documents.of_incident(session, number)
        if d.sent_at is not None and d.client != documents.INTERNAL
    )  # fmt: skip
