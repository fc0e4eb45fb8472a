"""One form of a call logged by hand, as it comes in: read, checked, kept once (R46)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kitart.gateway import typed
from kitart.gateway.house import House
from kitart.gateway.visits import Visitor
from kitart.journal import by_word, call_log, incidents
from kitart.journal.call_log import Call
from kitart.language import in_language, phrase
from kitart.plan.schema import Plan
from kitart.reports.wording import Wording
from kitart.rules import call_form
from kitart.rules.call_form import FALLBACK

LATE_AT_MOST = timedelta(days=14)
"""A form may have waited on a device, or on paper, as long as this."""

FALLBACK_PHONE = phrase("fallback phone")
AHEAD_AT_MOST = timedelta(minutes=15)
"""A device's clock may be wrong by that much."""
TOLD_BEFORE = timedelta(minutes=30)
"""Agents may have begun to log before the decision was recorded."""


class NotTaken(Exception):
    """A form that can't be taken as it is; the message says why, a phrase."""


@dataclass(frozen=True)
class Writer:
    """Who writes forms: for which projects, and for which agents; ``form_key`` (CSRF) is of who is
    signed in, "" for an agent with a standing link."""

    visitor: Visitor
    projects: tuple[str, ...]
    agents: tuple[str, ...]
    form_key: str = ""


def lines(plan: Plan, projects: tuple[str, ...], language: str) -> list[tuple[str, str]]:
    """Where a call may have come in: the value of a choice, and its words."""
    words = Wording(plan.company.time_zone, language)
    fallback = in_language(FALLBACK_PHONE, language)
    found = []
    for project in (plan.project(code) for code in projects):
        for queue in project.queues:
            name = f"{project.id}, {words.language_name(queue.lang)}"
            found += [
                (f"{project.id}/{queue.lang}/{code}", f"{name}: {plan.line(code).number}")
                for code in queue.lines
            ]
            found.append(
                (
                    f"{project.id}/{queue.lang}/{FALLBACK}",
                    f"{name}: {fallback}",
                )
            )
    return found


def take(place: House, writer: Writer, form: dict[str, str]) -> tuple[str, bool]:
    """Keep the form: its number, and whether it is new. Raises ``NotTaken``."""
    kept = call_form.filled(form)
    if wrong := call_form.fault(kept):
        raise NotTaken(wrong)
    day, started, ended = _times(form, writer.visitor)
    project, language, line = _line(form.get("line", ""), writer)
    agent = form.get("agent") or writer.visitor.person
    if agent not in writer.agents:
        raise NotTaken(phrase("Choose who took the call."))
    call = Call(
        agent=agent, day=day, project=project, language=language, line=line,
        incident=_incident(place, project, started), time_zone=writer.visitor.zone,
        started_at=started, ended_at=ended, urgent=kept.pop("urgency") == "urgent", fields=kept,
        written_by=writer.visitor.person,
    )  # fmt: skip
    key = f"{writer.visitor.person}:{typed.form_id(form.get('form', ''))}"
    wanted = form.get("number", "")
    with place.inst.journal.write() as session:
        try:
            row, new = call_log.take(
                session, key, call, now=writer.visitor.now,
                wanted=int(wanted) if re.fullmatch(r"[1-9]\d{0,3}", wanted) else None,
            )  # fmt: skip
        except ValueError as error:
            raise NotTaken(phrase("No number is left for this day.")) from error
        return call_log.number(row), new


def _times(form: dict[str, str], visitor: Visitor) -> tuple[str, datetime, datetime | None]:
    """Day and beginning of the call (now, where they are empty) and its end, if it is known."""
    here = visitor.now.astimezone(ZoneInfo(visitor.zone))
    day, start = form.get("day") or f"{here:%Y-%m-%d}", form.get("start") or f"{here:%H:%M}"
    try:
        started = typed.moment_on(day, start, visitor.zone)
        ended = typed.next_time(form.get("end", ""), started, visitor.zone)
    except (ValueError, OverflowError) as error:
        raise NotTaken(phrase("Write times as 14:05, or leave them empty.")) from error
    if started > visitor.now + AHEAD_AT_MOST:
        raise NotTaken(phrase("The call lies in the future."))
    if started < visitor.now - LATE_AT_MOST:
        raise NotTaken(phrase("The call is too long ago: tell your supervisor."))
    return day, started, ended


def _line(value: str, writer: Writer) -> tuple[str, str, str]:
    known = [each for each, _ in lines(writer.visitor.plan, writer.projects, "en")]
    if value not in known:
        raise NotTaken(phrase("Choose the line that the call came in on."))
    project, language, line = value.split("/")
    return project, language, line


def _incident(place: House, project: str, started: datetime) -> str | None:
    """For which incident the calls of a project were logged by hand at that moment."""
    with place.inst.journal.read() as session:
        stretches = by_word.stretches_of_logging(session, started)
    for incident, began, end in stretches:
        within = began - TOLD_BEFORE <= started and (end is None or started <= end)
        if within and project in _touched(place, incident):
            return incident
    return None


def logging_now(place: House, projects: tuple[str, ...], now: datetime) -> list[str]:
    """The incidents for which calls of these projects are logged by hand now."""
    with place.inst.journal.read() as session:
        going_on = [
            each for each, _, end in by_word.stretches_of_logging(session, now) if end is None
        ]
    return [each for each in going_on if set(projects) & _touched(place, each)]


def _touched(place: House, incident: str) -> set[str]:
    plan = place.inst.plan_of(incident)
    with place.inst.journal.read() as session:
        system = incidents.get(session, incident).system_id
    return {project.id for project in plan.projects_affected_by(system)}
