"""Signed links: for one person, one question, one version, until a moment.

A link works without any sign-on of the cloud tenant (D20). Opening it shows, never decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from itsdangerous import BadSignature, URLSafeSerializer

from kitart.language import Phrase, phrase
from kitart.settings import Settings

Purpose = Literal["ack", "decide", "call", "cover", "roll-call", "version", "hot-wash"]
PATHS: dict[Purpose, str] = {
    "ack": "/a/", "decide": "/d/", "call": "/twilio/voice/", "cover": "/c/", "roll-call": "/r/",
    "version": "/v/", "hot-wash": "/h/",
}  # fmt: skip
LIFE: dict[Purpose, timedelta] = {
    "ack": timedelta(days=2), "decide": timedelta(days=14), "call": timedelta(days=1),
    "cover": timedelta(days=1), "roll-call": timedelta(days=1),
    "version": timedelta(days=90),
    "hot-wash": timedelta(days=14),
}  # fmt: skip


class LinkError(Exception):
    """The link can't be used: what is so, and what helps, for the person who holds it."""

    def __init__(self, what_is_so: Phrase, what_helps: Phrase) -> None:
        super().__init__(f"{what_is_so}. {what_helps}")
        self.what_is_so = what_is_so
        self.what_helps = what_helps


class LinkExpired(LinkError):
    """The link was genuine, but its time is over; ``person`` is who holds it."""

    def __init__(self, person: str) -> None:
        super().__init__(
            phrase("This link has expired"), phrase("A newer message holds a newer link.")
        )
        self.person = person


@dataclass(frozen=True)
class Link:
    """What a link is for: ``subject`` is a step of an incident, a question's number, the key of the
    message that a call speaks, the number of a call for cover, a roll-call's incident, the review
    that put a version of the plan into force, or an exercise."""

    purpose: Purpose
    subject: str
    person: str
    version: int
    expires_at: datetime

    @property
    def made_at(self) -> datetime:
        """When it was made: a person's links of before a moment can be ended."""
        return self.expires_at - LIFE[self.purpose]


def new(
    settings: Settings,
    purpose: Purpose,
    subject: str,
    person: str,
    version: int = 1,
    *,
    now: datetime,
) -> str:
    """The address of a link that is made now and lives as long as its purpose allows."""
    return address(settings, Link(purpose, subject, person, version, now + LIFE[purpose]))


def address(settings: Settings, link: Link) -> str:
    """The link as an address; raises ``ValueError`` while no signing key is set."""
    payload = [link.subject, link.person, link.version, int(link.expires_at.timestamp())]
    token = signer(settings, link.purpose).dumps(payload)
    return f"{settings.gateway_url}{PATHS[link.purpose]}{token}"


def read(settings: Settings, purpose: Purpose, token: str, *, now: datetime) -> Link:
    """The link that a token stands for; raises ``LinkError`` if forged or broken,
    ``LinkExpired`` after its time."""
    serializer = signer(settings, purpose)
    try:
        payload = serializer.loads(token)
        subject, person, version, expires = payload
        expires_at = datetime.fromtimestamp(int(expires), UTC)
    except (BadSignature, ValueError, TypeError) as error:
        raise LinkError(
            phrase("This link is not complete or not genuine"),
            phrase("Open it from the message again, or answer by phone."),
        ) from error
    if now > expires_at:
        raise LinkExpired(str(person))
    return Link(purpose, str(subject), str(person), int(version), expires_at)


def check_key(settings: Settings) -> None:
    """Raise ``ValueError`` while no signing key is set: without links nobody can answer."""
    signer(settings, "ack")


def signer(settings: Settings, purpose: str) -> URLSafeSerializer:
    """Signs and reads tokens of one purpose; no other purpose's token fits. Raises ``ValueError``
    while no signing key is set."""
    key = settings.secret_key.get_secret_value()
    if len(key) < 16:
        raise ValueError(
            "secret_key is missing or short: set KITART_SECRET_KEY to 16 random letters or more"
        )
    return URLSafeSerializer(key, salt=f"kitart.{purpose}")
