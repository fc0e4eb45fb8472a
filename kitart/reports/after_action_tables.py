"""The tables of the after-action report: what is measured, sent and filed (c2 to c6, c12, c20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from textwrap import wrap

from kitart.language import SOURCE
from kitart.reports import call_tables, cover_tables, sentences, written_parts
from kitart.reports import closing_report as closing
from kitart.reports import tables as shared
from kitart.reports.building import Desk
from kitart.reports.facts import MessageFacts
from kitart.reports.facts.after_action import AfterActionFacts
from kitart.reports.message_words import CHANNELS, PURPOSES, STATES
from kitart.reports.terms import N_
from kitart.reports.views import CallParts, Pairs, Table, Words
from kitart.reports.wording import Wording
from kitart.rules.measured_times import MeasuredTime
from kitart.rules.verdicts import Outcome, Verdict, punctuality

Block = Table | Pairs | Words
DELIVERY = "message "
"""Entries about what became of a message: the table of communication has them in short."""


def what(desk: Desk) -> str:
    """What failed, in one phrase."""
    facts = desk.facts
    kind = desk.recorded(facts.kind)
    return kind if facts.system.at_home else f"{sentences.capital(facts.system.name)} ({kind})"


def classification(desk: Desk) -> tuple[Block, ...]:
    """Kind, priority, levels with their times (c2)."""
    words, facts = desk.words, desk.facts
    pairs = (
        (words.say("Type"), f"{desk.recorded(facts.kind)}; {sentences.event_kind(words, facts)}"),
        (words.say("System"), sentences.system(words, facts)),
        (words.say("Priority"), words.priority(facts.priority)),
        (words.say("Kind of record"), closing.kind_of_record(desk)),
        (words.say("Cover level"), sentences.level(words, facts)),
    )
    rows = tuple(
        (
            words.moment(each.at),
            each.project_id or words.say("all"),
            str(each.level) if each.level else words.say("none"),
            words.role(each.by_role),
            each.reason or words.say("no reason recorded"),
        )
        for each in sorted(facts.level_changes, key=lambda each: each.at)
    )
    head = (
        words.say("Time"), words.say("Project"), words.say("Level"), words.say("By"),
        words.say("Reason"),
    )  # fmt: skip
    table = (Table(words.say("Cover levels passed through"), head, rows),) if rows else ()
    return (Pairs(pairs), *table)


def timeline(desk: Desk) -> tuple[Block, ...]:
    """The whole record in the order of events; what was entered later says so (c3, E39)."""
    words = desk.words
    rows = tuple(
        (
            words.moment(entry.at),
            entry.event
            + (
                f" ({words.say('entered later, {at}', at=words.moment(entry.entered_late_at))})"
                if entry.entered_late_at
                else ""
            ),
            entry.actor,
            entry.source,
        )
        for entry in shared.entries(_without_deliveries(desk))
    )
    caption = words.say(
        "The company's time first, then UTC; what became of each message stands under Communication"
    )
    head = (words.say("Time"), words.say("Event"), words.say("By"), words.say("Source"))
    if not rows:
        return (Words((words.say("None on record."),)),)
    table = Table(caption, head, rows)
    if words.language == SOURCE:
        return (table,)
    return (Words((words.say("What the record says in its own words is in English."),)), table)


def _without_deliveries(desk: Desk) -> Desk:
    kept = tuple(
        each
        for each in desk.facts.timeline
        if each.text.strip() and not each.type.startswith(DELIVERY)
    )
    return replace(desk, facts=desk.facts.model_copy(update={"timeline": kept}))


def times(desk: Desk, of_clients: tuple[Desk, ...]) -> tuple[Block, ...]:
    """Verdicts and every measured time, project by project and queue by queue (c4)."""
    words, found = desk.words, list[Block]()
    verdicts = (
        cover_tables.verdicts(desk)
        if desk.facts.cover
        else tuple((p.effect.project_id, p.verdict) for d in of_clients for p in d.course.projects)
    )
    if verdicts:
        found.append(
            Table(
                words.say("Recovery, by project or queue"),
                (words.say("Project"), words.say("Verdict")),
                verdicts,
            )
        )
    of_projects = [
        (p.effect.project_id, closing.times_of(d, p)) for d in of_clients for p in d.course.projects
    ]
    for name, rows in (*of_projects, *cover_tables.times(desk)):
        if rows:
            found.append(_times(words, name, rows))
    told: list[tuple[str | Verdict, ...]] = [
        (name, words.moment(due), words.moment(sent), verdict)
        for name, due, sent, verdict in _punctuality(desk)
    ]
    if told:
        head = (words.say("Message"), words.say("Due"), words.say("Sent"), words.say("Verdict"))
        found.append(Table(words.say("Punctuality of the reports to clients"), head, tuple(told)))
    proofs = shared.proofs(desk)
    if proofs:
        found.append(_proofs(desk))
    return tuple(found) or (Words((words.say("No effect on callers is on record."),)),)


def _times(words: Wording, name: str, rows: tuple[MeasuredTime, ...]) -> Table:
    return Table(
        words.say("Measured times, {project}", project=name),
        (words.say("Measure"), words.say("Target"), words.say("Actual"), words.say("Verdict")),
        tuple(
            (
                f"{words.term(row.measure)} ({words.term(row.definition)})",
                (words.duration(row.target) if row.target else words.say("none"))
                + (f" – {words.term(row.target_note)}" if row.target_note else ""),
                _actual(words, row),
                row.verdict,
            )
            for row in rows
        ),
    )


def _actual(words: Wording, row: MeasuredTime) -> str:
    if row.actual is None and row.verdict.outcome is Outcome.NOT_APPLICABLE:
        return words.say("not applicable")
    return words.duration(row.actual)


def _punctuality(desk: Desk) -> list[tuple[str, datetime, datetime, Verdict]]:
    names = {client.id: client.name for client in desk.facts.clients}
    return [
        (
            f"{closing.report_title(desk.words, r.type, r.number)}, "
            f"{names.get(r.client_id, r.client_id)}",
            r.due_at,
            r.sent_at,
            punctuality(r.due_at, r.sent_at, now=desk.now),
        )
        for r in desk.facts.earlier_reports
        if r.due_at is not None
    ]


def _proofs(desk: Desk) -> Table:
    words = desk.words
    head = (
        words.say("Line"), words.say("What"), words.say("Result"), words.say("How"),
        words.say("When"),
    )  # fmt: skip
    return Table(
        words.say("Proofs: a success counts only when it was shown, line by line"),
        head,
        tuple(
            (
                f"{line.project}, {line.line}",
                line.factor,
                words.term(line.result),
                f"{line.kind}, {line.by_role}" if line.at else words.say("no proof on record"),
                words.moment(line.at, N_("not yet")),
            )
            for line in shared.proofs(desk)
        ),
    )


def effect(desk: Desk, of_clients: tuple[Desk, ...]) -> tuple[Block, ...]:
    """What callers met, by project, and the calls of each queue (c5)."""
    words = desk.words
    none = N_("no effect inside service hours")
    projects = [
        (
            p.effect.project_id,
            d.client.name,
            words.moment(p.effect.effect_start, none)
            + (f" ({words.term(p.effect.effect_start_kind)})" if p.effect.effect_start else ""),
            words.moment(p.restored, N_("not yet")),
            words.moment(p.proved_at, N_("not yet")),
        )
        for d in of_clients
        for p in d.course.projects
    ]
    head = (
        words.say("Project"), words.say("Client"), words.say("Effect began"),
        words.say("Service restored"), words.say("Proved"),
    )  # fmt: skip
    found: list[Block] = []
    if projects:
        found.append(Table(words.say("Effect by project"), head, tuple(projects)))
    return (*found, *_calls(desk), Words(call_tables.service_level(desk), listed=True))


def _calls(desk: Desk) -> tuple[Block, ...]:
    words, lines = desk.words, call_tables.calls(desk)
    if not lines:
        return (Words((words.say("Not available: no figures of calls are on record yet."),)),)
    head = (
        words.say("Queue"), words.say("Offered"), words.say("Answered"), words.say("Abandoned"),
        words.say("Met a recording"), words.say("Voicemails left"),
        words.say("Voicemails returned"),
    )  # fmt: skip
    rows = tuple(
        (
            f"{line.project}, {line.language}", words.cell(line.offered),
            words.cell(line.answered), words.cell(line.abandoned),
            words.cell(line.recording) if line.recording else words.say("not counted"),
            words.cell(line.voicemails_left), words.cell(line.voicemails_returned),
        )
        for line in lines
    )  # fmt: skip
    reasons = dict.fromkeys(reason for line in lines for reason in line.reasons)
    missing = tuple(
        words.say("Not available: {reason}.", reason=words.term(reason)) for reason in reasons
    )
    caption = words.say("Calls since the effect began; each figure with its kind")
    table = Table(caption, head, rows)
    return (table, *(_interval(desk, each) for each in call_tables.parts(desk)),
            *((Words(missing),) if missing else ()))  # fmt: skip


def _interval(desk: Desk, queue: CallParts) -> Table:
    words = desk.words
    head = (
        words.say("From"), words.say("Offered"), words.say("Answered"), words.say("Abandoned"),
        words.say("Met a recording"),
    )  # fmt: skip
    caption = words.say("Calls by interval, {queue}", queue=f"{queue.project}, {queue.language}")
    return Table(caption, head, tuple(
        (
            words.moment(part.start), words.count(part.offered), words.count(part.answered),
            words.count(part.abandoned), words.count(part.recording),
        )
        for part in queue.parts
    ))  # fmt: skip


def lost(desk: Desk) -> Block:
    """Contacts that reached nobody, each figure with its kind (c6)."""
    words = desk.words
    pairs = tuple((name, words.number(figure)) for name, figure in call_tables.lost_contacts(desk))
    if not pairs:
        return Words((words.say("Not available: no figures of calls are on record yet."),))
    return Pairs(pairs)


def late_steps(desk: Desk) -> str:
    """Which people and messages came after their time: the record's own word on the response."""
    late = [m for m in desk.facts.messages if _late(m)]
    if not late:
        return desk.words.say("Every message that had a time was sent by then.")
    return desk.words.say("Messages sent after their time: {count}.", count=len(late))


