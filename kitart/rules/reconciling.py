"""Forms of calls logged by hand: by when they are entered, and whether the count comes out (R46).

Reports §8.1, steps 8 and 9: forms issued = forms entered + forms void. A number that was given
out and of which no form came is a difference that somebody must explain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from kitart.plan.calendars import Calendar
from kitart.rules.calendars import add_business_days

State = Literal["open", "entered", "void"]
Series = tuple[str, str]
"""An agent's code and a day: numbers run within it."""
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Form:
    """One form: its series, its running number there, and what became of it."""

    series: Series
    number: int
    state: State
    callback_open: bool = False


@dataclass(frozen=True)
class Reconciliation:
    """``missing`` are numbers that were given out and of which no form came."""

    entered: int
    void: int
    open: int
    missing: tuple[tuple[str, str, int], ...]
    callbacks_open: int

    @property
    def issued(self) -> int:
        """All numbers that were given out."""
        return self.entered + self.void + self.open + len(self.missing)

    @property
    def comes_out(self) -> bool:
        """Whether forms issued = forms entered + forms void."""
        return self.issued == self.entered + self.void


def reconciled(
    forms: Iterable[Form], taken: Mapping[Series, Collection[int]] | None = None
) -> Reconciliation:
    """The count over an incident's forms; ``taken`` are the numbers that each series has in all,
    also for other incidents, which are no gaps."""
    mine = list(forms)
    known: dict[Series, set[int]] = {series: set(n) for series, n in (taken or {}).items()}
    last: dict[Series, int] = {}
    for form in mine:
        known.setdefault(form.series, set()).add(form.number)
        last[form.series] = max(last.get(form.series, 0), form.number)
    missing = [
        (*series, number)
        for series, highest in sorted(last.items())
        for number in range(1, highest)
        if number not in known[series]
    ]
    return Reconciliation(
        entered=sum(form.state == "entered" for form in mine),
        void=sum(form.state == "void" for form in mine),
        open=sum(form.state == "open" for form in mine),
        missing=tuple(missing),
        callbacks_open=sum(form.callback_open for form in mine),
    )


def enter_by(started_at: datetime, time_zone: str, urgent: bool, calendar: Calendar) -> datetime:
    """By when a form is entered later: an urgent one the same day, another the next business day
    of the project (suggested defaults of reports §8.1)."""
    zone = ZoneInfo(time_zone)
    day: date = started_at.astimezone(zone).date()
    if not urgent:
        day = add_business_days(calendar, day, 1)
    return datetime.combine(day, LAST_MINUTE, zone)
