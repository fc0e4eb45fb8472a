"""Which timeline entries and decisions a client may read, and in which words (D22, D23).

Only what is listed here reaches a client; everything else in the record is internal.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitart.journal.late_entries import Standing
from kitart.reports.facts import CALLS_REACH_VCC, CLIENT_SYSTEM_USED, LEAVE_VOICEMAIL
from kitart.reports.terms import N_


@dataclass(frozen=True)
class Told:
    """A sentence of the catalogues, and name and text of what stands in its braces."""

    text: str
    values: tuple[tuple[str, str], ...] = ()


WORDS = {
    "reported": N_("The outage was reported."),
    "effect confirmed": N_("The effect was confirmed."),
    "system down": N_("The system was found not to work."),
    "system up": N_("The system was found working again."),
    "ack received": N_("A member of the emergency response team took charge."),
    "priority set": N_("Priority set: {answer}."),
    "supplier ticket opened": N_("The fault was reported to the system's supplier."),
    "supplier ticket updated": N_("The supplier confirmed the fault report."),
    "routing ordered": N_("A carrier divert was ordered."),
    "routing executed": N_("The carrier divert was made."),
    "routing verified": N_("The carrier divert was heard working in a test call."),
    "routing ended": N_("The carrier divert was ended."),
    "success factor proved": N_("The system was used again and worked."),
    "recovery declared": N_("The recovery was declared: proved, and stable."),
    "report sent": N_("A report was sent to you."),
    "assessed": N_("We tried it: {note}"),
    "client acknowledged": N_("Your {contact_role} has our report."),
    "client contact not reached": N_("Your {contact_role} could not be reached."),
    "not acknowledged": N_("None of your contacts could be reached; we go on trying."),
    "manual logging started": N_("Our agents began to log calls by hand."),
    "manual logging ended": N_("Logging by hand ended."),
}
PROVED = {
    CALLS_REACH_VCC: N_("A call was answered on your line."),
    CLIENT_SYSTEM_USED: N_("Our agents used your system again and it worked."),
    LEAVE_VOICEMAIL: N_("A test message was left on your line and heard."),
}
# The routing of one line, which is no carrier divert: by what its callers get (R38, E46).
ROUTED = {
    "routing ordered": {
        "voicemail": N_("Voicemail was ordered for a line."),
        "overflow": N_("Voicemail was ordered for calls that nobody can take."),
        "notice": N_("The agreed announcement was ordered for a line."),
    },
    "routing verified": {
        "voicemail": N_("Voicemail was heard working in a test call."),
        "overflow": N_("Voicemail was heard working in a test call."),
        "notice": N_("The agreed announcement was heard in a test call."),
    },
    "routing ended": dict.fromkeys(
        ("voicemail", "overflow", "notice"), N_("The line was switched back to normal, and proved.")
    ),
}
# Entries whose sentence holds a value of the record.
HELD = {
    "priority set": ("answer",),
    "assessed": ("note",),
    "client acknowledged": ("contact_role",),
    "client contact not reached": ("contact_role",),
}

DECISIONS = {
    "priority": (N_("Priority of the incident"), {"false-alarm": N_("False alarm")}),
    "divert-order": (
        N_("Order the carrier divert?"),
        {"order": N_("Order the divert"), "not-needed": N_("No divert")},
    ),
}


def client_line(entry: Standing) -> Told | None:
    """The entry in a client's words, or ``None`` when it is internal."""
    if entry.type == "ack received" and entry.data.get("step") != "ert":
        return None
    if entry.data.get("line") and entry.type.startswith("routing "):
        return _routed(entry)
    text = WORDS.get(entry.type)
    if text is None:
        return None
    if entry.type == "success factor proved":
        text = PROVED.get(str(entry.data.get("factor")), text)
    if entry.type == "assessed" and not entry.data.get("note"):
        text = N_("We tried it, and it works.")
    held = HELD.get(entry.type, ())
    return Told(text, tuple((name, str(entry.data.get(name, ""))) for name in held))


def _routed(entry: Standing) -> Told | None:
    """Of a line's routing a client reads the order, the proof and the end of what was made."""
    if entry.data.get("way") == "carrier" or entry.data.get("line_was"):
        return None
    words = ROUTED.get(entry.type, {}).get(str(entry.data.get("mode")))
    return Told(words) if words else None


def decision_line(kind: str, answer: str) -> tuple[str, str] | None:
    """What was decided and how, in a client's words, or ``None`` when it is internal."""
    known = DECISIONS.get(kind)
    if known is None:
        return None
    what, answers = known
    return what, answers.get(answer, answer)
