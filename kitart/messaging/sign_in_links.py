"""The personal link by which a role holder signs in, to the phone and the mailbox (D14, D20).

It belongs to no incident: the day nothing else works is the day somebody needs it. So it stands
in no incident's record, and goes by every way that is not down.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import sign_ins
from kitart.journal.messages import Outgoing
from kitart.language import in_language, phrase, spoken
from kitart.messaging.channels import Way, down_systems, send_by, ways
from kitart.plan.roles import role_name
from kitart.plan.schema import Channel, Person, Plan

log = logging.getLogger(__name__)
PATH = "/in/"
KINDS = ("sms", "mail")
REQUEST = "request"
# A real person needs one.
LINKS_AT_MOST, LINKS_IN = 3, timedelta(minutes=15)


def new_link(inst: Installation, person: str, *, by: str) -> str:
    """A link that signs this person in once, within half an hour."""
    now = inst.clock.now()
    with inst.journal.write() as session:
        key = sign_ins.make(session, person, by=by, now=now)
    return _address(inst, key)


def send_link(inst: Installation, plan: Plan, person: Person) -> bool:
    """Send a person a new link on each channel that works; whether one took it.

    Nothing is sent when several went out just now: whoever knows a code must not flood a phone.
    """
    now = inst.clock.now()
    with inst.journal.write() as session:
        sign_ins.one_at_a_time(session, person.id)
        if sign_ins.made_since(session, person.id, REQUEST, now - LINKS_IN) >= LINKS_AT_MOST:
            log.warning("no further link to sign in goes to %s: several went out", person.id)
            return True
        key = sign_ins.make(session, person.id, by=REQUEST, now=now)
    link = _address(inst, key)
    with inst.journal.read() as session:
        down = down_systems(session, plan)
    taken = False
    for place, channel in enumerate(person.channels):
        if channel.kind in KINDS:
            possible = [w for w in ways(plan, channel.kind, channel.depends_on, down)
                        if w.barred_by is None]  # fmt: skip
            taken = _send(inst, person, channel, possible, link, place, now) or taken
    return taken


def _address(inst: Installation, key: str) -> str:
    return f"{inst.settings.gateway_url}{PATH}{key}"


def _send(
    inst: Installation,
    person: Person,
    channel: Channel,
    possible: list[Way],
    link: str,
    place: int,
    now: datetime,
) -> bool:
    language = spoken(person.language)
    text = in_language(
        phrase("Kitart: your link to sign in, for {minutes} minutes, once:",
               minutes=int(sign_ins.LINK_LIFE.total_seconds() // 60)),
        language,
    )  # fmt: skip
    subject = in_language(phrase("Your link to sign in to Kitart"), language)
    message = Outgoing(
        key=f"sign-in:{person.id}:{channel.kind}:{place}:{now:%Y%m%dT%H%M%S%f}",
        incident="", purpose="sign-in", recipient=person.id, role=role_name(person.kind),
        channel=channel.kind, address=channel.address, subject=subject, text=f"{text}\n{link}",
        language=language,
    )  # fmt: skip
    for way in possible:
        try:
            send_by(inst, way.connector, message, message.text)
        except ConnectorError as error:
            log.warning("a link to sign in did not go out by %s: %s", way.connector, error.message)
        else:
            return True
    return False
