"""What people write for the reports of an incident: the parts, and who may read which. Pure.

Sections and parts are those of the report catalogue (reports §4: c7 to c21). What a client never
reads (c10, c12, c16, c18) can't be marked for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

Audience = Literal["internal", "client-safe"]
INTERNAL: Audience = "internal"
CLIENT_SAFE: Audience = "client-safe"


@dataclass(frozen=True)
class Part:
    """One text of a section. ``dated`` asks for a day too; ``one_client`` is never about all."""

    id: str
    section: str
    for_clients: bool = False
    dated: bool = False
    one_client: bool = False


PARTS = (
    Part("cause-direct", "cause", for_clients=True),
    Part("cause-root", "cause", for_clients=True),
    Part("cause-factors", "cause", for_clients=True),
    Part("cause-shown", "cause", for_clients=True),
    Part("cause-open", "cause", for_clients=True),
    Part("detection", "detection"),
    Part("response-short", "response", for_clients=True),
    Part("worked", "response"),
    Part("failed", "response"),
    Part("luck", "response"),
    Part("departures", "response"),
    Part("overtime", "people"),
    Part("rest", "people"),
    Part("agreement-periods", "agreement", for_clients=True, one_client=True),
    Part("agreement-exclusions", "agreement", for_clients=True, one_client=True),
    Part("agreement-credits", "agreement", for_clients=True, one_client=True),
    Part("agreement-confirmed", "agreement", for_clients=True, one_client=True),
    Part("supplier-report", "supplier", for_clients=True, dated=True),
    Part("supplement", "supplier", for_clients=True, dated=True),
    Part("assumptions", "knowledge", for_clients=True),
    Part("open-points", "knowledge", for_clients=True),
    Part("attachments", "knowledge", for_clients=True),
    Part("lessons", "lessons"),
    Part("plan-changes", "lessons"),
    Part("training", "lessons"),
    Part("test-scenario", "lessons"),
    Part("acknowledged", "acknowledgement", for_clients=True, dated=True, one_client=True),
)
# Of an exercise: what its record (reports §6.1) can't work out by itself.
EXERCISE_PARTS = (
    Part("exercise-result", "exercise-result"),
    Part("exercise-people", "exercise-course"),
    Part("exercise-departures", "exercise-course"),
    Part("exercise-effects", "exercise-effects"),
    Part("exercise-overtime", "exercise-effects"),
    Part("exercise-plan", "exercise-changes"),
    Part("exercise-training", "exercise-changes"),
    Part("exercise-next", "exercise-changes", dated=True),
    Part("exercise-client", "exercise-client", dated=True),
)
BY_ID = {part.id: part for part in (*PARTS, *EXERCISE_PARTS)}
EXERCISE_SECTIONS = tuple(dict.fromkeys(part.section for part in EXERCISE_PARTS))
SECTIONS = tuple(dict.fromkeys(part.section for part in PARTS))

# What the cause is made of, unless it is not established: only one of the two can be so.
ESTABLISHED = ("cause-direct", "cause-root", "cause-factors", "cause-shown")
NOT_ESTABLISHED = "cause-open"

OPEN, DONE, WORKS, FAILED, DROPPED = "open", "done", "works", "does not work", "dropped"
STATUSES = (OPEN, DONE, WORKS, FAILED, DROPPED)
FINISHED = (WORKS, DROPPED)
NEEDS_EVIDENCE = (DONE, WORKS, FAILED)
NEEDS_EFFECT = (WORKS, FAILED, DROPPED)


def of_section(section: str) -> tuple[Part, ...]:
    """The parts of a section, in the order of its form."""
    return tuple(part for part in BY_ID.values() if part.section == section)


def both_ways(written: Collection[str]) -> bool:
    """Whether the parts that are written say both what the cause is and that it is not known."""
    return NOT_ESTABLISHED in written and any(part in written for part in ESTABLISHED)


@dataclass(frozen=True)
class ActionForm:
    """A corrective action as it is written down (D29)."""

    finding: str
    action: str
    owner: str
    due: date
    check: str
    status: str = OPEN
    evidence: str = ""
    effect: str = ""
    client: str | None = None
    audience: Audience = "internal"
    resources: str = ""


def missing_in(form: ActionForm) -> str | None:
    """The first field that the action's status can't do without; ``None`` where it is whole (D29).

    Done needs its evidence; that it works, does not, or is dropped needs words too.
    """
    for field in ("finding", "action", "owner", "check"):
        if not str(getattr(form, field)).strip():
            return field
    if form.status not in STATUSES:
        return "status"
    if form.status in NEEDS_EVIDENCE and not form.evidence.strip():
        return "evidence"
    if form.status in NEEDS_EFFECT and not form.effect.strip():
        return "effect"
    return None


def overdue(status: str, due: date, today: date) -> bool:
    """Whether an action that is still to be done has passed its day."""
    return status in (OPEN, FAILED) and due < today
