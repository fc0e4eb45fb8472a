"""Which timeline entries a client may read, and in which words (D22, D23).

Only what is listed here reaches a client; everything else in the record is internal.
"""

from __future__ import annotations

from collections.abc import Callable

from kitart.journal.tables import TimelineEntry
from kitart.reports.facts import CALLS_REACH_VCC

WORDS: dict[str, Callable[[TimelineEntry], str]] = {
    "reported": lambda e: "The outage was reported.",
    "effect confirmed": lambda e: "The effect was confirmed.",
    "system down": lambda e: "The system was found not to work.",
    "system up": lambda e: "The system was found working again.",
    "ack received": lambda e: "A member of the emergency response team took charge.",
    "priority set": lambda e: f"Priority set: {e.data.get('answer', '')}.",
    "supplier ticket opened": lambda e: "The fault was reported to the system's supplier.",
    "supplier ticket updated": lambda e: "The supplier confirmed the fault report.",
    "routing ordered": lambda e: "A carrier divert was ordered.",
    "routing executed": lambda e: "The carrier divert was made.",
    "routing verified": lambda e: "The carrier divert was heard working in a test call.",
    "routing ended": lambda e: "The carrier divert was ended.",
    "success factor proved": lambda e: (
        "A call was answered on your line."
        if e.data.get("factor") == CALLS_REACH_VCC
        else "The system was used again and worked."
    ),
    "recovery declared": lambda e: "The recovery was declared: proved, and stable.",
    "assessed": lambda e: f"We tried it: {e.data.get('note') or 'it works'}",
    "client acknowledged": lambda e: f"Your {e.data['contact_role']} has our report.",
    "client contact not reached": lambda e: f"Your {e.data['contact_role']} was not reached.",
    "not acknowledged": lambda e: "None of your contacts was reached; we go on trying.",
    "manual logging started": lambda e: "Our agents log calls by hand.",
    "manual logging ended": lambda e: f"Logging by hand ended. Forms: {e.data.get('note', '')}",
    "report sent": lambda e: "A report was sent to you.",
}


def client_line(entry: TimelineEntry) -> str | None:
    """The entry in a client's words, or ``None`` when it is internal."""
    if entry.type == "ack received" and entry.data.get("step") != "ert":
        return None
    words = WORDS.get(entry.type)
    return words(entry) if words else None
