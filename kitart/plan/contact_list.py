"""The contact list: each person of the matrix on each channel, as a test goes through it (R50)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kitart.plan.people import Channel, Person
from kitart.plan.schema import Plan

CONTACT_TEST = "contact test"
"""The kind of a record that is no disruption: it pages nobody, and no system is down by it."""
CONTACTS = "CONTACTS"
"""Stands in a test's record where an incident names the system that fails."""

Address = tuple[str, str, str]
"""A person's code, the kind of channel, and the address on it: what a test verifies."""
Verified = Mapping[Address, datetime]
"""When each address was last verified by a test (UTC)."""


@dataclass(frozen=True)
class Listed:
    """One entry of the contact list; ``place`` is the channel's among the person's own."""

    person: Person
    place: int
    channel: Channel

    @property
    def address(self) -> Address:
        """By what a test's answer verifies it: another address is another entry."""
        return self.person.id, self.channel.kind, self.channel.address

    @property
    def step(self) -> str:
        """What the person's answer on this channel is recorded for."""
        return f"contact:{self.place}"


def contact_list(plan: Plan, roles: Collection[str] = ()) -> tuple[Listed, ...]:
    """Everybody of the matrix, deputies among them, on each channel; of some roles only, if any
    are named (R50, D14)."""
    return tuple(
        Listed(person, place, channel)
        for person in plan.people
        if not roles or person.kind in roles
        for place, channel in enumerate(person.channels)
    )


def last_verified(plan: Plan, person: Person, channel: Channel, verified: Verified) -> date | None:
    """The day on which a channel was last verified: the plan's own date or that of the last test
    that it answered, whichever is newer (D27)."""
    at = verified.get((person.id, channel.kind, channel.address))
    tested = at.astimezone(ZoneInfo(plan.company.time_zone)).date() if at else None
    return max((day for day in (channel.verified, tested) if day), default=None)


def deputies(plan: Plan) -> frozenset[str]:
    """The codes of all who stand in for somebody."""
    named = {person.deputy for person in plan.people}
    named |= {project.deputy_account_manager for project in plan.projects}
    return frozenset(code for code in named if code)
