"""Questions to people and their answers: the first valid decision wins, all are recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import locked
from kitart.journal.tables import Approval, Decision, Incident
from kitart.journal.words import storable
from kitart.language import LANGUAGES, SOURCE, Phrase, in_language

VOTE = "vote"
AFTER_CLOSING = ("sign-off",)
"""The kinds of question that are put and answered when the incident is closed already."""
WRONG_CODE = "wrong code"


@dataclass(frozen=True)
class Question:
    """What is asked; ``options`` are ``{"value", "label", "means", "note"}`` mappings.

    ``note`` is ``none``, ``optional`` or ``required``: whether words go with the answer.
    ``quorum`` is how many of those asked must give the same answer before it decides. Texts
    that are phrases (``kitart.language.phrase``) are kept with their translations.
    """

    key: str
    incident: str
    kind: str
    title: str
    text: str
    options: list[dict[str, str]]
    known: list[str]
    due_at: datetime | None
    document_id: int | None = None
    version: int = 1
    quorum: int = 1


@dataclass(frozen=True)
class Wording:
    """A question's words in one language; ``reason`` says why it no longer stands."""

    title: str
    text: str
    options: list[dict[str, str]]
    known: list[str]
    reason: str


def wording(row: Approval, language: str) -> Wording:
    """The question's words in the language, in English where they were never translated."""
    english: dict[str, Any] = {
        "title": row.title, "text": row.text, "options": row.options, "known": row.known,
        "reason": row.reason,
    }  # fmt: skip
    return Wording(**(english | (row.translations or {}).get(language, {})))


def title(row: Approval) -> Phrase:
    """The question's title in all its languages."""
    return Phrase(row.title, {lang: wording(row, lang).title for lang in row.translations or {}})


def label_of(row: Approval, answer: str) -> str:
    """An answer as its button says it, in the record's English; one that is no option as it is."""
    return next((str(o["label"]) for o in row.options if o["value"] == answer), answer)


def label(row: Approval, answer: str) -> Phrase:
    """An answer as its button says it, in all languages."""
    return Phrase(
        label_of(row, answer),
        {
            language: next(
                (o["label"] for o in wording(row, language).options if o["value"] == answer), answer
            )
            for language in row.translations or {}
        },
    )


def _translated(question: Question) -> dict[str, Any]:
    return {
        language: {
            "title": in_language(question.title, language),
            "text": in_language(question.text, language),
            "options": [
                {name: in_language(word, language) for name, word in option.items()}
                for option in question.options
            ],
            "known": [in_language(fact, language) for fact in question.known],
        }
        for language in LANGUAGES
        if language != SOURCE
    }


def ask(session: Session, question: Question, person: str, *, now: datetime) -> Approval:
    """Put the question to a person; asked again, it is put to one more person."""
    row = with_key(session, question.key)
    if row is None:
        row = Approval(
            key=question.key,
            incident=question.incident,
            kind=question.kind,
            title=question.title,
            text=question.text,
            options=list(question.options),
            known=list(question.known),
            translations=_translated(question),
            asked_of=[],
            version=question.version,
            document_id=question.document_id,
            quorum=question.quorum,
            asked_at=now,
            due_at=question.due_at,
            state="open",
            reason="",
        )
        session.add(row)
    if person not in row.asked_of:
        row.asked_of = [*row.asked_of, person]
    session.flush()
    return row


def decide(
    session: Session,
    approval_id: int,
    person: str,
    role: str,
    answer: str,
    note: str,
    *,
    version: int,
    via: str,
    now: datetime,
    barred: Collection[str] = (),
) -> Decision:
    """Record an answer; the first that is valid decides, by compare-and-set.

    The outcome says what became of it: ``counted``, ``vote`` (valid, but more of the same are
    needed), ``late`` (somebody decided before), ``void`` (the facts changed), ``outdated``
    (another version), ``not asked``, ``no such option``, ``words missing`` or ``four eyes`` (the
    person is among those ``barred``: somebody else must).
    """
    note = storable(note)
    # Held: of two votes at once the later must see the earlier.
    query = sa.select(Approval).where(Approval.id == approval_id)
    row: Approval = session.scalars(locked(query)).one()
    outcome = _outcome(row, person, answer, note, version)
    if outcome == "counted" and person in barred:
        outcome = "four eyes"
    if outcome == "counted" and len(votes(session, row, answer) | {person}) < row.quorum:
        outcome = "vote"
    if outcome == "counted":
        won = session.execute(
            sa.update(Approval)
            .where(Approval.id == approval_id, Approval.state == "open")
            .values(
                state="answered",
                answer=answer,
                note=note or None,
                answered_by=person,
                answered_role=role,
                answered_at=now,
            )
        )
        outcome = "counted" if won.rowcount == 1 else "late"  # type: ignore[attr-defined]
        session.refresh(row)
    decision = Decision(
        approval_id=approval_id,
        person=person,
        role=role,
        answer=answer,
        note=note,
        via=via,
        at=now,
        outcome=outcome,
    )
    session.add(decision)
    session.flush()
    return decision


