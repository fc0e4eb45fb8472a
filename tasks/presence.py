"""Who is live, as the phone system says it: agents back, backups in their seats, backups lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import AgentState
from kitart.installation import Installation, installation
from kitart.journal import cover, incidents, outage_reports, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import CoverCall, OutageReport
from tasks.steps import step

AGENTS_WORD = "agent's word"
Seen = dict[tuple[str, str], AgentState]
"""Who is logged in, by project and agent."""


@step("see who is live")
def look_at_agents(lease: Lease) -> bool:
    """One look at the phone system (R21, R27, R33): who came, who went, who is back.

    ``False`` when it can't be asked: then nothing is concluded, and the record says so once.
    """
    inst = installation()
    with inst.journal.read() as session:
        projects = list(incidents.get(session, lease.incident).projects or ())
    try:
        seen = _logged_in(inst, projects)
    except ConnectorError as error:
        _say_unseen(inst, lease, error.message)
        _by_word(inst, lease)
        return False
    with inst.journal.write(lease) as session:
        newest = {row.agent: row for row in cover.of_incident(session, lease.incident)}
        for row in newest.values():
            _look_at_call(inst, session, row, seen)
        for report in outage_reports.of_incident(session, lease.incident):
            if report.ended_at is None:
                _look_at_report(inst, session, lease.incident, report, seen)
    return True


def _logged_in(inst: Installation, projects: list[str]) -> Seen:
    return {
        (project, state.username): state
        for project in projects
        for state in inst.voice.agents(project)
    }


def _say_unseen(inst: Installation, lease: Lease, why: str) -> None:
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "agents not seen",
            f"The phone system can't be asked who is live ({why}); a person's word counts",
            now=inst.clock.now(), key="agents-not-seen",
        )  # fmt: skip


def _by_word(inst: Installation, lease: Lease) -> None:
    """While nobody can be seen, who said yes and says to be logged in is live by that word."""
    with inst.journal.write(lease) as session:
        said = {
            e.data["call"]: e for e in timeline.entries(session, lease.incident, "backup says live")
        }
        for row in cover.of_incident(session, lease.incident):
            word = said.get(row.id)
            if row.state == cover.ACCEPTED and word is not None:
                at = word.occurred_at
                cover.live(cover.held(session, row.id), by=AGENTS_WORD, now=at)
                text = f"{row.agent} says to be live; the phone system can't show it"
                cover.note(
                    session,
                    row,
                    "backup live",
                    text,
                    at=at,
                    now=inst.clock.now(),
                    source="phone system",
                )


def _look_at_call(inst: Installation, session: Session, row: CoverCall, seen: Seen) -> None:
    now = inst.clock.now()
    state = seen.get((row.queue.partition("/")[0], row.agent))
    if row.state == cover.ACCEPTED and state is not None and state.counts_as_live:
        # Since when, by the phone system itself: a look comes up to a minute later.
        at = max(row.asked_at, min(state.since or now, now))
        cover.live(cover.held(session, row.id), by=cover.PHONE_SYSTEM, now=at)
        took = int((at - row.asked_at).total_seconds() // 60)
        said = f"{row.agent} is live, {took} minutes after being asked"
        cover.note(session, row, "backup live", said, at=at, now=now, source="phone system")
    elif row.state == cover.LIVE and row.live_by == cover.PHONE_SYSTEM and state is None:
        lasted = max(0, int((now - (row.live_at or now)).total_seconds() // 60))
        cover.end(cover.held(session, row.id), cover.LOST, now=now)
        said = f"{row.agent} is gone from the phone system after {lasted} minutes"
        cover.note(session, row, "backup lost", said, at=now, now=now, source="phone system")
    elif row.state == cover.LOST and state is not None and state.counts_as_live:
        _look_at_lost(session, row, state, now)


def _look_at_lost(session: Session, row: CoverCall, state: AgentState, now: datetime) -> None:
    """Who fell out and logs in again sits there again, unless another seat has them by now."""
    at = min(state.since or now, now)
    if row.ended_at is None or at <= row.ended_at:
        return
    again = cover.seat_again(session, row, now=at)
    if again is not None:
        said = f"{row.agent} is live again, {_minutes(at - row.ended_at)} minutes after falling out"
        cover.note(session, again, "backup live", said, at=at, now=now, source="phone system")


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _look_at_report(
    inst: Installation, session: Session, incident: str, report: OutageReport, seen: Seen
) -> None:
    """An agent whom the phone system shows at work since the report is back, by whatever way."""
    state = seen.get((report.project, report.agent))
    if state is None or not state.counts_as_live or state.since is None:
        return
    if state.since <= report.recorded_at:
        return  # a session from before, which the platform has not ended yet
    if incidents.get(session, incident).exercise:
        return  # in an exercise nobody really left; an inject says who is back
    outage_reports.withdraw(session, report.agent, by=cover.PHONE_SYSTEM, now=state.since)
    out_s = (state.since - report.occurred_at).total_seconds()
    timeline.append(
        session, incident, "agent back",
        f"{report.agent} is live again after {int(out_s // 60)} minutes",
        now=inst.clock.now(), occurred_at=state.since, source="phone system",
        data={"agent": report.agent, "project": report.project, "report": report.id,
              "queue": f"{report.project}/{report.language}"},
        key=f"agent-back:{report.id}",
    )  # fmt: skip
