"""What the operator sees in the Prefect UI: timeline, report, recovery time, links (artifacts)."""

from __future__ import annotations

from datetime import datetime

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
)
from sqlalchemy.orm import Session

from kitart.installation import installation
from kitart.journal import cover_warnings, documents, incidents, timeline
from kitart.plan.general import GENERAL
from kitart.plan.inputs import is_input
from kitart.plan.workplace import WORKPLACE
from kitart.reports import drafts
from tasks.steps import step


def newer_than(session: Session, incident: str, shown: int) -> bool:
    """Whether the timeline has grown since it was last shown."""
    return incidents.get(session, incident).entries > shown


@step("show where the people's pages are")
def show_links(incident: str) -> None:
    """The board and the incident's own page, for whoever works in the Prefect UI."""
    base = installation().settings.gateway_url
    for name, path, what in (
        ("board", "/board", "The board: every open incident, live"),
        ("page", f"/incident/{incident}", f"{incident}: timeline, messages, decisions, documents"),
    ):
        create_link_artifact(
            f"{base}{path}", link_text=what, key=f"{incident.lower()}-{name}", description=what
        )


def clock_runs(session: Session, incident: str) -> bool:
    """Whether a recovery time is running: not under the general plan, nor where an input is missing
    (the plan has no objective for either), and until it is recovered."""
    row = incidents.get(session, incident)
    without = row.system_id == GENERAL or is_input(row.system_id)
    return not without and row.recovered_at is None and row.closed_at is None


@step("show the recovery time")
def show_clock(incident: str) -> None:
    """How much of the recovery time has gone by, in per cent; at 100 it is missed or met."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.read() as session:
        plan = inst.plan_of(incident)
        row = incidents.get(session, incident)
        if row.system_id == WORKPLACE:
            begins, ends = cover_warnings.tightest(session, plan, incident, now)
        else:
            begins, ends = (drafts.warning_moment(session, plan, incident, n) for n in (0, 1))
    gone, said = recovery_time(begins, ends, row.recovered_at, now)
    create_progress_artifact(
        progress=gone, key=f"{incident.lower()}-recovery-time", description=f"{incident}: {said}"
    )


def recovery_time(
    begins: datetime, ends: datetime, recovered_at: datetime | None, now: datetime
) -> tuple[float, str]:
    """The per cent of the recovery time that has gone by, at most 100, and what to say of it."""
    at = recovered_at or now
    share = max(0.0, (at - begins) / (ends - begins))
    minutes = round((at - begins).total_seconds() / 60)
    limit = round((ends - begins).total_seconds() / 60)
    if recovered_at is not None:
        said = f"recovered after {max(0, minutes)} of {limit} minutes"
    elif at < begins:
        said = f"no caller feels it before {begins:%Y-%m-%d %H:%M} UTC; then {limit} minutes"
    elif at > ends:
        said = f"overdue by {minutes - limit} minutes; due was {ends:%H:%M} UTC"
    else:
        said = f"{minutes} of {limit} minutes gone; due {ends:%H:%M} UTC"
    return round(min(100.0, 100 * share), 1), said


@step("show the timeline and the report")
def show(incident: str, shown: int) -> int:
    """Put the timeline and the newest report up; returns how many entries are shown."""
    inst = installation()
    with inst.journal.read() as session:
        row = incidents.get(session, incident)
        entries = timeline.entries(session, incident)
        reports = documents.of_incident(session, incident)
    if len(entries) <= shown:
        return shown
    create_table_artifact(
        [
            {"#": e.seq, "occurred (UTC)": f"{e.occurred_at:%Y-%m-%d %H:%M:%S}",
             "event": e.type, "what": e.text, "by": e.author}
            for e in entries
        ],
        key=f"{incident.lower()}-timeline",
        description=f"{incident}: {row.title}, {row.state}. Newest entry: {entries[-1].text}",
    )  # fmt: skip
    if reports:
        newest = reports[-1]
        create_markdown_artifact(
            f"# {newest.subject}\n\n*{newest.state}, version {newest.version}*\n\n{newest.text}",
            key=f"{incident.lower()}-report",
            description=f"The newest report of {incident}: {newest.state}",
        )
    return len(entries)
