"""What an agent who is called out for a seat reads, and who else hears of it (R20, D16)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import leading
from kitart.journal.database import Lease
from kitart.journal.tables import CoverCall
from kitart.language import LANGUAGES, Phrase, phrase
from kitart.messaging import links
from kitart.messaging.telling import tell, tell_agent
from kitart.plan.schema import Plan
from kitart.reports.wording import Wording


def seat_name(plan: Plan, queue: str) -> Phrase:
    """A queue as people say it, "BRAVO, Spanish", in all languages."""
    project, _, language = queue.partition("/")
    zone = plan.company.time_zone
    said = {each: Wording(zone, each).language_name(language) for each in LANGUAGES}
    return Phrase(
        f"{project}, {said['en']}", {each: f"{project}, {word}" for each, word in said.items()}
    )


def cover_link(inst: Installation, row: CoverCall) -> str:
    """The link by which an agent answers, or says that it is impossible after all."""
    now = inst.clock.now()
    return links.new(inst.settings, "cover", str(row.id), row.agent, now=now)


def ask(inst: Installation, plan: Plan, row: CoverCall, lease: Lease) -> bool:
    """Ask an agent to take the seat; true if a channel took the message. Sent once."""
    answer_by = row.asked_at + timedelta(minutes=plan.limits.silent_backup)
    return _to_agent(
        inst, plan, row, "backup-call", "ask", {"answer_by": answer_by, "due": row.due_at}, lease
    )


def remind(inst: Installation, plan: Plan, row: CoverCall, lease: Lease) -> bool:
    """Who said yes and is not live yet is reminded before the time is up (E9)."""
    return _to_agent(inst, plan, row, "backup-reminder", "remind", {"due": row.due_at}, lease)


def confirm(inst: Installation, plan: Plan, row: CoverCall, lease: Lease) -> bool:
    """Who said "later" is needed after all (E8)."""
    return _to_agent(inst, plan, row, "backup-confirmed", "confirm", {"due": row.due_at}, lease)


def say_end(inst: Installation, plan: Plan, row: CoverCall, ends: datetime, lease: Lease) -> bool:
    """Whose standby ends is told so, and that a successor is called (E20)."""
    return _to_agent(inst, plan, row, "cover-ends", "ends", {"ends": ends}, lease, link=False)


def stand_down(inst: Installation, plan: Plan, row: CoverCall, because: str, lease: Lease) -> bool:
    """Thanks: the agent is not needed any more (E10)."""
    return _to_agent(
        inst, plan, row, "stand-down", "stand-down", {"because": because}, lease, link=False
    )


def warn(
    inst: Installation, plan: Plan, incident: str, agent: str, queue: str, lease: Lease
) -> bool:
    """A backup beside a seat that hangs on a forecast: be ready (A4, E11)."""
    return tell_agent(
        inst, plan, incident, agent, "backup-warning", f"cover-warning:{queue}",
        {"seat": seat_name(plan, queue)}, lease=lease,
    )  # fmt: skip


def _to_agent(
    inst: Installation,
    plan: Plan,
    row: CoverCall,
    purpose: str,
    occasion: str,
    values: dict[str, Any],
    lease: Lease,
    *,
    link: bool = True,
) -> bool:
    said = {"seat": seat_name(plan, row.queue)} | values
    if link:
        said["link"] = cover_link(inst, row)
    return tell_agent(
        inst, plan, row.incident, row.agent, purpose, f"cover:{row.id}:{occasion}", said,
        lease=lease,
    )  # fmt: skip


def tell_leads(
    inst: Installation,
    plan: Plan,
    incident: str,
    projects: tuple[str, ...],
    news: Phrase,
    occasion: str,
    lease: Lease,
) -> None:
    """News of the cover to the account managers of these projects and the ERT lead."""
    with inst.journal.read() as session:
        people = _leads(session, plan, incident, projects)
    for person in people:
        tell(
            inst, plan, incident, person, "cover-news", f"cover-news:{occasion}",
            {"news": news, "projects": ", ".join(projects)}, lease=lease,
        )  # fmt: skip


def _leads(
    session: Session, plan: Plan, incident: str, projects: tuple[str, ...]
) -> tuple[str, ...]:
    managers = [plan.project(code).account_manager for code in projects]
    return tuple(dict.fromkeys([*managers, leading.ert_lead(session, plan, incident)]))


NOT_NEEDED = phrase("the seat is filled")
TOO_LATE = phrase("you were expected by then, and somebody else is called now")
OWN_BACK = phrase("the agents of the queue are back")
"""Why somebody is stood down."""
