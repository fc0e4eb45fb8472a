"""The page of one question: what it shows, and taking the decision (D5, D6)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway.house import House
from kitart.gateway.visits import (
    LINK,
    NO_ANSWER,
    NOT_IN_RECORD,
    PHONE,
    RELAYED,
    Page,
    Refused,
    Visitor,
    closed,
    visitor_of,
)
from kitart.journal import acting as acting_for
from kitart.journal import approvals, documents, four_eyes, incidents, timeline
from kitart.journal.approvals import Wording
from kitart.journal.tables import Approval, Decision, Incident
from kitart.language import Phrase, in_all_languages, phrase
from kitart.messaging.links import Link
from kitart.messaging.occasion import title_of
from kitart.messaging.questions import known
from kitart.plan.roles import role_name
from kitart.reports.moments import number_text

NOTE_LIMIT = 2000
NOTE_LABELS = {
    "approve": phrase("Your reason"),
    "sign-off": phrase("What is to be changed"),
    "priority": phrase("Your reason"),
    "divert-order": phrase("Your reason"),
    "voicemail": phrase("Your reason"),
    "announcement": phrase("Your reason"),
    "voicemail-off": phrase("Your reason"),
    "strategy": phrase("The strategy, in your words"),
    "voicemail-test": phrase("What you heard"),
    "line-test": phrase("What you heard"),
    "callbacks": phrase("Messages, returned, the last one when"),
    "ticket": phrase("The ticket number"),
    "findings": phrase("The cause, in your words"),
    "exercise-date": phrase("The other date, as 2026-12-08 10:00, or your reason"),
    "exercise-inject": phrase("What you do, in your words"),
}


def show(place: House, link: Link, *, note: str = "", problem: str = "", at: str = "") -> Page:
    """The question with what is known, or what became of it; changes nothing.

    ``note``, ``problem`` and ``at`` ("note" or "answer") give a form back that wasn't complete.
    Raises ``Refused`` for what this person can't answer by this link.
    """
    row, visitor = _opened(place, link)
    asks = approvals.wording(row, visitor.language)
    with place.inst.journal.read() as session:
        incident = incidents.get(session, row.incident)
        if _ended(row, incident):
            raise closed(incident, visitor)
        if row.state == "open" and link.version != row.version:
            raise _outdated(link, row)
        facts = known(session, visitor.plan, row.incident, visitor.now)
        view = {
            "incident": incident,
            "title": visitor.read(title_of(visitor.plan, incident)),
            "question": row,
            "asks": asks,
            "visitor": visitor,
            "document": documents.get(session, row.document_id) if row.document_id else None,
            "given": _own_answer(session, row, link.person),
            "barred": link.person in four_eyes.barred(session, row),
            "votes": _votes(session, row, visitor),
            "asked": [visitor.name(person) for person in row.asked_of],
            "news": [visitor.read(fact) for fact in facts if fact not in row.known],
            "label_of": {o["value"]: o["label"] for o in asks.options},
            "means_of": {o["value"]: o["means"] for o in asks.options},
            "words": _about_words(row, asks, visitor),
            "note": note,
            "problem": visitor.read(problem),
            "problem_at": at,
        }
    return Page("decide.html", view, 422 if problem else 200)


def incident_of(place: House, link: Link) -> str:
    """The incident of the question behind a link; raises ``Refused`` as ``show`` does."""
    row, _ = _opened(place, link)
    return row.incident


def draft(place: House, link: Link) -> str:
    """The report that the question is about, as the client will read it (HTML)."""
    row, _ = _opened(place, link)
    if row.document_id is None:
        raise Refused(
            404, phrase("No report belongs to this question"), phrase("Go back to the question.")
        )
    with place.inst.journal.read() as session:
        return documents.get(session, row.document_id).html


def answer(place: House, link: Link, chosen: str, note: str) -> Page | None:
    """Record the decision; ``None`` when ``show`` now says what became of it.

    A form that isn't complete comes back with its words and is not recorded. The first valid
    answer decides; the same answer of the same person, sent again, is recorded once.
    """
    if fault := take(place, link, chosen, note, via=LINK):
        return show(place, link, note=note, problem=fault[1], at=fault[0])
    return None


def take(place: House, link: Link, chosen: str, note: str, *, via: str) -> tuple[str, str] | None:
    """Record an answer, however it came; ``None`` once it is in the record.

    Returns where an answer isn't complete ("answer" or "note") and why: it is not recorded.
    Raises ``Refused`` for what this person can't answer.
    """
    row, visitor = _opened(place, link)
    if row.state == "open" and (fault := _fault(row, visitor, chosen, note)):
        return fault
    with place.inst.journal.write() as session:
        incident = incidents.held(session, row.incident)  # before the question, as everybody does
        if _ended(row, incident):
            raise closed(incident, visitor)
        if _said_before(session, row, link.person, chosen, note):
            return None
        decision = approvals.decide(
            session, row.id, link.person, visitor.role, chosen, note[:NOTE_LIMIT],
            version=link.version, via=via, now=visitor.now, barred=four_eyes.barred(session, row),
        )  # fmt: skip
        _record(session, row, decision)
    return None


def _ended(row: Approval, incident: Incident) -> bool:
    """Whether the question ended with its incident."""
    after = row.kind in approvals.AFTER_CLOSING
    return row.state != "answered" and incident.closed_at is not None and not after


def _opened(place: House, link: Link) -> tuple[Approval, Visitor]:
    with place.inst.journal.read() as session:
        row = approvals.get(session, int(link.subject))
    if row is None:
        raise Refused(404, NOT_IN_RECORD, PHONE)
    plan = place.inst.plan_of(row.incident)
    visitor = visitor_of(plan, link.person, place.inst.clock.now())
    if link.person not in row.asked_of:
        raise Refused(
            403,
            phrase("This question was not put to you"),
            phrase("Nothing has been decided. Open the link in a message of your own."),
            number=row.incident,
        )
    return row, visitor


def _outdated(link: Link, row: Approval) -> Refused:
    return Refused(
        410,
        phrase("This link belongs to an older version"),
        phrase(
            "It is for version {old}; version {new} is the one to decide on. Nothing "
            "has been decided. Please use the link in the newest message.",
            old=link.version,
            new=row.version,
        ),
        number=row.incident,
    )


def _fault(row: Approval, visitor: Visitor, chosen: str, note: str) -> tuple[str, Phrase] | None:
    """What is wrong with the form, and where: "answer" or "note"."""
    asks = approvals.wording(row, visitor.language)
    option = next((o for o in asks.options if o["value"] == chosen), None)
    if option is None:
        return "answer", NO_ANSWER
    if len(note) > NOTE_LIMIT:
        length, limit = (
            in_all_languages(partial(number_text, number)) for number in (len(note), NOTE_LIMIT)
        )
        return "note", phrase(
            "Your words are too long: {length} letters; {limit} fit.", length=length, limit=limit
        )
    if option.get("note") == "required" and not note:
        label = Phrase(approvals.label_of(row, chosen), {visitor.language: option["label"]})
        return "note", phrase(
            "“{answer}” needs a few words. Please write them below.", answer=label
        )
    return None


def _about_words(row: Approval, asks: Wording, visitor: Visitor) -> dict[str, Any]:
    """Where the field for words stands (before which option), its label, and who needs it."""
    wanting = [o for o in asks.options if o.get("note", "none") != "none"]
    return {
        "before": wanting[0]["value"] if wanting else None,
        "label": visitor.read(NOTE_LABELS.get(row.kind) or phrase("A few words")),
        "needed_for": [o["label"] for o in wanting if o["note"] == "required"],
        "limit": NOTE_LIMIT,
    }


def _own_answer(session: Session, row: Approval, person: str) -> Decision | None:
    """The person's answer that counted, else the last one given."""
    mine = [d for d in approvals.decisions(session, row.id) if d.person == person]
    return next((d for d in mine if d.outcome == "counted"), mine[-1] if mine else None)


