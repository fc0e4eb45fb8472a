"""Who is looking at a page behind a link, what the page shows, and why one can't be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kitart.journal.tables import Incident
from kitart.language import LANGUAGES, Phrase, in_language, phrase, spoken
from kitart.plan.roles import named, role_name
from kitart.plan.schema import Plan
from kitart.reports import moments

LINK, SMS, VOICE, PREFECT_FORM = "link", "sms", "voice", "Prefect form"
# By the form too, with the code in the person's message: the person's own answer.
PREFECT_FORM_BY_CODE = "Prefect form, code"
# What the record says of an answer that a person did not give by a link of their own.
RELAYED = {
    PREFECT_FORM: "; relayed by the operator of the Prefect UI",
    PREFECT_FORM_BY_CODE: "; in the Prefect UI, with the code in the person's message",
    SMS: "; by SMS",
    VOICE: "; by a key pressed in a call",
}
PHONE = phrase("Phone the ERT instead.")
NOT_IN_RECORD = phrase("This question is not in the record")
NO_ANSWER = phrase("That is not one of the answers. Please choose one below.")


@dataclass(frozen=True)
class Page:
    """A template of ``templates/pages``, its variables, and the HTTP status it goes out with."""

    template: str
    view: dict[str, Any] = field(default_factory=dict)
    status: int = 200


class Refused(Exception):
    """A page can't be shown, or an answer not taken: what is so, and what helps, in phrases."""

    def __init__(self, status: int, title: str, what_helps: str, *, number: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.what_helps = what_helps
        self.number = number

    def page(self) -> Page:
        """The page that says so."""
        view = {
            "title": self.title,
            "what_helps": self.what_helps,
            "number": self.number,
            "close": phrase("You can close this page."),
        }
        return Page("said.html", view, self.status)


@dataclass(frozen=True)
class Visitor:
    """The person a link was made for: texts and times are shown as this person reads them."""

    person: str
    role: str
    language: str
    zone: str
    plan: Plan
    now: datetime

    def read(self, text: str) -> str:
        """The text in the visitor's language, as far as it is translated."""
        return in_language(text, self.language)

    @property
    def role_words(self) -> str:
        """The visitor's role in plain words."""
        return self.read(role_name(self.role))

    @property
    def own_name(self) -> str:
        """The visitor by role and code, as others read it."""
        role = role_name(self.role)
        return self.read(phrase("{role} {code}", role=role, code=self.person))

    def time(self, moment: datetime) -> str:
        """The moment in the visitor's zone, UTC second; with its day unless that is today."""
        return self.read(self.times(moment))

    def times(self, moment: datetime) -> Phrase:
        """As ``time``, in all languages."""
        local, today = (m.astimezone(ZoneInfo(self.zone)).date() for m in (moment, self.now))
        if local == today:
            return Phrase(moments.clock_and_utc(moment, self.zone))
        return moments.moment_phrase(moment, self.zone)

    def left(self, moment: datetime) -> str:
        """How long until the moment, in words."""
        minutes = int((moment - self.now).total_seconds() // 60)
        if minutes < 0:
            return self.read(phrase("this time has passed; your answer is still needed"))
        if minutes < 1:
            return self.read(phrase("less than a minute left"))
        if minutes == 1:
            return self.read(phrase("1 minute left"))
        if minutes < 120:
            return self.read(phrase("{n} minutes left", n=minutes))
        return self.read(phrase("about {n} hours left", n=round(minutes / 60)))

    def name(self, person: str) -> str:
        """A role holder by role and code, or "you"."""
        if person == self.person:
            return self.read(phrase("you"))
        return self.read(named(self.plan, person))


def visitor_of(plan: Plan, person: str, now: datetime) -> Visitor:
    """The visitor; raises ``Refused`` for somebody who holds no role in the incident's plan."""
    try:
        holder = plan.person(person)
    except KeyError as error:
        raise Refused(
            403,
            phrase("This link is for somebody who holds no role in this incident"),
            phrase("Nothing has been recorded. If you should be asked, phone the ERT."),
        ) from error
    return Visitor(person, holder.kind, spoken(holder.language), holder.time_zone, plan, now)


def agent_visitor(plan: Plan, code: str, now: datetime) -> Visitor:
    """An agent as a visitor: in the best-spoken language that Kitart has texts in (R17, D26).

    Raises ``Refused`` for somebody who is no agent of the plan.
    """
    try:
        agent = plan.agent(code)
    except KeyError as error:
        raise Refused(
            403,
            phrase("This link is for somebody who is no agent in the plan"),
            phrase("Nothing has been recorded. Phone your supervisor."),
        ) from error
    language = spoken(agent.best_language(LANGUAGES) or "")
    return Visitor(agent.id, "agent", language, agent.time_zone, plan, now)


def closed(incident: Incident, visitor: Visitor) -> Refused:
    """Why nobody is asked anything about a closed incident."""
    assert incident.closed_at is not None
    title = (
        phrase("{number} ended as a false alarm", number=incident.number)
        if incident.state == "false alarm"
        else phrase("{number} is closed", number=incident.number)
    )
    return Refused(
        410,
        title,
        phrase(
            "It ended at {when}. Nothing is needed from you any more. "
            "If something fails again, report it anew.",
            when=visitor.times(incident.closed_at),
        ),
        number=incident.number,
    )
