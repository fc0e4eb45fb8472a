"""Report (c), the company's layer: the after-action report, c1 to c21, of all clients together.

Roles instead of persons here too (D22); who is owed rest stands by code on the page where people
write for it, not in a document that is mailed and filed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Unpack

from kitart.language import in_language
from kitart.reports import after_action_tables as tables
from kitart.reports import building as part
from kitart.reports import call_tables
from kitart.reports import closing_report as closing
from kitart.reports import written_parts as written
from kitart.reports.course import course_of
from kitart.reports.facts import ClientFacts, Contact
from kitart.reports.facts.after_action import AfterActionFacts, SafetyFacts
from kitart.reports.facts.written import lines, said
from kitart.reports.knowing import knowledge
from kitart.reports.manual_logging import backlog
from kitart.reports.privacy import ReaderFilter
from kitart.reports.scope import for_company
from kitart.reports.sentences import NONE
from kitart.reports.terms import N_
from kitart.reports.views import AfterActionView, Drawing, Edition, Pairs, Section, Table, Words
from kitart.reports.wording import Wording
from kitart.rules.legal.words import TITLES

COMPANY = "internal"
Block = Table | Pairs | Words | Drawing
NOT_WRITTEN = N_("not available: nobody has written it yet")


def build_after_action(
    facts: AfterActionFacts, *, now: datetime, **edition: Unpack[Edition]
) -> AfterActionView:
    """The whole course for the management, with what people wrote (requirements §8 row 7)."""
    desk, of_clients = _desks(facts, now, edition.get("data_as_of"))
    words = desk.words
    heading = part.heading(desk, words.say("After-action report"), "after-action", 1, **edition)
    heading = replace(
        heading, classification=words.say("Internal – stays in the company"), affected=()
    )
    return AfterActionView(
        heading,
        (
            Section(words.say("Summary"), _summary(desk, of_clients)),
            Section(words.say("Classification"), tables.classification(desk)),
            Section(words.say("Timeline"), _timeline(desk, of_clients)),
            Section(words.say("Measured times against targets"), tables.times(desk, of_clients)),
            Section(words.say("Effect on callers"), tables.effect(desk, of_clients)),
            Section(words.say("Lost contacts"), (tables.lost(desk),)),
            Section(words.say("Language of the answers"), _languages(desk)),
            Section(words.say("Backlog"), _said(backlog(words, desk.facts))),
            Section(words.say("Cause"), _cause(desk, of_clients)),
            Section(words.say("Detection"), _detection(desk)),
            Section(words.say("Response"), _response(desk)),
            Section(words.say("Communication"), tables.communication(desk)),
            Section(words.say("Service agreement"), _agreement(desk, of_clients)),
            Section(words.say("Data protection"), _privacy(desk, of_clients)),
            Section(words.say("Suppliers"), _suppliers(desk)),
            Section(words.say("People"), _people(desk, facts)),
            Section(words.say("Corrective actions"), _actions(desk)),
            Section(words.say("Lessons and changes of the plan"), _parts(
                desk, ("lessons", "plan-changes", "training", "test-scenario"))),
            Section(words.say("Open points"), _open_points(desk, of_clients)),
            Section(words.say("Attachments"), tables.attachments(desk, facts)),
            Section(words.say("Approval"), _approval(desk, facts, heading.author_role)),
        ),
    )  # fmt: skip


def _said(*sentences: str) -> tuple[Block, ...]:
    return (Words(sentences, listed=len(sentences) > 1),)


def _timeline(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    picture = part.drawn(desk, [each.course for each in of_clients])
    told = tables.timeline(desk)
    return told if picture is None else (Drawing(picture), *told)


def _languages(desk: part.Desk) -> tuple[Block, ...]:
    return _said(*call_tables.language_quality(desk))


def _privacy(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    """The decision, and each notification that was made; the clocks are in the assessment."""
    words = desk.words
    asked = words.say("Personal data affected?")
    decided = Pairs(((asked, words.privacy(desk.facts.privacy)),))
    by_client, by_us = words.say("by the client"), words.say("by us")
    rows = tuple(
        (
            in_language(TITLES[each.duty], words.language),
            d.client.name,
            by_client if each.by_client else by_us,
            words.moment(each.at),
            each.to,
            f"{each.channel}, {each.reference or words.say('no reference')}",
        )
        for d in of_clients
        for found in desk.facts.legal
        if found.client_id == d.client.id
        for each in found.notices
    )
    if not rows:
        none = words.say("No notification to an authority or a client is on record.")
        return (decided, Words((none,)))
    head = (
        words.say("Notification"), words.say("Client"), words.say("By"), words.say("Made"),
        words.say("To whom"), words.say("By which way"),
    )  # fmt: skip
    return (decided, Table(words.say("Notifications made"), head, rows))


def _desks(
    facts: AfterActionFacts, now: datetime, as_of: datetime | None
) -> tuple[part.Desk, tuple[part.Desk, ...]]:
    """The company's desk with every client's facts, and one for the course of each client."""
    whole = for_company(facts.incident, facts.language)
    words = Wording(facts.zone, facts.language)
    company = ClientFacts(
        id=COMPANY, name=facts.company, zone=facts.zone, language=facts.language,
        contact=Contact(role=facts.contact_role, phone=facts.contact_phone),
        recipients=facts.recipients,
    )  # fmt: skip
    reader = ReaderFilter(None, None, facts.language)
    at = as_of or now
    clients = tuple(
        part.Desk(whole, client, course_of(whole, client.id, at), words, at, now, reader)
        for client in whole.clients
    )
    own = part.Desk(whole, company, course_of(whole, COMPANY, at), words, at, now, reader)
    return own, clients


def _summary(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    """Five lines: what, when, effect, cause, what changes."""
    words, facts = desk.words, desk.facts
    starts = [each.course.starts for each in of_clients if each.course.starts]
    ends = [each.course.restored for each in of_clients]
    over = None if None in ends or not ends else max(end for end in ends if end)
    direct = said(facts.written, "cause-direct")
    cause = direct.text if direct else facts.cause
    felt = words.say("When: no effect on callers is on record.")
    if starts:
        felt = words.say(
            "When: from {start} to {end}.", start=words.moment(min(starts)),
            end=words.moment(over, N_("not yet restored")),
        )  # fmt: skip
    touched = [e.project_id for e in facts.effects if e.effect_start is not None]
    return (
        Words(
            (
                words.say("What: {what}", what=tables.what(desk)),
                felt,
                words.say("Projects that felt it: {projects}.",
                          projects=words.listed(sorted(touched)) if touched else words.say("none")),
                words.say("Cause: {cause}", cause=cause or words.say("not established")),
                words.say("Corrective actions: {count}.", count=len(facts.corrective_actions)),
            ),
            listed=True,
        ),
    )  # fmt: skip


def _cause(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    words, facts = desk.words, desk.facts
    of_all = [each for each in facts.written if each.client_id is None]
    found = written.cause(words, of_all, answered=facts.cause)
    own = [
        Pairs(pairs, each.client.name)
        for each in of_clients
        if (pairs := written.cause(
            words, [t for t in facts.written if t.client_id == each.client.id], each.client.id))
    ]  # fmt: skip
    if found:
        return (Pairs(found), *own)
    return (Words((facts.cause or words.say("Not established."),)), *own)


def _detection(desk: part.Desk) -> tuple[Block, ...]:
    words, facts = desk.words, desk.facts
    how = words.say(
        "Found by: {who}, {at}.", who=words.role(facts.detected_by),
        at=words.moment(facts.reported_at),
    )  # fmt: skip
    return (Words((how,)), *_parts(desk, ("detection",)))


def _response(desk: part.Desk) -> tuple[Block, ...]:
    wanted = ("response-short", "worked", "failed", "luck", "departures")
    late = Words((tables.late_steps(desk),))
    return (late, *_parts(desk, wanted))


def _agreement(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    """What it means for the agreement with each client (c13)."""
    found: list[Block] = []
    for each in of_clients:
        pairs = written.agreement(each.words, each.facts.written, each.client.id)
        if not pairs:
            state = each.client.service_agreement or each.words.term(NOT_WRITTEN)
            pairs = ((each.words.say("State"), state),)
        found.append(Pairs(pairs, each.client.name))
    return tuple(found) or _said(desk.words.say("No client is affected."))


def _suppliers(desk: part.Desk) -> tuple[Block, ...]:
    words = desk.words
    found = part.supplier(desk)
    pairs = list(written.pairs(words, desk.facts.written, ("supplier-report", "supplement")))
    if found is None:
        none = words.say("No supplier is involved so far.")
        return (Pairs(tuple(pairs)),) if pairs else (Words((none,)),)
    known = [
        (words.say("Supplier"), found.name),
        (words.say("Ticket"), found.ticket),
        (words.say("The supplier's last statement"), found.statement),
    ]
    if not any(each.part == "supplier-report" for each in desk.facts.written):
        missing = words.say("not available: it has not come yet")
        pairs.insert(0, (written.name(words, "supplier-report"), missing))
    return (Pairs((*known, *pairs)),)


def _people(desk: part.Desk, facts: AfterActionFacts) -> tuple[Block, ...]:
    """Safety, overtime, and rest owed to those who were called out (c16, D13, E19)."""
    words = desk.words
    return (
        Words((_safety(words, facts.safety),)),
        *_parts(desk, ("overtime", "rest")),
        *tables.rests(desk, facts),
    )


def _safety(words: Wording, safety: SafetyFacts) -> str:
    if not safety.asked:
        return words.say("Safety: nobody had to be asked.")
    return words.say(
        "Safety: {asked} asked, {works} safe and at work, {cannot} safe and unable to work, "
        "{help} asked for help, {silent} silent.",
        asked=safety.asked, works=safety.works, cannot=safety.cannot, help=safety.help,
        silent=safety.silent,
    )  # fmt: skip


def _actions(desk: part.Desk) -> tuple[Block, ...]:
    words, facts = desk.words, desk.facts
    if not facts.corrective_actions:
        return (Words((words.say("None decided yet."),)),)
    rows = written.actions(words, facts.corrective_actions, closing.today(desk))
    whom = {a.number: a for a in facts.corrective_actions}
    all_of_them = words.say("all")
    head = (
        words.say("Number"), words.say("Finding"), words.say("Action"), words.say("Owner"),
        words.say("Due"), words.say("Check"), words.say("Status"), words.say("About"),
    )  # fmt: skip
    return (
        Table(
            words.say("Actions, with how we check that they work"),
            head,
            tuple((*row, whom[int(row[0])].client_id or all_of_them) for row in rows),
        ),
    )


def _open_points(desk: part.Desk, of_clients: tuple[part.Desk, ...]) -> tuple[Block, ...]:
    """What is assumed and what is still open, kept apart (c19, D24)."""
    words, none = desk.words, desk.words.say(NONE)
    assumed, questions = dict[str, None](), dict[str, None]()
    for each in of_clients:
        known = knowledge(words, each.course)
        assumed |= dict.fromkeys(known.assumptions)
        questions |= dict.fromkeys(known.open_questions)
    assumed |= dict.fromkeys(lines(desk.facts.written, "assumptions"))
    if desk.facts.supplier and said(desk.facts.written, "supplier-report") is None:
        questions |= {
            words.say("The supplier's own report is outstanding; a supplement will follow."): None
        }
    if any(each.offered.value is None for each in desk.facts.calls):
        questions |= {words.say("Figures of calls that are marked as not available."): None}
    points = tuple(questions | dict.fromkeys(lines(desk.facts.written, "open-points")))
    points = tuple(point for point in points if point != none)
    assumed.pop(none, None)
    return (
        Pairs(((words.say("Assumptions"), " ".join(assumed) or none),)),
        Words(points or (words.say("No open point is on record."),), listed=bool(points)),
    )


def _parts(desk: part.Desk, parts: tuple[str, ...]) -> tuple[Block, ...]:
    """Each part with its words, of all clients and of each, or that nobody wrote it (D3)."""
    words, facts = desk.words, desk.facts
    names = {client.id: client.name for client in facts.clients}
    rows = []
    for each in parts:
        texts = [t for t in facts.written if t.part == each]
        for text in texts:
            of = f" ({names.get(text.client_id, text.client_id)})" if text.client_id else ""
            rows.append((written.name(words, each) + of, written.text(words, text)))
        if not texts:
            rows.append((written.name(words, each), words.term(NOT_WRITTEN)))
    return (Pairs(tuple(rows)),)


def _approval(desk: part.Desk, facts: AfterActionFacts, author: str) -> tuple[Block, ...]:
    """Prepared, reviewed, approved, and what the clients have said (c21)."""
    words = desk.words
    rows = [(words.say("Prepared by"), author)]
    for each in facts.sign_offs:
        at = words.moment(each.at, N_("not yet"))
        rows.append((words.term(each.step), f"{words.role(each.role)}; {at}"))
    names = {client.id: client.name for client in desk.facts.clients}
    texts = [t for t in desk.facts.written if t.part == "acknowledged"]
    said_so = {t.client_id: written.text(words, t) for t in texts}
    by_record = dict(facts.acknowledged)
    none = words.say("not yet received")
    about = words.say("Client's acknowledgement")
    rows += [
        (f"{about}: {name}", said_so.get(code) or by_record.get(code) or none)
        for code, name in names.items()
    ]
    return (Pairs(tuple(rows)),)
