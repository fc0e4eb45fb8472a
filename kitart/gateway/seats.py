"""Seats needed and filled, queue by queue: by the roster, less who has said "I can't work" (R17).

What the ladder would say of it is a proposal: a cover level is invoked by an account manager (R18).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kitart.gateway.visits import Visitor
from kitart.journal import cover
from kitart.journal.cover_facts import out_of
from kitart.journal.tables import CoverCall, OutageReport
from kitart.language import Phrase, listed, phrase
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.proposal import QueueProposal, propose
from kitart.rules.cover.rungs import Rung

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
    """The queues that are short, how many are not, who is out; the level that people have invoked,
    else the one proposed, if any."""

    short: Sequence[QueueShown]
    others: int
    out: int
    level: str
    invoked: str = ""


def seats(
    visitor: Visitor,
    reports: Sequence[OutageReport],
    projects: Collection[str] | None = None,
    *,
    calls: Sequence[CoverCall] = (),
    invoked: Mapping[str, int] | None = None,
) -> Seats:
    """How the queues stand now, for a reader; ``reports`` are those that stand. Of all projects,
    or of some. ``calls`` are the backups who are asked, coming or live, ``invoked`` the levels in
    force by project."""
    plan, now = visitor.plan, visitor.now
    out = tuple(
        out_of(plan, each, now)
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
        short=[_shown(visitor, queue, calls) for queue in short],
        others=len(open_now) - len(short),
        out=len(out),
        level=visitor.read(LEVELS[level]) if level else "",
        invoked=visitor.read(_invoked(invoked or {})),
    )


def _invoked(levels: Mapping[str, int]) -> Phrase:
    return listed(
        [
            phrase("{code}: {level}", code=code, level=LEVELS[level])
            for code, level in sorted(levels.items())
            if level
        ],
        "; ",
    )


def _of_calls(calls: Sequence[CoverCall]) -> list[Phrase]:
    """What has become of those who were called for a queue."""
    live = Counter(Rung(c.rung) for c in calls if c.state == cover.LIVE)
    told = Counter(c.state for c in calls)
    said = [
        (live[Rung.NATIVE], phrase("native speakers live: {n}", n=live[Rung.NATIVE])),
        (live[Rung.NON_NATIVE],
         phrase("speakers of the language live: {n}", n=live[Rung.NON_NATIVE])),
        (live[Rung.ENGLISH_ONLY], phrase("English only, live: {n}", n=live[Rung.ENGLISH_ONLY])),
        (told[cover.ACCEPTED], phrase("coming: {n}", n=told[cover.ACCEPTED])),
        (told[cover.ASKED], phrase("asked: {n}", n=told[cover.ASKED])),
    ]  # fmt: skip
    return [words for n, words in said if n]


def _shown(visitor: Visitor, queue: QueueProposal, calls: Sequence[CoverCall]) -> QueueShown:
    mine = [call for call in calls if call.queue == queue.need.key]
    live = sum(call.state == cover.LIVE for call in mine)
    if mine:
        return QueueShown(
            name=queue.need.key, needed=queue.need.needed,
            filled=min(queue.need.needed, len(queue.need.live) + live),
            cover=visitor.read(listed(_of_calls(mine), "; ")),
        )  # fmt: skip
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


def _known(plan: Plan, agent: str) -> bool:
    return any(each.id == agent for each in plan.agents)
