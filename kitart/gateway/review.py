"""The page on which the plan is reviewed: what it shows, and taking what people write (R51, A25).

The model is the write-up: every form is for one part, what is wrong comes back with its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.gateway.access import FORM_FIELD, SignedIn
from kitart.gateway.board import named
from kitart.gateway.hand_forms import Fault, Faulty, Form, words_in
from kitart.gateway.house import House
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import review_triggers, reviews, timeline
from kitart.journal.late_entries import NotTaken, Writer
from kitart.journal.reviews import Said, Written
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.messaging import plan_versions, review_record, reviewing
from kitart.plan.difference import Change
from kitart.plan.difference_text import section_name, sentence
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports import contact_log, review_known, review_words
from kitart.reports.plan_review import part_mark
from kitart.rules import review as rule
from kitart.rules.review import Due

MAY_PROPOSE = ("it_manager", "account_manager")
"""The roles that send a version for approval, and begin a review."""
MISSING_WORDS = phrase("Please write a few words.")


@dataclass(frozen=True)
class _Desk:
    """A review with what was written of it, as one visitor sees it; ``row`` is ``None`` before the
    first one."""

    visitor: Visitor
    plan: Plan
    due: Due
    row: Incident | None
    written: Written
    changes: tuple[tuple[str, Change], ...]
    known: dict[str, tuple[Phrase, ...]]

    @property
    def open(self) -> bool:
        return self.row is not None and self.row.closed_at is None

    @property
    def today(self) -> date:
        zone = ZoneInfo(self.plan.company.time_zone)
        return self.visitor.now.astimezone(zone).date()


def show(
    place: House, who: SignedIn, fault: Fault | None = None, form: Form | None = None,
    part: str = "",
) -> Page:  # fmt: skip
    """The newest review, or when the first is due; ``fault`` gives back a form of ``part``."""
    with place.inst.journal.read() as session:
        desk = _desk(place, session, who.visitor)
        view = _view(place, session, desk) | {
            "form_field": FORM_FIELD, "form_key": who.form_key, "signed_in": who,
            "problem": who.visitor.read(fault.words) if fault else "",
            "problem_at": fault.field if fault else "", "problem_part": part,
            "form": dict(form or {}),
        }  # fmt: skip
    return Page("review.html", view, 422 if fault else 200)


def take(place: House, who: SignedIn, part: str, form: Form) -> Page | None:
    """Record what a form says; the page again, with what is wrong, while it can't be."""
    handle = _TAKES.get(part)
    if handle is None:
        raise Refused(404, phrase("There is no such section"), phrase("Choose one from the list."))
    if part in ("begin", "propose"):
        _needs(who, MAY_PROPOSE)
    with place.inst.journal.read() as session:
        desk = _desk(place, session, who.visitor)
    if part != "begin" and not desk.open:
        raise Refused(409, phrase("No review is open"), phrase("Begin one on this page."))
    try:
        handle(place, desk, form)
    except Faulty as faulty:
        return show(place, who, faulty.fault, form, part)
    except NotTaken as over:
        raise Refused(409, phrase("The review is over"), phrase("Load the page again.")) from over
    return None


def _needs(who: SignedIn, roles: Sequence[str]) -> None:
    if who.visitor.role not in roles:
        raise Refused(
            403,
            phrase("This is for another role"),
            phrase("The IT manager or an account manager begins a review and sends it on."),
        )


def _desk(place: House, session: Session, visitor: Visitor) -> _Desk:
    inst = place.inst
    row = reviews.open_one(session) or reviews.newest(session)
    plan = (
        visitor.plan
        if row is None
        else review_record.plan_under_review(inst, session, row.number, visitor.plan)
    )
    due = review_triggers.due(session, visitor.plan, visitor.now)
    changes = review_record.changes(session, row.number, plan) if row else ()
    written = reviews.written(timeline.entries(session, row.number) if row else ())
    today = visitor.now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    known = review_known.known(session, plan, [change for _, change in changes], today)
    return _Desk(visitor, plan, due, row, written, changes, known)


