"""Sending one message: claimed before, completed after, every attempt in the timeline (D15)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.fence import Fenced
from kitart.installation import Installation
from kitart.journal import incidents, messages, timeline
from kitart.journal.database import Lease
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.language import in_language, phrase
from kitart.messaging.channels import Way, down_systems, rest_s, send_by, set_up, ways
from kitart.messaging.flood_guard import hold_back
from kitart.messaging.patience import Patience
from kitart.plan.schema import Plan

LOOK_AGAIN_S = 1.0
"""How soon a patient sender looks again at a message that another is sending, or died over."""
DONE_WITH = (*messages.TAKEN, "undelivered", "skipped", "uncertain")


@dataclass(frozen=True)
class _Try:
    """What came of a try; ``again_in_s`` where it failed because a provider asked for a pause.

    ``may_have_gone``: a provider got it and gave no answer."""

    state: str
    detail: str
    provider_id: str | None = None
    again_in_s: float | None = None
    may_have_gone: bool = False


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
    patience: Patience | None = None,
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

    Where a provider got it and gave no answer, it may have gone out: the next way, and each later
    try, says "repeat"; a client's report is ``uncertain`` then and waits for a person (D15).

    With ``patience`` it waits while the provider wants to be left alone, before the first try and
    between others, each of which is in the record; and while somebody else is sending it, who may
    have died. What fails for another reason, and what the patience was too short for, is left as
    it is.
    """
    while True:
        if patience is not None:
            # Many senders wait here: each would else learn by a failure of its own what one knows.
            patience.wait(rest_s(inst, plan, message.channel))
            if not patience.still_wanted():
                with inst.journal.read() as session:
                    return messages.with_key(session, message.key)
        row, again_in_s = _deliver(
            inst, plan, message, stands_on, lease, attachments, headline, also_about
        )
        if patience is None or again_in_s is None or not patience.wait(again_in_s):
            return row


def _deliver(
    inst: Installation,
    plan: Plan,
    message: Outgoing,
    stands_on: Iterable[str],
    lease: Lease | None,
    attachments: Sequence[Attachment],
    headline: str | None,
    also_about: Iterable[str],
) -> tuple[Message | None, float | None]:
    """One try: the row, and in how many seconds another has a point, if at all."""
    now = inst.clock.now()
    with inst.journal.read() as session:
        known = messages.with_key(session, message.key)
        if known is not None and known.state in DONE_WITH:
            return known, None
        # Read here, not in the claim: that one keeps all other writers waiting.
        exercise = incidents.is_exercise(session, message.incident)
        down = down_systems(session, plan, exercise=exercise)
        possible = ways(plan, message.channel, stands_on, down)
    # That it is about to leave changes nothing for anybody; that it is put off does.
    with inst.journal.write(
        lease, about=message.incident, heard=bool(headline), beside=True
    ) as session:
        waits = headline and hold_back(session, plan, message, headline, now=now)
        if waits:
            return waits, None
        claim = messages.claim(session, message, now=now, real_now=real_now())
        if claim is None:
            row = messages.with_key(session, message.key)
            if row is not None and row.state == "sending":
                return None, LOOK_AGAIN_S
            return row, None
        if claim.repeat:
            message = _as_kept(session, message)
    tried = _try(inst, message, possible, attachments, repeat=claim.repeat, real=not exercise)
    now = inst.clock.now()
    if tried.state == "uncertain" or (
        tried.state == "failed" and (tried.may_have_gone or claim.repeat)
    ):
        tried = replace(tried, detail=f"{tried.detail}; {messages.NOT_KNOWN}")
    row = _record(inst, message, claim, tried, now, attachments, also_about)
    if tried.again_in_s is None or row.state != "failed":
        return row, None
    return row, max(tried.again_in_s, messages.pause_s(row))


def _as_kept(session: Session, message: Outgoing) -> Outgoing:
    """The message with the words that may have gone out before, which the record has."""
    row = messages.with_key(session, message.key)
    assert row is not None
    return replace(message, subject=row.subject, text=row.text, html=row.html)


