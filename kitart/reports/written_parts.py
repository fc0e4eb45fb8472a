"""What people wrote, as reports show it: the parts with their names, the actions (c9 to c21)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from kitart.reports.facts import CorrectiveAction, WrittenText
from kitart.reports.facts.written import lines, said
from kitart.reports.terms import N_, NOT_RECORDED
from kitart.reports.wording import Wording
from kitart.rules.write_up import (
    DONE,
    DROPPED,
    ESTABLISHED,
    FAILED,
    NOT_ESTABLISHED,
    OPEN,
    WORKS,
    overdue,
)

NAMES = {
    "cause-direct": N_("Direct cause"),
    "cause-root": N_("Root cause"),
    "cause-factors": N_("What contributed"),
    "cause-shown": N_("How it was shown"),
    "cause-open": N_("Not established"),
    "detection": N_("Could it have been found earlier?"),
    "response-short": N_("What we did"),
    "worked": N_("What worked"),
    "failed": N_("What did not work"),
    "luck": N_("Where luck helped"),
    "departures": N_("Departures from the plan, and why"),
    "overtime": N_("Overtime"),
    "rest": N_("Rest given or agreed"),
    "agreement-periods": N_("Periods"),
    "agreement-exclusions": N_("Exclusions claimed"),
    "agreement-credits": N_("Credits"),
    "agreement-confirmed": N_("Client's confirmation"),
    "supplier-report": N_("Supplier's own report"),
    "supplement": N_("Supplement to this report"),
    "assumptions": N_("Assumptions"),
    "open-points": N_("Open questions"),
    "attachments": N_("Attachments"),
    "lessons": N_("Lessons"),
    "plan-changes": N_("Parts of the plan to change"),
    "training": N_("Training"),
    "test-scenario": N_("Test scenario to add"),
    "acknowledged": N_("Client's acknowledgement"),
}
STATUS_NAMES = {
    OPEN: N_("open"),
    DONE: N_("done, its effect not checked yet"),
    WORKS: N_("done, and it works"),
    FAILED: N_("done, and it does not work"),
    DROPPED: N_("dropped"),
}
DIRECT = "cause-direct"
LATE = N_("open, overdue")

Pairs = tuple[tuple[str, str], ...]


def name(words: Wording, part: str) -> str:
    """What a part is called in a report."""
    return words.term(NAMES[part])


def text(words: Wording, written: WrittenText) -> str:
    """The words of a part, with its day where it has one."""
    one_line = " ".join(written.text.split())
    return f"{words.day(written.day)}: {one_line}" if written.day is not None else one_line


def pairs(
    words: Wording, written: Sequence[WrittenText], parts: Iterable[str], client: str | None = None
) -> Pairs:
    """Each of these parts that somebody wrote, with its name, in this order."""
    found = ((part, said(written, part, client)) for part in parts)
    return tuple((name(words, part), text(words, each)) for part, each in found if each is not None)


def cause(
    words: Wording, written: Sequence[WrittenText], client: str | None = None, answered: str = ""
) -> Pairs:
    """The cause in its parts; or openly not established (c9, D24).

    ``answered`` is the cause that was given when people were asked for it: the direct one, unless
    somebody has written that since.
    """
    known = pairs(words, written, ESTABLISHED, client)
    if known and answered and said(written, DIRECT, client) is None:
        known = ((name(words, DIRECT), answered), *known)
    return known or pairs(words, written, [NOT_ESTABLISHED], client)


def agreement(words: Wording, written: Sequence[WrittenText], client: str) -> Pairs:
    """What the incident means for the agreement with a client (c13)."""
    wanted = [part for part in NAMES if part.startswith("agreement-")]
    return pairs(words, written, wanted, client)


def attachments(words: Wording, written: Sequence[WrittenText]) -> tuple[str, ...]:
    """What is attached, one line each, the supplier's report too (c15, c20)."""
    report = said(written, "supplier-report")
    own = [f"{name(words, 'supplier-report')}: {text(words, report)}"] if report else []
    return (*lines(written, "attachments"), *own)


def status(words: Wording, action: CorrectiveAction, today: date) -> str:
    """How far an action is, with the words that prove it; one that is late says so (D29)."""
    plain = STATUS_NAMES.get(action.status, action.status or NOT_RECORDED)
    if overdue(action.status, action.due, today) and action.status == OPEN:
        plain = LATE
    shown = [words.term(plain)]
    if action.evidence.strip():
        shown.append(words.say("evidence: {words}", words=" ".join(action.evidence.split())))
    if action.effect.strip():
        shown.append(" ".join(action.effect.split()))
    return "; ".join(shown)


def actions(
    words: Wording, found: Sequence[CorrectiveAction], today: date
) -> tuple[tuple[str, ...], ...]:
    """The rows of the table of corrective actions (c17)."""
    return tuple(
        (
            str(each.number),
            words.term(each.finding or NOT_RECORDED),
            words.term(each.action or NOT_RECORDED),
            words.role(each.owner_role),
            words.day(each.due),
            words.term(each.check or NOT_RECORDED),
            status(words, each, today),
        )
        for each in sorted(found, key=lambda each: each.number)
    )


def changes(
    words: Wording,
    old: tuple[Sequence[WrittenText], Sequence[CorrectiveAction]],
    new: tuple[Sequence[WrittenText], Sequence[CorrectiveAction]],
) -> tuple[str, ...]:
    """What a later version says anew: which parts, which actions (D25)."""
    said_before, says_now = ({_place(e): _content(e) for e in each[0]} for each in (old, new))
    parts = [
        name(words, part) + (f" ({client})" if client else "")
        for part, client in dict.fromkeys((*says_now, *said_before))
        if said_before.get((part, client)) != says_now.get((part, client))
    ]
    were, are = ({e.number: _action(e) for e in each[1]} for each in (old, new))
    numbers = [str(n) for n in sorted({*were, *are}) if were.get(n) != are.get(n)]
    found = []
    if parts:
        found.append(words.say("Written anew: {parts}.", parts=words.listed(parts)))
    if numbers:
        found.append(
            words.say("Corrective actions added or changed: {numbers}.", numbers=", ".join(numbers))
        )
    return tuple(found)


def _place(written: WrittenText) -> tuple[str, str | None]:
    return written.part, written.client_id


def _content(written: WrittenText) -> tuple[object, ...]:
    return written.text, written.day, written.audience


def _action(action: CorrectiveAction) -> CorrectiveAction:
    return action.model_copy(update={"seq": 0})
