"""What the provider reports of a message after it took it (A14, D15).

``delivered`` is the operator's word that the message lies on the phone: no contact. What did not
arrive goes into the timeline and counts as failed for the escalation, so that the next person is
asked.
"""

from __future__ import annotations

import logging

from kitart.connectors.sms import REASONS
from kitart.installation import Installation
from kitart.journal import messages, timeline

log = logging.getLogger(__name__)

NOT_ARRIVED = {
    "undelivered": "the operator could not deliver it",
    "failed": "the gateway could not send it or put it through",
    "busy": "the line was busy",
    "no-answer": "nobody picked up",
    "canceled": "it was called off",
}
"""The provider's words for the end of what did not arrive, with what they mean."""


def take_report(inst: Installation, key: str, provider_id: str, word: str, code: str = "") -> bool:
    """Take the provider's ``word`` ("sent", "delivered", "no-answer", …) about a message or call.

    A call that was "completed" is no news: a machine may have picked up, only a key is an answer.

    Returns whether it was news: repeats and what comes out of order change nothing. Word about a
    message that is not in the journal is logged.
    """
    arrived = word == "delivered"
    if not arrived and word not in NOT_ARRIVED:
        return False  # "queued", "sent", "completed": no more than that the provider took it
    now = inst.clock.now()
    why = "" if arrived else _why(word, code)
    with inst.journal.write() as session:
        row = messages.report(
            session, key, provider_id,
            "delivered" if arrived else "undelivered",
            f"delivered {now:%H:%M:%S} UTC" if arrived else f"not delivered: {why}",
            now=now,
        )  # fmt: skip
        if row is not None and not arrived:
            timeline.append(
                session, row.incident, "message undelivered",
                f"{row.channel} to {row.role} ({row.purpose}): not delivered; {why}",
                now=now,
                data={"key": row.key, "to": row.recipient, "role": row.role,
                      "channel": row.channel, "purpose": row.purpose, "code": code},
            )  # fmt: skip
        known = row is not None or messages.with_key(session, key) is not None
    if not known:
        log.warning("%s is reported of a message that is not in the journal: %s", word, key)
    return row is not None


def _why(word: str, code: str) -> str:
    reason = REASONS.get(code) or NOT_ARRIVED[word]
    return f"{reason} (code {code})" if code else reason
