"""The board's marks: incidents of which a legal clock runs or was missed, open or closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kitart.gateway.visits import Visitor
from kitart.installation import Installation
from kitart.journal import legal as said_of_law
from kitart.journal.legal import Recorded
from kitart.journal.tables import Incident
from kitart.plan.schema import Plan
from kitart.reports import legal
from kitart.rules.legal.clocks import State

Known = list[tuple[Plan, Recorded]]


@dataclass(frozen=True)
class LawMark:
    """What the board says of an incident's legal clocks."""

    row: Incident
    words: str
    missed: bool


def known(session: Session, inst: Installation, visitor: Visitor) -> Known:
    """Every incident with a record for legal clocks, by a fixed number of questions."""
    found = said_of_law.all_of_them(session, visitor.now - said_of_law.LOOKED_BACK)
    plans = inst.plans_for(session, [each.incident for each in found])
    return [(plans[each.incident.number], each) for each in found]


def marks(found: Iterable[tuple[Plan, Recorded]], visitor: Visitor) -> list[LawMark]:
    """The marks; none for an incident of which no clock runs."""
    made = []
    for plan, recorded in found:
        clocks = legal.clocks_in(plan, recorded, visitor.now)
        words = legal.urgent(clocks)
        if words is not None:
            missed = any(clock.state is State.MISSED for clock in clocks)
            made.append(LawMark(recorded.incident, visitor.read(words), missed))
    return made