# ---- What the page shows


def _view(place: House, session: Session, desk: _Desk) -> dict[str, Any]:
    visitor, row = desk.visitor, desk.row
    version = plan_versions.in_force(session, row.number) if row else None
    proposed = reviews.versions(session, row.number) if row else []
    newest = contact_log.newest(contact_log.lines(session))
    return {
        "visitor": visitor,
        "review": row,
        "open": desk.open,
        "due": desk.due.on,
        "late": desk.due.on < desk.today,
        "reasons": [visitor.read(reviewing.reason_words(r)) for r in (
            desk.written.reasons if desk.open else desk.due.reasons)],
        "before": reviews.base_of(session, row.number)[:12] if row else "",
        "after": desk.plan.version,
        "other_plan": visitor.plan.version,
        "items": [_item(desk, each) for each in rule.CHECKLIST],
        "answers": [(a, visitor.read(w)) for a, w in review_words.ANSWERS.items()],
        "parts": _parts(desk),
        "own": [_own(desk, said) for said in desk.written.own.values()],
        "decisions": [_decision(desk, said) for said in desk.written.decisions.values()],
        "choices": [(d, visitor.read(w)) for d, w in review_words.DECISIONS.items()],
        "training": [(s.text, s.data["done_when"], _by(desk, s))
                     for s in desk.written.training.values()],
        "effective_on": desk.written.effective_on,
        "next_on": desk.written.next_on,
        "latest": rule.latest_next_review(desk.today),
        "today": desk.today,
        "missing": [
            visitor.read(what) for _, what in review_record.missing(desk.written, desk.changes)
        ],
        "proposed": proposed[-1] if proposed else None,
        "questions": _questions(session, desk),
        "version": version,
        "readers": _readers(session, desk, version),
        "contacts": [_contact(visitor, line) for line in newest],
        "may_propose": visitor.role in MAY_PROPOSE,
        "asked_for": [(r, visitor.read(reviewing.REASONS[r])) for r in rule.BY_PEOPLE],
    }  # fmt: skip


def _item(desk: _Desk, item: str) -> dict[str, Any]:
    said = desk.written.items.get(item)
    return {
        "id": item,
        "name": desk.visitor.read(review_words.ITEMS[item]),
        "answer": said.data["answer"] if said else "",
        "answer_words": desk.visitor.read(review_words.ANSWERS[said.data["answer"]])
        if said else "",
        "note": said.text if said else "",
        "by": _by(desk, said) if said else "",
        "known": [desk.visitor.read(each) for each in desk.known.get(item, ())],
    }  # fmt: skip


def _parts(desk: _Desk) -> list[dict[str, Any]]:
    """The changes of the plan, part by part, each with what was said to it."""
    read, found = desk.visitor.read, []
    for section, group in groupby(desk.changes, key=lambda each: each[1].section):
        whole = desk.written.explained.get(part_mark(section))
        lines = [
            {"mark": mark, "text": read(sentence(change)),
             "said": _explained(desk, desk.written.explained.get(mark))}
            for mark, change in group
        ]  # fmt: skip
        name = read(section_name(section))
        found.append({
            "section": section, "name": name[:1].upper() + name[1:], "lines": lines,
            "said": _explained(desk, whole),
            "open": whole is None and any(line["said"] is None for line in lines),
        })  # fmt: skip
    return found


def _explained(desk: _Desk, said: Said | None) -> dict[str, str] | None:
    if said is None:
        return None
    return {"why": said.text, "risk": said.data["risk"], "by": _by(desk, said)}


def _own(desk: _Desk, said: Said) -> dict[str, str]:
    data = said.data
    return {"about": data["about"], "old": data["old"], "new": data["new"], "why": said.text,
            "risk": data["risk"], "by": _by(desk, said)}  # fmt: skip