def _late(message: MessageFacts) -> bool:
    due, sent = message.due_at, message.sent_at
    return due is not None and (sent is None or sent > due)


def communication(desk: Desk) -> tuple[Block, ...]:
    """Each message: due, sent, acknowledged, channel, what failed (c12)."""
    words = desk.words
    sent = sorted(
        desk.facts.messages,
        key=lambda m: (m.sent_at is None, m.sent_at or m.due_at or desk.facts.reported_at),
    )
    rows = tuple(
        (
            words.moment(m.sent_at, N_("not sent")),
            words.term(PURPOSES.get(m.purpose, m.purpose.replace("-", " "))),
            words.role(m.to_role) + (f" ({m.client_id})" if m.client_id else ""),
            words.term(CHANNELS.get(m.channel, m.channel)),
            words.moment(m.due_at, N_("none")),
            words.moment(m.acknowledged_at, N_("no")),
            words.term(STATES.get(m.state, m.state)) if m.state else desk.recorded(""),
        )
        for m in sent
    )
    if not rows:
        return (Words((words.say("None on record."),)),)
    failed = sum(m.state in ("failed", "undelivered") for m in sent)
    unsure = words.say("Messages: {count}; failed or not arrived: {failed}.",
                       count=len(sent), failed=failed)  # fmt: skip
    head = (
        words.say("Sent"), words.say("Message"), words.say("To"), words.say("Channel"),
        words.say("Due"), words.say("Acknowledged"), words.say("State"),
    )  # fmt: skip
    return (Words((unsure,)), Table(words.say("Messages in the order of sending"), head, rows))


