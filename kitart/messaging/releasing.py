"""Releasing news that was held: several pieces for one address become one message (D16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.installation import Installation
from kitart.journal import held_news, timeline
from kitart.journal.held_news import Address
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.messaging.delivering import deliver
from kitart.messaging.may_wait import TOGETHER
from kitart.messaging.news_together import told_together
from kitart.plan.schema import Plan
from kitart.rules.flood import Piece, Thing, newest_first


def due(inst: Installation) -> list[Address]:
    """The addresses that held news is to be sent to now."""
    with inst.journal.read() as session:
        return held_news.due(session, now=inst.clock.now(), real_now=real_now())


def release(inst: Installation, to: Address) -> None:
    """Send what is due at an address; nothing twice, however many do so at once.

    One piece of news goes as it was written. Of several the newest of each thing is told, in one
    message that takes their place; each incident's record says what was told with it.
    """
    now = inst.clock.now()
    with inst.journal.write() as session:
        rows = held_news.to_be_joined(session, to, now)
        if len(rows) > 1:
            _join(inst, session, to, rows, now)
    with inst.journal.read() as session:
        found = held_news.to_be_sent(session, to, now=now, real_now=real_now())
        others = {row.key: held_news.told_in(session, row.key) for row in found}
    for row in found:
        plan = inst.plan_of(row.incident)
        deliver(
            inst, plan, _as_wanted(row, plan),
            stands_on=_stands_on(plan, to),
            also_about=[other.incident for other in others[row.key]],
        )  # fmt: skip


def _join(
    inst: Installation, session: Session, to: Address, rows: Sequence[Message], now: datetime
) -> None:
    by_place = {row.id: row for row in rows}
    pieces = [Piece(Thing(row.incident, row.purpose), row.id) for row in rows]
    newest, earlier = ([by_place[piece.place] for piece in each] for each in newest_first(pieces))
    first = newest[0]
    holder = inst.plan_of(first.incident).person(to.recipient)
    text, shown = told_together(
        newest, earlier, to, language=holder.language, zone=holder.time_zone
    )
    message = Outgoing(
        key=f"{first.incident}:together:{first.id}",
        incident=first.incident,
        purpose=TOGETHER,
        recipient=to.recipient,
        role=first.role,
        channel=to.channel,
        address=to.address,
        subject=text.subject or "",
        text=text.body,
        language=holder.language,
    )
    held_news.join(
        session, message, [(row, _how_told(row, message.key, newest, shown)) for row in rows],
        now=now,
    )  # fmt: skip
    _record(session, message, rows, now)


def _how_told(row: Message, key: str, newest: Sequence[Message], shown: Sequence[Message]) -> str:
    if row in shown:
        return f"told in message {key}"
    if row in newest:
        return f"counted in message {key}, which had no room for its line"
    return f"not told by itself: later news took its place in message {key}"


def _record(session: Session, message: Outgoing, rows: Sequence[Message], now: datetime) -> None:
    by_incident: Mapping[str, list[Message]] = {
        number: [row for row in rows if row.incident == number]
        for number in sorted({row.incident for row in rows})
    }
    for number, own in by_incident.items():
        purposes = ", ".join(dict.fromkeys(row.purpose for row in own))
        others = [other for other in by_incident if other != number]
        beside = f" with news of {', '.join(others)}" if others else ""
        timeline.append(
            session, number, "news joined",
            f"{message.channel} to {message.role}: {len(own)} held ({purposes}) go in one "
            f"message{beside}",
            now=now,
            data={"key": message.key, "to": message.recipient, "role": message.role,
                  "channel": message.channel, "messages": [row.key for row in own],
                  "incidents": list(by_incident)},
            key=f"joined:{message.key}",
        )  # fmt: skip


def _as_wanted(row: Message, plan: Plan) -> Outgoing:
    return Outgoing(
        key=row.key,
        incident=row.incident,
        purpose=row.purpose,
        recipient=row.recipient,
        role=row.role,
        channel=row.channel,
        address=row.address,
        subject=row.subject,
        text=row.text,
        language=plan.person(row.recipient).language,
    )


def _stands_on(plan: Plan, to: Address) -> tuple[str, ...]:
    """The systems that a person's own channel depends on, as the incident's plan has it."""
    return next(
        (
            channel.depends_on
            for channel in plan.person(to.recipient).channels
            if (channel.kind, channel.address) == (to.channel, to.address)
        ),
        (),
    )