def _decision(desk: _Desk, said: Said) -> dict[str, str]:
    return {
        "proposal": said.text,
        "decision": desk.visitor.read(review_words.DECISIONS[said.data["stage"]]),
        "reason": said.data["reason"],
        "by": _by(desk, said),
    }


def _by(desk: _Desk, said: Said) -> str:
    known = any(each.id == said.person for each in desk.visitor.plan.people)
    who = named(desk.visitor, said.person) if known else desk.visitor.read(role_name(said.role))
    return f"{who}, {desk.visitor.time(said.at)}"


def _questions(session: Session, desk: _Desk) -> list[dict[str, Any]]:
    """The approvals of the newest version: of whom, and what became of them."""
    if desk.row is None:
        return []
    visitor, proposed = desk.visitor, reviews.versions(session, desk.row.number)
    if not proposed:
        return []
    return [
        {
            "asked": ", ".join(
                visitor.name(p) if _holds(visitor.plan, p) else p for p in row.asked_of
            ),
            "state": row.state,
            "answer": row.answer,
            "note": row.note or "",
            "at": row.answered_at,
        }
        for row in reviewing.questions(session, desk.row.number)
        if f":{proposed[-1].number}:" in row.key
    ]


def _holds(plan: Plan, person: str) -> bool:
    return any(each.id == person for each in plan.people)


def _readers(
    session: Session, desk: _Desk, version: plan_versions.InForce | None
) -> list[dict[str, Any]]:
    """Who has read the version; who has not comes first."""
    if version is None:
        return []
    found = plan_versions.readers(session, desk.plan, version)
    found.sort(key=lambda reader: reader.read_at is not None)
    return [
        {"person": r.person, "role": desk.visitor.read(role_name(r.role)), "read_at": r.read_at,
         "withdrawn_at": r.withdrawn_at}
        for r in found
    ]  # fmt: skip


def _contact(visitor: Visitor, line: contact_log.Line) -> dict[str, Any]:
    return {
        "person": line.person, "channel": f"{line.channel} {line.address}".strip(),
        "at": line.tested_at, "result": visitor.read(contact_log.RESULTS[line.result]),
        "bad": line.result != "answered", "test": line.test, "by": line.by,
    }  # fmt: skip


# ---- Taking what people write


def _begin(place: House, desk: _Desk, form: Form) -> None:
    reason = form.get("reason", "")
    if reason not in rule.BY_PEOPLE:
        raise Faulty("reason", phrase("Please choose why."))
    words = words_in(form, "words", MISSING_WORDS)
    with place.inst.journal.write() as session:
        plan = place.plans.current()
        opened = reviewing.open_review(session, place.inst, plan, str(role_name(desk.visitor.role)))
        trigger = rule.Trigger(reason, desk.today)
        reviews.give_reasons(session, opened.incident.number, [trigger], words=words,
                             now=desk.visitor.now, writer=_writer(desk))  # fmt: skip


def _check(place: House, desk: _Desk, form: Form) -> None:
    given = []
    for item in rule.CHECKLIST:
        answer = form.get(f"answer-{item}", "")
        if not answer:
            continue
        if answer not in rule.ANSWERS:
            raise Faulty(f"answer-{item}", phrase("Please choose one of the answers."))
        note = form.get(f"note-{item}", "").strip()
        if answer != "yes":
            note = words_in(form, f"note-{item}", phrase(
                "Please write what is not right, or what was changed: {item}.",
                item=review_words.ITEMS[item],
            ))  # fmt: skip
        given.append((item, answer, note))
    if not given:
        raise Faulty("answer-scope", phrase("Please answer at least one item."))
    with place.inst.journal.write() as session:
        for item, answer, note in given:
            reviews.check(session, _number(desk), item, answer, note[:1000], _writer(desk),
                          now=desk.visitor.now)  # fmt: skip