def rests(desk: Desk, facts: AfterActionFacts) -> tuple[Block, ...]:
    """Backups who worked outside their shift, without whose it was, and the rest owed (E19)."""
    words = desk.words
    if not facts.rests:
        return (Words((words.say("Rest: no backup worked outside the own shift."),)),)
    head = (
        words.say("Backup"), words.say("Worked from"), words.say("Worked until"),
        words.say("Outside the own shift"), words.say("Rest until"), words.say("Rest owed"),
    )  # fmt: skip
    rows = tuple(
        (
            words.say("Backup {number}, {queue}", number=place, queue=each.queue),
            words.moment(each.began),
            words.moment(each.ended),
            words.duration(timedelta(minutes=each.outside_minutes)),
            words.moment(each.rest_until),
            words.duration(timedelta(minutes=each.short_minutes))
            if each.short_minutes
            else words.say("none"),
        )
        for place, each in enumerate(facts.rests, start=1)
    )
    caption = words.say("Rest after a call-out; what is owed moves the next shift")
    return (Table(caption, head, rows),)


def attachments(desk: Desk, facts: AfterActionFacts) -> tuple[Block, ...]:
    """Every report that was sent, with its checksum, and what people attached (c20, D18)."""
    words = desk.words
    names = {client.id: client.name for client in desk.facts.clients}
    head = (words.say("Document"), words.say("Client"), words.say("Sent"), words.say("SHA-256"))
    rows = tuple(
        (
            f"{closing.report_title(words, each.type, each.number)}, "
            + words.say("version {version}", version=each.version),
            names.get(each.client_id, each.client_id),
            words.moment(each.sent_at),
            " ".join(wrap(each.checksum, 16)),
        )
        for each in facts.documents
    )
    found: list[Block] = []
    if rows:
        found.append(Table(words.say("Reports that were sent"), head, rows))
    own = written_parts.attachments(words, desk.facts.written)
    if own or not rows:
        none = (words.say("none"),)
        found.append(Words(own or none, listed=True))
    return tuple(found)
