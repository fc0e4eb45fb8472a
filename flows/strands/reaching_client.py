"""Reaching somebody at the client whose system fails: a person's answer, not a mail (R45, E46)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.assessing import ask_those_who_see_it
from kitart.journal import by_word, incidents, looks
from kitart.messaging import client_questions as questions
from kitart.plan import whom
from kitart.plan.schema import Contact
from kitart.reports import drafts
from tasks import by_word as words


async def reach_client(drive: Drive, client: str) -> None:
    """Have one contact after another called until somebody there has the report.

    When no contact answers, what was sent counts as sent and not as acknowledged; they are all
    called again when the next news are due.
    """
    await drive.until(
        lambda s: drafts.told(s, drive.incident, client) or _settled(drive, s, client)
    )
    while not drive.read(lambda s: _settled(drive, s, client)):
        tried, contact, is_last = drive.read(lambda s: _next_contact(drive, s, client))
        question = drive.read(
            lambda s, c=contact: questions.client_contact(  # type: ignore[misc]
                s, drive.plan, drive.incident, client, c, drive.now
            )
        )
        answer = await ask_those_who_see_it(
            drive, question, overtaken=lambda s: _settled(drive, s, client)
        )
        if answer is None or await drive.step(
            words.record_contact, drive.lease, answer.id, client, contact.id
        ):
            return
        if is_last:
            await drive.step(words.record_unacknowledged, drive.lease, client, tried + 1)
            promised, _number = drive.read(lambda s: drafts.promised(s, drive.incident, client))
            await drive.until(lambda s: _settled(drive, s, client), by=max(promised, drive.now))


def _next_contact(drive: Drive, session: Session, client: str) -> tuple[int, Contact, bool]:
    """How many attempts there were, whom to call now, and whether that one is the round's last."""
    tried = by_word.next_time(session, drive.incident, questions.CLIENT_CONTACT, f"{client}:") - 1
    since = incidents.get(session, drive.incident).opened_at
    order = whom.contacts(drive.plan, client, since)
    place = tried % len(order)
    return tried, order[place], place == len(order) - 1


def _settled(drive: Drive, session: Session, client: str) -> bool:
    return by_word.acknowledged(session, drive.incident, client) or looks.recovery_declared(
        session, drive.incident
    )
