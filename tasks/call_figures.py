"""Counting a client's calls from the phone system's records, for the report that is wanted now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import CallRecord
from kitart.installation import Installation, installation
from kitart.journal import call_figures, looks, timeline
from kitart.journal.database import Lease
from kitart.plan.schema import Plan, Queue
from kitart.reports.facts import IncidentFacts, ProjectEffect
from kitart.reports.gathering import gather
from kitart.rules import call_figures as rules
from kitart.rules.call_figures import Call, Outcome
from tasks.steps import step

COUNTED_FOR = frozenset({"status-update", "recovery-notice", "closing-report"})
"""The reports that have a table of calls."""
FRESH = timedelta(minutes=1)
OUTCOMES: dict[str, Outcome] = {"agent": "answered", "system": "recording", "nobody": "abandoned"}


@step("count the calls")
def count_calls(lease: Lease, client: str, *, usual: bool) -> None:
    """Count the calls of a client's queues since the effect began, and write the count down.

    With ``usual`` also what is usual at the same hours (closing report). A phone system that does
    not answer holds up no report: the record says why there is no figure, and the next report
    tries again (D3).
    """
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.read() as session:
        facts = gather(session, plan, lease.incident, now)
        last = call_figures.last_count(timeline.entries(session, lease.incident), client)
        declared_at = looks.declared_at(session, lease.incident)
    # The closing report may be drafted days later: what it tells of ended with the recovery.
    until = min(now, declared_at) if usual and declared_at else now
    if last is not None and _still_good(last.data, until, usual):
        return
    if _phones_down(facts):
        _missing(inst, lease, client, "phones down", "the phone system is down")
        return
    effects = [e for e in facts.effects_of(client) if e.effect_start and e.effect_start < until]
    if not effects:
        return
    try:
        names = inst.voice.users()
        queues = [
            row
            for effect in effects
            for row in _count(inst, plan, effect, until, names, usual=usual)
        ]
    except ConnectorError as error:
        _missing(inst, lease, client, "unreadable", error.message)
        return
    with inst.journal.write(lease) as session:
        call_figures.keep(
            session, lease.incident, client, queues, until=until, compared=usual, now=now
        )


def _missing(
    inst: Installation, lease: Lease, client: str, reason: call_figures.Reason, detail: str
) -> None:
    with inst.journal.write(lease) as session:
        call_figures.keep_missing(
            session, lease.incident, client, reason, detail, now=inst.clock.now()
        )


def _still_good(data: dict[str, Any], until: datetime, usual: bool) -> bool:
    return until - datetime.fromisoformat(data["until"]) < FRESH and data["compared"] >= usual


def _phones_down(facts: IncidentFacts) -> bool:
    known = [each for each in facts.states if each.state != "unknown"]
    if facts.system.probe != "vcc" or not known:
        return False
    return max(known, key=lambda each: each.at).state == "down"


def _count(
    inst: Installation,
    plan: Plan,
    effect: ProjectEffect,
    until: datetime,
    names: dict[str, str],
    *,
    usual: bool,
) -> list[dict[str, Any]]:
    start = effect.effect_start
    if start is None:
        return []
    project = plan.project(effect.project_id)
    zone = plan.calendar_of(project.id).time_zone
    found = callers_of(inst, inst.voice.calls(project.id, start, until))
    before = [
        callers_of(inst, inst.voice.calls(project.id, *window))
        for window in (rules.weeks_before(start, until, zone) if usual else ())
    ]
    target = project.service_level
    rows = []
    for queue in project.queues:
        calls = _calls_of(plan, project.id, queue, found, names)
        weeks = [rules.tally(_calls_of(plan, project.id, queue, week, names)) for week in before]
        rows.append(
            call_figures.as_data(
                project.id, queue.lang, start,
                rules.tally(calls, within_s=target.within_seconds if target else None),
                rules.spoken(calls), rules.slices(calls, start, until), rules.usual(weeks),
            )
        )  # fmt: skip
    return rows


def callers_of(inst: Installation, records: Sequence[CallRecord]) -> list[CallRecord]:
    """The calls of callers: a test call of our own is nobody's, answered or not (R42)."""
    return [each for each in records if not inst.settings.sip.is_ours(each.caller)]


def _calls_of(
    plan: Plan, project: str, queue: Queue, records: Sequence[CallRecord], names: dict[str, str]
) -> list[Call]:
    lines = {name for line in plan.lines_of(project) if line.lang == queue.lang
             for name in (line.id, line.number)}  # fmt: skip
    agents = {agent.id: agent for agent in plan.agents}
    return [
        Call(
            at=each.started_at,
            outcome=OUTCOMES[each.answered_by],
            waited_s=each.waited_s,
            spoken_by=rules.speaker(agents.get(names.get(each.user_id or "", "")), queue),
        )
        for each in records
        if each.line in lines
    ]
