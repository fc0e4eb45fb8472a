"""The text of a message with several pieces of news: one line each, the newest first (D16)."""

from __future__ import annotations

from collections.abc import Sequence

from kitart.journal.held_news import Address
from kitart.journal.tables import Message
from kitart.language import phrase
from kitart.messaging.may_wait import TOGETHER
from kitart.messaging.texts import Text, render_message, sms_parts, wording

MOST_SMS_PARTS = 6
"""Six for many pieces of news: each by itself would have taken one or two."""


def told_together(
    newest: Sequence[Message],
    earlier: Sequence[Message],
    to: Address,
    *,
    language: str,
    zone: str,
) -> tuple[Text, tuple[Message, ...]]:
    """The text, and the pieces of news that have a line in it.

    ``newest`` holds the newest news of each thing, ``earlier`` what it replaced; a mail has lines
    for both. A short text has as many lines as go into ``MOST_SMS_PARTS``, and the number of every
    incident that is left out.
    """
    shown = len(newest)
    text = _text(newest, earlier, shown, to, language, zone)
    if wording(TOGETHER, to.channel) == "mail":
        return text, (*newest, *earlier)
    while shown > 1 and sms_parts(text.body) > MOST_SMS_PARTS:
        shown -= 1
        text = _text(newest, earlier, shown, to, language, zone)
    return text, tuple(newest[:shown])


def _text(
    newest: Sequence[Message],
    earlier: Sequence[Message],
    shown: int,
    to: Address,
    language: str,
    zone: str,
) -> Text:
    rows = (*newest, *earlier)
    lines = [row.headline or row.subject for row in newest[:shown]]
    if shown < len(newest):
        lines.append(phrase("more in the record: {numbers}", numbers=_numbers(newest[shown:])))
    words = wording(TOGETHER, to.channel)
    assert words is not None, "what may wait goes by no channel without a text for several"
    return render_message(
        TOGETHER, words, language,
        number=newest[0].incident, zone=zone, exercise=to.exercise,
        numbers=_numbers(rows),
        since=min(row.queued_at for row in rows),
        news=tuple(lines),
        earlier=tuple(row.headline or row.subject for row in earlier),
    )  # fmt: skip


def _numbers(rows: Sequence[Message]) -> str:
    return ", ".join(sorted({row.incident for row in rows}))
