"""Who is looking at a page behind a link, what the page shows, and why one can't be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from kitart.journal.tables import Incident
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports import moments


@dataclass(frozen=True)
class Page:
    """A template of ``templates/pages``, its variables, and the HTTP status it goes out with."""

    template: str
    view: dict[str, Any] = field(default_factory=dict)
    status: int = 200


class Refused(Exception):
    """A page can't be shown, or an answer not taken: what is so, and what helps."""

    def __init__(self, status: int, title: str, what_helps: str, *, number: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.what_helps = what_helps
        self.number = number

    def page(self) -> Page:
        """The page that says so."""
        view = {"title": self.title, "what_helps": self.what_helps, "number": self.number}
        return Page("said.html", view, self.status)


@dataclass(frozen=True)
class Visitor:
    """The person a link was made for: texts and times are shown as this person reads them."""

    person: str
    role: str
    zone: str
    plan: Plan
    now: datetime

    @property
    def role_words(self) -> str:
        """The visitor's role in plain words."""
        return role_name(self.role)

    def time(self, moment: datetime) -> str:
        """The moment in the visitor's zone, UTC second; with its day unless that is today."""
        local, today = (m.astimezone(ZoneInfo(self.zone)).date() for m in (moment, self.now))
        if local != today:
            return moments.moment_text(moment, self.zone)
        shown = moments.clock(moment, self.zone)
        return shown if shown.endswith("UTC") else f"{shown} ({moment.astimezone(UTC):%H:%M} UTC)"

    def left(self, moment: datetime) -> str:
        """How long until the moment, in words."""
        minutes = int((moment - self.now).total_seconds() // 60)
        if minutes < 0:
            return "this time has passed; your answer is still needed"
        if minutes < 1:
            return "less than a minute left"
        if minutes < 120:
            return f"{minutes} {'minute' if minutes == 1 else 'minutes'} left"
        return f"about {round(minutes / 60)} hours left"

    def name(self, person: str) -> str:
        """A role holder by role and code, or "you"."""
        if person == self.person:
            return "you"
        return f"{role_name(self.plan.person(person).kind)} {person}"


def visitor_of(plan: Plan, person: str, now: datetime) -> Visitor:
    """The visitor; raises ``Refused`` for somebody who holds no role in the incident's plan."""
    try:
        holder = plan.person(person)
    except KeyError as error:
        raise Refused(
            403,
            "This link is for somebody who holds no role in this incident",
            "Nothing has been recorded. If you should be asked, phone the ERT.",
        ) from error
    return Visitor(person, holder.kind, holder.time_zone, plan, now)


def closed(incident: Incident, visitor: Visitor) -> Refused:
    """Why nobody is asked anything about a closed incident."""
    assert incident.closed_at is not None
    word = "ended as a false alarm" if incident.state == "false alarm" else "is closed"
    return Refused(
        410,
        f"{incident.number} {word}",
        f"It ended at {visitor.time(incident.closed_at)}. Nothing is needed from you any more. "
        "If something fails again, report it anew.",
        number=incident.number,
    )
