"""A company of a thousand: the sample one, with generated people who have a phone each."""

from __future__ import annotations

from kitart.plan.people import Channel, Person
from kitart.plan.schema import Plan

KIND = "vcc_admin"
"""The role that the generated people have: no plan pages it, so only the test asks them."""
MOST = 1000
"""How many numbers of Ofcom's range for drama there are, +441632960000 and on: nobody's, and none
of the sample company, whose clients nothing may reach in a test."""


def company_of(plan: Plan, people: int) -> Plan:
    """``plan`` with its people, and ``people`` more (at most ``MOST``): AG-0001 and on.

    The sample's own of the same role are left out, so that a test of the role asks exactly these.
    """
    if not 0 < people <= MOST:
        raise ValueError(f"people is {people}: right would be 1 to {MOST}")
    kept = tuple(person for person in plan.people if person.kind != KIND)
    return plan.model_copy(update={"people": kept + tuple(map(_person, range(people)))})


def _person(place: int) -> Person:
    return Person(
        id=f"AG-{place + 1:04d}",
        kind=KIND,
        area="HU-BU",
        time_zone="Europe/Budapest",
        language="hu" if place % 2 else "en",
        channels=(Channel(kind="sms", address=f"+441632960{place:03d}"),),
        responsibility="answers the test",
        authority="none",
    )
