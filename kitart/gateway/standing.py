"""Opening an agent's standing link, and whom that agent phones (R17, D20)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from kitart.gateway.house import House
from kitart.gateway.links import JOURNAL_AWAY, log
from kitart.gateway.signing_in import page
from kitart.gateway.visits import Page, Refused, Visitor, agent_visitor
from kitart.journal import agent_links
from kitart.language import Phrase, phrase
from kitart.messaging.agent_links import agent_of
from kitart.messaging.links import LinkError
from kitart.plan import whom
from kitart.plan.schema import Agent, Channel, Plan

EUROPE = "112"
MOST_TO_PHONE = 4


@dataclass(frozen=True)
class AtHome:
    """An agent who opened the standing link; ``until`` is when the link ends by itself."""

    visitor: Visitor
    agent: Agent
    until: datetime

    @property
    def project(self) -> str:
        """The project of the agent's queue."""
        return self.agent.queue.partition("/")[0]

    @property
    def language(self) -> str:
        """The language of the agent's queue."""
        return self.agent.queue.partition("/")[2]


def opened(place: House, token: str) -> AtHome:
    """Who holds this link; raises ``Refused`` if it is forged, ended or too old."""
    now = place.inst.clock.now()
    try:
        code = agent_of(place.inst.settings, token)
    except LinkError as error:
        raise Refused(403, error.what_is_so, error.what_helps) from error
    with place.inst.journal.read() as session:
        row = agent_links.of_token(session, token)
    if row is None or row.agent != code or not agent_links.works(row, now):
        raise Refused(
            410,
            phrase("This link works no more"),
            phrase("Nothing has been recorded. Phone your supervisor, and ask for a new link."),
        )
    plan = place.plans.current()
    visitor = agent_visitor(plan, code, now)
    return AtHome(visitor, plan.agent(code), agent_links.until(row))


def to_phone(plan: Plan, project: str, visitor: Visitor) -> list[dict[str, Any]]:
    """Whom to phone now: role in words, code, and numbers, the one that rings first."""
    found: list[dict[str, Any]] = []
    for code in whom.to_phone(plan, project, visitor.now)[:MOST_TO_PHONE]:
        person = plan.person(code)
        if numbers := phone_numbers(person.channels):
            found.append({"name": visitor.name(code), "numbers": numbers})
    return found


def phone_numbers(channels: tuple[Channel, ...]) -> list[str]:
    """The numbers of somebody's channels, those for calls first, each once."""
    by_kind = [c.address for kind in ("voice", "sms") for c in channels if c.kind == kind]
    return list(dict.fromkeys(by_kind))


def emergency(plan: Plan, country: str) -> list[dict[str, str]]:
    """The emergency numbers of a country with what each is for, as the plan has them (E17)."""
    text = plan.company.emergency_numbers.get(country, EUROPE)
    found = re.findall(r"(\d{2,})\s*(\([^)]*\))?", text)
    return [{"number": number, "about": about.strip("()")} for number, about in found]


def call_for_help(plan: Plan, code: str) -> Phrase:
    """The first thing that an agent in danger reads or hears: the number to call where they are."""
    found = emergency(plan, plan.agent(code).country)
    numbers = " / ".join(each["number"] for each in found)
    return phrase("In danger? Call {number} now.", number=numbers)


async def answered(place: House, request: Request, make: Callable[[], Page | Response]) -> Response:
    """What ``make`` makes of the request, or a page that says why nothing was recorded."""
    try:
        made = await run_in_threadpool(make)
    except Refused as refused:
        made = refused.page()
    except JOURNAL_AWAY as error:
        log.error("a form can't be shown or taken", exc_info=error)
        made = Refused(
            503,
            phrase("This can't be recorded at this moment"),
            phrase(
                "Nothing has been recorded. Go back and try again in a few seconds; if it fails "
                "again, phone."
            ),
        ).page()
    return made if isinstance(made, Response) else page(place, request, made)