def _marked(message: Outgoing) -> Outgoing:
    """The message with words that it may be there twice, where a list shows it and in its text."""
    text = phrase("REPEAT, may have reached you before: {text}", text=message.text)
    subject = phrase("REPEAT: {subject}", subject=message.subject)
    return replace(
        message,
        text=in_language(text, message.language),
        subject=message.subject and in_language(subject, message.language),
    )


def _record(
    inst: Installation,
    message: Outgoing,
    claim: messages.Claim,
    tried: _Try,
    now: datetime,
    attachments: Sequence[Attachment],
    also_about: Iterable[str],
) -> Message:
    """Write the outcome, also when the lease is lost: what went out went out.

    The message's row before its incidents', as whoever hears from the provider has it; and in the
    order of their numbers: two who write about several wait for one another in turn.
    """
    incidents_of = sorted({message.incident, *also_about})
    key = f"sent:{message.key}:{claim.attempt}"

    def ahead(session: Session) -> None:
        messages.will_complete(session, claim)
        for number in incidents_of:
            timeline.will_append(session, number, key)

    def complete(session: Session) -> Message:
        return messages.complete(
            session, claim, tried.state, now=now, provider_id=tried.provider_id, detail=tried.detail
        )

    def enter(session: Session, row: Message) -> None:
        data = {
            "key": message.key,
            "to": message.recipient,
            "role": message.role,
            "channel": message.channel,
            "purpose": message.purpose,
            "attempt": row.attempts,
            **_attached(attachments),
        }
        for number in incidents_of:
            timeline.append(
                session, number, f"message {tried.state}",
                _line(message, tried.state, tried.detail),
                now=now, data=data, key=key,
            )  # fmt: skip

    # Only what is about one incident goes together with others: they keep that order too.
    alone = len(incidents_of) > 1
    about = None if alone else message.incident
    return inst.journal.persist(complete, enter, ahead=ahead, about=about)


def _try(
    inst: Installation,
    message: Outgoing,
    ways: list[Way],
    attachments: Sequence[Attachment],
    *,
    repeat: bool,
    real: bool,
) -> _Try:
    """Try each way that is not barred; after one that gave no answer as a repeat, and a client's
    report not at all."""
    possible = [way for way in ways if set_up(inst, way.connector)]
    faults = [f"{way.connector}: depends on {way.barred_by}, which is down"
              for way in possible if way.barred_by]  # fmt: skip
    open_ways = [way for way in possible if not way.barred_by]
    pauses: list[float] = []
    unanswered = False
    for way in open_ways:
        leaves = _marked(message) if repeat or unanswered else message
        try:
            provider_id = send_by(
                inst, way.connector, leaves, leaves.text, attachments=attachments, real=real
            )
        except Fenced as fenced:
            # No other way leads out either, and no later try.
            return _Try("skipped", fenced.message)
        except ConnectorError as error:
            faults.append(f"{way.connector}: {error.message}")
            if error.retry_after_s is not None:
                pauses.append(error.retry_after_s)
            unanswered = unanswered or error.may_have_gone
            if unanswered and message.document_id is not None:
                return _Try("uncertain", "; ".join(faults))
            continue
        return _Try("accepted", "; ".join([f"by {way.connector}", *faults]), provider_id)
    if not possible:
        faults.append(f"no connector is configured for {message.channel}")
    state = "failed" if open_ways else "skipped"
    return _Try(
        state, "; ".join(faults), again_in_s=min(pauses, default=None), may_have_gone=unanswered
    )


def _attached(attachments: Sequence[Attachment]) -> dict[str, dict[str, str]]:
    """What went with the message: names and checksums."""
    sums = {each.name: hashlib.sha256(each.content).hexdigest() for each in attachments}
    return {"attached": sums} if sums else {}


def _line(message: Outgoing, state: str, detail: str) -> str:
    what = {
        "accepted": "accepted by the provider",
        "failed": "could not be sent",
        "skipped": "not sent",
        "uncertain": "may have gone out, a person must say",
    }[state]
    return f"{message.channel} to {message.role} ({message.purpose}): {what}; {detail}"
