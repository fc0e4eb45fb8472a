"""Signing in: a link that works once, then a cookie until it ends (D20).

Neither the link's key nor the cookie's is kept, only their hashes: who reads the journal can sign
in as nobody.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.hashing import key_hash
from kitart.journal.once import Turn, take_turn
from kitart.journal.tables import SignIn

LINK_LIFE = timedelta(minutes=30)
COOKIE_LIFE = timedelta(days=14)


def make(session: Session, person: str, *, by: str, now: datetime) -> str:
    """The key of a new link for a person; ``by`` says who made it ("request", "operator")."""
    key = secrets.token_urlsafe(24)
    session.add(
        SignIn(
            link_hash=key_hash(key),
            person=person,
            made_by=by,
            made_at=now,
            link_until=now + LINK_LIFE,
        )
    )
    session.flush()
    return key


def one_at_a_time(session: Session, person: str) -> None:
    """Have whoever makes a link for this person wait for the one before: each sees its count."""
    take_turn(session, Turn.SIGN_INS, person)


def of_link(session: Session, key: str) -> SignIn | None:
    """The sign-in that a link's key stands for, used or not, over or not."""
    return session.scalars(sa.select(SignIn).where(SignIn.link_hash == key_hash(key))).first()


def usable(row: SignIn, now: datetime) -> bool:
    """Whether its link may still be used: once, in time, not ended."""
    return row.used_at is None and row.ended_at is None and now <= row.link_until


def use(session: Session, key: str, *, now: datetime) -> str | None:
    """Use a link: the cookie's key, or ``None`` when it is over, ended, or was used before, if
    only a moment ago by somebody else."""
    cookie = secrets.token_urlsafe(32)
    won = session.execute(
        sa.update(SignIn)
        .where(
            SignIn.link_hash == key_hash(key), SignIn.used_at.is_(None),
            SignIn.ended_at.is_(None), SignIn.link_until >= now,
        )
        .values(used_at=now, cookie_hash=key_hash(cookie), cookie_until=now + COOKIE_LIFE)
    )  # fmt: skip
    return cookie if won.rowcount == 1 else None  # type: ignore[attr-defined]


def of_cookie(session: Session, cookie: str, *, now: datetime) -> SignIn | None:
    """Who is signed in by this cookie; ``None`` once it is over or ended."""
    row = session.scalars(sa.select(SignIn).where(SignIn.cookie_hash == key_hash(cookie))).first()
    if row is None or row.ended_at is not None or row.cookie_until is None:
        return None
    return row if now <= row.cookie_until else None


ENDED = "ended"


def end_everything(session: Session, person: str, *, now: datetime) -> int:
    """A phone is lost: end a person's sign-ins and all links in messages sent before ``now``, of
    any incident. Returns how many sign-ins there were."""
    ended = end(session, person, now=now)
    session.add(
        SignIn(
            link_hash=key_hash(secrets.token_urlsafe(24)), person=person, made_by=ENDED,
            made_at=now, link_until=now, ended_at=now,
        )
    )  # fmt: skip
    return ended


def ended_at(session: Session, person: str) -> datetime | None:
    """When a person's links were last ended: those made before are good for nothing."""
    query = sa.select(sa.func.max(SignIn.made_at)).where(
        SignIn.person == person, SignIn.made_by == ENDED
    )
    return session.scalar(query)


def end(session: Session, person: str, *, now: datetime, only: int | None = None) -> int:
    """End all of a person's sign-ins, links and cookies, or one of them; how many."""
    query = sa.update(SignIn).where(SignIn.person == person, SignIn.ended_at.is_(None))
    if only is not None:
        query = query.where(SignIn.id == only)
    return int(session.execute(query.values(ended_at=now)).rowcount)  # type: ignore[attr-defined]


def made_since(session: Session, person: str, by: str, since: datetime) -> int:
    """How many links were made for a person in this way since a moment."""
    query = sa.select(sa.func.count(SignIn.id)).where(
        SignIn.person == person, SignIn.made_at >= since, SignIn.made_by == by
    )
    return int(session.scalar(query) or 0)
