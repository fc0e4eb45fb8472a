"""The record of a review as a document: made for its page, kept and filed once it is over (R51)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import approvals, documents, incidents, plans, reviews, timeline
from kitart.journal.documents import INTERNAL
from kitart.journal.reviews import Written
from kitart.journal.tables import Document
from kitart.language import Phrase, phrase
from kitart.messaging import plan_versions
from kitart.messaging.reviewing import APPROVE, CMT, OWNER, reason_words
from kitart.plan.difference import Change, since
from kitart.plan.schema import Plan
from kitart.reports import review_known
from kitart.reports.editions import record_mark
from kitart.reports.plan_review import (
    RECORD,
    About,
    SignedOff,
    Told,
    build_plan_review,
    changed_since,
    part_mark,
)
from kitart.reports.rendering import Document as Made
from kitart.reports.rendering import render
from kitart.reports.views import Status
from kitart.reports.wording import Wording
from kitart.rules.review import CHECKLIST

ROLES = {OWNER: reviews.OWNER, CMT: "cmt_lead"}


def mark_of(change: Change) -> str:
    """Names a change of the plan for as long as the same field of the same part differs."""
    place = json.dumps([change.section, change.about, change.path, change.kind])
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def changes(session: Session, number: str, plan: Plan) -> tuple[tuple[str, Change], ...]:
    """What a plan differs in from the version that the review began with, each with its mark."""
    base = plans.snapshot(session, reviews.base_of(session, number))
    return tuple((mark_of(change), change) for change in since(base, plan))


def missing(
    written: Written, changed: Sequence[tuple[str, Change]]
) -> tuple[tuple[str, Phrase], ...]:
    """What keeps a version from being sent for approval, each with the part of the review's page
    where it is written; nothing once all is there."""
    found = []
    if open_items := [each for each in CHECKLIST if each not in written.items]:
        words = phrase("items of the checklist without an answer: {n}", n=len(open_items))
        found.append(("check", words))
    if parts := _unexplained(written, changed):
        words = phrase("parts with changes that nobody has explained: {n}", n=len(parts))
        found.append(("explain", words))
    if written.next_on is None:
        found.append(("dates", phrase("the dates")))
    return tuple(found)


def _unexplained(written: Written, changed: Sequence[tuple[str, Change]]) -> set[str]:
    """The parts with a change to which nobody has said anything."""
    said = written.explained
    return {
        change.section for mark, change in changed
        if mark not in said and part_mark(change.section) not in said
    }  # fmt: skip


def plan_under_review(
    inst: Installation, session: Session, number: str, current: Plan | None = None
) -> Plan:
    """The version in force by a review that is over, the one before the approvers, else the plan
    as configured now: ``current`` where it is at hand, or read."""
    row = incidents.get(session, number)
    proposed = reviews.versions(session, number)
    if row.closed_at is None and not reviews.is_before_approvers(session, number, proposed):
        return current or inst.current_plan()
    return inst.plan_with_hash(session, reviews.hash_of(session, row))


def about(inst: Installation, session: Session, number: str, now: datetime) -> About:
    """All that the record says besides what people wrote; ``LookupError`` for no review."""
    row = incidents.get(session, number)
    plan = plan_under_review(inst, session, number)
    found = changes(session, number, plan)
    written = reviews.written(timeline.entries(session, number))
    version = plan_versions.in_force(session, number)
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    return About(
        number=number,
        began_at=row.opened_at,
        version_before=reviews.base_of(session, number)[:12],
        version_after=plan.version,
        reasons=tuple(reason_words(each) for each in written.reasons),
        changes=found,
        known=review_known.known(session, plan, [c for _, c in found], today),
        approvals=_approvals(session, number),
        in_force_from=version.effective_on if version else None,
        told_at=version.told_at if version else None,
        told=tuple(
            Told(r.person, r.role, r.read_at, r.withdrawn_at)
            for r in plan_versions.readers(session, plan, version)
        )
        if version
        else (),
        mark=record_mark(session, number),
    )


def _approvals(session: Session, number: str) -> tuple[SignedOff, ...]:
    """The two approvals of the newest version, given or not."""
    proposed = reviews.versions(session, number)
    found = []
    for step, role in ROLES.items():
        at = None
        if proposed:
            key = reviews.question_key(number, proposed[-1].number, step)
            row = approvals.with_key(session, key)
            at = row.answered_at if row is not None and row.answer == APPROVE else None
        found.append(SignedOff(role, at))
    return tuple(found)


def make(
    inst: Installation, session: Session, number: str, language: str, now: datetime,
    *, version: int = 1, status: Status = "draft", changed: Sequence[str] = (),
) -> Made:  # fmt: skip
    """The record as it stands now, in a language (HTML, text); ``LookupError`` for no review."""
    known = about(inst, session, number, now)
    if changed:
        known = About(**{**vars(known), "changed": tuple(changed)})
    plan = plan_under_review(inst, session, number)
    written = reviews.written(timeline.entries(session, number))
    view = build_plan_review(
        plan, written, known, language=language, version=version, status=status, now=now
    )
    return render(view, templates_dir=inst.settings.templates_dir)


def keep(inst: Installation, number: str) -> Document | None:
    """Keep the record of a review that is over, to be filed: once its version is in force, and a
    last time when everybody has read it. ``None`` where nothing was to be kept."""
    now = inst.clock.now()
    with inst.journal.write() as session:
        row = incidents.held(session, number)
        if row.closed_at is None:
            return None
        mine = [d for d in documents.of_incident(session, number, INTERNAL, whole=True)
                if d.type == RECORD]  # fmt: skip
        known = about(inst, session, number, now)
        all_read = all(each.read_at is not None for each in known.told)
        fingerprint = "read by all" if all_read else "in force"
        if mine and (mine[-1].fingerprint == fingerprint or not all_read):
            return None
        return _add(inst, session, number, known, fingerprint, mine, now)


def _add(
    inst: Installation, session: Session, number: str, known: About, fingerprint: str,
    mine: Sequence[Document], now: datetime,
) -> Document:  # fmt: skip
    plan = plan_under_review(inst, session, number)
    language = plan.company.report_languages[0]
    version = len(mine) + 1
    changed: tuple[str, ...] = ()
    if mine:
        wording = Wording(plan.company.time_zone, language)
        changed = changed_since(wording, _told_then(mine[-1]), known.told)
    made = make(inst, session, number, language, now,
                version=version, status="sent", changed=changed)  # fmt: skip
    given = [each for each in known.approvals if each.at is not None]
    last = max(given, key=lambda each: each.at or now)
    document = documents.add(
        session,
        Document(
            incident=number, client=INTERNAL, type=RECORD, running_number=1, version=version,
            state="sent", reason="", subject=made.subject, html=made.html, text=made.text,
            file_name=made.file_name, checksum=made.checksum, fingerprint=fingerprint,
            facts={"_changes": list(changed), "_record": asdict(known.mark),
                   "read": [each.person for each in known.told if each.read_at is not None]},
            valid_as_of=now, created_at=now, sent_at=now, approved_role=last.role,
            approved_at=last.at,
        ),
    )  # fmt: skip
    timeline.append(
        session, number, "review record kept",
        f"Record of the review, version {version}, SHA-256 {made.checksum[:16]}…",
        now=now, data={"document": document.id, "version": version, "type": RECORD},
        key=f"review-record:{version}",
    )  # fmt: skip
    return document


def _told_then(document: Document) -> tuple[Told, ...]:
    return tuple(
        Told(person, "", document.created_at, None) for person in document.facts.get("read", ())
    )
