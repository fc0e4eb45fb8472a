"""What has been put to a person: read from the links in the messages that went out.

Each thing has a short code by which an SMS may name it: ``A12`` for "do you have INC-0012?" (a
second such thing in one incident is ``A12b``), ``Q7`` for the question with number 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, approvals, messages
from kitart.journal.tables import Message
from kitart.messaging import links
from kitart.messaging.links import Link, LinkError
from kitart.settings import Settings


@dataclass(frozen=True)
class Asked:
    """Something that a person was asked; ``waiting`` while nobody has answered it."""

    code: str
    incident: str
    link: Link
    waiting: bool


def put_to(session: Session, settings: Settings, person: str, now: datetime) -> list[Asked]:
    """All that was put to a person in incidents that are open, the newest first."""
    found = _links_to(session, settings, person, now)
    newest = sorted(found.values(), key=lambda each: -each[0].id)
    return [
        Asked(_code(link, list(found)), row.incident, link, _waits(session, link))
        for row, link in newest
    ]


def steps_put_to(session: Session, settings: Settings, person: str, now: datetime) -> list[Link]:
    """The links by which a person was asked "do you have it?" in incidents that are open, in the
    order of the first asking; answered or not. One look at the journal for all."""
    found = _links_to(session, settings, person, now).values()
    return [link for _, link in found if link.purpose == "ack"]


def _links_to(
    session: Session, settings: Settings, person: str, now: datetime
) -> dict[tuple[str, str], tuple[Message, Link]]:
    """In the order of the first asking, with the link of the last one."""
    found: dict[tuple[str, str], tuple[Message, Link]] = {}
    for row in reversed(messages.to_person(session, person)):
        link = link_in(settings, row.text, now)
        if link is not None and link.person == person:
            found[link.purpose, link.subject] = (row, link)
    return found


def link_in(settings: Settings, text: str, now: datetime) -> Link | None:
    """The link that a text ends with, while it can be used."""
    last = text.rsplit("\n", 1)[-1].strip()
    for purpose, path in links.PATHS.items():
        start = f"{settings.gateway_url}{path}"
        if last.startswith(start):
            try:
                return links.read(settings, purpose, last.removeprefix(start), now=now)
            except LinkError:
                return None
    return None


def _code(link: Link, all_of_them: list[tuple[str, str]]) -> str:
    if link.purpose == "decide":
        return f"Q{link.subject}"
    incident = link.subject.partition("/")[0]
    steps = [s for p, s in all_of_them if p == "ack" and s.startswith(f"{incident}/")]
    place = steps.index(link.subject)
    return f"A{int(incident.rpartition('-')[2])}" + ("" if place == 0 else chr(ord("a") + place))


def _waits(session: Session, link: Link) -> bool:
    if link.purpose == "decide":
        row = approvals.get(session, int(link.subject))
        return row is not None and row.state == "open" and row.version == link.version
    number, _, step = link.subject.partition("/")
    answers = acknowledgements.of_step(session, number, step)
    taken = any(a.answer == acknowledgements.TAKE for a in answers)
    return not taken and all(a.person != link.person for a in answers)
