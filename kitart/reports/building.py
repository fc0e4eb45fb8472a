"""The parts that several reports share, worked out from a client's own facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

from kitart.reports.course import Course, course_of
from kitart.reports.english import NOT_KNOWN, English
from kitart.reports.facts import ClientFacts, IncidentFacts, TimelineEntry
from kitart.reports.privacy import ReaderFilter, role_words
from kitart.reports.scope import for_client
from kitart.reports.views import (
    CallLine,
    Decided,
    Edition,
    Entry,
    Heading,
    Knowledge,
    ProofLine,
    QueueLine,
    RtoLine,
    Seats,
    Supplier,
    Variant,
)

LATE_ENTRY = timedelta(minutes=5)
NOT_RECORDED = "not available: not recorded"
NO_CHANGE_RECORDED = "not available: no change was recorded for this version"


@dataclass(frozen=True)
class Desk:
    """What a builder works with: one client's facts, their course, and the words."""

    facts: IncidentFacts
    client: ClientFacts
    course: Course
    words: English
    now: datetime
    """The moment that the information is of; the report may be written later."""
    written_at: datetime
    reader: ReaderFilter


def desk_for(
    facts: IncidentFacts, client_id: str, now: datetime, as_of: datetime | None = None
) -> Desk:
    """Facts limited to the client (D22, D23) and what follows from them at ``as_of``."""
    mine = for_client(facts, client_id)
    reader = ReaderFilter.for_client(facts, client_id)
    client = mine.client(client_id)
    at = as_of or now
    return Desk(mine, client, course_of(mine, client_id, at), English(client.zone), at, now, reader)


def heading(
    desk: Desk, title: str, variant: Variant, running_number: int, **edition: Unpack[Edition]
) -> Heading:
    """The header fields; a later version says what changed (D25)."""
    facts, client, words = desk.facts, desk.client, desk.words
    version = edition.get("version", 1)
    changes = desk.reader.texts(edition.get("changes", ()))
    approver, reviewer = edition.get("approver_role"), edition.get("reviewer_role")
    return Heading(
        incident=facts.number,
        title=title,
        variant=variant,
        running_number=running_number,
        version=version,
        status=edition.get("status", "draft"),
        changes=changes or ((NO_CHANGE_RECORDED,) if version > 1 else ()),
        classification=f"Confidential – for {client.name} only",
        exercise=facts.exercise,
        client_id=client.id,
        client_name=client.name,
        zone=client.zone,
        language=words.language,
        projects=tuple(effect.project_id for effect in facts.effects),
        affected=tuple(
            QueueLine(effect.project_id, words.language_name(queue.lang), queue.lines)
            for effect in facts.effects
            for queue in effect.queues
            if queue.affected
        ),
        priority=words.priority(facts.priority),
        cover_level=words.level(facts),
        reported_at=desk.written_at,
        data_as_of=desk.now,
        author_role=role_words(edition.get("author_role", "account_manager")),
        reviewer_role=role_words(reviewer) if reviewer else "not yet reviewed",
        approver_role=role_words(approver) if approver else "not yet approved",
        approved_at=edition.get("approved_at"),
        recipients=", ".join(map(role_words, client.recipients)) or NOT_RECORDED,
        channel=client.channel or NOT_RECORDED,
        contact=f"{role_words(client.contact.role)}, {client.contact.phone or NOT_RECORDED}",
        contact_until=client.contact.until,
    )


def rto_lines(desk: Desk) -> tuple[RtoLine, ...]:
    """Each project's objectives, with when they end and the verdict."""
    lines: list[RtoLine] = []
    for project in desk.course.projects:
        name = project.effect.project_id
        for result in project.rto:
            limit = desk.words.hours(result.target.limit)
            start = project.effect.effect_start
            source = result.target.source
            after = project.restored - start if project.restored and start else None
            lines.append(
                RtoLine(name, start, result.due, limit, source, result.verdict, _from_zero(after))
            )
        if not project.rto:
            limit = desk.words.hours(timedelta(minutes=desk.facts.rto_minutes))
            lines.append(RtoLine(name, None, None, limit, NOT_KNOWN, project.verdict))
    return tuple(lines)


def _from_zero(length: timedelta | None) -> timedelta | None:
    """What was put right before the effect took no time (E36)."""
    return None if length is None else max(length, timedelta(0))


def entries(desk: Desk, since: datetime | None = None) -> tuple[Entry, ...]:
    """The timeline for this client in the order of events; late entries are marked (E39)."""
    ordered = sorted(desk.facts.timeline, key=lambda each: (each.occurred_at, each.seq))
    return tuple(_entry(each) for each in ordered if since is None or each.recorded_at > since)


def _entry(entry: TimelineEntry) -> Entry:
    late = entry.recorded_at - entry.occurred_at > LATE_ENTRY
    return Entry(
        at=entry.occurred_at,
        actor=role_words(entry.author_role),
        event=entry.text,
        source=entry.source or NOT_RECORDED,
        entered_late_at=entry.recorded_at if late else None,
    )