def _explain(place: House, desk: _Desk, form: Form) -> None:
    marks = {mark for mark, _ in desk.changes}
    marks |= {part_mark(change.section) for _, change in desk.changes}
    mark = form.get("mark", "")
    if mark not in marks:
        raise Faulty("mark", phrase("Please choose one of the changes."))
    why = words_in(form, "why", phrase("Please write why it was changed."))
    risk = words_in(form, "risk", phrase("Please write which risk it brings, or that it has none."))
    with place.inst.journal.write() as session:
        reviews.explain(session, _number(desk), mark, why, risk, _writer(desk),
                        now=desk.visitor.now)  # fmt: skip


def _add_own(place: House, desk: _Desk, form: Form) -> None:
    names = ("section", "old", "new", "why", "risk")
    section, old, new, why, risk = (words_in(form, name, MISSING_WORDS) for name in names)
    with place.inst.journal.write() as session:
        reviews.add_change(session, _number(desk), section, old, new, why, risk, _writer(desk),
                           now=desk.visitor.now)  # fmt: skip


def _decide(place: House, desk: _Desk, form: Form) -> None:
    proposal = words_in(form, "proposal", phrase("Please write what was proposed."))
    decision = form.get("decision", "")
    if decision not in rule.DECISIONS:
        raise Faulty("decision", phrase("Please choose what was decided."))
    reason = words_in(form, "reason", phrase("Please write the reason."))
    with place.inst.journal.write() as session:
        reviews.decide(session, _number(desk), proposal, decision, reason, _writer(desk),
                       now=desk.visitor.now)  # fmt: skip


def _training(place: House, desk: _Desk, form: Form) -> None:
    what = words_in(form, "what", phrase("Please write what is needed."))
    done_when = words_in(form, "done_when", phrase("Please write when it counts as done."))
    with place.inst.journal.write() as session:
        reviews.need_training(session, _number(desk), what, done_when, _writer(desk),
                              now=desk.visitor.now)  # fmt: skip


def _dates(place: House, desk: _Desk, form: Form) -> None:
    effective_on, next_on = _day(form, "effective_on"), _day(form, "next_on")
    latest = rule.latest_next_review(desk.today)
    if not desk.today <= effective_on <= latest:
        raise Faulty("effective_on", phrase(
            "In force from {first} at the earliest, {last} at the latest.",
            first=desk.today.isoformat(), last=latest.isoformat(),
        ))  # fmt: skip
    if not desk.today < next_on <= latest:
        raise Faulty("next_on", phrase(
            "The next review is after today and within 12 months, {last} at the latest.",
            last=latest.isoformat(),
        ))  # fmt: skip
    with place.inst.journal.write() as session:
        reviews.set_dates(session, _number(desk), effective_on, next_on, _writer(desk),
                          now=desk.visitor.now)  # fmt: skip


def _propose(place: House, desk: _Desk, form: Form) -> None:
    del form
    with place.inst.journal.read() as session:
        # The plan as it stands now, not the one that was sent before.
        plan = place.plans.current()
        changes = review_record.changes(session, _number(desk), plan)
    if missing := review_record.missing(desk.written, changes):
        raise Faulty("propose", phrase(
            "It can't be sent yet; still missing: {what}.",
            what=missing[0][1],
        ))  # fmt: skip
    reviewing.send_for_approval(place.inst, plan, _number(desk), _writer(desk))


def _day(form: Form, field: str) -> date:
    try:
        return date.fromisoformat(form.get(field, ""))
    except ValueError as error:
        raise Faulty(
            field, phrase("Please give the day, such as {example}.", example="2026-12-15")
        ) from error


def _number(desk: _Desk) -> str:
    assert desk.row is not None
    return desk.row.number


def _writer(desk: _Desk) -> Writer:
    return Writer(desk.visitor.person, desk.visitor.role)


_TAKES: dict[str, Callable[[House, _Desk, Form], None]] = {
    "begin": _begin,
    "check": _check,
    "explain": _explain,
    "own": _add_own,
    "decide": _decide,
    "training": _training,
    "dates": _dates,
    "propose": _propose,
}
