"""What the rules of emergency voicemail have to know, out of the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import approvals, cover_facts, cover_now, levels, routing_state, timeline
from kitart.journal.levels import Levels
from kitart.journal.tables import Approval
from kitart.plan.schema import Plan
from kitart.rules.calendars import is_open
from kitart.rules.cover.moves import Call
from kitart.rules.cover.proposal import QueueProposal
from kitart.rules.voicemail import ORDER_KEY
from kitart.rules.voicemail_lines import FROM_LEVEL, Asked, Picture, QueueNow

AT_LEVEL_4, ANNOUNCEMENT, BACK_TO_NORMAL = "voicemail", "announcement", "voicemail-off"
KINDS = (AT_LEVEL_4, ANNOUNCEMENT, BACK_TO_NORMAL)
"""The questions by which somebody orders: voicemail, the client's announcement, back to normal."""
COVERED, UNCOVERED = "queue covered", "queue uncovered"
BOX, RETURNED = "voicemail box taken", "callbacks done"


def picture_of(session: Session, plan: Plan, incident: str, now: datetime) -> Picture:
    """The whole picture at ``now`` (UTC); no queue is looked at while nothing can be due."""
    found = levels.of_incident(session, incident)
    lines = routing_state.lines_of(session, incident)
    asked = tuple(
        _asked(row, incident)
        for row in approvals.of_incident(session, incident)
        if row.kind in KINDS
    )
    concerns = lines or asked or FROM_LEVEL in found.in_force.values()
    return Picture(
        lines=lines,
        queues=_queues(session, plan, incident, found, now) if concerns else {},
        asked=asked,
        since=_covered_since(session, incident),
        settled=routing_state.settled(session, incident),
        boxes=_orders(session, incident, BOX),
        returned=_orders(session, incident, RETURNED),
    )


def queues_of(key: str) -> tuple[str, ...]:
    """The queues that a question to order is about, from its key."""
    return tuple(key.rsplit(":", 2)[-2].split("+"))


def began_at(session: Session, incident: str, queue: str) -> datetime | None:
    """Since when voicemail is wanted for a queue: level 4 in force, and the first question (A16).

    ``None`` while nobody was asked.
    """
    since = levels.of_incident(session, incident).since.get(queue.partition("/")[0])
    moments = [
        row.asked_at
        for row in approvals.of_incident(session, incident)
        if row.kind in (AT_LEVEL_4, ANNOUNCEMENT) and queue in queues_of(row.key)
    ]
    return min((at for at in moments if since is None or at >= since), default=None)


def _asked(row: Approval, incident: str) -> Asked:
    key = row.key.removeprefix(f"{incident}:")
    mode = key.removeprefix(f"{ORDER_KEY}:").partition(":")[0]
    return Asked(row.id, key, mode, queues_of(key), row.state, row.answer or "", row.answered_at)


def _queues(
    session: Session, plan: Plan, incident: str, found: Levels, now: datetime
) -> dict[str, QueueNow]:
    calls = cover_facts.calls_of(session, plan, incident)
    elsewhere = {line.queue for line in routing_state.on_elsewhere(session, incident)}
    return {
        queue.need.key: QueueNow(
            key=queue.need.key,
            project=queue.need.project,
            level=found.of(queue.need.project),
            needed=queue.need.needed,
            live=_live(queue, calls),
            uncovered=queue.uncovered,
            permits_voicemail=queue.need.permits.voicemail,
            opened=is_open(plan.calendar_of(queue.need.project), now),
            elsewhere=queue.need.key in elsewhere,
        )
        for queue in cover_now.moves(session, plan, incident, now).proposal.queues
    }


def _live(queue: QueueProposal, calls: list[Call]) -> int:
    """Who answers its calls now: the roster's own, and cover that is in its seat."""
    own = set(queue.need.live)
    return len(own | {c.agent for c in calls if c.queue == queue.need.key and c.state == "live"})


def _covered_since(session: Session, incident: str) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    for entry in timeline.entries(session, incident, COVERED, UNCOVERED):
        if entry.type == COVERED:
            since.setdefault(entry.data["queue"], entry.occurred_at)
        else:
            since.pop(entry.data["queue"], None)
    return since


def _orders(session: Session, incident: str, type: str) -> frozenset[tuple[int, str]]:
    said = timeline.entries(session, incident, type)
    return frozenset((int(e.data["order"]), str(e.data["project"])) for e in said)