def under_way(desk: Desk) -> tuple[str, ...]:
    """What is being done now: verbs, and only what the record shows."""
    facts, course = desk.facts, desk.course
    doing: list[str] = []
    if facts.false_alarm or course.recovered:
        return ("Nothing more is needed.",)
    if course.restored is not None:
        if course.tested_at is None:
            doing.append(
                "Test calls to each affected line."
                if facts.system.carries_calls
                else "Putting away what had to wait, which proves that it works."
            )
        doing.append(
            f"Watching the system until it has been stable for {facts.stable_minutes} min."
        )
        return tuple(doing)
    if facts.supplier is not None:
        ticket = f", ticket {facts.supplier.ticket}" if facts.supplier.ticket else ""
        doing.append(
            f"The supplier ({facts.supplier.name or NOT_RECORDED}{ticket}) is on the fault."
        )
    divert = course.divert
    if divert is not None and not course.diverted:
        doing.append(f"Setting up and testing a divert to a {divert.kind or 'recorded notice'}.")
    doing.append("Our emergency response team is working on the fault.")
    return tuple(doing)


def knowledge(desk: Desk) -> Knowledge:
    """Facts, assumptions and open questions, never mixed (D24)."""
    words, course, facts = desk.words, desk.course, desk.facts
    return Knowledge(
        facts=words.known(course),
        assumptions=words.assumed(course) + facts.assumptions or ("None.",),
        open_questions=words.asked(course) + facts.open_questions or ("None.",),
    )


def expected(desk: Desk) -> tuple[datetime | None, str]:
    """The forecast with its basis, or that there is none."""
    forecast = desk.facts.expected_recovery
    if desk.course.restored is not None:
        return None, "Service is back."
    if forecast is None or not forecast.basis:
        return None, NOT_KNOWN
    return forecast.at, f"{forecast.basis} We have not been able to confirm this."


def next_update(desk: Desk) -> tuple[datetime | None, str]:
    """The clock time of the next news, or why there is none."""
    if desk.facts.false_alarm:
        return None, "No further update is planned: this was a false alarm."
    due = desk.facts.next_update_at
    if due is not None and (due > desk.now or not desk.course.recovered):
        return due, "also if nothing has changed by then"
    if desk.course.recovered:
        return None, "No further update is planned; the closing report follows."
    return None, "not available: no time has been set; please ask the contact below"


def calls(desk: Desk) -> tuple[CallLine, ...]:
    """Calls of each queue on record."""
    return tuple(
        CallLine(
            each.project_id,
            desk.words.language_name(each.lang),
            each.offered,
            each.answered,
            each.abandoned,
            each.voicemails_left,
            each.voicemails_returned,
        )
        for each in desk.facts.calls
    )


def seats(desk: Desk) -> tuple[Seats, ...]:
    """Seats needed and filled, where anybody counted them (D11)."""
    return tuple(
        Seats(
            effect.project_id,
            desk.words.language_name(queue.lang),
            str(queue.seats_needed) if queue.seats_needed is not None else NOT_RECORDED,
            str(queue.seats_filled) if queue.seats_filled is not None else NOT_RECORDED,
        )
        for effect in desk.facts.effects
        for queue in effect.queues
        if queue.affected and (queue.seats_needed is not None or queue.seats_filled is not None)
    )


def supplier(desk: Desk) -> Supplier | None:
    """The supplier's ticket and words, as its own."""
    found = desk.facts.supplier
    if found is None:
        return None
    return Supplier(
        name=found.name or NOT_RECORDED,
        ticket=found.ticket or "not available: the supplier has not given one yet",
        statement=found.statement or "none yet",
        stated_at=found.stated_at if found.statement else None,
    )


def decisions(desk: Desk) -> tuple[Decided, ...]:
    """Decisions that this client may read, with the role that took them."""
    return tuple(
        Decided(
            each.what or NOT_RECORDED,
            each.answer or NOT_RECORDED,
            role_words(each.by_role),
            each.at,
            each.reason or "not recorded",
        )
        for each in sorted(desk.facts.decisions, key=lambda each: each.at)
    )


def proofs(desk: Desk) -> tuple[ProofLine, ...]:
    """A row for each proof, and one for each affected line that has none: never assumed."""
    rows: list[ProofLine] = []
    factor, by_line = desk.facts.system.factor, desk.facts.system.carries_calls
    for effect in desk.facts.effects:
        lines = [line for queue in effect.queues if queue.affected for line in queue.lines]
        lines = lines if by_line else [desk.facts.system.name]
        of_project = [each for each in desk.facts.proofs if each.project_id == effect.project_id]
        for each in sorted(of_project, key=lambda each: each.at):
            line = each.line if each.line in lines else "all lines" if by_line else lines[0]
            result = "proved" if each.ok else "failed"
            rows.append(
                ProofLine(
                    effect.project_id,
                    line or "all lines",
                    each.factor or NOT_RECORDED,
                    result,
                    each.kind,
                    role_words(each.by_role),
                    each.at,
                )
            )
        reached = {each.line for each in of_project if each.factor == factor}
        rows.extend(
            ProofLine(effect.project_id, line, factor, "not proved yet", "none", "nobody", None)
            for line in lines
            if None not in reached and line not in reached
        )
    return tuple(rows)