def votes(session: Session, row: Approval, answer: str) -> set[str]:
    """Who has voted for an answer; of each person's votes the last one stands."""
    last = {d.person: d.answer for d in decisions(session, row.id) if d.outcome == VOTE}
    return {person for person, given in last.items() if given == answer}


def _outcome(row: Approval, person: str, answer: str, note: str, version: int) -> str:
    option: dict[str, Any] | None = next((o for o in row.options if o["value"] == answer), None)
    if person not in row.asked_of:
        return "not asked"
    if row.state == "answered":
        return "late"
    if row.state != "open":
        return "void"
    if version != row.version:
        return "outdated"
    if option is None:
        return "no such option"
    if option.get("note") == "required" and not note.strip():
        return "words missing"
    return "counted"


def void(session: Session, approval_id: int, reason: str) -> bool:
    """Withdraw an open question because the facts changed (D6); ``False`` if not open."""
    row = session.get_one(Approval, approval_id)
    translations = {
        language: words | {"reason": in_language(reason, language)}
        for language, words in (row.translations or {}).items()
    }
    done = session.execute(
        sa.update(Approval)
        .where(Approval.id == approval_id, Approval.state == "open")
        .values(state="void", reason=reason, translations=translations or None)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def wrong_codes(session: Session, approval_id: int, person: str) -> int:
    """How often a wrong code was given for a person's answer."""
    query = sa.select(sa.func.count(Decision.id)).where(
        Decision.approval_id == approval_id, Decision.person == person,
        Decision.outcome == WRONG_CODE,
    )  # fmt: skip
    return int(session.scalar(query) or 0)


def keep_wrong_code(
    session: Session, approval_id: int, person: str, role: str, *, via: str, now: datetime
) -> None:
    """Keep that somebody gave a wrong code for a person's answer; nothing is decided."""
    session.add(
        Decision(
            approval_id=approval_id, person=person, role=role, answer="", note="", via=via, at=now,
            outcome=WRONG_CODE,
        )
    )  # fmt: skip


def relayed(session: Session, via: str) -> list[tuple[Approval, Decision]]:
    """What others said for people who were asked, in incidents that are open, oldest first."""
    query = (
        sa.select(Approval, Decision)
        .join(Decision, Decision.approval_id == Approval.id)
        .join(Incident, Incident.number == Approval.incident)
        .where(Decision.via == via, Decision.outcome != WRONG_CODE, Incident.closed_at.is_(None))
    )
    return [(row, decision) for row, decision in session.execute(query.order_by(Decision.id))]


def with_key(session: Session, key: str) -> Approval | None:
    """The question with this key, if it was ever asked."""
    return session.scalars(sa.select(Approval).where(Approval.key == key)).first()


def get(session: Session, approval_id: int) -> Approval | None:
    """The question with this number."""
    return session.get(Approval, approval_id)


def of_incident(session: Session, incident: str) -> list[Approval]:
    """All questions of an incident, oldest first."""
    query = sa.select(Approval).where(Approval.incident == incident)
    return list(session.scalars(query.order_by(Approval.id)))


def withdrawn(session: Session, incident: str, kind: str) -> int:
    """How many questions of this kind the facts overtook in this incident."""
    return sum(q.kind == kind and q.state == "void" for q in of_incident(session, incident))


def still_open(session: Session) -> list[Approval]:
    """The questions that wait for an answer, of every incident that isn't closed, and those that
    are asked after the closing; oldest first."""
    query = (
        sa.select(Approval)
        .join(Incident, Incident.number == Approval.incident)
        .where(Approval.state == "open",
               Incident.closed_at.is_(None) | Approval.kind.in_(AFTER_CLOSING))
    )  # fmt: skip
    return list(session.scalars(query.order_by(Approval.id)))


def decisions_of_incident(session: Session, incident: str) -> list[Decision]:
    """Every answer to a question of an incident, first come first."""
    query = (
        sa.select(Decision)
        .join(Approval, Approval.id == Decision.approval_id)
        .where(Approval.incident == incident)
    )
    return list(session.scalars(query.order_by(Decision.id)))


def decisions(session: Session, approval_id: int) -> list[Decision]:
    """Every answer to a question, first come first."""
    query = sa.select(Decision).where(Decision.approval_id == approval_id)
    return list(session.scalars(query.order_by(Decision.id)))