def _votes(session: Session, row: Approval, visitor: Visitor) -> list[str]:
    """Who has voted how, where several must agree: each in one line."""
    if row.quorum == 1:
        return []
    return [
        visitor.read(
            phrase("{name}: {answer}", name=visitor.name(person), answer=approvals.label(row, o))
        )
        for o in (option["value"] for option in row.options)
        for person in sorted(approvals.votes(session, row, o))
    ]


def _said_before(session: Session, row: Approval, person: str, chosen: str, note: str) -> bool:
    return any(
        (d.person, d.answer, d.note) == (person, chosen, note[:NOTE_LIMIT])
        for d in approvals.decisions(session, row.id)
    )


def _record(session: Session, row: Approval, decision: Decision) -> None:
    type = {"counted": "decided", approvals.VOTE: "voted"}.get(
        decision.outcome, f"answer {decision.outcome}"
    )
    label = approvals.label_of(row, decision.answer)
    words = f" ({decision.note})" if decision.note else ""
    acting = acting_for.acts_for_manager(row, decision.role)
    in_place_of = {"acting_for": acting_for.MANAGER} if acting else {}
    relayed = ("; acting for the account manager" if acting else "") + RELAYED.get(decision.via, "")
    timeline.append(
        session, row.incident, type,
        f"{row.title} {label}{words}"[: 1000 - len(relayed)] + relayed,
        now=decision.at, author=role_name(decision.role), source="person",
        data={"person": decision.person, "role": decision.role, "kind": row.kind,
              "answer": decision.answer, "approval": row.id, "via": decision.via,
              "outcome": decision.outcome, **in_place_of},
    )  # fmt: skip
