"""The machine's clock was set while incidents are open: the record and the IT manager hear of it.

All deadlines go by that clock (D2, D21). Which of its times was the right one Kitart can't know, so
it goes on by the new one, and says so.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime

from kitart.installation import Installation
from kitart.journal import incidents, timeline
from kitart.journal.tables import Incident
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from kitart.plan import whom

PURPOSE, CLOCK_SET = "clock-set", "clock set"


@dataclass(frozen=True)
class Step:
    """What the plan's clock would have shown, and what it shows."""

    showed: datetime
    shows: datetime

    @property
    def back(self) -> bool:
        """Whether it was set back: then waits last that much longer."""
        return self.shows < self.showed


def tell_that_clock_was_set(inst: Installation, step: Step) -> None:
    """Enter it in the record of each open incident, and tell its IT manager; each once."""
    with inst.journal.read() as session:
        numbers = [row.number for row in incidents.unsettled(session) if row.closed_at is None]
    for number in numbers:
        _tell(inst, number, step)


def _tell(inst: Installation, number: str, step: Step) -> None:
    # Two gateways on one machine see the same step within a second: the minute is enough.
    key = f"{CLOCK_SET}:{platform.node()}:{step.shows:%Y-%m-%dT%H:%M}"
    with inst.journal.write() as session:
        row: Incident = incidents.get(session, number)
        plan = inst.plans_for(session, [row])[number]
        timeline.append(
            session, number, CLOCK_SET, _words(step), now=inst.clock.now(), key=key,
            data={"showed": step.showed.isoformat(), "shows": step.shows.isoformat()},
        )  # fmt: skip
        values = about(session, plan, number)
    values |= {"showed": step.showed, "shows": step.shows, "back": step.back}
    manager = whom.present(plan, whom.it_managers(plan), inst.clock.now())[0]
    tell(inst, plan, number, manager, PURPOSE, key, values)


def _words(step: Step) -> str:
    went = "was set back" if step.back else "was set forward, or the machine stood still"
    goes = "waits last that much longer" if step.back else "what was due meanwhile is due now"
    return (
        f"The clock {went}: it would have shown {step.showed:%Y-%m-%d %H:%M:%S} and shows "
        f"{step.shows:%Y-%m-%d %H:%M:%S} (UTC); {goes}"
    )
