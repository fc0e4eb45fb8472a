"""The parts that several reports share, worked out from a client's own facts; see ``tables``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from kitart.reports import manual_logging
from kitart.reports.course import Course, course_of
from kitart.reports.cover_words import seats_under_way
from kitart.reports.facts import ClientFacts, IncidentFacts, SupplierFacts
from kitart.reports.kinds import words_of
from kitart.reports.picture.drawing import Picture, picture
from kitart.reports.picture.making import course
from kitart.reports.privacy import ReaderFilter
from kitart.reports.scope import for_client
from kitart.reports.sentences import level
from kitart.reports.terms import NOT_RECORDED
from kitart.reports.views import Edition, Heading, QueueLine, RecordMark, Supplier, Variant
from kitart.reports.wording import Wording


@dataclass(frozen=True)
class Desk:
    """What a builder works with: one client's facts, their course, and the words."""

    facts: IncidentFacts
    client: ClientFacts
    course: Course
    words: Wording
    now: datetime
    """The moment that the information is of; the report may be written later."""
    written_at: datetime
    reader: ReaderFilter

    def recorded(self, text: str) -> str:
        """A text of the record, in our words where it is one of ours; never blank (D3)."""
        return self.words.term(text or NOT_RECORDED)


def desk_for(
    facts: IncidentFacts, client_id: str, now: datetime, as_of: datetime | None = None
) -> Desk:
    """Facts limited to the client (D22, D23) and what follows from them at ``as_of``."""
    mine = for_client(facts, client_id)
    reader = ReaderFilter.for_client(facts, client_id)
    client = mine.client(client_id)
    at = as_of or now
    words = Wording(client.zone, client.language)
    return Desk(mine, client, course_of(mine, client_id, at), words, at, now, reader)


def heading(
    desk: Desk, title: str, variant: Variant, running_number: int, **edition: Unpack[Edition]
) -> Heading:
    """The header fields; a later version says what changed (D25)."""
    facts, client, words = desk.facts, desk.client, desk.words
    version, status = edition.get("version", 1), edition.get("status", "draft")
    changes = tuple(map(words.term, desk.reader.texts(edition.get("changes", ()))))
    if not changes and version > 1:
        changes = (words.say("not available: no change was recorded for this version"),)
    approver, reviewer = edition.get("approver_role"), edition.get("reviewer_role")
    approvers = (approver, *edition.get("also_approved_by", ())) if approver else ()
    return Heading(
        incident=facts.number,
        title=title,
        variant=variant,
        running_number=running_number,
        version=version,
        status=status,
        edition=words.say(
            "version {version}, {status}", version=version, status=words.term(status)
        ),
        changes=changes,
        classification=words.say("Confidential – for {client} only", client=client.name),
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
        cover_level=level(words, facts),
        reported_at=desk.written_at,
        data_as_of=desk.now,
        author_role=words.role(edition.get("author_role", "account_manager")),
        reviewer_role=words.role(reviewer) if reviewer else words.say("not yet reviewed"),
        approver_role=words.listed([words.role(each) for each in approvers])
        or words.say("not yet approved"),
        approved_at=edition.get("approved_at"),
        recipients=", ".join(map(words.role, client.recipients)) or desk.recorded(""),
        channel=desk.recorded(client.channel),
        contact=f"{words.role(client.contact.role)}, {desk.recorded(client.contact.phone)}",
        contact_until=client.contact.until,
        record=record_words(words, facts.number, edition.get("record")),
    )


def record_words(words: Wording, incident: str, mark: RecordMark | None) -> str | None:
    """At which entry of the record a version was made, in words (D1)."""
    if mark is None:
        return None
    return words.say(
        "Record {incident}, entry {entry}, {head}…",
        incident=incident, entry=mark.entry, head=mark.head,
    )  # fmt: skip


def drawn(desk: Desk, courses: Sequence[Course] = ()) -> Picture | None:
    """The picture of the course: the client's own queues alone, in its zone, or those of all the
    ``courses`` for a reader inside; ``None`` where there is nothing to show."""
    if desk.facts.false_alarm:
        return None  # nothing happened that could be drawn
    shown = courses or (desk.course,)
    over = all(each.recovered for each in shown) or desk.facts.normal_at is not None
    projects = tuple(project for each in shown for project in each.projects)
    found = course(desk.words, desk.facts, projects, desk.now, goes_on=not over)
    if found is None:
        return None
    title = desk.words.say("{incident}: the course over time", incident=desk.facts.number)
    return picture(desk.words, found, title)


def under_way(desk: Desk) -> tuple[str, ...]:
    """What is being done now: verbs, and only what the record shows."""
    facts, course, words = desk.facts, desk.course, desk.words
    kind = words_of(facts.system)
    if facts.false_alarm or course.recovered:
        return (words.say("Nothing more is needed."),)
    by_hand = manual_logging.under_way(words, facts)
    doing = [by_hand] if by_hand else []
    if course.restored is not None:
        if course.tested_at is None:
            doing.append(words.say(kind.testing))
        doing.append(words.say(kind.watched, minutes=facts.stable_minutes))
        return tuple(doing)
    if facts.supplier is not None and not facts.system.is_input:
        doing.append(_supplier_at_work(desk, facts.supplier))
    divert = course.divert
    if divert is not None and not course.diverted:
        target = words.term(divert.kind)
        doing.append(words.say("Setting up and testing a divert to a {target}.", target=target))
    doing.append(words.say(seats_under_way(facts) or kind.working_on_it))
    return tuple(doing)


def _supplier_at_work(desk: Desk, supplier: SupplierFacts) -> str:
    name = desk.recorded(supplier.name)
    if not supplier.ticket:
        return desk.words.say("The supplier ({name}) is on the fault.", name=name)
    return desk.words.say(
        "The supplier ({name}, ticket {ticket}) is on the fault.",
        name=name, ticket=supplier.ticket,
    )  # fmt: skip


def expected(desk: Desk) -> tuple[datetime | None, str]:
    """The forecast with its basis, or that there is none."""
    forecast, words = desk.facts.expected_recovery, desk.words
    if desk.course.restored is not None:
        return None, words.say("Service is back.")
    if forecast is None or not forecast.basis:
        return None, words.say(words_of(desk.facts.system).forecast_unknown)
    unconfirmed = words.say("We have not been able to confirm this.")
    return forecast.at, f"{forecast.basis} {unconfirmed}"


def next_update(desk: Desk) -> tuple[datetime | None, str]:
    """The clock time of the next news, or why there is none."""
    if desk.facts.false_alarm:
        return None, desk.words.say("No further update is planned: this was a false alarm.")
    due = desk.facts.next_update_at
    if due is not None and (due > desk.now or not desk.course.recovered):
        return due, desk.words.say("also if nothing has changed by then")
    if desk.course.recovered:
        return None, desk.words.say("No further update is planned; the closing report follows.")
    return None, desk.words.say("not available: no time has been set; please ask the contact below")


def supplier(desk: Desk) -> Supplier | None:
    """The supplier's ticket and words, as its own."""
    found = desk.facts.supplier
    if found is None:
        return None
    no_ticket = desk.words.say("not available: the supplier has not given one yet")
    return Supplier(
        name=desk.recorded(found.name),
        ticket=found.ticket or no_ticket,
        statement=found.statement or desk.words.say("none yet"),
        stated_at=found.stated_at if found.statement else None,
    )
