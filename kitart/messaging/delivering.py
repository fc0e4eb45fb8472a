"""Sending one message: claimed before, completed after, every attempt in the timeline (D15)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from kitart.clock import real_now
from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import messages, timeline
from kitart.journal.database import Lease
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.language import in_language, phrase
from kitart.messaging.channels import Way, down_systems, send_by, set_up, ways
from kitart.messaging.flood_guard import hold_back
from kitart.plan.schema import Plan

DONE_WITH = (*messages.TAKEN, "undelivered", "skipped", "uncertain")


def deliver(
    inst: Installation,
    plan: Plan,
    message: Outgoing,
    *,
    stands_on: Iterable[str] = (),
    lease: Lease | None = None,
    attachments: Sequence[Attachment] = (),
    headline: str | None = None,
    also_about: Iterable[str] = (),
) -> Message | None:
    """Send ``message`` by the first way that takes it; once, however often it is called.

    What may wait has a ``headline``, its line in a message with others: it is ``queued`` where the
    person has had much news lately, and released by whoever finds its time come. ``also_about``
    are further incidents that it tells of; what becomes of it stands in the record of each.

    Returns the message's row as it stands: ``accepted`` means that the provider took it, no
    more, and ``delivered`` that it lies on the phone, which is no contact (A14). ``None`` while
    somebody else is sending it. One that failed is tried again, after a pause that grows with
    each try; one that the provider took and could not deliver is not: other channels and people
    are (D15). Raises ``LeaseLost``.
    """
    now = inst.clock.now()
    with inst.journal.read() as session:
        known = messages.with_key(session, message.key)
    if known is not None and known.state in DONE_WITH:
        return known
    with inst.journal.write(lease) as session:
        waits = headline and hold_back(session, plan, message, headline, now=now)
        if waits:
            return waits
        claim = messages.claim(session, message, now=now, real_now=real_now())
        if claim is None:
            row = messages.with_key(session, message.key)
            return None if row is not None and row.state == "sending" else row
        possible = ways(plan, message.channel, stands_on, down_systems(session, plan))
    text = message.text
    if claim.repeat:
        again = phrase("REPEAT, may have reached you before: {text}", text=text)
        text = in_language(again, message.language)
    state, provider_id, detail = _try(inst, message, text, possible, attachments)
    now = inst.clock.now()
    # The outcome is written even when the lease is lost: what went out went out.
    with inst.journal.write() as session:
        row = messages.complete(
            session, claim, state, now=now, provider_id=provider_id, detail=detail
        )
        # In the order of their numbers: two who write about several wait for one another in turn.
        for number in sorted({message.incident, *also_about}):
            timeline.append(
                session,
                number,
                "message " + state,
                _line(message, state, detail),
                now=now,
                data={
                    "key": message.key,
                    "to": message.recipient,
                    "role": message.role,
                    "channel": message.channel,
                    "purpose": message.purpose,
                    "attempt": row.attempts,
                    **_attached(attachments),
                },
            )
    return row


def _try(
    inst: Installation,
    message: Outgoing,
    text: str,
    ways: list[Way],
    attachments: Sequence[Attachment],
) -> tuple[str, str | None, str]:
    """Try each way that is not barred: (state, provider's number, what happened)."""
    possible = [way for way in ways if set_up(inst, way.connector)]
    faults = [f"{way.connector}: depends on {way.barred_by}, which is down"
              for way in possible if way.barred_by]  # fmt: skip
    open_ways = [way for way in possible if not way.barred_by]
    for way in open_ways:
        try:
            provider_id = send_by(inst, way.connector, message, text, attachments=attachments)
        except ConnectorError as error:
            faults.append(f"{way.connector}: {error.message}")
            continue
        return "accepted", provider_id, "; ".join([f"by {way.connector}", *faults])
    if not possible:
        faults.append(f"no connector is configured for {message.channel}")
    return ("failed" if open_ways else "skipped"), None, "; ".join(faults)


def _attached(attachments: Sequence[Attachment]) -> dict[str, dict[str, str]]:
    """What went with the message: names and checksums."""
    sums = {each.name: hashlib.sha256(each.content).hexdigest() for each in attachments}
    return {"attached": sums} if sums else {}


def _line(message: Outgoing, state: str, detail: str) -> str:
    what = {
        "accepted": "accepted by the provider",
        "failed": "could not be sent",
        "skipped": "not sent",
    }[state]
    return f"{message.channel} to {message.role} ({message.purpose}): {what}; {detail}"
