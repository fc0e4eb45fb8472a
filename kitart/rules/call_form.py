"""The form of a call that is logged by hand: its fields, and what may not stand in it (R46).

Reports §8.2. The same fields are asked on the page, printed as a blank and exported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kitart.language import Phrase, phrase

FALLBACK = "fallback"
"""Stands for the line of a call that came in on a fallback phone."""

IDENTIFIED = (
    ("none", phrase("Not identified")),
    ("reduced", phrase("Reduced identification")),
    ("full", phrase("Full identification")),
)
REASONS = (
    ("question", phrase("Question")),
    ("order", phrase("Order")),
    ("fault", phrase("Fault")),
    ("complaint", phrase("Complaint")),
    ("cancellation", phrase("Cancellation")),
    ("other", phrase("Other reason")),
)
RESULTS = (
    ("message", phrase("Message taken")),
    ("information", phrase("Information given")),
    ("solved", phrase("Solved")),
    ("passed-on", phrase("Passed on")),
    ("callback", phrase("Callback promised")),
)
URGENCIES = (("normal", phrase("Normal")), ("urgent", phrase("Urgent")))

CALL, CALLER, CONTACT, RESULT = (
    phrase("Call"), phrase("Caller"), phrase("Contact"), phrase("Result"),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field; ``kind`` is how it is filled in: text, tel, email, long, tick or choice."""

    name: str
    group: Phrase
    label: Phrase
    limit: int = 120
    kind: str = "text"
    options: tuple[tuple[str, Phrase], ...] = ()
    needed: bool = False


FIELDS = (
    Field("reason", CONTACT, phrase("Reason"), kind="choice", options=REASONS, needed=True),
    Field("urgency", CONTACT, phrase("Urgency"), kind="choice", options=URGENCIES, needed=True),
    Field("description", CONTACT, phrase("What it is about, in short"), 1000, "long", needed=True),
    Field("product", CONTACT, phrase("Product"), 120),
    Field("caller_name", CALLER, phrase("Name, as given")),
    Field("callback_number", CALLER, phrase("Number to call back, read back"), 30, "tel"),
    Field("email", CALLER, phrase("E-mail, if needed"), 120, "email"),
    Field("preferred", CALLER, phrase("Preferred time and language")),
    Field("customer_number", CALLER, phrase("Customer or order number"), 60),
    Field("identified", CALLER, phrase("Identification"), kind="choice", options=IDENTIFIED,
          needed=True),
    Field("consent", CALLER, phrase("The caller agrees to be called back"), kind="tick"),
    Field("result", RESULT, phrase("What came of it"), kind="choice", options=RESULTS, needed=True),
    Field("promise", RESULT, phrase("What was promised"), 300),
    Field("promise_due", RESULT, phrase("Promised until"), 60),
    Field("paper_number", RESULT, phrase("Number of the paper form, if there is one"), 60),
    Field("clean", RESULT, phrase("No card data, codes or passwords are written here"),
          kind="tick", needed=True),
)  # fmt: skip
LATER = (
    phrase("Entered by, at"),
    phrase("Ticket number"),
    phrase("Checked by, differences"),
    phrase("Callback attempts, result"),
)
"""What is filled in later: it stands on the blank and in the export, empty."""

_DIGITS = re.compile(r"\d(?:[ -]?\d){12,18}")
_MAY_HOLD_LONG_NUMBERS = ("callback_number", "customer_number", "paper_number")


def filled(given: Mapping[str, str]) -> dict[str, str]:
    """The form's fields as they are kept: known ones alone, choices that exist, cut at no limit."""
    kept = {}
    for field in FIELDS:
        value = given.get(field.name, "").strip()
        if field.kind == "tick":
            value = "yes" if value else ""
        if field.options and value not in dict(field.options):
            value = ""
        kept[field.name] = value
    return kept


def fault(kept: Mapping[str, str]) -> Phrase | None:
    """Why a form can't be taken, in words for the agent; ``None`` when it can."""
    for field in FIELDS:
        value = kept[field.name]
        if field.needed and not value:
            return phrase("Still empty: {field}.", field=field.label)
        if field.kind not in ("tick", "choice") and len(value) > field.limit:
            return phrase(
                "Too long: {field}. At most {n} letters.", field=field.label, n=field.limit
            )
        if field.name not in _MAY_HOLD_LONG_NUMBERS and holds_card_number(value):
            return phrase("This looks like a card number: {field}. Take it out.", field=field.label)
    if kept["result"] == "callback" and not (kept["callback_number"] and kept["consent"]):
        return phrase("A callback needs a number and the caller's consent.")
    return None


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in a text have a card's check digit: it must not be kept."""
    return any(_luhn(re.sub(r"\D", "", found)) for found in _DIGITS.findall(text))


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
