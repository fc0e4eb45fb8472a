"""The page of an incident's legal clocks: what people recorded, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kitart.gateway import telling_time
from kitart.gateway.board import readable
from kitart.gateway.house import House
from kitart.gateway.incident import found
from kitart.gateway.legal_forms import FORMS, may_record
from kitart.gateway.visits import Page, Visitor
from kitart.journal import legal as said_of_law
from kitart.messaging.occasion import title_of
from kitart.reports import legal
from kitart.reports.assessment import Desk
from kitart.reports.legal import ClockLine
from kitart.reports.wording import Wording
from kitart.rules.legal.clocks import State
from kitart.rules.legal.words import STATES

RUNS_FIRST = (State.MISSED, State.RUNNING, State.LATE, State.IN_TIME)


@dataclass(frozen=True)
class ClockShown:
    """A clock with the time that is left, while there is some."""

    line: ClockLine
    left: str
    over: bool


def legal_page(place: House, number: str, visitor: Visitor) -> Page:
    """All that was recorded, the clocks, and the ways to record more; 404 for no such number."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
        recorded = said_of_law.of_incident(session, number)
    desk = Desk(plan, recorded, Wording(visitor.zone, visitor.language))
    clocks = legal.clocks_in(plan, recorded, visitor.now)
    lines = [_shown(visitor, legal.line(clock, plan, visitor.language)) for clock in clocks]
    return Page(
        "legal.html",
        {
            "visitor": visitor,
            "incident": row,
            "title": readable(visitor, title_of(plan, row)),
            "headline": desk.headline() if recorded.matter.affected else "",
            "decisions": desk.decisions(),
            "described": desk.described() if recorded.matter.described else (),
            "words": desk.words_given(),
            "clocks": sorted((each for each in lines if each.line.state not in legal.IDLE),
                             key=_runs_first),
            "idle": [
                (state.value.replace(" ", "-"), visitor.read(STATES[state]),
                 desk.lines(clocks, state))
                for state in legal.IDLE
                if any(clock.state is state for clock in clocks)
            ],
            "notices": legal.notices(recorded.matter, plan, visitor.language),
            "forms": [
                (what, visitor.read(form.title))
                for what, form in FORMS.items()
                if may_record(visitor, plan, row)
            ],
        },
    )  # fmt: skip


def _runs_first(each: ClockShown) -> tuple[int, float]:
    """Missed ones, then those that run, the one that ends first before the others."""
    due = each.line.due
    return RUNS_FIRST.index(each.line.state), due.timestamp() if due else float("inf")


def _shown(visitor: Visitor, line: ClockLine) -> ClockShown:
    due = line.due if line.open else None
    return ClockShown(
        line=line,
        left=visitor.read(telling_time.running(due, visitor.now)) if due else "",
        over=line.state is State.MISSED,
    )


def block_of(place: House, number: str, visitor: Visitor) -> dict[str, Any] | None:
    """The few lines on the incident's page: the decision, and the clocks that run or are missed;
    ``None`` while nobody said anything."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
        recorded = said_of_law.of_incident(session, number)
    if not recorded.last:
        return None
    desk = Desk(plan, recorded, Wording(visitor.zone, visitor.language))
    lines = [legal.line(clock, plan, visitor.language)
             for clock in legal.clocks_in(plan, recorded, visitor.now) if clock.open]  # fmt: skip
    return {
        "headline": desk.headline() if recorded.matter.affected else "",
        "clocks": [_shown(visitor, each) for each in lines],
    }
