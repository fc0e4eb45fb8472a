"""What a reply by SMS is taken for: whose it is, and which of the things that wait it answers.

A number alone answers only what the alarm's own text said numbers for, and only while nothing
else waits for this person. Everything else must be named by its code: a decision is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import acknowledging
from kitart.gateway.house import House
from kitart.journal import approvals, incidents, messages, replies
from kitart.journal.tables import Reply
from kitart.language import LANGUAGES, Phrase, in_language, listed, phrase, spoken
from kitart.messaging.asked import Asked, put_to
from kitart.messaging.links import Link
from kitart.plan.people import Person

READS = re.compile(r"(?:(?P<code>[AQ]\d+[a-z]?)[\s.:,=-]+)?(?P<number>[1-9])\s*[.!)]?", re.I)
MOST_LISTED = 3
STRANGERS_HEAR_AGAIN_AFTER = timedelta(days=1)
STRANGER = phrase(
    "This number is not known here, so your message was not taken as an answer. Phone the ERT."
)
NOTHING_ASKED = phrase("Nothing waits for an answer from you now. In doubt phone the ERT.")
SHARED = phrase("Several people use this number. Please answer by the link in your message.")


@dataclass(frozen=True)
class Heard:
    """What a reply was taken for: the answer with this ``number`` to what a link asks, or none,
    with the ``outcome`` and what is ``said`` to it."""

    person: Person | None = None
    incident: str | None = None
    link: Link | None = None
    number: int = 0
    outcome: str = ""
    said: str = ""

    def kept(self) -> dict[str, Any]:
        """As the journal keeps it."""
        if self.link is None:
            return {"outcome": self.outcome, "said": self.said}
        return {
            "purpose": self.link.purpose,
            "subject": self.link.subject,
            "version": self.link.version,
            "expires_at": self.link.expires_at.isoformat(),
            "number": self.number,
        }


def as_kept(row: Reply, owners: list[Person]) -> Heard:
    """What a reply was taken for when it came first."""
    person = next((each for each in owners if each.id == row.person), None)
    kept: Mapping[str, Any] = row.reading
    if "purpose" not in kept:
        return Heard(person, row.incident, outcome=kept["outcome"], said=kept["said"])
    expires_at = datetime.fromisoformat(kept["expires_at"])
    link = Link(kept["purpose"], kept["subject"], row.person or "", kept["version"], expires_at)
    return Heard(person, row.incident, link, kept["number"])


def owners_of(place: House, sender: str) -> list[Person]:
    """Whose number it is, by the plan as it stands and those of the open incidents."""
    with place.inst.journal.read() as session:
        numbers = [incident.number for incident in incidents.open_incidents(session)]
    plans = [place.plans.current(), *(place.inst.plan_of(number) for number in numbers)]
    found: dict[str, Person] = {}
    for plan in plans:
        for person in plan.people:
            if any(c.kind != "mail" and c.address == sender for c in person.channels):
                found.setdefault(person.id, person)
    return list(found.values())


def hear(place: House, session: Session, sender: str, body: str, owners: list[Person]) -> Heard:
    """What a reply is taken for; changes nothing."""
    now = place.inst.clock.now()
    if not owners:
        again = replies.heard_from(session, sender, now - STRANGERS_HEAR_AGAIN_AFTER)
        both = " / ".join(in_language(STRANGER, language) for language in LANGUAGES)
        return Heard(outcome="unknown number", said="" if again else both)
    person = owners[0]
    language = spoken(person.language)
    if len(owners) > 1:
        return Heard(outcome="number of several people", said=in_language(SHARED, language))
    asked = put_to(session, place.inst.settings, person.id, now)
    if not asked:
        number, nothing = _nothing_asked(session, person)
        return Heard(person, number, outcome="nothing asked", said=in_language(nothing, language))
    waiting = [each for each in asked if each.waiting]
    read = READS.fullmatch(body.strip())
    meant = _meant(read["code"], asked, waiting) if read else None
    if read is not None and meant is not None:
        return Heard(person, meant.incident, meant.link, int(read["number"]))
    outcome = "not clear to what" if read else "not understood"
    said = _list_of(session, waiting) if waiting else NOTHING_ASKED
    return Heard(person, asked[0].incident, outcome=outcome, said=in_language(said, language))


def _nothing_asked(session: Session, person: Person) -> tuple[str | None, Phrase]:
    last = messages.last_to(session, person.id)
    if last is None or incidents.get(session, last.incident).closed_at is None:
        return last.incident if last else None, NOTHING_ASKED
    closed = phrase("{number} is closed. Nothing is needed from you any more.",
                    number=last.incident)  # fmt: skip
    return last.incident, closed


def _meant(code: str | None, asked: list[Asked], waiting: list[Asked]) -> Asked | None:
    """What a reply answers; ``None`` where that would be a guess."""
    if code is not None:
        return next((each for each in asked if each.code.lower() == code.lower()), None)
    if len(waiting) == 1:
        return waiting[0] if waiting[0].link.purpose == "ack" else None
    if waiting:
        return None
    return next((each for each in asked if each.link.purpose == "ack"), None)


def _list_of(session: Session, waiting: list[Asked]) -> Phrase:
    """What waits, each with its code and the numbers of its answers: alarms first, then the
    newest."""
    shown = sorted(waiting, key=lambda each: each.link.purpose != "ack")[:MOST_LISTED]
    lines = [_line(session, each) for each in shown]
    how = phrase("Reply with code and number, for example {code} 1", code=shown[0].code)
    return listed([how, *lines], "\n")


def _line(session: Session, asked: Asked) -> Phrase:
    if asked.link.purpose == "ack":
        kind = asked.link.subject.partition("/")[2].partition(":")[0]
        question: str = listed([Phrase(asked.incident), acknowledging.HEADINGS[kind]], ", ")
        labels: list[str] = [o["label"] for o in acknowledging.OPTIONS[kind]]
    else:
        row = approvals.get(session, int(asked.link.subject))
        assert row is not None
        question = listed([Phrase(row.incident), approvals.title(row)], ", ")
        if row.kind == "approve":
            return phrase("{code}: {question} (link only)", code=asked.code, question=question)
        labels = [
            approvals.label(row, o["value"]) if o.get("note") != "required"
            else phrase("{answer} (link only)", answer=approvals.label(row, o["value"]))
            for o in row.options
        ]  # fmt: skip
    numbered = listed(
        [phrase("{n} = {answer}", n=n, answer=label) for n, label in enumerate(labels, 1)]
    )
    return phrase("{code}: {question} {answers}",
                  code=asked.code, question=question, answers=numbered)  # fmt: skip
