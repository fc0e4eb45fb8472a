"""Time that runs, in words: the page shows it as of now, a script of ours lets it go on."""

from __future__ import annotations

from datetime import datetime

from kitart.language import Phrase, phrase

# The script puts numbers into the same sentences.
WORDS = {
    "left-s": phrase("{m} min {s} s left", m="{m}", s="{s}"),
    "left-h": phrase("{h} h {m} min left", h="{h}", m="{m}"),
    "over-s": phrase("overdue by {m} min {s} s", m="{m}", s="{s}"),
    "over-h": phrase("overdue by {h} h {m} min", h="{h}", m="{m}"),
}


def running(due: datetime, now: datetime) -> Phrase:
    """How much is left until ``due``, or how long it is over."""
    seconds = int((due - now).total_seconds())
    h, rest = divmod(abs(seconds), 3600)
    m, s = divmod(rest, 60)
    if h:
        if seconds >= 0:
            return phrase("{h} h {m} min left", h=h, m=m)
        return phrase("overdue by {h} h {m} min", h=h, m=m)
    if seconds >= 0:
        return phrase("{m} min {s} s left", m=m, s=s)
    return phrase("overdue by {m} min {s} s", m=m, s=s)
