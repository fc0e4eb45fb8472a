"""What waits for a person besides open disruptions: the plan's review and its new version,
exercises, reports of what is closed (D5, R51, R53).

Only what waits for this very person; the page behind the link is the one in the person's messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.gateway.visits import Visitor
from kitart.installation import Installation
from kitart.journal import approvals, at_a_glance, hot_wash, incidents, review_triggers, reviews
from kitart.journal import timeline as entries_of
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.messaging import links, plan_versions, review_record, reviewing
from kitart.messaging.asking import decide_link
from kitart.messaging.exercise_record import hot_wash_link

SEND_ON = phrase("it can be sent for approval")
NEW_VERSION = phrase("Read the new version of the plan and say so")
HOT_WASH = phrase("Say what to keep and what to change")


@dataclass(frozen=True)
class Errand:
    """One thing to do: of which record, under which title, behind which address.

    Due at a moment (UTC), or by the end of a day; ``question`` says that it is answered yes or no,
    not filled in or read.
    """

    row: Incident
    id: str
    title: Phrase
    link: str
    due: datetime | None = None
    by_day: date | None = None
    question: bool = False


def errands(inst: Installation, session: Session, visitor: Visitor) -> list[Errand]:
    """All that waits for the visitor outside the open disruptions, what is due first before the
    others; as many questions to the journal however much there is."""
    found = [
        *_questions(inst, session, visitor),
        *_review(inst, session, visitor),
        *_version(inst, session, visitor),
        *_hot_washes(inst, session, visitor),
    ]
    zone = ZoneInfo(visitor.plan.company.time_zone)
    return sorted(found, key=lambda each: _order(each, zone))


def _order(errand: Errand, zone: ZoneInfo) -> tuple[bool, float]:
    due = errand.due
    if errand.by_day is not None:
        due = datetime.combine(errand.by_day + timedelta(days=1), datetime.min.time(), zone)
    return due is None, due.timestamp() if due else 0.0


def _questions(inst: Installation, session: Session, visitor: Visitor) -> Iterator[Errand]:
    """An exercise's date, an inject, a version of the plan to approve, a record to sign off."""
    for row, question in at_a_glance.asked_elsewhere(session, visitor.person):
        yield Errand(
            row, f"q-{question.id}", approvals.title(question),
            decide_link(inst, question, visitor.person, visitor.now), question.due_at,
            question=True,
        )  # fmt: skip


def _review(inst: Installation, session: Session, visitor: Visitor) -> Iterator[Errand]:
    """The review, for those who are reminded of it, until its version is before the approvers."""
    row, plan = reviews.open_one(session), visitor.plan
    if row is None or visitor.person not in reviewing.owners(plan):
        return
    if reviews.is_before_approvers(session, row.number, reviews.versions(session, row.number)):
        return
    written = reviews.written(entries_of.entries(session, row.number))
    missing = review_record.missing(written, review_record.changes(session, row.number, plan))
    part, what = missing[0] if missing else ("propose", SEND_ON)
    due = review_triggers.due(session, plan, visitor.now)
    yield Errand(
        row,
        "review",
        phrase("Review the plan: {what}", what=what),
        f"/review#{part}",
        by_day=due.on,
    )


def _version(inst: Installation, session: Session, visitor: Visitor) -> Iterator[Errand]:
    """The version in force, for who was told of it and has not said that it is read."""
    row = reviews.last_approved(session)
    version = plan_versions.in_force(session, row.number) if row else None
    if row is None or version is None:
        return
    if version.told_at < visitor.now - plan_versions.LOOKED_BACK:
        return
    plan = inst.plans_for(session, [row])[row.number]
    told_unread = any(
        reader.person == visitor.person and reader.told and reader.read_at is None
        for reader in plan_versions.readers(session, plan, version)
    )
    if told_unread:
        told_on = version.told_at.astimezone(ZoneInfo(plan.company.time_zone)).date()
        link = links.new(inst.settings, "version", row.number, visitor.person, now=visitor.now)
        by_day = told_on + timedelta(days=plan.limits.version_read_days)
        yield Errand(row, "version", NEW_VERSION, link, by_day=by_day)


def _hot_washes(inst: Installation, session: Session, visitor: Visitor) -> Iterator[Errand]:
    """A word on an exercise that is over, while it is taken."""
    for number, until in hot_wash.waiting_for(session, visitor.person, visitor.now):
        link = hot_wash_link(inst, number, visitor.person, until)
        yield Errand(incidents.get(session, number), "hot-wash", HOT_WASH, link, until)
