"""What is known of an incident under the general plan, for the person who decides (D5, R11)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, general, incidents, timeline
from kitart.language import Phrase, listed, phrase
from kitart.messaging.occasion import CARE, about, title_of
from kitart.plan.general import GENERAL, UNKNOWN
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports.moments import moment_phrase


def general_facts(session: Session, plan: Plan, incident: str) -> list[str]:
    """One short sentence for each fact, then the latest reports in their own words."""
    row = incidents.get(session, incident)
    zone = plan.company.time_zone
    reports = timeline.entries(session, incident, "report", "duplicate added")
    affected: str = about(session, plan, incident)["affected"]
    found = [
        phrase("Since {when}: {what}", when=moment_phrase(row.cause_at, zone), what=row.title),
        phrase("{care}: {projects}.", care=CARE[row.customer_care or UNKNOWN], projects=affected),
        *[
            phrase("Systems, as reported: {systems}.", systems=entry.data["systems"])
            for entry in reports[-1:]
            if entry.data.get("systems")
        ],
        *_inputs(session, incident),
        _priority(row.priority, row.priority_proposed),
        _taken(session, incident, zone),
        *_joined(session, incident),
        *also_open(session, plan, incident),
    ]
    return [*found, *(entry.text for entry in reports[-2:])]


def _inputs(session: Session, incident: str) -> list[Phrase]:
    said = timeline.entries(session, incident, "nature recorded")
    return [phrase("The ERT lead says: {nature}", nature=entry.text) for entry in said[-1:]]


def _priority(decided: str | None, proposed: str) -> Phrase:
    if decided:
        return phrase("Priority: {level}, decided.", level=decided)
    return phrase("Priority: {level}, proposed.", level=proposed)


def _taken(session: Session, incident: str, zone: str) -> Phrase:
    taken = acknowledgements.taken_by(session, incident, "ert")
    if taken is None:
        return phrase("Nobody of the emergency response team has taken it yet.")
    return phrase(
        "Taken by: {role}, {when}.", role=role_name(taken.role), when=moment_phrase(taken.at, zone)
    )


def _joined(session: Session, incident: str) -> list[Phrase]:
    entries = timeline.entries(session, incident, general.JOINED)
    roles = dict.fromkeys(entry.data["role"] for entry in entries)
    if not roles:
        return []
    return [phrase("Joined: {roles}.", roles=listed([role_name(role) for role in roles]))]


def also_open(session: Session, plan: Plan, incident: str) -> list[Phrase]:
    """The other open incidents, each by its number, what it is about and how urgent (R6)."""
    row = incidents.get(session, incident)
    known = {system.id for system in plan.systems}
    return [
        phrase(
            "Also open: {number}, {system} ({priority}).",
            number=other.number,
            system=title_of(plan, other) if other.system_id in known | {GENERAL} else other.title,
            priority=other.priority or other.priority_proposed,
        )
        for other in incidents.open_incidents(session)
        if other.number != incident and other.exercise == row.exercise
    ]
