"""Seats needed and filled, queue by queue: by the roster, less who has said "I can't work" (R17).

What the ladder would say of it is a proposal: a cover level is invoked by an account manager (R18).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitart.gateway.visits import Visitor
from kitart.journal import outage_reports
from kitart.journal.tables import OutageReport
from kitart.language import Phrase, listed, phrase
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.proposal import QueueProposal, propose

HITS_NEIGHBOURS = ("power", "internet", outage_reports.NOT_SAID)
LEVELS = {
    1: phrase("level 1, mild: native speakers on standby"),
    2: phrase("level 2: speakers of the language from elsewhere"),
    3: phrase("level 3: English only"),
    4: phrase("level 4, worst: voicemail"),
}


@dataclass(frozen=True)
class QueueShown:
    """A queue that has fewer people than it needs; ``cover`` says what the ladder would do."""

    name: str
    needed: int
    filled: int
    cover: str


@dataclass(frozen=True)
class Seats:
    """The queues that are short, how many are not, who is out, and the level proposed, if any."""

    short: Sequence[QueueShown]
    others: int
    out: int
    level: str


def seats(
    visitor: Visitor, reports: Sequence[OutageReport], projects: Collection[str] | None = None
) -> Seats:
    """How the queues stand now, for a reader; ``reports`` are those that stand. Of all projects,
    or of some."""
    plan, now = visitor.plan, visitor.now
    out = tuple(
        _out(plan, each)
        for each in reports
        if _known(plan, each.agent) and (projects is None or each.project in projects)
    )
    shown = None if projects is None else frozenset(projects)
    found = propose(plan, Facts(at=now, out=out, projects=shown))
    # A gap of the roster's own is no outage: it is shown, and sets no level.
    hit = frozenset(plan.agent(each.agent).queue.partition("/")[0] for each in out)
    level = propose(plan, Facts(at=now, out=out, projects=hit)).level if out else None
    open_now = [queue for queue in found.queues if queue.need.needed > 0]
    short = [queue for queue in open_now if queue.need.short > 0]
    return Seats(
        short=[_shown(visitor, queue) for queue in short],
        others=len(open_now) - len(short),
        out=len(out),
        level=visitor.read(LEVELS[level]) if level else "",
    )


def _shown(visitor: Visitor, queue: QueueProposal) -> QueueShown:
    said: list[Phrase] = []
    if not queue.need.out:
        said.append(phrase("by the roster itself, nobody is out"))
    elif queue.level is not None:
        said.append(LEVELS[queue.level])
    if queue.uncovered:
        said.append(phrase("nobody is left for {n}", n=queue.uncovered))
    return QueueShown(
        name=queue.need.key,
        needed=queue.need.needed,
        filled=len(queue.need.live),
        cover=visitor.read(listed(said, "; ")),
    )


def _out(plan: Plan, report: OutageReport) -> Out:
    moves = report.can_move == outage_reports.YES
    return Out(
        agent=report.agent,
        live_again_at=_moved(plan, report.occurred_at) if moves else report.until,
        reported_at=report.occurred_at,
        safe=report.safe not in outage_reports.IN_DANGER,
        hits_area=report.what in HITS_NEIGHBOURS,
    )


def _moved(plan: Plan, since: datetime) -> datetime:
    return since + timedelta(minutes=plan.limits.relocate_forecast)


def _known(plan: Plan, agent: str) -> bool:
    return any(each.id == agent for each in plan.agents)
