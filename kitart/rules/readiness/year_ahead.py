"""Whether calendars are filled for the months to come, and when clocks change (§8, A13, E38)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kitart.language import phrase
from kitart.plan.calendars import Calendar
from kitart.plan.hours import in_utc
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import Finding, Severity

AHEAD = timedelta(days=396)
"""Thirteen months."""


@dataclass(frozen=True)
class ClockChange:
    """At ``at`` (UTC) the clocks of a zone go forward or back by ``minutes``."""

    zone: str
    at: datetime
    minutes: int


def calendar_findings(plan: Plan, today: date) -> Iterator[Finding]:
    """Calendars that know no holidays, and those whose days by decree end with a year.

    Public holidays are worked out for any year; what a government moves, or a client closes, is
    entered year by year.
    """
    for calendar in plan.calendars:
        where = f"calendars[{calendar.id}]"
        projects = tuple(p.id for p in plan.projects if calendar.id == p.service_calendar)
        client = tuple(
            project.id for project in plan.projects
            if plan.client(project.client).business_calendar == calendar.id
        )  # fmt: skip
        concerned = projects or client or tuple(project.id for project in plan.projects)
        if calendar.market is None and not calendar.overrides:
            yield Finding(
                "calendar-without-holidays", where, Severity.WEAK,
                phrase("{calendar} knows no holidays: it has neither a market nor overrides",
                       calendar=calendar.id),
                phrase("name its market, or enter the days"), concerned,
            )  # fmt: skip
        if (year := _not_entered(calendar, today)) is not None:
            yield Finding(
                "calendar-not-filled", where, Severity.WEAK,
                phrase("{calendar} has no overrides in {year}, as it had in {before}: working days "
                       "moved and days closed are not entered yet", calendar=calendar.id,
                       year=year, before=year - 1),
                phrase("enter those of {year}", year=year), concerned,
            )  # fmt: skip


def _not_entered(calendar: Calendar, today: date) -> int | None:
    years = {override.day.year for override in calendar.overrides}
    ahead = range(today.year, (today + AHEAD).year + 1)
    return next((year for year in ahead if year - 1 in years and year not in years), None)


def clock_changes(plan: Plan, now: datetime) -> list[ClockChange]:
    """Each change of the clocks of anybody's zone in the next thirteen months, in order."""
    zones = {calendar.time_zone for calendar in plan.calendars}
    zones |= {agent.time_zone for agent in plan.agents} | {plan.company.time_zone}
    zones |= {person.time_zone for person in plan.people}
    first = in_utc(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [change for zone in sorted(zones) for change in _changes(zone, first)]
    return sorted(found, key=lambda change: (change.at, change.zone))


def _changes(zone: str, first: datetime) -> Iterator[ClockChange]:
    local, day = ZoneInfo(zone), timedelta(days=1)
    for n in range(AHEAD.days):
        low, high = first + n * day, first + (n + 1) * day
        before, after = (each.astimezone(local).utcoffset() for each in (low, high))
        if before == after or before is None or after is None:
            continue
        while high - low > timedelta(minutes=1):
            middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
            if middle.astimezone(local).utcoffset() == before:
                low = middle
            else:
                high = middle
        yield ClockChange(zone, high, round((after - before).total_seconds() / 60))
